"""Outcomes as known at the start of a fold are those of data that ends there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from support.hard_market import NOW, SESSIONS, hard_market
from technic import ScanConfig
from technic.study.replay.replay import Replay, open_replay
from technic.study.sweep.day_returns import Reading, day_returns

HORIZON = 5
DAY = 40
"""The first day of a fold."""


@pytest.fixture(scope="module")
def replay() -> Replay:
    """Sixty days; on the fortieth symbols are halted."""
    first = int(np.searchsorted(SESSIONS, np.datetime64("2024-03-04"))) - DAY
    days = SESSIONS[first : first + 60]
    return open_replay(ScanConfig(where="close > 0"), days=days, provider=hard_market(), now=NOW)


def test_what_is_known_early_is_what_shorter_data_has(replay: Replay):
    """Of a provider whose bars end the session before, which was never told of later ones."""
    last = replay.days[DAY - 1]
    readings = [
        Reading(HORIZON, 60), Reading(HORIZON, DAY - HORIZON, last), Reading(1, DAY - 1, last)
    ]  # fmt: skip
    (whole, early, next_day), _ = day_returns(replay, readings, 0.0)
    market = hard_market()
    ended = replace(market, bars=market.bars.rows(market.bars.session <= last))
    short = open_replay(replay.config, days=replay.days[:DAY], provider=ended, now=NOW)
    (alone,), _ = day_returns(short, [Reading(HORIZON, DAY)], 0.0)
    np.testing.assert_array_equal(early, alone[: DAY - HORIZON])
    assert np.isnan(alone[DAY - HORIZON :]).all()
    known_later = np.isnan(early) & np.isfinite(whole[: DAY - HORIZON])
    assert known_later.any()  # or nothing would be at stake
    assert np.isfinite(next_day).any()
