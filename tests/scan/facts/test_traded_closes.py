"""Closes as traded: of the last session up to a day, from bars that cost no request."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from support.facts import calendar, day, days
from technic.scan.facts.traded_closes import TradedCloses
from technic.testing import FakeProvider, make_bars

SYMBOLS = ("AA", "BB", "CC")
SESSIONS = calendar().between(day("2023-01-03"), day("2023-12-29"))
BARS = make_bars(SYMBOLS, SESSIONS)


def provider(**options) -> FakeProvider:
    """Raw bars that cost nothing; BB has none on 2023-06-30, CC's close there is over its high."""
    gone = (BARS.column == 1) & (BARS.session == day("2023-06-30"))
    close = BARS.close.copy()
    close[(BARS.column == 2) & (BARS.session == day("2023-06-30"))] *= 100.0
    bars = replace(BARS, close=close).rows(~gone)
    return FakeProvider(bars, **{"local": True, "price_basis": "raw", **options})


def loop(symbol: str, on: str) -> float:
    """Look a close up."""
    session = calendar().sessions[calendar().sessions <= day(on)][-1]
    own = (BARS.column == SYMBOLS.index(symbol)) & (BARS.session == session)
    return float(BARS.close[own][0])


def test_closes_are_those_of_the_last_session_up_to_a_day():
    """Weekends and holidays; one request a month; no bar and no whole bar are missing."""
    held = provider()
    asked = [
        ("AA", "2023-07-01"), ("CC", "2023-07-04"), ("BB", "2023-07-03"), ("AA", "2023-06-30"),
        ("BB", "2023-06-30"), ("CC", "2023-07-01"), ("ZZ", "2023-06-30"), ("AA", "2022-12-31"),
    ]  # fmt: skip
    closes = TradedCloses.of(held, calendar())
    found = closes([one for one, _ in asked], days(*(one for _, one in asked)))
    expected = [loop(*one) for one in asked[:4]] + [np.nan] * 4
    np.testing.assert_array_equal(found, expected)
    assert len(held.asked) == 3
    assert {"AA", "BB", "CC", "ZZ"} == {one for symbols in held.asked for one in symbols}


def test_there_are_none_where_prices_are_adjusted_or_cost_requests():
    """An adjusted close is none that was paid; nobody is asked for a close."""
    assert TradedCloses.of(provider(price_basis="split_adjusted"), calendar()) is None
    assert TradedCloses.of(provider(local=False), calendar()) is None
    assert TradedCloses.of(provider(), calendar()).version is None
