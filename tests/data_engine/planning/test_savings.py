"""Requests saved by pre-screening, counted from plans."""

from __future__ import annotations

import numpy as np

from technic.data_engine.interfaces.coverage import Coverage
from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.planning.savings import prescreen_savings

TODAY = np.datetime64("2024-03-08", "D")
SESSIONS = np.arange("2024-02-05", "2024-03-09", dtype="datetime64[D]")
SESSIONS = SESSIONS[np.is_busday(SESSIONS)]
SYMBOLS = [f"S{number:03}" for number in range(300)]
REMOVED = {"warrant": SYMBOLS[:60], "fund": SYMBOLS[60:160], "exchange": ()}
GAPS = Coverage.none().missing(SYMBOLS, SESSIONS)


def test_each_removed_symbol_saves_its_request_where_requests_are_per_symbol():
    """300 requests, 140 left: every rule saves as many as it removes."""
    rows = Capabilities(kinds=frozenset({"symbol_range"}))
    savings = prescreen_savings(GAPS, REMOVED, rows, TODAY)
    assert (savings.without_rules, savings.with_rules, savings.saved) == (300, 140, 160)
    assert savings.by_rule == {"warrant": 60, "fund": 100, "exchange": 0}


def test_nothing_is_saved_where_market_days_answer_for_everybody():
    """25 market days with the rules and without: an honest 0."""
    both = Capabilities(kinds=frozenset({"symbol_range", "market_day"}))
    savings = prescreen_savings(GAPS, REMOVED, both, TODAY)
    assert savings.without_rules == savings.with_rules == len(SESSIONS)
    assert savings.by_rule == {"warrant": 0, "fund": 0, "exchange": 0}


def test_rules_can_save_more_together_than_one_by_one():
    """Ten symbols left: ranges instead of days. With one rule off, days are as cheap again."""
    both = Capabilities(kinds=frozenset({"symbol_range", "market_day"}))
    removed = {"warrant": SYMBOLS[:100], "fund": SYMBOLS[100:290]}
    savings = prescreen_savings(GAPS, removed, both, TODAY)
    assert (savings.without_rules, savings.with_rules, savings.saved) == (25, 10, 15)
    assert savings.by_rule == {"warrant": 15, "fund": 15}


def test_symbols_without_gaps_save_nothing():
    """What the store has needs no request, removed or not."""
    rows = Capabilities(kinds=frozenset({"symbol_range"}))
    gaps = Coverage.none().with_ranges(SYMBOLS[:60], SESSIONS[0], SESSIONS[-1])
    savings = prescreen_savings(gaps.missing(SYMBOLS, SESSIONS), REMOVED, rows, TODAY)
    assert savings.by_rule == {"warrant": 0, "fund": 100, "exchange": 0}
