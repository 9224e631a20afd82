"""What a replay hands on at a time: hits, regimes and ratings of some of its days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from technic.engine.blocks import PoisonedSymbol
from technic.regime import Regime
from technic.study.replay.hits import Hits
from technic.typing import BoolArray, DateArray, FloatArray
from technic.wording.counts import count_of

__all__ = ["ReplayPart", "WholeReplay", "left_out", "not_judged"]

NAMED = 6
"""Symbols at fault that are named, each in a sentence."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ReplayPart:
    """Some days of a replay.

    ``days``: ``(n,)`` their positions among the sessions of the replay, ascending; ``hits``: those
    of these days; ``regimes``: the market's on the close of each. ``ranked``: ``(n, n_symbols)`` by
    the symbols of the replay, who is ranked on each day: in the universe, passed by the data gate,
    with a bar of the day, whatever the filters keep. ``ratings``: name → ``(n, n_symbols)`` as
    known on the close of each day; NaN for who is not ranked on it and where the rating is unknown.
    ``poisoned``: symbols whose scan raised on one of these days; they are left out on all of them.
    """

    days: NDArray[np.intp]
    hits: Hits
    regimes: tuple[Regime, ...]
    ranked: BoolArray
    ratings: Mapping[str, FloatArray] = field(default_factory=dict)
    poisoned: tuple[PoisonedSymbol, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WholeReplay:
    """All parts of a replay put together.

    ``regimes``: of each session. ``ranked``: ``(n_days, n_symbols)`` as in the parts, nobody on
    days that none of them has: 15 MB for ten years of 6,000 symbols. ``ratings``: name →
    ``(n_days, n_symbols)`` float64, the very bits of the scans: 121 MB; NaN where the parts say so,
    and on days that none of them has. ``left_out``: a sentence for each symbol that raised.
    """

    hits: Hits
    regimes: tuple[Regime, ...]
    ranked: BoolArray
    ratings: dict[str, FloatArray]
    left_out: tuple[str, ...]

    @classmethod
    def of(cls, parts: Iterable[ReplayPart], names: Sequence[str]) -> WholeReplay:
        """Gather them; ``names``: the ratings that they have. At least one part is needed."""
        ratings: dict[str, FloatArray] = {}
        ranked: BoolArray = np.zeros((0, 0), np.bool_)
        hits: list[Hits] = []
        regimes: dict[int, Regime] = {}
        poisoned: list[tuple[NDArray[np.intp], Sequence[PoisonedSymbol]]] = []
        for part in parts:
            shape = len(part.hits.sessions), len(part.hits.symbols)
            if not hits:
                ranked = np.zeros(shape, np.bool_)
            ranked[part.days] = part.ranked
            for name in names:
                if name not in ratings:
                    ratings[name] = np.full(shape, np.nan)
                ratings[name][part.days] = part.ratings[name]
            hits.append(part.hits)
            regimes.update(zip(part.days.tolist(), part.regimes, strict=True))
            poisoned.append((part.days, part.poisoned))
        sessions = hits[0].sessions if hits else np.empty(0, "M8[D]")
        return cls(
            hits=Hits.joined(_drained(hits)),
            regimes=tuple(regimes[day] for day in sorted(regimes)),
            ranked=ranked,
            ratings=ratings,
            left_out=tuple(left_out(poisoned, sessions)),
        )


def _drained(hits: list[Hits]) -> Iterator[Hits]:
    """Yield the parts and hold none of them."""
    hits.reverse()
    while hits:
        yield hits.pop()


def left_out(
    parts: Iterable[tuple[NDArray[np.intp], Sequence[PoisonedSymbol]]], sessions: DateArray
) -> Iterator[str]:
    """Yield a sentence for each symbol that raised: on which days it is left out, and why.

    ``parts``: the positions of some days, and who is left out on all of them.
    """
    days: dict[str, set[int]] = {}
    errors: dict[str, PoisonedSymbol] = {}
    for own, poisoned in parts:
        for one in poisoned:
            errors.setdefault(one.symbol, one)
            days.setdefault(one.symbol, set()).update(own.tolist())
    for symbol, one in list(errors.items())[:NAMED]:
        when = days[symbol]
        yield (
            f"{symbol} is left out on {count_of(len(when), 'day')} from {sessions[min(when)]} to "
            f"{sessions[max(when)]}: its scan raised {one.error} ({one.detail})"
        )
    if len(errors) > NAMED:
        yield f"{count_of(len(errors) - NAMED, 'more symbol')} raised and are left out"


def not_judged(poisoned: Sequence[PoisonedSymbol]) -> Iterator[str]:
    """Yield a sentence that names the symbols of whose hits nobody can say what followed."""
    if poisoned:
        first, count = poisoned[0], count_of(len(poisoned), "symbol")
        names = ", ".join(one.symbol for one in poisoned[:NAMED])
        more = " ..." if len(poisoned) > NAMED else ""
        yield (
            f"what followed the hits of {count} is not known ({names}{more}): their bars raised "
            f"{first.error} ({first.detail})"
        )
