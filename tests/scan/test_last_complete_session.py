"""Today means today: the last complete session, and bars of that day alone."""

from __future__ import annotations

import csv
import json

import numpy as np
import pandas as pd
import pytest

from support.made_up_market import NOW, SESSIONS, SYMBOLS, assert_same, scan
from technic import ScanConfig, run_scan
from technic.data_engine.gate.rules import GateRules
from technic.errors import ParameterError
from technic.export import write
from technic.panel import BarPanel, LongBars
from technic.scan.complete_day import last_complete_session
from technic.testing import make_bars
from technic.trade_plan import PlanRules

LAST, BEFORE = (str(day) for day in (SESSIONS[-1], SESSIONS[-2]))
LATE = SYMBOLS[::3]
"""Ten of thirty."""


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols, 560 sessions up to 2024-03-08."""
    return make_bars(SYMBOLS, SESSIONS)


def without(bars: LongBars, symbols: list[str], sessions: int) -> LongBars:
    """The bars without the last ``sessions`` of some symbols."""
    late = np.isin(np.array(bars.symbols)[bars.column], symbols)
    return bars.rows(~(late & (bars.session >= SESSIONS[-sessions])))


def test_a_day_that_a_third_lacks_is_not_scanned(bars: LongBars):
    """A vendor of whose symbols some are a session late: the day before, as if asked for."""
    late = without(bars, LATE, 1)
    result = scan(late)
    assert (result.as_of, result.data.last_session) == (BEFORE, LAST)
    (warning,) = [text for text in result.warnings if "not complete" in text]
    assert f"{LAST} is not complete: 20 of 30 symbols" in warning
    assert_same(result, scan(late, ScanConfig(as_of=BEFORE)))


def test_a_day_that_was_asked_for_is_scanned_as_it_is(bars: LongBars):
    """Those that lack it are stale, with the day of their last bar."""
    result = scan(without(bars, LATE, 1), ScanConfig(as_of=LAST))
    entries = result.ledger.frame().set_index("symbol")
    assert set(entries.index[entries["outcome"] == "gate.stale"]) == set(LATE)
    assert BEFORE in entries.loc[LATE[0], "detail"]
    assert result.ranks.size == 20


def test_a_few_late_symbols_do_not_hold_up_the_market(bars: LongBars):
    """One of thirty is 3 %: the day is complete without it."""
    result = scan(without(bars, ["DL"], 1))
    assert result.as_of == LAST
    outcome, detail = result.ledger.of("DL")
    assert (outcome, BEFORE in detail) == ("gate.stale", True)


def test_a_symbol_that_stopped_long_ago_holds_up_nobody(bars: LongBars):
    """Only those that traded the session before are waited for."""
    result = scan(without(bars, LATE, 5), ScanConfig(symbols=(*LATE, "AL")))
    assert result.as_of == LAST
    assert result.ledger.of("AL")[0] == "kept"


def test_the_same_from_a_price_cache(bars: LongBars):
    """Frames of which some end a session early."""
    panel = BarPanel.from_long(without(bars, LATE, 1), SESSIONS)
    frames = {symbol: panel.frame(symbol) for symbol in SYMBOLS}
    assert run_scan(price_cache=frames, now=NOW).as_of == BEFORE


def test_older_bars_that_are_admitted_are_marked_and_compared_with_nobody(bars: LongBars):
    """No rank, rating, signal or plan; the others are as if those were not there."""
    late = without(bars, ["DL", "AK"], 2)
    admitted = GateRules(max_stale_sessions=5)
    config = ScanConfig(gate=admitted, columns=("place = rank(roc(close, 63))",), as_of=LAST)
    result = scan(late, config)
    table = result.table.set_index("symbol")
    assert table.loc["DL", "last_bar"] == str(SESSIONS[-3])
    assert set(table["last_bar"].drop(["DL", "AK"])) == {LAST}
    for column in ("rs_score", "rs_rating", "tech_rating", "place", "entry", "stop"):
        assert np.isnan(table.loc["DL", column]), column
    assert table.loc["DL", "signal"] == "unrated"
    assert "not of the day" in table.loc["DL", "plan_note"]
    assert np.isfinite(table.loc["DL", "rsi_14"])
    reference = scan(late, ScanConfig(columns=config.columns, as_of=LAST))
    others = reference.table.set_index("symbol")
    pd.testing.assert_frame_equal(table.loc[others.index], others, check_exact=True)
    assert result.regime == reference.regime


@pytest.mark.parametrize("name", ["csv", "json", "md"])
def test_every_format_says_the_day_of_scan_data_and_bars(
    bars: LongBars, tmp_path, name: str, capsys: pytest.CaptureFixture[str]
):
    """Rows carry the day of their last bar, files the scan's day, the data's, and SIMULATED."""
    late = without(bars, ["DL"], 2)
    result = scan(late, ScanConfig(gate=GateRules(max_stale_sessions=5), as_of=LAST))
    write(result, name)
    text = capsys.readouterr().out
    if name == "csv":
        rows = {row["symbol"]: row for row in csv.DictReader(text.splitlines())}
        assert rows["DL"]["last_bar"] == str(SESSIONS[-3])
        for row in rows.values():
            assert (row["as_of"], row["data_to"]) == (LAST, LAST)
            assert row["data_simulated"] == "SIMULATED"
    elif name == "json":
        document = json.loads(text)
        days = {row["symbol"]: row["last_bar"] for row in document["rows"]}
        assert (days["DL"], days["AL"]) == (str(SESSIONS[-3]), LAST)
        assert (document["as_of"], document["data"]["simulated"]) == (LAST, True)
    else:
        assert f"**{SESSIONS[-3]}**" in text
        assert "SIMULATED" in text


def test_a_benchmark_that_lacks_the_day_is_not_used(bars: LongBars):
    """It is warned of; the market is judged by its own index, comparisons are missing."""
    short = without(bars, ["EP"], 1)
    config = ScanConfig(benchmark="EP", symbols=tuple(SYMBOLS[:-1]), as_of=LAST)
    result = scan(short, config)
    assert any(f"EP has no close of {LAST}" in text for text in result.warnings)
    assert "equal-weighted" in result.regime.source
    without_it = scan(short, ScanConfig(symbols=tuple(SYMBOLS[:-1]), as_of=LAST))
    assert result.regime == without_it.regime


def test_counts_of_hand_made_sessions():
    """Three sessions of four symbols: two, all, and three of them have a bar."""
    sessions = SESSIONS[-4:]
    bars = make_bars(["A", "B", "C", "D"], sessions)
    names = np.array(bars.symbols)[bars.column]
    gone = (names == "D") & (bars.session == sessions[3])
    gone |= np.isin(names, ["A", "B"]) & (bars.session == sessions[1])
    panel = BarPanel.from_long(bars.rows(~gone), sessions)
    complete, last = last_complete_session(panel)
    assert (last.day, last.symbols, last.before) == (sessions[3], 3, 4)
    assert (complete.day, complete.symbols, complete.before) == (sessions[2], 2, 2)


def test_plans_of_the_day_alone(bars: LongBars):
    """Whatever signals a plan is made for, an older bar has none."""
    rules = PlanRules(signals=("strong_long", "long", "watch", "neutral", "avoid"))
    late = without(bars, ["DL"], 1)
    config = ScanConfig(plan=rules, gate=GateRules(max_stale_sessions=1), as_of=LAST)
    table = scan(late, config).table.set_index("symbol")
    assert not table.loc["DL", "has_plan"]
    assert table.drop("DL")["has_plan"].any()


def test_a_day_after_the_data_is_still_refused(bars: LongBars):
    """Complete or not, there is nothing after the last session."""
    with pytest.raises(ParameterError, match="the data's last session"):
        scan(bars, ScanConfig(as_of="2024-03-11"))
