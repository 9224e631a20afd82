"""Plans against brute force on small cases, and by hand on the cases people meet."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic.data_engine.interfaces.coverage import Coverage, Gaps
from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.planning import vertex_cover as plan_graph
from technic.data_engine.planning.plan import Plan, make_plan
from technic.data_engine.planning.vertex_cover import minimum_cover
from technic.errors import ParameterError

TODAY = np.datetime64("2024-03-08", "D")
ROWS_AND_DAYS = Capabilities(kinds=frozenset({"symbol_range", "market_day"}))
ROWS = Capabilities(kinds=frozenset({"symbol_range"}))
MANY = Capabilities(
    kinds=frozenset({"multi_symbol"}), bars_per_page=10_000, symbols_per_request=200
)


def weekdays(count: int, last: np.datetime64 = TODAY) -> np.ndarray:
    """Return the last ``count`` weekdays up to ``last``: sessions enough for planning."""
    days = np.arange(last - 2 * count - 5, last + 1)
    return days[np.is_busday(days)][-count:]


def names(count: int) -> list[str]:
    """Return made-up symbols."""
    return [f"S{number:04}" for number in range(count)]


def gaps_of(missing: np.ndarray, sessions: np.ndarray | None = None) -> Gaps:
    """Return gaps with one symbol per row of ``missing``."""
    sessions = weekdays(missing.shape[1]) if sessions is None else sessions
    return Gaps.of(names(len(missing)), sessions, missing)


def cells_answered(plan: Plan, gaps: Gaps) -> set[tuple[str, np.datetime64]]:
    """Write out what the plan's requests answer among all symbols of ``gaps``."""
    answered = set()
    for request in plan.requests:
        days = gaps.sessions[(gaps.sessions >= request.first) & (gaps.sessions <= request.last)]
        answered |= set(product(request.symbols or gaps.symbols, days))
    return answered


def cells_missing(gaps: Gaps) -> set[tuple[str, np.datetime64]]:
    """Write the gaps out, one (symbol, session) each."""
    return {
        cell
        for group, missing in zip(gaps.groups, gaps.missing, strict=True)
        for cell in product(group, gaps.sessions[missing])
    }


def pages_by_hand(plan: Plan, gaps: Gaps, capabilities: Capabilities) -> int:
    """Count the HTTP requests of a plan of daily bars from the requests alone."""
    total = 0
    for request in plan.requests:
        inside = (gaps.sessions >= request.first) & (gaps.sessions <= request.last)
        bars = max(len(request.symbols), 1) * int(np.count_nonzero(inside))
        total += -(-bars // capabilities.bars_per_page) if request.symbols else 1
    return total


def least_pages(cells: tuple[int, ...], page: int) -> int:
    """Fewest pages for one symbol, tried in every way: ranges of consecutive missing cells."""
    if not cells:
        return 0
    return min(
        -(-(cells[end - 1] - cells[0] + 1) // page) + least_pages(cells[end:], page)
        for end in range(1, len(cells) + 1)
    )


def brute_force(missing: np.ndarray, day_offered: np.ndarray, page: int, rows: bool = True) -> int:
    """Return the fewest HTTP requests, every set of days tried."""
    best = 10**9
    offered = np.flatnonzero(day_offered)
    for count in range(len(offered) + 1):
        for days in combinations(offered, count):
            left = missing.copy()
            left[:, list(days)] = False
            if rows or not left.any():
                cost = sum(least_pages(tuple(np.flatnonzero(row).tolist()), page) for row in left)
                best = min(best, count + cost)
    return best


@st.composite
def matrices(draw: st.DrawFn, rows: int = 6, columns: int = 7) -> np.ndarray:
    """Draw a small matrix of missing cells, some of its rows alike."""
    n_rows, n_columns = draw(st.integers(1, rows)), draw(st.integers(1, columns))
    row = st.lists(st.booleans(), min_size=n_columns, max_size=n_columns)
    kinds = draw(st.lists(row, min_size=1, max_size=4))
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=n_rows, max_size=n_rows))
    return np.array(chosen, bool)


@settings(deadline=None, max_examples=150)
@given(matrices(), st.data())
def test_cover_is_the_cheapest_and_of_those_the_one_with_the_fewest_columns(marked, data):
    """Every set of columns tried, rows that are left open added: none is better."""
    costs = [
        np.array(data.draw(st.lists(st.integers(1, 3), min_size=size, max_size=size)))
        for size in marked.shape
    ]

    def worth(columns: np.ndarray, rows: np.ndarray) -> tuple[int, int]:
        return int(costs[0][rows].sum() + costs[1][columns].sum()), int(columns.sum())

    rows, columns = minimum_cover(marked, *costs)
    assert not (marked & ~rows[:, None] & ~columns).any()
    options = (np.array(option, bool) for option in product((False, True), repeat=len(columns)))
    best = min(worth(option, (marked & ~option).any(axis=1)) for option in options)
    assert worth(columns, rows) == best


@pytest.mark.parametrize(
    ("row_cost", "column_cost", "by_rows"),
    [((2, 3), (1, 1, 1), False), ((1, 2), (1, 1, 1), True), ((1, 1), (1, 2, 3), True)],
)
def test_where_all_is_missing_one_side_covers_it(row_cost, column_cost, by_rows):
    """The cheaper side; rows where both cost the same, since columns are to be few."""
    costs = np.array(row_cost), np.array(column_cost)
    rows, columns = minimum_cover(np.ones((2, 3), bool), *costs)
    assert rows.tolist() == [by_rows] * 2
    assert columns.tolist() == [not by_rows] * 3


def test_a_first_sync_and_a_daily_one_are_planned_without_scipy():
    """Its import takes longer than the plan: 0.3 s of each process."""
    code = """if True:
        import sys
        from tests.data_engine.planning.test_plan import *
        for days in (150, 1):
            gaps = gaps_of(np.ones((300, days), bool))
            assert make_plan(gaps, ROWS_AND_DAYS, TODAY).http_requests == days
        sys.exit("scipy" in sys.modules)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_sampled_cells_lead_to_the_same_cost(monkeypatch, rounds):
    """A graph solved on a sample costs what the whole one costs."""
    random = np.random.default_rng(5)
    sides = (np.ones(60, np.int64), np.ones(50, np.int64))
    for density in (0.02, 0.1, 0.5):
        marked = random.random((60, 50)) < density
        monkeypatch.setattr(plan_graph, "MANY_RUNS", 10**6)
        whole = minimum_cover(marked, *sides)
        monkeypatch.setattr(plan_graph, "MANY_RUNS", 40)
        monkeypatch.setattr(plan_graph, "SAMPLE_ROUNDS", rounds)
        sampled = minimum_cover(marked, *sides)
        assert not (marked & ~sampled[0][:, None] & ~sampled[1]).any()
        assert sum(map(np.sum, sampled)) == sum(map(np.sum, whole))


@settings(deadline=None, max_examples=120)
@given(matrices())
def test_rows_and_days_are_the_fewest(missing):
    """One-page ranges and market days: as few as brute force finds, everything covered."""
    gaps = gaps_of(missing)
    plan = make_plan(gaps, ROWS_AND_DAYS, TODAY)
    assert plan.http_requests == brute_force(missing, np.ones(missing.shape[1], bool), 50_000)
    assert plan.gap == 0
    assert cells_answered(plan, gaps) >= cells_missing(gaps)


@settings(max_examples=100)
@given(matrices(rows=5, columns=7), st.integers(1, 4))
def test_page_limits_are_counted_and_the_plan_is_still_the_fewest(missing, page):
    """Ranges of several pages, cut where a hole makes that cheaper, mixed with market days."""
    capabilities = dataclasses.replace(ROWS_AND_DAYS, bars_per_page=page)
    gaps = gaps_of(missing)
    plan = make_plan(gaps, capabilities, TODAY)
    assert plan.http_requests == brute_force(missing, np.ones(missing.shape[1], bool), page)
    assert plan.http_requests == pages_by_hand(plan, gaps, capabilities)
    assert plan.gap == 0
    assert cells_answered(plan, gaps) >= cells_missing(gaps)


@settings(deadline=None, max_examples=150)
@given(matrices(), st.integers(1, 4))
def test_ranges_alone_are_cut_into_the_fewest_pages(missing, page):
    """Without market days each symbol stands alone."""
    plan = make_plan(gaps_of(missing), dataclasses.replace(ROWS, bars_per_page=page), TODAY)
    assert plan.http_requests == brute_force(missing, np.zeros(missing.shape[1], bool), page)
    assert plan.gap == 0


@settings(deadline=None, max_examples=150)
@given(matrices(rows=4, columns=8), st.integers(1, 9), st.integers(2, 4))
def test_pages_that_hold_no_whole_number_of_sessions_are_used_to_the_brim(missing, bars, each):
    """Several pages in one range may reach further than one by one."""

    def pages(cells: tuple[int, ...]) -> int:
        return min(
            (
                -(-(cells[end - 1] - cells[0] + 1) * each // bars) + pages(cells[end:])
                for end in range(1, len(cells) + 1)
            ),
            default=0,
        )

    capabilities = dataclasses.replace(ROWS, bars_per_page=bars, intraday=True)
    plan = make_plan(gaps_of(missing), capabilities, TODAY, freq="60min", bars_per_session=each)
    assert plan.http_requests == sum(pages(tuple(np.flatnonzero(row).tolist())) for row in missing)
    assert all(request.freq == "60min" for request in plan.requests)


@settings(deadline=None, max_examples=120)
@given(
    missing=matrices(),
    history=st.one_of(st.none(), st.integers(0, 9)),
    same_day=st.booleans(),
    kinds=st.sets(st.sampled_from(["symbol_range", "market_day", "snapshot"]), min_size=1),
    ahead=st.integers(0, 2),
)
def test_limits_of_history_and_kinds_leave_the_fewest_for_the_rest(
    missing, history, same_day, kinds, ahead
):
    """Out of reach: too old, today unless same_day, later than today, days nobody offers."""
    sessions = weekdays(missing.shape[1], TODAY + ahead)
    capabilities = Capabilities(
        kinds=frozenset(kinds), history_days=history, same_day=same_day, requests_per_minute=5
    )
    gaps = gaps_of(missing, sessions)
    plan = make_plan(gaps, capabilities, TODAY)
    reachable = np.array(
        [
            (session < TODAY or (same_day and session == TODAY))
            and (history is None or session >= TODAY - history)
            for session in sessions
        ]
    )
    offered = reachable & (("market_day" in kinds) | (("snapshot" in kinds) & (sessions == TODAY)))
    if "symbol_range" not in kinds:
        reachable = offered
    wanted = missing & reachable
    assert plan.http_requests == brute_force(wanted, offered, 50_000, "symbol_range" in kinds)
    assert plan.unreachable == int((missing & ~reachable).sum())
    assert plan.gap == 0
    assert plan.seconds_at_rate_limit == plan.http_requests * 12
    assert cells_answered(plan, gaps) >= cells_missing(gaps) - cells_missing(plan.out_of_reach)
    for request in plan.requests:
        assert request.kind in kinds
        asked = sessions[(sessions >= request.first) & (sessions <= request.last)]
        assert asked.min() >= sessions[reachable].min()
        assert asked.max() <= sessions[reachable].max()
        assert request.kind != "snapshot" or request.first == request.last == TODAY


@settings(deadline=None, max_examples=120)
@given(matrices(), st.integers(1, 12), st.integers(1, 5), st.booleans())
def test_packed_requests_cover_everything_and_are_counted_right(missing, page, most, days):
    """Many symbols a request: complete, within the limits, never below the bound it proves."""
    kinds = {"multi_symbol", "market_day"} if days else {"multi_symbol"}
    capabilities = Capabilities(
        kinds=frozenset(kinds), bars_per_page=page, symbols_per_request=most
    )
    gaps = gaps_of(missing)
    plan = make_plan(gaps, capabilities, TODAY)
    assert cells_answered(plan, gaps) >= cells_missing(gaps)
    assert plan.http_requests == pages_by_hand(plan, gaps, capabilities)
    assert plan.gap >= 0
    assert all(len(request.symbols) <= most for request in plan.requests)
    if days:
        assert plan.http_requests <= int(missing.any(axis=0).sum())
    if most == 1 and not days:
        assert plan.http_requests >= brute_force(missing, np.zeros(missing.shape[1], bool), page)


@settings(deadline=None, max_examples=60)
@given(matrices(rows=4, columns=4), st.integers(1, 6), st.integers(1, 3), st.booleans())
def test_lower_bound_of_packing_is_never_above_the_best_plan(missing, page, most, days):
    """The bound against the best of every partition of the cells into requests and days."""
    kinds = {"multi_symbol", "market_day"} if days else {"multi_symbol"}
    capabilities = Capabilities(
        kinds=frozenset(kinds), bars_per_page=page, symbols_per_request=most
    )
    plan = make_plan(gaps_of(missing), capabilities, TODAY)
    n_rows, n_columns = missing.shape
    options = [
        (frozenset(product(rows, range(first, last + 1))), size * (last + 1 - first))
        for size in range(1, min(most, n_rows) + 1)
        for rows in combinations(range(n_rows), size)
        for first in range(n_columns)
        for last in range(first, n_columns)
    ]
    priced = [(covered, -(-bars // page)) for covered, bars in options]
    if days:
        priced += [(frozenset(product(range(n_rows), [day])), 1) for day in range(n_columns)]
    best: dict[frozenset, int] = {}

    def cheapest(left: frozenset) -> int:
        if not left:
            return 0
        if left not in best:
            cell = min(left)
            best[left] = min(
                cost + cheapest(left - covered) for covered, cost in priced if cell in covered
            )
        return best[left]

    least = cheapest(frozenset(zip(*map(np.ndarray.tolist, np.nonzero(missing)), strict=True)))
    assert plan.lower_bound <= least <= plan.http_requests


def test_cold_market_takes_one_request_a_session():
    """6,000 × 150: 150 market days instead of 6,000 ranges, oldest first."""
    gaps = Coverage.none().missing(names(6000), weekdays(150))
    plan = make_plan(gaps, dataclasses.replace(ROWS_AND_DAYS, requests_per_minute=5), TODAY)
    assert plan.summary() == {
        "requests": 150,
        "lower_bound": 150,
        "gap": 0,
        "by_kind": {"symbol_range": 0, "multi_symbol": 0, "market_day": 150, "snapshot": 0},
        "one_request_per_symbol": 6000,
        "seconds_at_rate_limit": 1800.0,
        "unreachable": 0,
    }
    assert json.loads(json.dumps(plan.summary())) == plan.summary()
    assert [request.first for request in plan.requests] == list(gaps.sessions)


def test_next_day_is_one_request():
    """One more session is one market day; while it runs, one snapshot where that is offered."""
    sessions = weekdays(151)
    gaps = Coverage.none().with_market_days(sessions[:-1]).missing(names(6000), sessions)
    assert [request.kind for request in make_plan(gaps, ROWS_AND_DAYS, TODAY).requests] == [
        "market_day"
    ]
    both = Capabilities(kinds=frozenset({"symbol_range", "market_day", "snapshot"}))
    assert [request.kind for request in make_plan(gaps, both, TODAY).requests] == ["market_day"]
    running = make_plan(gaps, both, TODAY, running=True)
    assert [request.kind for request in running.requests] == ["snapshot"]
    later = make_plan(gaps, both, TODAY + 1)
    assert [request.kind for request in later.requests] == ["market_day"]


def test_new_listings_holes_and_a_new_day_are_the_minimum_again():
    """Ten new symbols and three with holes, and the day: 13 ranges and one market day."""
    sessions = weekdays(151)
    symbols = names(6000)
    coverage = Coverage.none().with_ranges(symbols[:-13], sessions[0], sessions[-2])
    for at, symbol in enumerate(symbols[-3:]):
        coverage = coverage.with_range(symbol, sessions[0], sessions[40 + at])
        coverage = coverage.with_range(symbol, sessions[60], sessions[-2])
    gaps = coverage.missing(symbols, sessions)
    plan = make_plan(gaps, ROWS_AND_DAYS, TODAY)
    assert plan.by_kind == {
        "symbol_range": 13, "multi_symbol": 0, "market_day": 1, "snapshot": 0
    }  # fmt: skip
    assert plan.one_request_per_symbol == 6000
    holes = plan.requests[-3:]
    assert [request.symbols for request in holes] == [(symbol,) for symbol in symbols[-3:]]
    assert [request.first for request in holes] == list(sessions[[41, 42, 43]])
    assert all(request.last == sessions[59] for request in holes), "the new day is answered"


def test_equally_many_requests_go_the_way_of_fewer_bars():
    """Three symbols × three sessions: ranges carry 9 bars, market days the whole market."""
    plan = make_plan(gaps_of(np.ones((3, 3), bool)), ROWS_AND_DAYS, TODAY)
    assert plan.by_kind["symbol_range"] == 3


def test_packing_fills_pages_to_the_brim():
    """6,000 × 150 at 10,000 bars a page: 200 symbols in three full pages, 90 requests in all."""
    plan = make_plan(Coverage.none().missing(names(6000), weekdays(150)), MANY, TODAY)
    assert (plan.http_requests, plan.lower_bound, plan.gap) == (90, 90, 0)
    day = make_plan(Coverage.none().missing(names(6000), weekdays(1)), MANY, TODAY)
    assert (day.http_requests, day.lower_bound) == (30, 30)


def test_packing_cuts_far_holes_and_lets_different_gaps_share():
    """A first and a last session missing are two days each; thirteen odd symbols one request."""
    missing = np.zeros((400, 1000), bool)
    missing[:, [0, -1]] = True
    assert make_plan(gaps_of(missing), MANY, TODAY).http_requests == 4
    odd = np.random.default_rng(3).random((13, 150)) < 0.3
    assert make_plan(gaps_of(odd), MANY, TODAY).http_requests == 1


def test_no_gaps_need_no_requests():
    """A full store is asked nothing."""
    gaps = Coverage.none().with_market_days(weekdays(5)).missing(names(3), weekdays(5))
    for capabilities in (ROWS_AND_DAYS, ROWS, MANY):
        plan = make_plan(gaps, capabilities, TODAY)
        assert (plan.requests, plan.http_requests, plan.lower_bound) == ((), 0, 0)
        assert plan.seconds_at_rate_limit is None


def test_intraday_counts_the_bars_of_a_long_day():
    """960 one-minute bars a session: 100 sessions are 96,000 bars, two pages of 50,000."""
    plan = make_plan(gaps_of(np.ones((1, 100), bool)), ROWS_AND_DAYS, TODAY, freq="1min")
    assert plan.by_kind["symbol_range"] == plan.one_request_per_symbol == 2
    assert len(plan.requests) == 1, "one range, answered in two pages"
    with pytest.raises(ParameterError, match="bars_per_session"):
        make_plan(gaps_of(np.ones((1, 1), bool)), ROWS, TODAY, bars_per_session=0)


def test_plan_does_not_depend_on_the_order_of_symbols():
    """The same gaps in another order need the same requests."""
    missing = np.random.default_rng(7).random((40, 30)) < 0.1
    sessions, symbols = weekdays(30), names(40)
    there = make_plan(Gaps.of(symbols, sessions, missing), ROWS_AND_DAYS, TODAY)
    back = make_plan(Gaps.of(symbols[::-1], sessions, missing[::-1]), ROWS_AND_DAYS, TODAY)
    assert there.http_requests == back.http_requests
    assert there.by_kind == back.by_kind


def test_many_ranges_are_packed_whole_where_cutting_them_does_not_pay():
    """1,500 symbols with scattered holes: never more than asking for everything."""
    missing = np.random.default_rng(2).random((1500, 100)) < 0.2
    plan = make_plan(gaps_of(missing), MANY, TODAY)
    assert plan.lower_bound <= plan.http_requests <= 15
    assert cells_answered(plan, gaps_of(missing)) >= cells_missing(gaps_of(missing))


def test_large_paged_plans_say_how_far_they_may_be_from_the_best():
    """Ten rows of six pages and one day for all: too big to be solved exactly, so the gap shows."""
    missing = np.zeros((3000, 2520), bool)
    missing[:, -1] = True
    missing[:10] = True
    plan = make_plan(gaps_of(missing), dataclasses.replace(ROWS_AND_DAYS, bars_per_page=500), TODAY)
    assert plan.http_requests == 10 * 6 + 1
    assert 50 <= plan.lower_bound <= 61


def test_days_nobody_offers_are_never_asked():
    """Ten symbols miss two sessions, only today's snapshot is offered: ten ranges hold both."""
    kinds = frozenset({"symbol_range", "snapshot"})
    plan = make_plan(gaps_of(np.ones((10, 2), bool)), Capabilities(kinds=kinds), TODAY)
    assert [request.kind for request in plan.requests] == ["symbol_range"] * 10
    assert plan.lower_bound == 10
