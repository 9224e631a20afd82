"""From corporate actions as vendors list them to splits, dividends and symbol changes.

Feeds hold rows that nobody can use: no ratio, no date, or two ratios for one day (an early year of
one vendor had 200 of these). Such rows are left out and named in the log: the data gate finds the
price gap that a missing split leaves, and asking again would not mend the feed.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.records import Dividends, Renames, Splits
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.text.outside import LABEL, clean, could_be_symbol
from technic.typing import DateArray
from technic.wording.counts import count_of

__all__ = ["Action", "Days", "concat_splits", "dividend_table", "rename_table", "split_table"]

logger = logging.getLogger(__name__)

NAMED_IN_LOG = 5

Days = tuple[np.datetime64, np.datetime64]
"""First and last day that were asked for; what lies outside is not part of the answer."""

Action = tuple[str | None, dt.date | None, float | None]
"""Symbol, day, ratio or amount; any of them may be missing."""


def split_table(rows: Sequence[Action], days: Days) -> Splits:
    """Build splits; two different ratios of a symbol on one day are both left out."""
    usable = _usable(rows, "splits")
    symbol, session = _columns([row[:2] for row in usable])
    return _one_a_day(symbol, session, np.array([row[2] for row in usable]), days)


def concat_splits(parts: Sequence[Splits]) -> Splits:
    """Put pages of splits together by the same rules; a split on two pages counts once."""
    symbol = np.concatenate([np.empty(0, object), *(part.symbol for part in parts)])
    session = np.concatenate([np.empty(0, "datetime64[D]"), *(part.session for part in parts)])
    ratio = np.concatenate([np.empty(0), *(part.ratio for part in parts)])
    return _one_a_day(symbol, session, ratio, None)


def dividend_table(rows: Sequence[Action], days: Days) -> Dividends:
    """Build dividends; a symbol may have several on one day (a special one beside the regular)."""
    usable = _usable(rows, "dividends")
    symbol, session = _columns([row[:2] for row in usable])
    inside = _within(session, days)
    amount = np.array([row[2] for row in usable], dtype=np.float64)
    return Dividends(symbol[inside], session[inside], amount[inside])


def rename_table(rows: Iterable[tuple[str, str, dt.date]], days: Days) -> Renames:
    """Build symbol changes; each once, and none from a symbol to itself."""
    kept = [
        row
        for row in dict.fromkeys(rows)
        if row[0] != row[1] and could_be_symbol(row[0]) and could_be_symbol(row[1])
    ]
    old, session = _columns([(row[0], row[2]) for row in kept])
    new, _ = _columns([(row[1], row[2]) for row in kept])
    inside = _within(session, days)
    return Renames(old[inside], new[inside], session[inside])


def _one_a_day(
    symbol: NDArray[np.object_], session: DateArray, ratio: NDArray[np.float64], days: Days | None
) -> Splits:
    found: dict[tuple[str, np.datetime64], set[float]] = {}
    for name, day, value in zip(symbol, session, ratio, strict=True):
        found.setdefault((name, day), set()).add(float(value))
    unclear = [f"{name} {day}" for (name, day), values in found.items() if len(values) > 1]
    _warn("splits with two ratios on one day", unclear)
    kept = [(key, values.pop()) for key, values in found.items() if len(values) == 1]
    splits = Splits(
        np.array([name for (name, _), _ in kept], dtype=object),
        np.array([day for (_, day), _ in kept], dtype="datetime64[D]"),
        np.array([value for _, value in kept], dtype=np.float64),
    )
    if days is None:
        return splits
    inside = _within(splits.session, days)
    return Splits(splits.symbol[inside], splits.session[inside], splits.ratio[inside])


def _usable(rows: Sequence[Action], what: str) -> list[tuple[str, dt.date, float]]:
    usable = [
        (name, day, value)
        for name, day, value in rows
        if name
        and could_be_symbol(name)
        and day is not None
        and value is not None
        and 0 < value < math.inf
    ]
    if rows and not usable:
        raise BadAnswerError(
            f"none of {count_of(len(rows), what[:-1])} has a symbol, a day and a number"
        )
    if len(usable) < len(rows):
        left = [f"{name} {day}" for name, day, value in rows if (name, day, value) not in usable]
        _warn(f"{what} without a usable number", left)
    return usable


def _columns(
    rows: Sequence[tuple[str, dt.date]],
) -> tuple[NDArray[np.object_], DateArray]:
    return (
        np.array([name for name, _ in rows], dtype=object),
        np.array([day for _, day in rows], dtype="datetime64[D]"),
    )


def _within(session: DateArray, days: Days) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (session >= days[0]) & (session <= days[1])
    return inside


def _warn(what: str, named: Sequence[str]) -> None:
    if named:
        more = f" and {len(named) - NAMED_IN_LOG} more" if len(named) > NAMED_IN_LOG else ""
        shown = ", ".join(clean(one, LABEL) for one in named[:NAMED_IN_LOG])
        logger.warning("left out %s: %s%s", what, shown, more)
