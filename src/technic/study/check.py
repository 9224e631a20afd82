"""Does the past stay as it was? Truncated, begun elsewhere, in another order, it is computed again.

Three questions are asked of every column, condition, and setup of a scan, on some random days:

Who is scanned is asked first: a symbol that appears or drops out is named.

1. *Later bars*: the day is replayed among later ones, as a study does it, and once more from bars
   and filings that end with it. A value that differs has looked ahead.
2. *Start*: history begins a year earlier. A value that differs by more than ``START_TOLERANCE`` of
   itself depends on where history begins: a recursion that has not settled, a running total.
3. *Company*: symbols come in another order and in narrow blocks. A value that differs depends on
   who stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.scan.expressions.conditions import WHERE
from technic.study.known_until import KnownUntil, Shuffled
from technic.study.replay.replay import Replay
from technic.study.replay.replayed_day import ReplayedDay
from technic.typing import DateArray
from technic.wording.counts import count_of

__all__ = ["START_TOLERANCE", "Change", "PastCheck", "check_past"]

Question = Literal["later bars", "start", "company"]
START_TOLERANCE = 1e-4
YEAR = 252
NARROW, MOST_BLOCKS = 7, 200
"""Symbols of a block where it is narrow; more of a market of which that made too many blocks."""
AFTER = 5
"""Later sessions that a checked day is replayed with, the last of the data among them."""

_SAYS: Mapping[Question, str] = {
    "later bars": "changes with what came later: it looks ahead",
    "start": "changes when history begins a year earlier",
    "company": "changes with the order of the symbols",
}


@dataclass(frozen=True, slots=True)
class Change:
    """Something whose past changed: what it is called, and where that shows.

    ``symbols``: on how many places (a symbol on a day) out of ``places``; ``day``, ``symbol``,
    ``before``, ``after``: the first of them.
    """

    question: Question
    name: str
    symbols: int
    places: int
    day: str
    symbol: str
    before: object
    after: object

    def __str__(self) -> str:
        return (
            f"{self.name} {_SAYS[self.question]} ({self.symbols:,} of "
            f"{count_of(self.places, 'value')}; {self.symbol} on {self.day}: {self.before} became "
            f"{self.after})"
        )


@dataclass(frozen=True, slots=True)
class PastCheck:
    """What was checked on which ``days``, and what changed.

    ``names``: everything that was looked at; ``changes``: one entry for each question and name.
    """

    days: tuple[str, ...]
    names: tuple[str, ...]
    changes: tuple[Change, ...]

    def of(self, question: Question) -> tuple[Change, ...]:
        """What a question has found."""
        return tuple(change for change in self.changes if change.question == question)

    @property
    def wrong(self) -> tuple[Change, ...]:
        """What changes though it must not: with later bars, or with its company."""
        return (*self.of("later bars"), *self.of("company"))

    @property
    def looks_ahead(self) -> bool:
        """Whether a past value changes with later bars, or with its company."""
        return bool(self.wrong)

    def __str__(self) -> str:
        values = count_of(len(self.names), "value")
        days = f"{values} checked on {count_of(len(self.days), 'day')}"
        if not self.changes:
            return f"{days}: the past stays as it was"
        return "\n".join((f"{days}:", *map(str, self.changes)))


def check_past(replay: Replay, count: int = 3, seed: int = 0) -> PastCheck:
    """Check ``count`` random days of a replay.

    Raises ParameterError where that is no count of its days.
    """
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= len(replay.days):
        allowed = f"a whole number from 1 to {len(replay.days)}, the days of the replay"
        raise ParameterError("count", count, allowed)
    rng = np.random.default_rng(seed)
    days = np.sort(rng.choice(replay.days, count, replace=False))
    tally = _Tally()
    for day in days:
        among = _day_of(replay.reopened(_with_later(replay, day)), day)
        alone, provider, config = np.array([day]), replay.context.provider, replay.config
        seen = KnownUntil(provider, day)
        truncated = replay.reopened(alone, provider=seen, known_until=day)
        tally.compare("later bars", among, _day_of(truncated, day), 0.0)
        shuffled = replay.reopened(alone, provider=Shuffled(provider, seed))
        width = max(NARROW, -(-len(replay.symbols) // MOST_BLOCKS))
        narrow = replace(shuffled, block_symbols=width)
        tally.compare("company", among, _day_of(narrow, day), 0.0)
        longer = replay.reopened(alone, config=replace(config, bars=config.bars + YEAR))
        tally.compare("start", among, _day_of(longer, day), START_TOLERANCE)
    return PastCheck(tuple(map(str, days)), tuple(tally.names), tuple(tally.changes()))


class _Tally:
    """Counts the places at which something differs, and keeps the first."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self._found: dict[tuple[Question, str], Change] = {}
        self._places: dict[tuple[Question, str], int] = {}

    def compare(
        self, question: Question, first: ReplayedDay, again: ReplayedDay, tolerance: float
    ) -> None:
        """Compare who is there, then the values of the symbols that both have."""
        self._compare_symbols(question, first, again)
        own = {name: at for at, name in enumerate(again.market.symbols)}
        pairs = [(i, own[n]) for i, n in enumerate(first.market.symbols) if n in own]
        left, right = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        values, others = dict(_values(first)), dict(_values(again))
        for name, mine in values.items():
            if tolerance and name in _COUNTED:
                continue
            self.names[name] = None
            one, other = mine[left], others[name][right]
            differs = np.flatnonzero(_differ(one, other, tolerance))
            key = question, name
            self._places[key] = self._places.get(key, 0) + len(left)
            if len(differs):
                at = int(differs[0])
                symbol = first.market.symbols[int(left[at])]
                before, after = one.tolist()[at], other.tolist()[at]
                new = Change(question, name, 0, 0, str(first.day), symbol, before, after)
                self._add(new, len(differs))

    def _compare_symbols(self, question: Question, first: ReplayedDay, again: ReplayedDay) -> None:
        """Name who is there in one of the two alone."""
        here, there = set(first.market.symbols), set(again.market.symbols)
        key = question, WHO
        self.names[WHO] = None
        self._places[key] = self._places.get(key, 0) + len(here | there)
        apart = sorted(here ^ there)
        if apart:
            before, after = (_THERE[apart[0] in side] for side in (here, there))
            new = Change(question, WHO, 0, 0, str(first.day), apart[0], before, after)
            self._add(new, len(apart))

    def _add(self, new: Change, symbols: int) -> None:
        key = new.question, new.name
        old = self._found.get(key, new)
        self._found[key] = replace(old, symbols=old.symbols + symbols)

    def changes(self) -> Iterator[Change]:
        """Yield what has changed."""
        for key, change in self._found.items():
            yield replace(change, places=self._places[key])


WHO = "who is scanned"
"""What a symbol that appears or drops out is a change of."""
_THERE = {True: "there", False: "not there"}
_COUNTED = ("bars",)
"""Columns that say where history begins."""


def _values(day: ReplayedDay) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Yield everything that a day says of its symbols, by a name that its user knows."""
    yield from day.market.columns.items()
    yield "signal", day.market.signal
    for name, values in day.values.columns.items():
        yield name, values
    for one in day.values.conditions:
        name = one.text if one.owner == WHERE else f"{one.owner}.{one.name}"
        yield name, one.values
    for name in day.values.setups:
        yield f"setup {name}", day.values.met(name)


def _differ(
    one: NDArray[np.generic], other: NDArray[np.generic], tolerance: float
) -> NDArray[np.bool_]:
    """Tell where values differ by more than a fraction of themselves; texts, where at all."""
    if one.dtype.kind != "f":
        return np.asarray(one != other)
    a, b = one.astype(np.float64), other.astype(np.float64)
    unknown = np.isnan(a) != np.isnan(b)
    with np.errstate(invalid="ignore"):
        apart = np.abs(a - b) > tolerance * np.maximum(np.abs(a), np.abs(b))
    return np.asarray(unknown | apart)


def _with_later(replay: Replay, day: np.datetime64) -> DateArray:
    """Return a day with some later ones that its data have."""
    sessions = replay.data_sessions
    later = sessions[sessions >= day]
    at = np.unique(np.linspace(0, len(later) - 1, AFTER + 1).astype(np.intp))
    return later[np.union1d(at, np.arange(min(2, len(later))))]


def _day_of(replay: Replay, day: np.datetime64) -> ReplayedDay:
    """Return one day of a replay."""
    return next(one for one in replay.replayed() if one.day == day)
