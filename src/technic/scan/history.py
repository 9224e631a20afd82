"""The bars that a scan reads: from the price cache that was given, else from the provider.

A market that is larger than the memory set aside for it stays where it is and is read in blocks.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from technic.data_engine.adjust import restated_dividends, split_adjust
from technic.data_engine.interfaces.known_actions import split_records
from technic.data_engine.interfaces.progress import SteadyProgress
from technic.data_engine.interfaces.provider import StreamingProvider
from technic.data_engine.interfaces.records import (
    Dividends,
    FetchResult,
    LeftOutRows,
    SplitRecord,
)
from technic.data_engine.memory_budget import GIB, most_panel_bytes
from technic.data_engine.price_cache import (
    BatchStats,
    LazyPrices,
    PriceCache,
    PriceFrames,
)
from technic.data_engine.price_frames import cache_of
from technic.data_engine.row_checks.market_days import MarketDays
from technic.panel import BarPanel
from technic.scan.context import ScanContext
from technic.scan.windows import window_sessions
from technic.typing import BoolArray, DateArray
from technic.wording.counts import count_of

__all__ = ["ScanProgress", "following", "load_history"]

logger = logging.getLogger(__name__)

FRAME_FAULTS = ("unreadable_frame", "duplicate_rows", "wrong_dates")
SHOWN = 6
"""Symbols that a note names."""

ScanProgress = Callable[[str, int, int], None]
"""Called with (stage, symbols done, symbols in all)."""


def load_history(
    symbols: Sequence[str],
    context: ScanContext,
    price_cache: PriceFrames | None = None,
    progress: ScanProgress | None = None,
    peers: Sequence[str] = (),
) -> PriceCache | LazyPrices:
    """Return the bars of ``symbols`` up to the scan's day, from the cache first.

    The longest window is read, and of a cache as much of it as the cache holds.
    Bars that would take more than ``context.panel_memory`` are left to be read in blocks, where
    the provider can do that. ``peers``: symbols to compare with, of which there are bars where they
    cost no request; they count among the bars alone, and lacking bars is no failure of theirs.
    """
    if price_cache is None:
        sessions = window_sessions(context.calendar, context.windows)
        if isinstance(context.provider, StreamingProvider):
            return _stream(symbols, peers, sessions, context, context.provider, progress)
        return _fetch(symbols, _free(peers, context), sessions, context, progress)
    if isinstance(price_cache, LazyPrices):
        return price_cache.restricted([*symbols, *peers])
    cache = cache_of(price_cache, context.calendar)
    known, cached = cache.dividends, cache.panel
    there = set(cached.symbols)
    hits = [symbol for symbol in (*symbols, *peers) if symbol in there]
    missed = [symbol for symbol in symbols if symbol not in there]
    logger.debug("price cache: %d of %d symbols", len(symbols) - len(missed), len(symbols))
    panel = cached.of(hits)
    if panel.sessions[0] < context.windows.start or panel.sessions[-1] > context.as_of:
        panel = panel.window(context.windows.start, context.as_of)
    left_out = _left_out(cache, panel, context)
    others = [symbol for symbol in _free(peers, context) if symbol not in there]
    stats = BatchStats(
        cache_hits=len(symbols) - len(missed),
        bars_left_out=sum(rows.count for rows in left_out.values()),
    )
    if not (missed or others):
        return PriceCache(
            panel,
            stats=stats,
            notes=cache.notes,
            dividends=known,
            left_out=left_out,
            split_records=_some_records(cache, hits),
        )
    fetched = _missing(missed, others, panel.sessions, context, progress)
    both = BarPanel.side_by_side([panel, fetched.panel])
    held = set(both.symbols)
    return PriceCache(
        both.of([symbol for symbol in (*symbols, *peers) if symbol in held]),
        fetched.failures,
        _beside(fetched.stats, stats),
        (*cache.notes, *_fetched_instead(cache, fetched, missed), *fetched.notes),
        dividends=_joined(known, fetched.dividends, hits),
        left_out={**fetched.left_out, **left_out},
        split_records={**fetched.split_records, **_some_records(cache, hits)},
    )


def _beside(fetched: BatchStats, cached: BatchStats) -> BatchStats:
    """Return the counts of what was fetched with those of the cache beside it."""
    left_out = fetched.bars_left_out + cached.bars_left_out
    return dataclasses.replace(fetched, cache_hits=cached.cache_hits, bars_left_out=left_out)


def _left_out(
    cache: PriceCache, panel: BarPanel, context: ScanContext
) -> Mapping[str, LeftOutRows]:
    """Count the rows of a cache that are no bars, up to the day of the scan.

    Days on no session belong to the session before them.
    """
    days = cache.left_out_days
    if not len(days.day):
        return cache.left_out
    until = MarketDays.at(context.calendar, None).until_next(context.as_of)
    bars = dict(zip(panel.symbols, panel.length.tolist(), strict=True))
    counts = days.counted(context.windows.start, until, bars)
    return {symbol: rows for symbol, rows in counts.items() if symbol in bars}


def _fetched_instead(
    cache: PriceCache, fetched: PriceCache, missed: Sequence[str]
) -> Iterator[str]:
    """Say which frames could not be read and whose symbols the provider had."""
    bad = [s for s in missed if s in cache.failures and s not in fetched.failures]
    frames = [symbol for symbol in bad if cache.failures[symbol].reason in FRAME_FAULTS]
    if frames:
        shown = ", ".join(frames[:SHOWN]) + (" ..." if len(frames) > SHOWN else "")
        yield (
            f"{count_of(len(frames), 'frame')} of the price cache cannot be read, the bars are "
            f"fetched instead ({shown}): {cache.failures[frames[0]].detail}"
        )


def following(
    first: PriceCache | LazyPrices, again: PriceCache | LazyPrices
) -> PriceCache | LazyPrices:
    """Return the bars that were read for another day, with what reading the first took and said."""
    notes = tuple(dict.fromkeys((*first.notes, *again.notes)))
    return dataclasses.replace(again, stats=again.stats.following(first.stats), notes=notes)


def _missing(
    symbols: Sequence[str],
    peers: Sequence[str],
    sessions: DateArray,
    context: ScanContext,
    progress: ScanProgress | None,
) -> PriceCache:
    """Get what the cache lacks: ``symbols`` wherever from, ``peers`` where they cost no request.

    The panel of the cache is in memory, and so is what stands beside it.
    """
    if isinstance(context.provider, StreamingProvider):
        found = _open_stream(symbols, peers, sessions, context, context.provider, progress)
        notes = (*found.notes, *_too_large(len(found), sessions, context, "beside a price cache"))
        _log(found.stats)
        return dataclasses.replace(found.loaded(), notes=notes)
    return _fetch(symbols, peers, sessions, context, progress)


def _joined(known: Dividends, fetched: Dividends, hits: Sequence[str]) -> Dividends:
    """Return the dividends that a cache knows of its own symbols, and those of all others."""
    parts = [
        _some(known, np.isin(known.symbol.astype(str), hits)),
        _some(fetched, ~np.isin(fetched.symbol.astype(str), hits)),
    ]
    asked = [part.asked for part in parts if part.asked is not None]
    return Dividends(
        np.concatenate([part.symbol for part in parts]),
        np.concatenate([part.session for part in parts]),
        np.concatenate([part.amount for part in parts]),
        np.intersect1d(asked[0], asked[-1]) if asked else None,
    )


def _some_records(prices: PriceFrames, symbols: Sequence[str]) -> dict[str, SplitRecord]:
    """Return what a cache knows of splits of its own symbols."""
    records = prices.split_records if isinstance(prices, PriceCache) else {}
    return {symbol: records[symbol] for symbol in symbols if symbol in records}


def _some(dividends: Dividends, keep: BoolArray) -> Dividends:
    return dataclasses.replace(
        dividends,
        symbol=dividends.symbol[keep],
        session=dividends.session[keep],
        amount=dividends.amount[keep],
    )


def _free(peers: Sequence[str], context: ScanContext) -> Sequence[str]:
    """Return the peers whose bars cost no request: all, or none where each would be asked for.

    A provider that does not say so, being older than the question, is taken to ask.
    """
    provider = context.provider
    free = isinstance(provider, StreamingProvider) or getattr(provider, "local", False)
    return peers if free else ()


def _fetch(
    symbols: Sequence[str],
    peers: Sequence[str],
    sessions: DateArray,
    context: ScanContext,
    progress: ScanProgress | None,
) -> PriceCache:
    """Ask the provider for all symbols in one batch, adjusted to the scan's day."""
    started = time.perf_counter()
    steady = _steady((*symbols, *peers), progress)
    fetched = context.provider.history((*symbols, *peers), sessions, steady)
    steady.finish()
    others = set(peers)
    failures = {name: why for name, why in fetched.failures.items() if name not in others}
    fetched = dataclasses.replace(fetched, failures=failures)
    bars = split_adjust(fetched.bars, fetched.splits, context.as_of)
    panel = BarPanel.from_long(bars, sessions, volume=not context.no_volume)
    stats = BatchStats.of(fetched, len(symbols), panel, time.perf_counter() - started)
    _log(stats)
    notes = (*fetched.notes, *_too_large(len(panel.symbols), sessions, context))
    return PriceCache(
        panel,
        failures,
        stats,
        notes,
        dividends=_dividends(fetched, sessions, context),
        left_out=fetched.left_out,
        split_records=split_records(fetched, panel.symbols, applied=True),
    )


def _steady(symbols: Sequence[str], progress: ScanProgress | None) -> SteadyProgress:
    return SteadyProgress(len(symbols), partial(progress, "fetch") if progress else None)


def _stream(
    symbols: Sequence[str],
    peers: Sequence[str],
    sessions: DateArray,
    context: ScanContext,
    provider: StreamingProvider,
    progress: ScanProgress | None,
) -> PriceCache | LazyPrices:
    """Have the provider make ready what it lacks; take all bars where they fit into memory.

    That takes a fifth of the memory that gathering them first would.
    """
    started = time.perf_counter()
    prices = _open_stream(symbols, peers, sessions, context, provider, progress)
    if most_panel_bytes(len(prices), len(sessions)) <= context.panel_memory:
        cache = prices.loaded()
        stats = dataclasses.replace(cache.stats, seconds=time.perf_counter() - started)
        _log(stats)
        return dataclasses.replace(cache, stats=stats)
    logger.info(
        "%d of %d symbols are read in blocks, %d requests, %.2f s",
        len(prices),
        len(symbols),
        prices.stats.requests,
        prices.stats.seconds,
    )
    return prices


def _open_stream(
    symbols: Sequence[str],
    peers: Sequence[str],
    sessions: DateArray,
    context: ScanContext,
    provider: StreamingProvider,
    progress: ScanProgress | None,
) -> LazyPrices:
    """Have the provider make ready what it lacks; its bars stay where they are."""
    started = time.perf_counter()
    steady = _steady(symbols, progress)
    streamed = provider.stream(symbols, sessions, context.as_of, steady, peers=peers)
    steady.finish()
    dividends = _dividends(streamed.account, sessions, context)
    return LazyPrices.of(streamed, symbols, time.perf_counter() - started, peers, dividends)


def _dividends(fetched: FetchResult, sessions: DateArray, context: ScanContext) -> Dividends:
    """Return the dividends known by the scan's day, in the basis of prices that lack them."""
    if context.provider.price_basis == "total_return_adjusted":
        return Dividends.none()
    return restated_dividends(fetched.dividends, fetched.splits, sessions[0], context.as_of)


def _log(stats: BatchStats) -> None:
    logger.info(
        "fetched %d of %d symbols (%.1f %%), %d bars, %d requests, %.2f s",
        stats.fetched,
        stats.asked,
        100 * stats.success_rate,
        stats.bars,
        stats.requests,
        stats.seconds,
    )


def _too_large(
    n_symbols: int, sessions: DateArray, context: ScanContext, where: str = ""
) -> Iterator[str]:
    """Say that the bars take more memory than they should and cannot be read in blocks."""
    size = most_panel_bytes(n_symbols, len(sessions))
    if size > context.panel_memory:
        cannot = f"cannot read them in blocks {where}".rstrip()
        yield (
            f"{count_of(n_symbols, 'symbol')} x {count_of(len(sessions), 'session')} take "
            f"{size / GIB:.3g} GiB, more than panel_memory ({context.panel_memory / GIB:.3g} GiB): "
            f"{context.provider.name} {cannot}, so all are in memory"
        )
