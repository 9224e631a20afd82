"""Facts in scans: as known on the day, in the day's shares, missing where nobody knows."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from support.company_facts import GROWTH, SHARES, company_facts
from support.facts import filing, table_of
from support.made_up_market import NOW, SESSIONS, SYMBOLS, assert_same, scan
from support.stored_market import IN_BLOCKS, fill, scan_stored
from technic import ScanConfig, run_scan
from technic.engine.scan_task import facts_of_scan
from technic.engine.threads import ThreadsRunner
from technic.errors import ParameterError, RuleUnavailableError
from technic.scan.context import open_context
from technic.scan.expressions.scan_expressions import scan_expressions
from technic.scan.history import load_history
from technic.settings import Settings
from technic.setups.setup import Setup, SetupCondition
from technic.testing import FakeProvider, make_bars

WHERE = "eps_growth_yoy > 25"
LAST = str(SESSIONS[-1])


@pytest.fixture(scope="module")
def bars():
    """Thirty ordinary symbols, 560 sessions up to 2024-03-08."""
    return make_bars(SYMBOLS, SESSIONS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A store with splits: BN 4:1 on 2023-05-01 and 2:1 on 2024-01-16, DK 1:10 on 2024-02-20."""
    with pytest.MonkeyPatch.context() as patch:
        yield fill(tmp_path_factory.mktemp("store"), patch)


def known(written, symbol, day):
    """The value that a loop finds to be known on the close of a day."""
    found = np.nan
    for begins, value, _ in written.get(symbol, ()):
        if begins <= day:
            found = value
    return found


@pytest.mark.parametrize("day", ["2023-05-01", "2023-05-02", "2024-02-08", "2024-02-09", LAST])
def test_a_fact_keeps_who_has_it_and_tells_false_from_unknown(bars, day):
    """Kept: whose growth is over 25 as known on the day; out: who is below, who said nothing."""
    result = scan(bars, ScanConfig(where=WHERE, as_of=day), facts=company_facts())
    outcomes = dict(zip(result.ledger.symbols, result.ledger.outcome, strict=True))
    for symbol in SYMBOLS:
        value = known(GROWTH, symbol, day)
        wanted = "kept" if value > 25 else "filter.where" if value <= 25 else "filter.unknown"
        assert outcomes[symbol] == wanted, symbol
    details = dict(zip(result.ledger.symbols, result.ledger.detail, strict=True))
    assert details["AN"] == (
        "eps_growth_yoy missing: eps_growth_yoy > 25 is unknown (eps_growth_yoy missing)"
    )
    assert sum(result.ledger.counts.values()) == len(SYMBOLS)


def test_every_fact_that_is_missing_is_named(bars):
    """Those of later conditions as well, and beside a history that is too short."""
    column = SYMBOLS.index("BM")  # of which nothing is known
    short = bars.rows((bars.column != column) | (bars.session >= SESSIONS[-100]))
    where = f"close > sma(close, 200) and {WHERE} and shares_outstanding > eps_ttm"
    result = scan(short, ScanConfig(where=where), facts=company_facts())
    assert result.ledger.of("BM") == (
        "filter.unknown",
        "eps_growth_yoy, shares_outstanding, eps_ttm missing: close > sma(close, 200) is unknown "
        f"(close {result.columns['close'][result.scored.index('BM')]:,.6g}, "
        "sma(close, 200) missing)",
    )


def test_a_false_condition_is_a_failure_whatever_is_not_known(bars):
    """Who would be out anyway is not out for want of a fact."""
    where = f"{WHERE} and close < 0"
    result = scan(bars, ScanConfig(where=where), facts=company_facts())
    assert set(result.ledger.outcome) == {"filter.where"}
    either = scan(bars, ScanConfig(where=f"{WHERE} or close > 0"), facts=company_facts())
    assert set(either.ledger.outcome) == {"kept"}


def test_history_that_is_too_short_is_no_missing_fact(bars):
    """Unknown for another reason stays what it was."""
    short = bars.rows((bars.column != 4) | (bars.session >= SESSIONS[-100]))
    where = "close > sma(close, 200) and eps_growth_yoy > -1000"
    result = scan(short, ScanConfig(where=where), facts=company_facts())
    assert result.ledger.of(SYMBOLS[4])[0] == "filter.where"


def test_setups_tell_unknown_apart_too(bars):
    """A symbol that a fact might have let into one of the setups is out as unknown."""
    setups = tuple(
        Setup(
            name=name,
            title=name,
            meaning=name,
            source=name,
            conditions=(SetupCondition(name="c", where=w),),
        )
        for name, w in (("never", "close < 0"), ("growing", WHERE))
    )
    result = scan(bars, ScanConfig(setups=setups), facts=company_facts())
    outcome, detail = result.ledger.of("AN")
    assert outcome == "filter.unknown"
    assert detail.startswith("none of 2 setups; growing: eps_growth_yoy missing: c: ")
    assert result.ledger.of("AK")[0] == "filter.setup"
    never = scan(bars, ScanConfig(setups=setups[:1]), facts=company_facts())
    assert set(never.ledger.outcome) == {"filter.setup"}


def test_columns_and_order_are_what_was_known(bars):
    """A fact is a column, an operand and an order; an unknown one comes last."""
    columns = ("eps_growth_yoy", "twice = 2 * eps_growth_yoy", "days = age(eps_growth_yoy)")
    config = ScanConfig(columns=columns, sort="eps_growth_yoy:desc")
    table = scan(bars, config, facts=company_facts()).table.set_index("symbol")
    wanted = {symbol: known(GROWTH, symbol, LAST) for symbol in SYMBOLS}
    for symbol in SYMBOLS:
        assert table.loc[symbol, "eps_growth_yoy"] == pytest.approx(wanted[symbol], nan_ok=True)
        assert table.loc[symbol, "twice"] == pytest.approx(2 * wanted[symbol], nan_ok=True)
    ordered = sorted((s for s in SYMBOLS if wanted[s] == wanted[s]), key=lambda s: -wanted[s])
    assert list(table.index[: len(ordered)]) == ordered


@pytest.mark.parametrize(
    ("symbol", "day", "value"),
    [
        ("BN", "2023-04-28", 8.0),
        ("BN", "2023-05-01", 8.0 / 4),  # 4:1 on this day
        ("BN", "2023-10-19", 8.0 / 4),
        ("BN", "2023-10-20", 3.0),  # filed in the new shares
        ("BN", "2024-01-12", 3.0),
        ("BN", "2024-01-16", 3.0 / 2),  # 2:1
        ("BN", LAST, 3.0 / 2),
        ("DK", "2024-02-16", 0.5),
        ("DK", "2024-02-20", 0.5 / 0.1),  # ten become one
        ("AK", "2024-02-14", 2.0),
        ("AK", "2024-02-15", -1.0),
        ("AM", "2024-02-20", np.nan),  # known to be missing from here on
    ],
)
def test_values_a_share_are_in_the_shares_of_the_day(folder, symbol, day, value):
    """Restated by the splits between filing and day, as the prices beside them are."""
    config = ScanConfig(columns=("eps_ttm", "pe_ttm"), as_of=day)
    table = scan_stored(folder, config, facts=company_facts()).table.set_index("symbol")
    assert table.loc[symbol, "eps_ttm"] == pytest.approx(value, nan_ok=True)
    ratio = table.loc[symbol, "close"] / value if value > 0 else np.nan
    assert table.loc[symbol, "pe_ttm"] == pytest.approx(ratio, nan_ok=True)


def test_numbers_of_shares_grow_with_splits(folder):
    """Market value is continuous over a split: twice the shares at half the price."""
    config = ScanConfig(columns=("shares_outstanding",), as_of="2024-01-12")
    before = scan_stored(folder, config, facts=company_facts()).table.set_index("symbol")
    config = ScanConfig(columns=("shares_outstanding",), as_of="2024-01-16")
    after = scan_stored(folder, config, facts=company_facts()).table.set_index("symbol")
    assert before.loc["BN", "shares_outstanding"] == SHARES["BN"][1][1]
    assert after.loc["BN", "shares_outstanding"] == 2 * SHARES["BN"][1][1]
    assert after.loc["AL", "shares_outstanding"] == SHARES["AL"][1][1]


ASKED = ScanConfig(
    where="is_missing(eps_growth_yoy) or sma(eps_growth_yoy, 20) > -40",
    columns=("pe_ttm", "fq(eps, 4)", "highest(eps_ttm, 60)", "ema(shares_outstanding, 10)"),
    sort="eps_growth_yoy:desc",
    block_size=7,
)


@pytest.mark.parametrize("day", ["2024-01-16", LAST])
def test_blocks_threads_and_bars_left_in_the_store_agree(folder, day):
    """However the market is cut, the rows are the same bit for bit."""
    config = replace(ASKED, as_of=day)
    whole = scan_stored(folder, replace(config, block_size=8192), facts=company_facts())
    for memory in (None, IN_BLOCKS):
        result = scan_stored(folder, config, memory, facts=company_facts())
        assert_same(whole, result)
        threads = ThreadsRunner(workers=3)
        assert_same(
            whole, scan_stored(folder, config, memory, runner=threads, facts=company_facts())
        )


def test_a_reader_is_asked_once_for_each_fact(bars):
    """Equal facts in conditions, columns and order are one question about all symbols."""
    facts = company_facts()
    config = ScanConfig(where=WHERE, columns=("eps_growth_yoy", "pe_ttm"), sort="eps_growth_yoy")
    scan(bars, config, facts=facts)
    assert sorted(facts.asked) == [("eps_growth_yoy", 30), ("eps_ttm", 30)]


def test_a_scan_that_names_no_fact_asks_for_none(bars):
    """Whatever else it says."""
    facts = company_facts()
    scan(bars, ScanConfig(where="close > sma(close, 50)", columns=("rsi_14",)), facts=facts)
    assert facts.asked == []


SCRIPT = """
import sys, datetime as dt
import numpy as np
from technic import ScanConfig, run_scan
from technic.testing import FakeProvider, make_bars
sessions = np.arange(np.datetime64("2023-01-03"), np.datetime64("2024-03-09"))
sessions = sessions[np.is_busday(sessions)]
bars = make_bars(["AA", "BB"], sessions)
now = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
config = ScanConfig({asks})
run_scan(config, provider=FakeProvider(bars), now=now)
print(sorted(name for name in sys.modules if name.startswith("technic.facts")))
"""


@pytest.mark.parametrize(
    ("asks", "rooms"),
    [("", set()), ("where='close > sma(close, 20)'", {"fields", "concepts", "terms"})],
    ids=["bare", "language"],
)
def test_a_scan_without_facts_imports_no_reader_and_opens_nothing(tmp_path, asks, rooms):
    """A bare scan knows no word of them; the language knows the words and opens nothing."""
    path = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(asks=asks)],
        capture_output=True,
        text=True,
        check=False,
        env={"TECHNIC_HOME": str(tmp_path), "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    held = ast.literal_eval(done.stdout.strip())
    assert {name.split(".")[2] for name in held if name.count(".") > 1} <= rooms
    assert bool(held) == bool(rooms)
    assert not (tmp_path / "facts").exists()


def test_without_facts_it_is_said_before_anything_is_fetched(bars, tmp_path):
    """Which word, and what to do."""
    provider = FakeProvider(bars)
    with pytest.raises(RuleUnavailableError, match="eps_growth_yoy.*technic facts sync"):
        run_scan(ScanConfig(where=WHERE), provider=provider, now=NOW)
    assert provider.asked == []


def test_what_is_given_as_facts_has_to_be_facts(bars):
    """A path or a frame is refused by name."""
    with pytest.raises(ParameterError, match="facts"):
        scan(bars, ScanConfig(where=WHERE), facts="facts.parquet")
    fact = ("eps", "EarningsPerShareDiluted", "2023-07-01", "2023-09-30", 1.0)
    table = table_of(filing((1, SYMBOLS[0]), "10-Q", "2023-11-01T13:00", fact))
    times = table["known_at"].cast(pa.timestamp("ns", "UTC"))
    table = table.set_column(table.schema.get_field_index("known_at"), "known_at", times)
    with pytest.raises(ParameterError, match="known_at of type timestamp"):
        scan(bars, ScanConfig(where=WHERE), facts=table)


def test_a_context_that_leads_to_no_facts_is_refused_as_a_whole(bars, tmp_path):
    """Not symbol by symbol, as a fault of each."""
    config = ScanConfig(where=WHERE)
    context = open_context(config, Settings(home=tmp_path), NOW, FakeProvider(bars))
    history = load_history(SYMBOLS, context)
    with pytest.raises(RuleUnavailableError, match="eps_growth_yoy"):
        facts_of_scan(scan_expressions(config), replace(context, facts=None), history)
