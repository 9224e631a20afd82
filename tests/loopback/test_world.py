"""What happens to the simulated market, and how a vendor's answers show it."""

from __future__ import annotations

import numpy as np
import pytest

from support.loopback import ask, day, grouped, old_companies, small, span
from technic.errors import ParameterError

FIRST, LAST = "2026-06-22", "2026-06-30"
EVE, SPLIT_DAY = "2026-06-25", "2026-06-26"


def closes(rows) -> list[float]:
    """Closes of a range."""
    return [row["c"] for row in rows]


def test_a_split_between_two_fetches_changes_adjusted_history_and_no_raw_bar():
    """4 for 1: once its day has come, adjusted prices before it are a quarter; raw ones stay."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    before = closes(span(loopback, name, FIRST, EVE))
    after = closes(span(loopback, name, SPLIT_DAY, LAST))
    loopback.world.split(name, day(SPLIT_DAY), 4.0)
    loopback.world.today = day(EVE)
    assert closes(span(loopback, name, FIRST, LAST, adjusted="true")) == before
    loopback.world.today = day(LAST)
    assert closes(span(loopback, name, FIRST, EVE)) == before
    assert closes(span(loopback, name, FIRST, EVE, adjusted="true")) == [
        round(price / 4, 6) for price in before
    ]
    now = closes(span(loopback, name, SPLIT_DAY, LAST))
    assert now == pytest.approx([price / 4 for price in after], abs=0.00005)
    assert closes(span(loopback, name, SPLIT_DAY, LAST, adjusted="true")) == now
    volume = [row["v"] for row in span(loopback, name, EVE, EVE)]
    adjusted = grouped(loopback, EVE, adjusted="true")[name]
    assert adjusted["v"] == volume[0] * 4
    assert adjusted["c"] == round(before[-1] / 4, 6)
    assert grouped(loopback, SPLIT_DAY, adjusted="true")[name]["c"] == now[0]


@pytest.mark.parametrize("recorded", [True, False], ids=["recorded", "unrecorded"])
def test_a_split_is_on_file_unless_nobody_recorded_it(recorded):
    """The price falls either way; only one of them has a row in the feeds."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    eve = grouped(loopback, EVE)[name]["c"]
    loopback.world.split(name, day(SPLIT_DAY), 10.0, recorded=recorded)
    assert grouped(loopback, SPLIT_DAY)[name]["c"] < eve / 5
    feed = ask(loopback, "/stocks/v1/splits", ticker=name, execution_date=SPLIT_DAY)["results"]
    found = [(row["split_from"], row["split_to"], row["adjustment_type"]) for row in feed]
    assert found == ([(1.0, 10.0, "forward_split")] if recorded else [])


def test_a_split_is_announced_before_its_day_and_not_a_month_before():
    """Ten sessions ahead."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    loopback.world.split(name, day(SPLIT_DAY), 0.1)
    for today, known in (("2026-05-29", False), ("2026-06-15", True), (LAST, True)):
        loopback.world.today = day(today)
        rows = ask(loopback, "/stocks/v1/splits", ticker=name, execution_date=SPLIT_DAY)["results"]
        assert [row["adjustment_type"] for row in rows] == ["reverse_split"] * known


def test_the_factor_of_a_split_covers_all_later_ones():
    """Raw price times factor is the price in the latest basis: 1/2 for the last, 1/6 before."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    loopback.world.split(name, day("2026-06-24"), 3.0)
    loopback.world.split(name, day(SPLIT_DAY), 2.0)
    rows = ask(loopback, "/stocks/v1/splits", ticker=name, execution_date__gte="2026-06-24",
               sort="execution_date.asc")["results"]  # fmt: skip
    factors = [row["historical_adjustment_factor"] for row in rows]
    assert factors == pytest.approx([1 / 6, 1 / 2])


def test_a_new_listing_begins_and_a_delisted_symbol_ends():
    """No bars outside, and the reference data says so."""
    loopback = small()
    new, gone = old_companies(loopback.world, 2)
    loopback.world.list_from(new, day(SPLIT_DAY))
    loopback.world.delist_after(gone, day(EVE))
    assert len(span(loopback, new, FIRST, LAST)) == 3
    assert len(span(loopback, gone, FIRST, LAST)) == 4
    assert new not in grouped(loopback, EVE)
    assert gone not in grouped(loopback, SPLIT_DAY)
    listed = {row["ticker"] for row in everything(loopback, active="true")}
    ended = {row["ticker"]: row for row in everything(loopback, active="false")}
    assert new in listed
    assert gone not in listed
    assert ended[gone]["delisted_utc"].startswith(EVE)
    loopback.world.today = day(EVE)
    listed = {row["ticker"] for row in everything(loopback, active="true")}
    assert (new in listed, gone in listed) == (False, True)


def everything(loopback, **query: object) -> list[dict[str, object]]:
    """All tickers."""
    return ask(loopback, "/v3/reference/tickers", limit=1000, **query)["results"]


def test_a_halted_symbol_has_no_bars_while_it_is_halted():
    """The days before and after are untouched."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    whole = closes(span(loopback, name, FIRST, LAST))
    loopback.world.halt(name, day("2026-06-23"), day("2026-06-24"))
    assert closes(span(loopback, name, FIRST, LAST)) == [whole[0], *whole[3:]]


def test_after_a_change_of_symbol_history_stays_under_the_old_one():
    """Aggregates are by the symbol of their day; the events name the change."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    whole = closes(span(loopback, name, FIRST, LAST))
    loopback.world.rename(name, "QQNEW", day(SPLIT_DAY))
    assert closes(span(loopback, name, FIRST, LAST)) == whole[:4]
    assert closes(span(loopback, "QQNEW", FIRST, LAST)) == whole[4:]
    assert name in grouped(loopback, EVE)
    assert "QQNEW" in grouped(loopback, SPLIT_DAY)
    events = ask(loopback, "/vX/reference/tickers/QQNEW/events")["results"]["events"]
    assert [(row["date"], row["ticker_change"]["ticker"]) for row in events] == [
        (SPLIT_DAY, "QQNEW"),
        (str(loopback.world.sessions[0]), name),
    ]
    listed = {row["ticker"] for row in everything(loopback)}
    assert (name in listed, "QQNEW" in listed) == (False, True)


def test_a_dividend_put_in_is_on_file():
    """Its amount and ex-date are those given."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    loopback.world.pay_dividend(name, day(SPLIT_DAY), 1.25)
    rows = ask(loopback, "/stocks/v1/dividends", ticker=name, ex_dividend_date=SPLIT_DAY)["results"]
    assert 1.25 in [row["cash_amount"] for row in rows]


def test_changes_of_the_market_reach_answers_that_were_kept():
    """An encoded day is not served after the market has changed."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    loopback.prepare(5)
    loopback.world.delist_after(name, day(EVE))
    assert name not in grouped(loopback, LAST)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda world, _: setattr(world, "today", day("2027-01-04")), "today"),
        (lambda world, _: setattr(world, "phase", "lunch"), "phase"),
        (lambda world, _: world.split("NOBODY", day(LAST), 2.0), "symbol"),
        (lambda world, name: world.split(name, day("2026-06-27"), 2.0), "session"),
        (lambda world, name: world.split(name, day(LAST), 0.0), "ratio"),
        (lambda world, name: world.rename(name, name, day(LAST)), "new"),
    ],
    ids=["after the end", "no phase", "no symbol", "no session", "no ratio", "taken"],
)
def test_changes_that_cannot_be_are_refused(change, named):
    """The parameter is named."""
    world = small().world
    with pytest.raises(ParameterError, match=named):
        change(world, old_companies(world, 1)[0])


def test_the_market_is_the_demo_providers_when_it_is_as_large():
    """Same seed and sessions, same symbols; only bars that lack a price are left out."""
    world = small(n_sessions=2_520).world
    assert world.market.seed == 86
    bars = world.market.bars(np.arange(300), 0, 2_520)
    days = [world.day(at) for at in range(2_520)]
    assert sum(len(rows) for rows, _ in days) == bars.complete().sum() < len(bars)
    assert all(np.isfinite(values).all() for _, values in days)
