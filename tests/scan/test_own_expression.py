"""A value depends on its symbol, its day and its own expression, on nothing else that is asked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.made_up_market import CALENDAR, SYMBOLS
from technic import ScanConfig, ScanResult, run_scan
from technic.columns import COLUMNS, evaluate
from technic.panel import BarPanel
from technic.scan.windows import BASE_WINDOW, ScanWindows
from technic.setups import load_setups
from technic.testing import FakeProvider, make_bars

DAY = "2024-04-15"
NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(1_400, np.datetime64("2024-06-28"))
BARS = make_bars(SYMBOLS, SESSIONS)
COLUMNS_ASKED = (
    "close[400]",
    "far = sma(close, 700)",
    "slow = ema(close, 200)",
    "place = rank(roc(close, 63))",
    "late = rank(close / close[450])",
    "total = obv()",
    "weekly(rsi(close, 14))",
    "ema_200",
    "tv_rating",
)
CONDITIONS = ("close[400] > 0", "ema(close, 50) > 0", "percentile(roc(close, 500)) >= 0")
SETUPS = ("trend_template", "weinstein_stage_2", "nr7")
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def scan(**asked) -> ScanResult:
    """Scan the made-up market as of a past day."""
    return run_scan(ScanConfig(as_of=DAY, **asked), provider=FakeProvider(BARS), now=NOW)


def assert_nothing_else_changed(alone: ScanResult, more: ScanResult) -> None:
    """What both have is the same bits for every scored symbol; the gate's outcomes are the same."""
    assert alone.scored == more.scored
    for name in set(alone.columns) & set(more.columns):
        assert alone.columns[name].tobytes() == more.columns[name].tobytes(), name
    assert set(alone.columns) <= set(more.columns)
    assert alone.regime == more.regime
    entries = [result.ledger.frame() for result in (alone, more)]
    judged = [~entry["outcome"].str.startswith(("kept", "filter.")) for entry in entries]
    pd.testing.assert_frame_equal(entries[0][judged[0]], entries[1][judged[1]])
    shared = [name for name in alone.table.columns if name in more.table.columns]
    rows = [result.table.set_index("symbol") for result in (alone, more)]
    both = [symbol for symbol in rows[0].index if symbol in set(rows[1].index)]
    kept = [row.loc[both, shared[1:]] for row in rows]
    pd.testing.assert_frame_equal(kept[0], kept[1], check_exact=True)


PLAIN = scan()


@FEW
@given(
    columns=st.sets(st.sampled_from(COLUMNS_ASKED)),
    where=st.none() | st.sampled_from(CONDITIONS),
    setups=st.sets(st.sampled_from(SETUPS), max_size=2),
)
def test_asking_for_more_changes_nothing_else(columns: set[str], where: str, setups: set[str]):
    """Columns, conditions and setups of any window leave all other values, outcomes and ranks."""
    more = scan(columns=tuple(columns), where=where, setups=load_setups(*sorted(setups)))
    assert_nothing_else_changed(PLAIN, more)


@FEW
@given(one=st.sampled_from(COLUMNS_ASKED), others=st.sets(st.sampled_from(COLUMNS_ASKED)))
def test_a_column_alone_is_the_column_in_company(one: str, others: set[str]):
    """An expression has its own window, whatever else is asked in whichever order."""
    name = one.partition(" = ")[0]
    alone = scan(columns=(one,)).table.set_index("symbol")
    asked = sorted({one, *others})
    company = scan(columns=tuple(asked)).table.set_index("symbol")
    pd.testing.assert_series_equal(
        alone[name], company[name].reindex(alone.index), check_exact=True
    )


def test_each_operand_of_a_condition_has_its_own_window():
    """A condition of a setup, too: what one looks back to does not change the other's average."""
    day = np.datetime64(DAY)
    panel = BarPanel.from_long(BARS, SESSIONS)
    windows = ScanWindows.anchored(CALENDAR, day, 300, [401])
    base = windows.cut(panel, None, BASE_WINDOW)
    ema = evaluate(base.panel, base.rows, ["ema_50"])["ema_50"]
    result = scan(columns=("close[400]", "mean = ema(close, 50)"), where="close[400] > 0")
    table = result.table.set_index("symbol")
    expected = dict(zip(base.panel.symbols, ema, strict=True))
    assert {symbol: table.loc[symbol, "mean"] for symbol in table.index} == {
        symbol: expected[symbol] for symbol in table.index
    }
    assert windows.start_of(401) < windows.base


def test_the_real_market_does_not_move_with_a_harmless_column(real_data: Path):
    """close[400] once changed the ratings of 2,199 symbols."""
    data = real_data / "us_daily_sample.parquet"
    symbols = tuple(pq.read_table(data, columns=["symbol"])["symbol"].unique().to_pylist())
    asked = {"provider": "files", "data": str(data), "symbols": symbols, "as_of": "2023-11-24"}
    alone = run_scan(ScanConfig(**asked), now=NOW)
    more = run_scan(ScanConfig(**asked, columns=("close[400]", "ema(close, 200)")), now=NOW)
    assert_nothing_else_changed(alone, more)


@pytest.mark.parametrize("day", ["2023-03-14", "2024-03-13"])
def test_no_default_column_jumps_when_the_window_moves_on(day: str):
    """On the session on which a window begins a year later, values move by the day alone."""
    sessions = CALENDAR.last(1_400, np.datetime64(day))
    panel = BarPanel.from_long(make_bars(SYMBOLS, sessions), sessions)
    new, old = (CALENDAR.anchor(d, 300) for d in (sessions[-1], sessions[-2]))
    assert new > old
    moved, stayed = (panel.window(start, sessions[-1]) for start in (new, old))
    rows = [window.rows_at(sessions[-1]) for window in (moved, stayed)]
    after, before = evaluate(moved, rows[0]), evaluate(stayed, rows[1])
    for name, values in after.items():
        if name != "bars":
            jump = np.abs(values - before[name]) / unit(name, before)
            assert np.nanmax(jump, initial=0.0) <= 1e-4, name
            assert np.array_equal(np.isnan(values), np.isnan(before[name])), name


def unit(name: str, values: dict[str, np.ndarray]) -> np.ndarray | float:
    """The parity unit: the price for price-like values, 100 for oscillators, else the largest."""
    kind = COLUMNS[name].unit
    if kind.startswith("price"):
        return values["close"]
    return 100.0 if kind in ("%", "0-100", "-100-0") else np.nanmax(np.abs(values[name]))
