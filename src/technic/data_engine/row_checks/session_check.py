"""Are the dates of bars those of trading days? Shifted ones rank symbols by wrong returns.

A few rows on days without trading are left out and counted. More than one in a hundred are warned
of, more than one in twenty are refused: then the other dates are wrong as well, though they fall
on sessions. A shift of one half of the year is judged by the rows of that half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.row_checks.day_pattern import (
    DayPattern,
    coarse_start,
    day_pattern,
    spacing,
)
from technic.data_engine.row_checks.market_days import NO_SESSION, MarketDays, day_counts
from technic.data_engine.row_checks.same_days import SameDays
from technic.typing import DateArray, FloatArray
from technic.wording.counts import agree, count_of

__all__ = ["CheckedDays", "DatedRows", "DayTable", "DayVerdict", "check_days"]

WARNED = 0.01
REFUSED = 0.05
FEWEST_DAYS = 3
"""Days on no session from which dates are refused: one or two say nothing of the others."""
REPEATED = 0.8
"""The part of the closes on no session that has to be that of the day before."""
FEWEST_LACKING = 20
"""Sessions that have to be lacking before it is asked whether a symbol's bars begin weekly."""
SPARSE = 4.0
"""Days from bar to bar, on average, from which a symbol's spacing is looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class DatedRows:
    """Rows in any order: ``symbols[code[i]]`` has one on ``day[i]``.

    ``closes``: returns the close of each row. ``one_each``: each symbol came by itself, as a file
    of its own or a frame.
    """

    symbols: tuple[str, ...]
    code: NDArray[np.int32]
    day: DateArray
    closes: Callable[[], FloatArray]
    one_each: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class DayTable:
    """Distinct days, ascending, how many rows each has, and what it is (`market_days`)."""

    days: DateArray
    counts: NDArray[np.int64]
    kind: NDArray[np.int8]

    @classmethod
    def of(cls, day: DateArray, market: MarketDays) -> DayTable:
        """Count the rows of each day."""
        days, counts = day_counts(day)
        return cls(days, counts, market.kinds(days))

    def days_of(self, kind: int) -> DateArray:
        """Return the days of one kind."""
        days: DateArray = self.days[self.kind == kind]
        return days

    def rows_of(self, kind: int) -> int:
        """Return how many rows lie on the days of one kind."""
        return int(self.counts[self.kind == kind].sum())


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """What is wrong with days: of ``rows`` rows ``off`` lie on no session, or bars are no days'.

    ``pattern``: what those rows have in common; ``spacing``: bars of a week, month, …
    """

    rows: int
    off: int
    days_off: int = 0
    pattern: DayPattern | None = None
    spacing: str = ""

    @property
    def share(self) -> float:
        """The rows on no session ÷ all, or those of a half of the year ÷ all of that half."""
        half = self.pattern.half_share if self.pattern else 0.0
        return max(self.off / self.rows, half)

    @property
    def refused(self) -> bool:
        """Whether the dates cannot be believed."""
        return bool(self.spacing) or (self.share > REFUSED and self.days_off >= FEWEST_DAYS)

    @property
    def warned(self) -> bool:
        """Whether it is worth a warning."""
        return self.refused or self.share > WARNED

    @property
    def reason(self) -> str:
        """What is wrong, and the likely cause."""
        if self.spacing:
            kinds = {"week": "weekly", "month": "monthly", "quarter": "quarterly"}
            kind = kinds.get(self.spacing, "yearly") + " bars"
            return f"one bar a {self.spacing}: these are {kind}, daily ones are needed"
        assert self.pattern is not None
        return (
            f"{self.off:,} of {count_of(self.rows, 'row')} ({100 * self.off / self.rows:.1f} %) "
            f"{agree(self.off, 'lies', 'lie')} on no session, {self.pattern.where}: "
            f"{self.pattern.cause}"
        )

    @property
    def advice(self) -> str:
        """What to do about it."""
        return self.pattern.advice if self.pattern and not self.spacing else ""

    def __str__(self) -> str:
        return f"{self.reason}; {self.advice}" if self.advice else self.reason


@dataclass(frozen=True, slots=True, eq=False)
class CheckedDays:
    """What became of the days of rows.

    ``alone``: symbols whose dates are refused while others are right. ``table``, ``verdict``: of
    all others; no verdict where there is nothing to say. ``notes``: what else is to be said.
    """

    table: DayTable
    verdict: DayVerdict | None
    alone: dict[str, DayVerdict]
    notes: tuple[str, ...] = ()


def check_days(rows: DatedRows, market: MarketDays) -> CheckedDays:
    """Hold the days of rows against the sessions that are over.

    A symbol whose dates are refused goes alone where the dates of most are right. One that came by
    itself goes alone unless all do, and the spacing of its bars is looked at. Rows without a price
    on days without trading say nothing of the others.
    """
    rows = replace(rows, closes=cache(rows.closes))  # asked for once a suspect, of which all may be
    table = DayTable.of(rows.day, market)
    notes = tuple(_coarse(rows, table, market))
    judged = _priced(rows, table)
    own = table if judged is rows else DayTable.of(judged.day, market)
    verdict = _verdict(own, market, partial(_all_repeated, judged, own))
    suspected = rows.one_each or (verdict is not None and verdict.off >= FEWEST_DAYS)
    if len(rows.symbols) < 2 or not suspected or not len(judged.day):
        return CheckedDays(table, verdict, {}, notes)
    alone = dict(_alone(judged, own, market))
    there = np.bincount(rows.code, minlength=len(rows.symbols)) > 0
    most = int(there.sum()) if rows.one_each else (int(there.sum()) + 1) // 2
    if not alone:
        return CheckedDays(table, verdict, {}, notes)
    if len(alone) >= most:
        refused = verdict if verdict and verdict.refused else next(iter(alone.values()))
        return CheckedDays(table, refused, {}, notes)
    kept = np.array([symbol not in alone for symbol in rows.symbols], np.bool_)
    rest = DayTable.of(judged.day[kept[judged.code]], market)
    verdict = _verdict(rest, market, lambda: False)
    return CheckedDays(DayTable.of(rows.day[kept[rows.code]], market), verdict, alone, notes)


def _priced(rows: DatedRows, table: DayTable) -> DatedRows:
    """Return the rows without those on no session that have no price either."""
    off = table.days_of(NO_SESSION)
    if len(off) < FEWEST_DAYS:
        return rows
    empty = np.isin(rows.day, off)
    empty[empty] = ~np.isfinite(rows.closes()[empty])
    if not empty.any():
        return rows
    closes = rows.closes
    return replace(
        rows, code=rows.code[~empty], day=rows.day[~empty], closes=lambda: closes()[~empty]
    )


def _coarse(rows: DatedRows, table: DayTable, market: MarketDays) -> Iterator[str]:
    """Say of which symbols the bars come once a week or month before they come daily.

    Of symbols that came together only where it is true of all.
    """
    found: dict[str, tuple[str, np.datetime64]] = {}
    if not rows.one_each or len(rows.symbols) == 1:
        start = coarse_start(table.days)
        if start and _as_many_before(table, start[1]):
            found = dict.fromkeys(rows.symbols, start)
    else:
        suspects = _gappy(rows, market)
        order = np.argsort(rows.code, kind="stable") if len(suspects) else suspects
        bounds = np.searchsorted(rows.code[order], np.arange(len(rows.symbols) + 1))
        for column in suspects.tolist():
            own = np.unique(rows.day[order[bounds[column] : bounds[column + 1]]])
            if start := coarse_start(own):
                found[rows.symbols[column]] = start
    if found:
        symbol, (word, day) = next(iter(found.items()))
        others = f" and {count_of(len(found) - 1, 'other')}" if len(found) > 1 else ""
        yield (
            f"{symbol}{others} {agree(len(found), 'has', 'have')} one bar a {word} before {day}: "
            "returns and averages that reach so far back are of longer spans than they say"
        )


def _as_many_before(table: DayTable, day: np.datetime64) -> bool:
    """Tell whether the days before ``day`` have about as many rows as those from it on."""
    early = table.days < day
    return bool(2 * np.median(table.counts[early]) >= np.median(table.counts[~early]))


def _gappy(rows: DatedRows, market: MarketDays) -> NDArray[np.intp]:
    """Return the symbols that lack more than a few sessions between their first and last."""
    n = len(rows.symbols)
    first, last = np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min)
    day = rows.day.astype(np.int64)
    np.minimum.at(first, rows.code, day)
    np.maximum.at(last, rows.code, day)
    sessions = market.calendar.sessions.astype(np.int64)
    due = np.searchsorted(sessions, last, side="right") - np.searchsorted(sessions, first)
    return np.flatnonzero(due - np.bincount(rows.code, minlength=n) > FEWEST_LACKING)


def _verdict(
    table: DayTable, market: MarketDays, repeated: Callable[[], bool]
) -> DayVerdict | None:
    """Judge the days up to now; None where all are sessions and come day after day."""
    judged = table.kind <= NO_SESSION
    days, counts = table.days[judged], table.counts[judged]
    off = table.kind[judged] == NO_SESSION
    rows, rows_off = int(counts.sum()), int(counts[off].sum())
    word = spacing(days)
    if not rows_off and not word:
        return None
    pattern = None
    if rows_off and not word:
        sessions = market.calendar.between(days[0], min(days[-1], market.final))
        pattern = day_pattern(days, counts, off, sessions, repeated)
    return DayVerdict(rows, rows_off, int(off.sum()), pattern, word)


def _alone(
    rows: DatedRows, table: DayTable, market: MarketDays
) -> Iterator[tuple[str, DayVerdict]]:
    """Yield the symbols whose own dates are refused."""
    n = len(rows.symbols)
    off = np.isin(table.days, table.days_of(NO_SESSION))
    at = (rows.day - table.days[0]).astype(np.int64)
    is_off = np.zeros(int(at.max()) + 1, np.bool_)
    is_off[(table.days[off] - table.days[0]).astype(np.int64)] = True
    suspects = np.bincount(rows.code[is_off[at]], minlength=n) >= FEWEST_DAYS
    if rows.one_each:
        suspects |= _sparse(rows.code, at, n)
    if not suspects.any():
        return
    order = np.argsort(rows.code, kind="stable")
    bounds = np.searchsorted(rows.code[order], np.arange(n + 1))
    same = SameDays(lambda days, asked: _verdict(DayTable.of(days, market), market, asked))
    for column in np.flatnonzero(suspects).tolist():
        own = order[bounds[column] : bounds[column + 1]]
        own = own[np.argsort(rows.day[own], kind="stable")]
        repeated = partial(_own_repeated, rows, own, is_off[at[own]])
        verdict = same.judged(rows.day[own], repeated)
        if verdict is not None and verdict.refused:
            yield rows.symbols[column], verdict


def _sparse(code: NDArray[np.int32], day: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    """Tell which symbols have a bar every few days only, from their first to their last."""
    first, last = np.full(n, np.iinfo(np.int64).max), np.zeros(n, np.int64)
    np.minimum.at(first, code, day)
    np.maximum.at(last, code, day)
    gaps = np.bincount(code, minlength=n) - 1
    return np.asarray((gaps > 0) & (last - first >= SPARSE * gaps))


def _own_repeated(rows: DatedRows, own: NDArray[np.intp], off: NDArray[np.bool_]) -> bool:
    """Tell whether one symbol's closes on days without trading are those of the rows before."""
    closes = rows.closes()[own]
    same = closes[1:] == closes[:-1]
    return bool(off[1:].any() and np.mean(same[off[1:]]) >= REPEATED)


def _all_repeated(rows: DatedRows, table: DayTable) -> bool:
    """Tell the same of all symbols together."""
    order = np.lexsort((rows.day, rows.code))
    code, closes = rows.code[order], rows.closes()[order]
    off = np.isin(rows.day[order], table.days_of(NO_SESSION))
    after = off[1:] & (code[1:] == code[:-1])
    same = closes[1:] == closes[:-1]
    return bool(after.any() and np.mean(same[after]) >= REPEATED)
