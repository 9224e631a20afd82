"""What is known to be answered, and what is missing: symbols × sessions without a row per cell.

``Coverage`` holds sessions answered for the whole market and, per symbol, ranges of days answered.
"Asked, no bar" is answered too. It says nothing about the bars themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.typing import BoolArray, DateArray, IntArray

__all__ = ["Coverage", "Gaps"]

Scalar = TypeVar("Scalar", bound=np.generic)

OWNER_STEP = 1 << 40
"""Larger than any day number, so that (owner, day) can be one integer."""


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """Cells that are missing; symbols with the same missing sessions form one group.

    ``sessions`` are all that were asked for, ascending, covered ones included: they say how many
    sessions a range spans. ``missing`` is ``(n_groups, n_sessions)``; its rows are distinct and
    none is empty, so a symbol that misses nothing is in no group.
    """

    sessions: DateArray
    groups: tuple[tuple[str, ...], ...]
    missing: BoolArray

    @classmethod
    def of(
        cls,
        symbols: Sequence[str],
        sessions: DateArray,
        missing: BoolArray,
        row: NDArray[np.intp] | None = None,
    ) -> Gaps:
        """Group ``symbols`` by their row of ``missing`` (symbol i has row i, or ``row[i]``)."""
        keys = [packed.tobytes() for packed in np.packbits(missing, axis=1)]
        empty = bytes(len(keys[0])) if keys else b""
        members: dict[bytes, list[str]] = {}
        example: dict[bytes, int] = {}
        rows = range(len(symbols)) if row is None else row.tolist()
        for symbol, at in zip(symbols, rows, strict=True):
            key = keys[at]
            if key != empty:
                members.setdefault(key, []).append(symbol)
                example.setdefault(key, at)
        kept = missing[np.fromiter(example.values(), np.intp, len(example))]
        return cls(_fixed(sessions), tuple(map(tuple, members.values())), _fixed(kept))

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol that misses something, group by group."""
        return tuple(symbol for group in self.groups for symbol in group)

    @property
    def sizes(self) -> IntArray:
        """Number of symbols of each group."""
        return np.array([len(group) for group in self.groups], np.int64)

    @property
    def cells(self) -> int:
        """Number of missing cells (symbol, session)."""
        return int(self.sizes @ np.count_nonzero(self.missing, axis=1)) if self.groups else 0

    def where(self, allowed: BoolArray) -> Gaps:
        """Return the gaps in the sessions that ``allowed`` marks (or the cells, one row a group).

        ``sessions`` stay as they are; groups that become alike are joined.
        """
        rows = np.repeat(np.arange(len(self.groups)), self.sizes)
        return Gaps.of(self.symbols, self.sessions, self.missing & allowed, rows)

    def without(self, symbols: Collection[str]) -> Gaps:
        """Return the gaps of all other symbols."""
        gone = frozenset(symbols)
        groups = [tuple(name for name in group if name not in gone) for group in self.groups]
        kept = np.array([bool(group) for group in groups], bool)
        return Gaps(self.sessions, tuple(filter(None, groups)), _fixed(self.missing[kept]))


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What has been answered; build it with ``of`` and grow it with the ``with_`` methods.

    ``sessions``: days answered for the whole market, ascending, no doubles. Range ``i`` says that
    symbol ``names[owner[i]]`` is answered from day ``first[i]`` to ``last[i]``, both included;
    ranges are sorted by symbol and day and merged where no weekday lies between them.
    """

    sessions: DateArray
    names: tuple[str, ...]
    owner: IntArray
    first: DateArray
    last: DateArray

    @classmethod
    def none(cls) -> Coverage:
        """Nothing has been answered yet."""
        days = np.empty(0, "datetime64[D]")
        return cls.of(days, (), days, days)

    @classmethod
    def of(
        cls,
        sessions: DateArray,
        symbols: Sequence[str],
        first: DateArray,
        last: DateArray,
    ) -> Coverage:
        """Build from whole-market days and ranges, one per entry, in any order, overlaps allowed.

        ``symbols[i]`` was answered from ``first[i]`` to ``last[i]``.
        """
        starts, ends = _days(first), _days(last)
        if not len(symbols) == len(starts) == len(ends):
            lengths = (len(symbols), len(starts), len(ends))
            raise ParameterError("symbols, first, last", lengths, "three sequences of one length")
        if np.any(~(starts <= ends)):
            at = int(np.argmax(~(starts <= ends)))
            shown = f"{symbols[at]} {starts[at]}…{ends[at]}"
            raise ParameterError("first", shown, "a day that is not after last")
        names = tuple(sorted(set(symbols)))
        position = {name: at for at, name in enumerate(names)}
        owner = np.fromiter(map(position.__getitem__, symbols), np.int64, len(symbols))
        owner, starts, ends = _merged(owner, starts, ends)
        return cls(
            _fixed(np.unique(_days(sessions))), names, _fixed(owner), _fixed(starts), _fixed(ends)
        )

    @property
    def ranges(self) -> Mapping[str, tuple[tuple[np.datetime64, np.datetime64], ...]]:
        """Ranges (first, last) answered, per symbol; symbols without one are left out."""
        bounds = np.searchsorted(self.owner, np.arange(len(self.names) + 1))
        pairs = list(zip(self.first, self.last, strict=True))
        return {
            name: tuple(pairs[bounds[at] : bounds[at + 1]]) for at, name in enumerate(self.names)
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Coverage):
            return NotImplemented
        return (
            self.names == other.names
            and np.array_equal(self.sessions, other.sessions)
            and np.array_equal(self.owner, other.owner)
            and np.array_equal(self.first, other.first)
            and np.array_equal(self.last, other.last)
        )

    __hash__ = None  # type: ignore[assignment]  # arrays inside; compare, do not hash

    def with_market_day(self, session: np.datetime64) -> Coverage:
        """Return the coverage after one whole-market day was answered."""
        return self.with_market_days(np.array([session], "datetime64[D]"))

    def with_market_days(self, sessions: DateArray) -> Coverage:
        """Return the coverage after whole-market days were answered."""
        days = _fixed(np.union1d(self.sessions, _days(sessions)))
        return Coverage(days, self.names, self.owner, self.first, self.last)

    def with_range(self, symbol: str, first: np.datetime64, last: np.datetime64) -> Coverage:
        """Return the coverage after one symbol was answered from ``first`` to ``last``."""
        return self.with_ranges((symbol,), first, last)

    def with_ranges(
        self,
        symbols: Sequence[str],
        first: DateArray | np.datetime64,
        last: DateArray | np.datetime64,
    ) -> Coverage:
        """Return the coverage after ``symbols`` were answered, all the same days or each its own.

        One call with many symbols is linear; many calls with one symbol each are not.
        """
        starts, ends = (np.broadcast_to(_days(days), len(symbols)) for days in (first, last))
        return Coverage.of(
            self.sessions,
            [*(self.names[at] for at in self.owner.tolist()), *symbols],
            np.concatenate([self.first, starts]),
            np.concatenate([self.last, ends]),
        )

    def missing(self, symbols: Sequence[str], sessions: DateArray) -> Gaps:
        """Find what is not answered among ``symbols`` × ``sessions`` (strictly ascending)."""
        days = _days(sessions)
        if np.any(days[1:] <= days[:-1]):
            raise ParameterError("sessions", "an unsorted array", "strictly ascending days")
        wanted = tuple(dict.fromkeys(symbols))
        position = {name: at for at, name in enumerate(self.names)}
        code = np.array([position.get(name, -1) for name in wanted], np.intp)
        # Row 0 of the matrix stands for every symbol without a range of its own.
        row = np.where(code >= 0, np.cumsum(code >= 0), 0)
        answered = self._answered(code[code >= 0], days)
        return Gaps.of(wanted, days, ~answered & ~np.isin(days, self.sessions), row)

    def _answered(self, codes: NDArray[np.intp], days: DateArray) -> BoolArray:
        """Mark the ``days`` inside the ranges of ``codes``; row 0 belongs to nobody."""
        row_of = np.zeros(len(self.names), np.intp)
        row_of[codes] = np.arange(1, len(codes) + 1)
        row = row_of[self.owner]
        start = np.searchsorted(days, self.first)
        stop = np.searchsorted(days, self.last, side="right")
        used = (row > 0) & (start < stop)
        # Merged ranges of a symbol are disjoint: no (row, start) and no (row, stop) comes twice.
        edge = np.zeros((len(codes) + 1, len(days) + 1), np.int8)
        edge[row[used], start[used]] += 1
        edge[row[used], stop[used]] -= 1
        np.cumsum(edge, axis=1, out=edge)
        return edge[:, :-1] > 0


def _days(days: DateArray | np.datetime64) -> DateArray:
    return np.asarray(days, "datetime64[D]")


def _fixed(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return a read-only view."""
    view = array.view()
    view.flags.writeable = False
    return view


def _merged(
    owner: IntArray, first: DateArray, last: DateArray
) -> tuple[IntArray, DateArray, DateArray]:
    """Sort ranges by (owner, first) and join those with no weekday between them."""
    if not len(owner):
        return owner, first, last
    order = np.lexsort((first, owner))
    owner, first, last = owner[order], first[order], last[order]
    # The owner's part makes the running maximum start anew with each owner.
    base = owner * OWNER_STEP
    reach = np.maximum.accumulate(base + last.astype(np.int64)) - base
    reached = reach.astype("datetime64[D]")
    begins = np.ones(len(owner), bool)
    begins[1:] = (owner[1:] != owner[:-1]) | (np.busday_count(reached[:-1] + 1, first[1:]) > 0)
    at = np.flatnonzero(begins)
    return owner[at], first[at], reached[np.append(at[1:], len(owner)) - 1]
