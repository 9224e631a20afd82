"""What each symbol was worth after each day, as known at the end and at the start of each fold.

A point is chosen for a fold by outcomes that were known before the fold began. To leave out the
hits whose window reaches into it is not enough: a halted symbol is sold at a later open, a delisted
one is known as such weeks after, a print shows itself as one by the next bar. So for each fold
outcomes are computed anew from bars that end with the last session before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from technic.engine.blocks import PoisonedSymbol, block_slices, call_or_halve
from technic.study.known_until import Fetched, KnownUntil
from technic.study.outcomes import TradedPrices, forward_returns
from technic.study.replay.later_bars import LaterBars
from technic.study.replay.replay import Replay
from technic.typing import FloatArray

__all__ = ["Reading", "day_returns"]

BLOCK_SYMBOLS = 256
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """Returns over ``horizon`` sessions after the first ``days`` days of a replay.

    ``known_until``: the last session whose bars are looked at; None: all there are.
    """

    horizon: int
    days: int
    known_until: np.datetime64 | None = None


def day_returns(
    replay: Replay,
    readings: Sequence[Reading],
    delisting_return: float,
    progress: Progress | None = None,
) -> tuple[list[FloatArray], list[PoisonedSymbol]]:
    """Return what a share bought after each day was worth, as `forward_returns` has it.

    For each reading ``(days, n_symbols)``, NaN where there is no return. Symbols in the order of
    ``replay.symbols``. Beside it the symbols whose bars raised, of which no return is known.
    """
    symbols = replay.symbols
    found = [np.full((one.days, len(symbols)), np.nan) for one in readings]
    cuts = block_slices(len(symbols), BLOCK_SYMBOLS)
    poisoned: list[PoisonedSymbol] = []

    def take(own: slice) -> tuple[slice, Replay]:
        return own, _fetched(replay, symbols[own])

    def judge(taken: tuple[slice, Replay]) -> list[FloatArray]:
        own, whole = taken
        return _judged(whole, symbols[own], readings, delisting_return)

    for number, cut in enumerate(cuts, start=1):
        done, some = call_or_halve(cut, take, judge, symbols)
        poisoned += some
        for own, parts in done:
            for values, returns in zip(found, parts, strict=True):
                values[:, own] = returns
        if progress is not None:
            progress(number, len(cuts))
    return found, poisoned


def _judged(
    replay: Replay,
    symbols: Sequence[str],
    readings: Sequence[Reading],
    delisting_return: float,
) -> list[FloatArray]:
    """Return the returns of some symbols by each reading."""
    found: dict[int, FloatArray] = {}
    for end in dict.fromkeys(one.known_until for one in readings):
        bars = _bars(replay, symbols, end)
        prices = TradedPrices.of(bars, delisting_return)
        for at, one in enumerate(readings):
            if one.known_until == end:
                rows = np.searchsorted(bars.sessions, replay.days[: one.days])
                found[at] = forward_returns(prices, one.horizon)[rows]
    return [found[at] for at in range(len(readings))]


def _fetched(replay: Replay, symbols: Sequence[str]) -> Replay:
    """Return the replay with the bars of some symbols read once, for all ends of the data."""
    sessions = replay.data_sessions
    provider = replay.context.provider
    answer = provider.history(symbols, sessions[sessions >= replay.days[0]])
    return replace(replay, context=replace(replay.context, provider=Fetched(provider, answer)))


def _bars(replay: Replay, symbols: Sequence[str], end: np.datetime64 | None) -> LaterBars:
    """Return the bars from the first day of the replay to the end; what is later is not there."""
    if end is not None:
        context = replay.context
        early = replace(context, provider=KnownUntil(context.provider, end), last_session=end)
        replay = replace(replay, context=early)
    return replay.later_bars(symbols, replay.days[0], replay.data_sessions[-1])
