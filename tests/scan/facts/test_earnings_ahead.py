"""Who reports soon is left out of any scan that asks for it; of whom nobody knows is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from support.made_up_facts import HandMadeFacts
from support.made_up_market import CALENDAR, SESSIONS, SYMBOLS, scan
from technic import ScanConfig
from technic.errors import ParameterError
from technic.setups import load_setups
from technic.testing import make_bars

TODAY = int(np.searchsorted(CALENDAR.sessions, SESSIONS[-1]))
AHEAD = {"AK": 0, "AL": 4, "AM": 5, "AN": 40, "AO": -1}
"""Sessions until the results; AO was expected yesterday and has said nothing."""


def facts() -> HandMadeFacts:
    """What is expected, counted on the calendar."""
    steps = {name: [("2024-02-01", float(TODAY + left), "")] for name, left in AHEAD.items()}
    return HandMadeFacts(
        {"days_to_earnings": steps}, readings={"days_to_earnings": "sessions_until"}
    )


@pytest.fixture(scope="module")
def bars():
    """Thirty ordinary symbols."""
    return make_bars(SYMBOLS, SESSIONS)


def test_who_reports_soon_is_out_and_who_is_not_known_is_unknown(bars):
    """Five sessions or more are kept; no day, or one that is over, is unknown."""
    result = scan(bars, ScanConfig(min_days_to_earnings=5), facts=facts())
    outcomes = dict(zip(result.ledger.symbols, result.ledger.outcome, strict=True))
    assert [outcomes[name] for name in AHEAD] == [
        "filter.min_days_to_earnings",
        "filter.min_days_to_earnings",
        "kept",
        "kept",
        "filter.unknown",
    ]
    assert outcomes["EP"] == "filter.unknown"
    detail = result.ledger.of("AL")[1]
    said = "min_days_to_earnings: days_to_earnings >= 5 is false (days_to_earnings 4)"
    assert detail == said


def test_it_holds_for_any_setup_and_condition(bars):
    """What the setup keeps without it, less who reports soon or is not known."""
    setups = load_setups("nr7")
    alone = ScanConfig(setups=setups, where="close > 0")
    kept = set(scan(bars, alone).table["symbol"])
    found = set(scan(bars, replace(alone, filters=FIVE), facts=facts()).table["symbol"])
    far = {name for name, left in AHEAD.items() if left >= 5}
    assert found == kept & far
    everybody = scan(bars, ScanConfig(where="close > 0", min_days_to_earnings=5), facts=facts())
    assert set(everybody.table["symbol"]) == far


FIVE = ScanConfig(min_days_to_earnings=5).filters


@pytest.mark.parametrize("value", [-1, float("inf"), "five", True])
def test_a_number_of_sessions_is_asked_for(value):
    """Nothing else."""
    with pytest.raises(ParameterError, match="min_days_to_earnings"):
        ScanConfig(min_days_to_earnings=value)
