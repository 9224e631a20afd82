"""Which whole-market days to ask when the rest is asked symbol by symbol, page by page.

A *page* holds ``page.bars`` bars, a session has ``page.per_session`` of a symbol, and each page is
one HTTP request, so a range costs its pages and may be cut where it holds nothing that is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.planning.vertex_cover import minimum_cover
from technic.typing import BoolArray, IntArray

__all__ = [
    "PageSize",
    "cheapest_days",
    "cover_cost",
    "fewest_pieces",
    "full_page_bound",
    "spans",
]

EXACT_SIZE = 30_000
"""Paged ranges together with market days are solved exactly up to this many (range, cell)."""

EXACT_NODES = 500
"""Branches that the exact solver may try before its bound is taken as it is."""

Positions = NDArray[np.intp]
Piece = tuple[int, int, int]
"""First and last session (positions) and pages of one range."""


@dataclass(frozen=True, slots=True)
class PageSize:
    """What one HTTP answer holds: ``bars``, of which a symbol has ``per_session``."""

    bars: int
    per_session: int = 1

    def count(self, sessions: int) -> int:
        """Pages that one symbol's range of ``sessions`` takes."""
        return -(-sessions * self.per_session // self.bars)

    def reach(self, pages: int) -> int:
        """Sessions of one symbol that ``pages`` hold."""
        return pages * self.bars // self.per_session


def spans(missing: BoolArray) -> tuple[IntArray, IntArray]:
    """First and last marked position of each row; an empty row counts as full."""
    first = missing.argmax(axis=1)
    last = missing.shape[1] - 1 - missing[:, ::-1].argmax(axis=1)
    return first.astype(np.int64), last.astype(np.int64)


def fewest_pieces(cells: Positions, page: PageSize) -> list[Piece]:
    """Cut one symbol's missing ``cells`` (ascending) into ranges with the fewest pages in all.

    What reaches furthest with q pages is best for every q, so the search goes page by page.
    """
    whole = page.count(int(cells[-1] - cells[0]) + 1)
    if whole == 1:
        return [(int(cells[0]), int(cells[-1]), 1)]
    # Ranges of several pages reach further than as many of one page only by rounding.
    widest = 1 if page.bars % page.per_session == 0 else whole
    # Invariant: done[q] is how many leading cells q pages can answer at most, and step[q] how many
    # pages the last range of such an answer has; cells[done[q]] is the first that q pages miss.
    done, step = [0], [0]
    while done[-1] < len(cells):
        reached = [
            int(np.searchsorted(cells, cells[done[-pages]] + page.reach(pages)))
            for pages in range(1, min(widest, len(done)) + 1)
        ]
        done.append(max(reached))
        step.append(reached.index(done[-1]) + 1)
    # Read backwards: the cells from done[at - step[at]] on are one range of step[at] pages.
    pieces: list[Piece] = []
    at = len(done) - 1
    while at:
        begin = done[at - step[at]]
        pieces.append((int(cells[begin]), int(cells[done[at] - 1]), step[at]))
        at -= step[at]
    return _merge_pieces(pieces[::-1], page)


def _merge_pieces(pieces: list[Piece], page: PageSize) -> list[Piece]:
    """Join neighbours where that takes no more pages: fewer answers end half full."""
    merged = pieces[:1]
    for first, last, pages in pieces[1:]:
        before = merged[-1]
        together = page.count(last - before[0] + 1)
        if together <= before[2] + pages:
            merged[-1] = (before[0], last, together)
        else:
            merged.append((first, last, pages))
    return merged


def row_pages(missing: BoolArray, page: PageSize) -> IntArray:
    """Fewest pages for one symbol of each row; 0 for an empty row."""
    first, last = spans(missing)
    pages = np.asarray(missing.any(axis=1), np.int64)
    for row in np.flatnonzero(((last - first + 1) * page.per_session > page.bars) & (pages > 0)):
        pieces = fewest_pieces(np.flatnonzero(missing[row]), page)
        pages[row] = sum(piece[2] for piece in pieces)
    return pages


def cheapest_days(
    missing: BoolArray, sizes: IntArray, offered: BoolArray, page: PageSize
) -> tuple[BoolArray, int]:
    """Choose whole-market days among those ``offered``; the rest goes by symbol.

    missing: (n_groups, n_sessions), no empty row; sizes: symbols of each group. Returns the mask
    of days to ask and a lower bound of the HTTP requests of any plan. Exact where each symbol's
    range fits one page or no day is offered, and for small cases else; the bound says how far.
    """
    pages = row_pages(missing, page)
    nothing = np.zeros(missing.shape[1], bool)
    if not offered.any():
        return nothing, int(sizes @ pages)
    days, bound = cover_cost(missing, sizes * pages, offered)
    if pages.max(initial=1) == 1:
        return days, bound

    def total(days: BoolArray) -> int:
        return int(days.sum() + sizes @ row_pages(missing & ~days, page))

    _, bound = cover_cost(missing, sizes, offered)
    bound = max(bound, full_page_bound(missing, sizes, offered, page))
    days = min((days, offered & missing.any(axis=0), nothing), key=total)
    size = np.count_nonzero(missing) * min(page.bars, missing.shape[1])
    if total(days) > bound and size <= EXACT_SIZE and page.per_session == 1:
        exact, exact_bound = _exact_days(missing, sizes, offered, page)
        days, bound = min((*exact, days), key=total), max(bound, exact_bound)
    return days, bound


def full_page_bound(missing: BoolArray, sizes: IntArray, offered: BoolArray, page: PageSize) -> int:
    """HTTP requests if every page were full of missing bars, days taken where they hold more."""
    per_day = np.zeros(missing.shape[1], np.int64)
    for block in range(0, len(sizes), 256):  # as numbers, all of missing would be 8 times as big
        per_day += sizes[block : block + 256] @ missing[block : block + 256]
    whole = offered & (per_day * page.per_session > page.bars)
    bars = int(per_day[~whole].sum()) * page.per_session
    return int(np.count_nonzero(whole)) - (-bars // page.bars)


def cover_cost(
    missing: BoolArray, row_cost: IntArray, offered: BoolArray, day_cost: int = 1
) -> tuple[BoolArray, int]:
    """Days of the cheapest cover by rows and offered days, and what the cover costs.

    A row with a cell on a day that is not offered is in every cover. Of equally cheap covers the
    one with the fewest days is taken: a symbol's range carries fewer bars than a whole market.
    """
    # Each step keeps the least cost: a forced row is in every cover and answers all its cells, so
    # it leaves the matrix; days that are missing in the same rows are in a cheapest cover together
    # or not at all, so one column with the cost of all of them stands for each kind.
    days = np.zeros(missing.shape[1], bool)
    forced = (missing & ~offered).any(axis=1)
    total = int(row_cost[forced].sum())
    left = missing[~forced]
    kinds, kind_of = _alike_columns(left)
    if not len(kinds):
        return days, total
    cost = row_cost[~forced]
    count = np.bincount(kind_of[kind_of >= 0], minlength=len(kinds))
    rows, columns = minimum_cover(np.ascontiguousarray(left[:, kinds]), cost, count * day_cost)
    days[kind_of >= 0] = columns[kind_of[kind_of >= 0]]
    return days, total + int(cost[rows].sum()) + int(count[columns].sum()) * day_cost


def _alike_columns(marked: BoolArray) -> tuple[Positions, Positions]:
    """Number distinct columns: an example of each, and the number of each column (empty: -1)."""
    packed = np.ascontiguousarray(np.packbits(marked, axis=0).T)
    kinds: dict[bytes, int] = {bytes(packed.shape[1]): -1}
    number = np.array([kinds.setdefault(key.tobytes(), len(kinds) - 1) for key in packed], np.intp)
    distinct, example = np.unique(number, return_index=True)
    return example[distinct >= 0], number


def _exact_days(
    missing: BoolArray, sizes: IntArray, offered: BoolArray, page: PageSize
) -> tuple[list[BoolArray], int]:
    """Days of the optimal plan of one-page ranges and days (none if not found), and a bound.

    A range of several pages is as many ranges of one page side by side; one that begins on a
    missing cell is as good as any other. Each missing cell needs its day or such a range.
    """
    # Imported late: hardly any plan needs it.
    from scipy.optimize import (
        Bounds,
        LinearConstraint,
        milp,
    )
    from scipy.sparse import csr_array

    n_days = missing.shape[1]
    # Variables: n_days days, then for each missing cell a one-page range that begins on it.
    # Invariant: place ascends, and the cells that the range from place[i] answers are i to
    # stop[i] - 1, so (start, inside) lists every pair (range, cell answered).
    row, cell = np.nonzero(missing)
    place = row * (n_days + page.bars) + cell  # a range never reaches into the next row
    stop = np.searchsorted(place, place + page.bars)
    width = stop - np.arange(len(place))
    start = np.repeat(np.arange(len(place)), width)
    inside = start + np.arange(len(start)) - np.repeat(np.cumsum(width) - width, width)
    by_day = np.flatnonzero(offered[cell])
    shape = (len(place), n_days + len(place))
    at = (np.concatenate([by_day, inside]), np.concatenate([cell[by_day], n_days + start]))
    answers = csr_array((np.ones(len(at[0])), at), shape=shape)
    found = milp(
        np.concatenate([np.ones(n_days), sizes[row]]),
        integrality=np.ones(shape[1]),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(answers, lb=1),
        options={"node_limit": EXACT_NODES},
    )
    days = [] if found.x is None else [found.x[:n_days] > 0.5]
    bound = found.mip_dual_bound
    return days, 0 if bound is None else int(np.ceil(bound - 1e-6))
