"""Packing many symbols into requests whose pages are shared by all their symbols.

A request for k symbols over s sessions takes ``ceil(k * s / bars)`` pages, each one HTTP request.
Symbols with different gaps may share a request; then it spans all of them. The best packing of any
gaps is a bin packing, so this is a good one beside a proven lower bound:

1. choose the whole-market days, in several ways (none, all, the cheapest cover where a row costs
   its fraction of a request),
2. cut each symbol's gaps where a hole costs more than its part of a request,
3. order the ranges and cut the order into requests at the best places (dynamic programming),
4. keep the best of what was tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from technic.data_engine.planning.pages import PageSize, cover_cost, full_page_bound, spans
from technic.data_engine.planning.vertex_cover import runs
from technic.typing import BoolArray, FloatArray, IntArray

__all__ = ["Bundle", "pack_symbols"]

FEW_RANGES = 1_000
"""With more ranges than this only the most promising ways to cut them are packed."""

MANY_BLOCKS = 10_000
"""Steps of the dynamic programming from which on ranges are moved in blocks."""

LARGEST_COST = 1 << 28
DAY_COST = 1_000
"""Whole units of a day's cost, so that the fraction of a request that a row takes is whole too."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One request: positions of its symbols (group by group), first and last session, pages."""

    members: tuple[int, ...]
    first: int
    last: int
    pages: int


@dataclass(frozen=True, slots=True)
class _Ranges:
    """What is to be packed: whose ranges and which sessions they span, arrays ``(n_ranges,)``."""

    member: IntArray
    first: IntArray
    last: IntArray

    def fluid_cost(self, page: PageSize, per_request: int) -> float:
        """Requests if they could be filled to the brim."""
        return float(_request_fraction(self.first, self.last, page, per_request).sum())


def pack_symbols(
    missing: BoolArray, sizes: IntArray, offered: BoolArray, page: PageSize, per_request: int
) -> tuple[BoolArray, tuple[Bundle, ...], int]:
    """Choose market days among those ``offered`` and pack the rest into shared requests.

    missing: (n_groups, n_sessions), no empty row; sizes: symbols of each group; per_request: most
    symbols of a request. Returns the mask of days, the requests for the rest and a lower bound of
    all HTTP requests.
    """
    per_request = min(per_request, int(sizes.sum()))
    tries = [
        (days, _cut(missing & ~days, sizes, longest_hole))
        for days in _day_options(missing, sizes, offered, page, per_request)
        for longest_hole in (page.bars // (per_request * page.per_session), missing.shape[1])
    ]
    if max(len(ranges.member) for _, ranges in tries) > FEW_RANGES:
        # The most promising cut, and the most promising without cuts: those are never many.
        tries = [
            min(some, key=lambda item: item[0].sum() + item[1].fluid_cost(page, per_request))
            for some in (tries, tries[1::2])
        ]
    distinct = {(days.tobytes(), len(ranges.member)): (days, ranges) for days, ranges in tries}
    packed = [
        (days, bundles)
        for days, ranges in distinct.values()
        for bundles in _packings(ranges, page, per_request)
    ]
    days, bundles = min(packed, key=lambda item: item[0].sum() + sum(b.pages for b in item[1]))
    return days, bundles, _lower_bound(missing, sizes, offered, page, per_request)


def _request_fraction(
    first: IntArray, last: IntArray, page: PageSize, per_request: int
) -> FloatArray:
    """Least part of a request that each range takes."""
    return np.maximum(1 / per_request, (last - first + 1) * page.per_session / page.bars)


def _day_options(
    missing: BoolArray, sizes: IntArray, offered: BoolArray, page: PageSize, per_request: int
) -> list[BoolArray]:
    """Sets of days worth a try."""
    days = offered & missing.any(axis=0)
    options = [np.zeros_like(days)]
    if days.any():
        options.append(days)
        for fraction in (
            _request_fraction(*spans(missing), page, per_request),
            np.full(len(sizes), 1 / per_request),
        ):
            cost = np.minimum(fraction * sizes, len(days))
            unit = max(1, min(DAY_COST, int(LARGEST_COST / (cost.sum() + len(days)))))
            whole = np.ceil(cost * unit).astype(np.int64)
            options.append(cover_cost(missing, whole, offered, unit)[0])
    return list({option.tobytes(): option for option in options}.values())


def _cut(missing: BoolArray, sizes: IntArray, longest_hole: int) -> _Ranges:
    """Cut each symbol's missing cells into ranges with no hole longer than ``longest_hole``."""
    row, begin, end = runs(missing)
    starts = np.ones(len(row), bool)
    starts[1:] = (row[1:] != row[:-1]) | (begin[1:] - end[:-1] - 1 > longest_hole)
    at = np.flatnonzero(starts)
    group, first = row[at], begin[at]
    last = end[np.append(at[1:], len(row)) - 1] if len(at) else first
    # A group's range is repeated for each of its symbols; members are numbered group by group.
    copies = sizes[group]
    within = np.arange(copies.sum()) - np.repeat(np.cumsum(copies) - copies, copies)
    offset = np.cumsum(sizes) - sizes
    return _Ranges(
        np.repeat(offset[group], copies) + within, np.repeat(first, copies), np.repeat(last, copies)
    )


def _packings(ranges: _Ranges, page: PageSize, per_request: int) -> Iterator[tuple[Bundle, ...]]:
    """Pack the ranges in the order of their first days, and of their last days where few."""
    orders = [np.lexsort((ranges.member, ranges.last, ranges.first))]
    if len(ranges.member) <= FEW_RANGES:
        orders.append(np.lexsort((ranges.member, ranges.first, ranges.last)))
        orders.append(np.lexsort((ranges.member, ranges.first, ranges.last - ranges.first)))
    for order in orders:
        ordered = _Ranges(ranges.member[order], ranges.first[order], ranges.last[order])
        cuts = _best_cuts(ordered, page, per_request)
        yield tuple(_bundle(ordered, begin, end, page) for begin, end in cuts)


def _best_cuts(ranges: _Ranges, page: PageSize, per_request: int) -> list[tuple[int, int]]:
    """Cut the order into consecutive requests with the fewest pages; equal ones: the smallest.

    Very many ranges are moved in blocks, which wastes less than a tenth of a request's symbols.
    """
    block = max(1, min(len(ranges.member) // MANY_BLOCKS, per_request // 10))
    bounds = np.append(np.arange(0, len(ranges.member), block), len(ranges.member))
    lows = np.minimum.reduceat(ranges.first, bounds[:-1]) if len(bounds) > 1 else ranges.first
    highs = np.maximum.reduceat(ranges.last, bounds[:-1]) if len(bounds) > 1 else ranges.last
    # Invariant: pages[end] is the least number of pages for the blocks before end, whose last
    # request begins with block start[end]. Windows run backwards from end, so position i stands for
    # a request of the i + 1 latest blocks, and argmin takes the smallest of equally good ones.
    n, widest = len(lows), per_request // block
    pages, start = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    for end in range(1, n + 1):
        window = slice(max(end - widest, 0), end)
        low = np.minimum.accumulate(lows[window][::-1])
        high = np.maximum.accumulate(highs[window][::-1])
        bars = (high - low + 1) * ((bounds[end] - bounds[window][::-1]) * page.per_session)
        total = pages[window][::-1] - (-bars // page.bars)
        best = int(total.argmin())
        pages[end], start[end] = total[best], end - 1 - best
    cuts: list[tuple[int, int]] = []
    while n:
        cuts.append((int(bounds[start[n]]), int(bounds[n])))
        n = int(start[n])
    return cuts[::-1]


def _bundle(ranges: _Ranges, begin: int, end: int, page: PageSize) -> Bundle:
    members = tuple(sorted(set(ranges.member[begin:end].tolist())))
    first, last = int(ranges.first[begin:end].min()), int(ranges.last[begin:end].max())
    pages = -(-len(members) * (last - first + 1) * page.per_session // page.bars)
    return Bundle(members, first, last, pages)


def _lower_bound(
    missing: BoolArray, sizes: IntArray, offered: BoolArray, page: PageSize, per_request: int
) -> int:
    """HTTP requests that no plan can go below.

    Two prices for a missing cell that no request and no day can exceed in sum: a cell costs its
    part of a page (or of its day, if that is less); a symbol costs its part of a request.
    """
    _, cost = cover_cost(missing, sizes, offered, per_request)
    return max(full_page_bound(missing, sizes, offered, page), -(-cost // per_request))
