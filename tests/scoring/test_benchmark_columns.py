"""Columns that compare symbols with a benchmark, session by session."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reference.close_panels import panel_of_closes, random_closes
from technic.errors import ParameterError
from technic.scoring import BENCHMARK_COLUMNS, benchmark_columns

N = 330
CLOSES = random_closes(N, 23, seed=5, holes=0.02)
BENCHMARK = random_closes(N, 1, seed=6)[:, 0]


def last_rows(panel):
    """Row of each symbol's last bar."""
    return panel.rows_at(panel.sessions[-1])


def looped(closes, benchmark, back):
    """(symbol growth, benchmark growth) over ``back`` bars of one symbol, by plain indexing."""
    days = [day for day in range(len(closes)) if not math.isnan(closes[day])]
    if len(days) <= back:
        return math.nan, math.nan
    now, then = days[-1], days[-1 - back]
    return closes[now] / closes[then], benchmark[now] / benchmark[then]


def test_returns_are_compared_over_the_symbols_own_sessions():
    """Holes in a symbol's listing do not shift the benchmark's window: a loop over days agrees."""
    panel = panel_of_closes(CLOSES)
    found = benchmark_columns(panel, last_rows(panel), BENCHMARK)
    for i in range(CLOSES.shape[1]):
        own = other = 0.0
        for back in (21, 63, 126, 189, 252):
            growth, base = looped(CLOSES[:, i], BENCHMARK, back)
            excess = found[f"excess_return_{back}_pct"][i]
            assert excess == pytest.approx(100 * (growth - base), nan_ok=True)
            share = {63: 0.4, 126: 0.2, 189: 0.2, 252: 0.2}.get(back, 0)
            own, other = own + share * growth, other + share * base
        assert found["rs_vs_benchmark"][i] == pytest.approx(100 * own / other, nan_ok=True)


def test_the_benchmark_against_itself_is_level():
    """Excess 0, 100 relative to itself, RS line 1 at its high."""
    panel = panel_of_closes(BENCHMARK[:, None])
    found = {k: v[0] for k, v in benchmark_columns(panel, last_rows(panel), BENCHMARK).items()}
    assert found["excess_return_252_pct"] == 0
    assert found["rs_vs_benchmark"] == 100
    assert found["rs_line"] == 1
    assert found["rs_line_from_high_pct"] == 0
    assert found["rs_line_new_high"] == 1


def test_a_blue_dot_is_a_new_high_of_the_line_that_the_price_has_not_made():
    """Price below its high in a falling market is a blue dot; at its high it is none."""
    falling = np.linspace(200, 100, 260)
    steady = np.full(260, 50.0)
    steady[10] = 51.0
    rising = np.linspace(50, 60, 260)
    weak = np.linspace(50, 20, 260)
    panel = panel_of_closes(np.column_stack([steady, rising, weak]))
    found = benchmark_columns(panel, last_rows(panel), falling)
    assert found["rs_line_new_high"].tolist() == [1, 1, 0]
    assert found["rs_blue_dot"].tolist() == [1, 0, 0]
    assert found["rs_line_from_high_pct"][2] == pytest.approx(
        (0.2 / (weak[8] / falling[8]) - 1) * 100
    )


def test_the_line_needs_252_bars():
    """251 bars have a line and no verdict on its high."""
    panel = panel_of_closes(random_closes(251, 1))
    found = benchmark_columns(panel, last_rows(panel), BENCHMARK[:251])
    assert found["rs_line"][0] > 0
    for name in ("rs_line_from_high_pct", "rs_line_new_high", "rs_blue_dot"):
        assert math.isnan(found[name][0])


@pytest.mark.parametrize(("gap", "there"), [(5, True), (6, False)])
def test_a_gap_of_the_benchmark_is_filled_from_five_sessions_before(gap, there):
    """A missing close is the last one known, unless that is too old to stand for today."""
    panel = panel_of_closes(random_closes(N, 1))
    late = BENCHMARK.copy()
    late[N - gap :] = np.nan
    line = benchmark_columns(panel, last_rows(panel), late)["rs_line"][0]
    assert line == (panel.close[-1, 0] / late[N - gap - 1]) if there else math.isnan(line)


@pytest.mark.parametrize("bad", [0.0, -5.0, np.inf])
def test_a_close_that_is_no_price_counts_as_missing(bad):
    """Zero, negative and infinite benchmark closes never enter a division."""
    panel = panel_of_closes(random_closes(N, 1))
    wrong = BENCHMARK.copy()
    wrong[-1] = bad
    line = benchmark_columns(panel, last_rows(panel), wrong)["rs_line"][0]
    assert line == panel.close[-1, 0] / BENCHMARK[-2]


@pytest.mark.parametrize("day", [40, 200, 300])
def test_later_sessions_change_nothing(day):
    """As of a day inside the panel, the columns are those of a panel that ends there."""
    panel = panel_of_closes(CLOSES)
    full = benchmark_columns(panel, panel.rows_at(panel.sessions[day]), BENCHMARK)
    short = panel_of_closes(CLOSES[: day + 1])
    ended = benchmark_columns(short, last_rows(short), BENCHMARK[: day + 1])
    for name in BENCHMARK_COLUMNS:
        np.testing.assert_array_equal(full[name], ended[name])


def test_many_days_at_once_are_each_of_them():
    """Also where the benchmark is missing for weeks, and before a symbol's first bar."""
    panel, gaps = panel_of_closes(CLOSES), BENCHMARK.copy()
    gaps[[30, *range(100, 120), *range(250, 257)]] = np.nan
    days = panel.sessions[[0, 3, 110, 251, 252, 255, 256, N - 1]]
    rows = np.array([panel.rows_at(day) for day in days])
    rows[2:5, 1] = -1
    whole = benchmark_columns(panel, rows, gaps)
    for at, own in enumerate(rows):
        for name, values in benchmark_columns(panel, own, gaps).items():
            np.testing.assert_array_equal(whole[name][at], values, err_msg=name)
    assert np.isfinite(whole["rs_line_from_high_pct"]).any()


@pytest.mark.parametrize("width", [1, 2, 7])
def test_columns_do_not_depend_on_the_block(width):
    """A symbol alone has the bits it has among all."""
    panel = panel_of_closes(CLOSES)
    rows = last_rows(panel)
    whole = benchmark_columns(panel, rows, BENCHMARK)
    for start in range(0, panel.n_symbols, width):
        block = slice(start, start + width)
        part = benchmark_columns(panel.take(block), rows[block], BENCHMARK)
        for name in BENCHMARK_COLUMNS:
            np.testing.assert_array_equal(part[name], whole[name][block])


def test_a_symbol_without_bars_has_no_columns():
    """Row -1 is NaN everywhere."""
    panel = panel_of_closes(random_closes(300, 2))
    found = benchmark_columns(panel, np.array([-1, 299]), BENCHMARK[:300])
    assert set(found) == set(BENCHMARK_COLUMNS)
    assert all(math.isnan(values[0]) and not math.isnan(values[1]) for values in found.values())


def test_a_benchmark_of_another_length_is_refused():
    """It must be aligned to the panel's sessions."""
    panel = panel_of_closes(random_closes(30, 1))
    with pytest.raises(ParameterError, match="30 sessions"):
        benchmark_columns(panel, last_rows(panel), BENCHMARK)
