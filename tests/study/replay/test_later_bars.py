"""Bars after hits stand in one split basis, by session, with what is known of payments and ends."""

from __future__ import annotations

import numpy as np
import pytest

from support.hard_market import NOW, PAID, SESSIONS, SPLITS, hard_market
from technic import ScanConfig
from technic.errors import ParameterError
from technic.study.replay.later_bars import GONE_AFTER, LaterBars
from technic.study.replay.replay import Replay, open_replay

FIRST, LAST = np.datetime64("2024-01-02"), np.datetime64("2024-04-30")
NAMES = ("EL", "AK", "BO", "DL", "DM", "EM", "QQ", "DK", "CL", "BN")


@pytest.fixture(scope="module")
def replay() -> Replay:
    """A replay of the market in which everything hard happens."""
    days = SESSIONS[600:610]
    return open_replay(ScanConfig(), days=days, provider=hard_market(), now=NOW)


@pytest.fixture(scope="module")
def bars(replay: Replay) -> LaterBars:
    """Some symbols over a few months in which AK, BN and CL are split."""
    return replay.later_bars(NAMES, FIRST, LAST)


def column(bars: LaterBars, symbol: str) -> int:
    """Where a symbol stands."""
    return bars.symbols.index(symbol)


def at(bars: LaterBars, day: str) -> int:
    """Where a session stands."""
    return int(np.searchsorted(bars.sessions, np.datetime64(day)))


def test_prices_are_those_of_the_last_basis(bars: LaterBars):
    """Each raw price over the ratios of the splits after it; the ratio of each day beside it."""
    raw = hard_market().bars
    assert bars.symbols == NAMES
    assert bars.sessions.tolist() == [day for day in SESSIONS.tolist() if FIRST <= day <= LAST]
    for symbol in ("AK", "BO", "CL", "BN"):
        own = raw.rows(raw.column == raw.symbols.index(symbol))
        i = column(bars, symbol)
        for number, day in enumerate(bars.sessions):
            later = 1.0
            for name, split_day, ratio in SPLITS:
                if name == symbol and day < np.datetime64(split_day) <= LAST:
                    later *= ratio
            assert bars.later_splits[number, i] == pytest.approx(later, rel=1e-12)
            row = int(np.flatnonzero(own.session == day)[0])
            for field in ("open", "high", "low", "close"):
                price = getattr(own, field)[row] / later
                assert getattr(bars, field)[number, i] == pytest.approx(price, rel=1e-12)
            assert bars.volume[number, i] == pytest.approx(own.volume[row] * later, rel=1e-12)


def test_dividends_stand_on_their_days_in_that_basis(bars: LaterBars):
    """What was paid on one day is added up; what was paid before or after is not there."""
    assert bars.dividends is not None
    found = {
        (bars.symbols[i], str(bars.sessions[day])): bars.dividends[day, i]
        for day, i in zip(*np.nonzero(bars.dividends), strict=True)
    }
    paid = {(name, day) for name, day, _ in PAID if str(FIRST) <= day <= str(LAST)}
    assert set(found) == paid == {("BO", "2024-01-10"), ("CL", "2024-04-16")}
    assert found["BO", "2024-01-10"] == pytest.approx(8.0)
    assert found["CL", "2024-04-16"] == pytest.approx(0.2)  # paid after the split


def test_who_is_gone_and_who_is_not_there(bars: LaterBars):
    """One is delisted, one is listed late, one nobody knows of."""
    gone = column(bars, "EL")
    assert bars.delisted.tolist() == [name == "EL" for name in NAMES]
    assert bars.sessions[bars.last_bar[gone]] == np.datetime64("2024-03-15")
    assert np.isnan(bars.close[bars.last_bar[gone] + 1 :, gone]).all()
    late, nobody = column(bars, "EM"), column(bars, "QQ")
    assert np.isnan(bars.close[: at(bars, "2024-02-12"), late]).all()
    assert bars.last_bar[late] == len(bars.sessions) - 1
    assert bars.last_bar[nobody] == -1
    assert np.isnan(bars.close[:, nobody]).all()


def test_a_print_is_no_bar_and_a_lasting_shift_is_a_break(replay: Replay, bars: LaterBars):
    """No stop is hit by a print; over a split that nobody knows of nothing can be compared."""
    print_, day = column(bars, "DM"), at(bars, "2024-03-05")
    assert np.isnan(bars.close[day, print_])
    assert np.isfinite(bars.close[[day - 1, day + 1], print_]).all()
    assert not bars.breaks.any()
    year = replay.later_bars(("DK", "AK"), np.datetime64("2023-06-01"), LAST)
    assert np.argwhere(year.breaks).tolist() == [[at(year, "2023-09-12"), 0]]


def test_an_end_near_that_of_the_data_may_be_a_halt(replay: Replay):
    """A symbol that fell silent a few sessions before the end may trade again."""
    at_end = int(np.searchsorted(SESSIONS, np.datetime64("2024-03-15")))
    assert len(SESSIONS) - 1 - at_end >= GONE_AFTER
    early = hard_market()
    early.bars = early.bars.rows(early.bars.session <= SESSIONS[at_end + GONE_AFTER - 1])
    again = open_replay(ScanConfig(), days=replay.days, provider=early, now=NOW)
    found = again.later_bars(("EL", "AK"), FIRST, SESSIONS[at_end + 5])
    assert not found.delisted.any()
    found = replay.later_bars(("EL", "AK"), FIRST, SESSIONS[at_end + 5])
    assert found.delisted.tolist() == [True, False]


def test_only_days_of_the_data_have_bars(replay: Replay):
    """A span without a session names the last there is."""
    with pytest.raises(ParameterError, match="a day up to 2024-06-28"):
        replay.later_bars(("AK",), np.datetime64("2024-07-01"), np.datetime64("2024-07-05"))
