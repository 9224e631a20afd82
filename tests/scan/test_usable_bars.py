"""What a scan reads of a symbol whose history the data gate has cut or thinned."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from support.made_up_market import SESSIONS, SYMBOLS, scan
from technic import FilterRules, ScanConfig, ScanResult
from technic.cli.entry import run
from technic.panel import FIELDS, LongBars
from technic.result.pattern_rules import scanned_history
from technic.testing import make_bars

CUT, PRINT = SYMBOLS[:2]
BROKEN = 100
"""Bars that follow the split, its own day among them; the print stands there too."""
FIRST = str(SESSIONS[-BROKEN])


@pytest.fixture(scope="module")
def healthy() -> LongBars:
    """Thirty ordinary symbols."""
    return make_bars(SYMBOLS, SESSIONS)


@pytest.fixture(scope="module")
def broken(healthy: LongBars) -> LongBars:
    """One symbol's bars before a 4:1 split in old units, another's with one day in others."""
    scale = np.ones(len(healthy))
    name, day = np.array(healthy.symbols)[healthy.column], healthy.session
    scale[(name == CUT) & (day < SESSIONS[-BROKEN])] = 4.0
    scale[(name == PRINT) & (day == SESSIONS[-BROKEN])] = 0.04
    values = {field: getattr(healthy, field) * scale for field in FIELDS[:4]}
    return LongBars(healthy.symbols, healthy.column, day, **values, volume=healthy.volume / scale)


@pytest.fixture(scope="module")
def left(broken: LongBars) -> LongBars:
    """The bars that can be used."""
    name = np.array(broken.symbols)[broken.column]
    gone = (name == CUT) & (broken.session < SESSIONS[-BROKEN])
    return broken.rows(~gone & ((name != PRINT) | (broken.session != SESSIONS[-BROKEN])))


def assert_same_but_for_the_note(one: ScanResult, other: ScanResult) -> None:
    """Every column is the same, bit for bit, but the one that says what was cut."""
    tables = [result.table.drop(columns="usable_since") for result in (one, other)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    assert one.regime == other.regime
    assert one.ledger.counts == other.ledger.counts


@pytest.mark.parametrize("width", [1, 7, 256])
def test_columns_ranks_and_regime_are_those_of_the_usable_bars(broken, left, width):
    """As if the vendor had never sent the others, in blocks of any width."""
    asked = ScanConfig(block_size=width, where="close > 0", columns=("sma(close, 30)",))
    assert_same_but_for_the_note(scan(broken, asked), scan(left, asked))


def test_longer_windows_and_benchmark_read_the_usable_bars_too(broken, left):
    """An expression that looks back further does not see what the base window was cut of."""
    asked = ScanConfig(columns=("close[99]", "close[400]", "sma(close, 500)"), benchmark=SYMBOLS[5])
    result = scan(broken, asked)
    assert_same_but_for_the_note(result, scan(left, asked))
    row = result.table.set_index("symbol").loc[CUT]
    assert row["bars"] == BROKEN
    assert row["close[99]"] > 0
    assert np.isnan(row["close[400]"])


def test_table_and_ledger_say_what_is_not_used(broken):
    """The day in a column of its own, the sentence in the ledger, also where a filter follows."""
    result = scan(broken)
    rows = result.table.set_index("symbol")["usable_since"]
    assert rows[CUT] == FIRST
    assert rows.drop(CUT).isna().all()
    sentence = f"on {FIRST} looks like an unadjusted 4:1 split"
    assert sentence in result.ledger.of(CUT)[1]
    assert result.ledger.of(CUT)[1].endswith(f"usable since {FIRST}")
    assert result.ledger.of(PRINT)[1].startswith("1 bar is left out, the last: close ")
    assert result.ledger.of(SYMBOLS[2]) == ("kept", "")
    filtered = scan(broken, ScanConfig(filters=FilterRules(min_price=1e6))).ledger.of(CUT)
    assert filtered[0] == "filter.min_price"
    assert filtered[1].startswith("close ")
    assert sentence in filtered[1]


def test_the_day_can_be_asked_for(broken):
    """It is text, in expressions too, unknown where nothing was cut."""
    result = scan(broken, ScanConfig(where=f"usable_since == '{FIRST}'"))
    assert result.table["symbol"].tolist() == [CUT]
    assert json.loads(json.dumps(result.summary()))["rows"][0]["usable_since"] == FIRST


def test_explain_says_what_is_not_used(broken, tmp_path, capsys):
    """Beside the rating and in JSON."""
    name = np.array(broken.symbols)[broken.column]
    data = {"symbol": name, "date": broken.session.astype(str)}
    frame = pd.DataFrame(data | {field: getattr(broken, field) for field in FIELDS})
    frame.to_csv(tmp_path / "prices.csv", index=False)
    asked = ["explain", CUT, "--provider", "files", "--data", str(tmp_path / "prices.csv")]
    assert run(asked) == 0
    assert f"usable since {FIRST}" in " ".join(capsys.readouterr().out.split())
    assert run([*asked, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["detail"].endswith(f"usable since {FIRST}")


@pytest.mark.parametrize("day", [SESSIONS[-1], SESSIONS[-20]])
def test_patterns_are_judged_by_the_usable_bars(broken, left, day):
    """Up to the scan's day, of whatever window was loaded."""
    result = scan(broken, ScanConfig(columns=("close[400]",), as_of=str(day)))
    given = {one.symbol: one.bars for one in scanned_history(result, [*SYMBOLS])}
    assert [*given] == [*SYMBOLS]
    first = result.prices.bars.sessions[0]
    for column, symbol in enumerate(left.symbols):
        mine = (left.column == column) & (left.session >= first) & (left.session <= day)
        for field in FIELDS:
            np.testing.assert_array_equal(given[symbol][field], getattr(left, field)[mine], field)
