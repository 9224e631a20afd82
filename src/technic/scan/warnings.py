"""What the user should know before reading the table, one sentence each."""

from __future__ import annotations

from collections.abc import Iterator

from technic.data_engine.benchmark import Benchmark
from technic.data_engine.interfaces.records import LeftOutRows
from technic.data_engine.price_cache import LazyPrices, PriceCache
from technic.scan.complete_day import SessionCount
from technic.scan.config import ScanConfig
from technic.scan.context import ScanContext
from technic.scan.expressions.scan_expressions import ScanExpressions
from technic.setups.apply import carried_over
from technic.universe import Prescreened, Universe
from technic.universe.market_caps import later_market_caps
from technic.universe.prescreen_rules import LIST_RULES
from technic.wording.counts import agree, count_of
from technic.wording.nearest import did_you_mean

__all__ = ["incomplete_day", "scan_warnings"]

HEALTHY_SUCCESS_RATE = 0.95
SHOWN = 6
"""Symbols that a warning names."""


def scan_warnings(
    config: ScanConfig,
    context: ScanContext,
    universe: Universe,
    screened: Prescreened,
    history: PriceCache | LazyPrices,
    benchmark: Benchmark | None,
    expressions: ScanExpressions,
    ranked: int | None,
) -> Iterator[str]:
    """Yield sentences on what is odd, such as values asked for that no listing has.

    ``ranked``: among how many symbols ranks are, where that is no market; None where it is.
    """
    yield from context.warnings
    yield from carried_over(config.setups)
    yield from _not_in_universe(config, context, universe)
    yield from _unmatched(screened, universe)
    caps = later_market_caps(universe, context.calendar.sessions, context.as_of)
    if caps is not None:
        yield (
            f"the market caps of the listings are of {caps}, not of {context.as_of}; a column "
            "as_of in the listings takes those of the day"
        )
    stats = history.stats
    if stats.success_rate < HEALTHY_SUCCESS_RATE:
        yield (
            f"only {stats.fetched:,} of {count_of(stats.asked, 'symbol')} asked for "
            f"{agree(stats.fetched, 'has', 'have')} bars ({100 * stats.success_rate:.1f} %); "
            "the ledger names the others under fetch"
        )
    yield from history.notes
    yield from _left_out(history, universe)
    yield from benchmark.notes if benchmark else ()
    yield from expressions.unlisted(universe)
    yield from _shares_of_filings(context, expressions)
    for text, window in expressions.running_totals:
        first = context.windows.start_of(window)
        yield f"{text} is a sum from {first} on, where its window begins: its level has no meaning"
    if ranked is not None and expressions.rank_owners:
        names = ", ".join(expressions.rank_owners)
        yield (
            f"{names}: uses ranks, which here are among {count_of(ranked, 'symbol')} only; "
            "sync or scan the whole market to rank in it"
        )


def _shares_of_filings(context: ScanContext, expressions: ScanExpressions) -> Iterator[str]:
    """Say of which facts the shares may not be those of the prices: adjusted, nobody says by what.

    A vendor of raw bars has the splits by which both are restated.
    """
    raw = context.cache is None and context.provider.price_basis == "raw"
    if raw or not expressions.facts:
        return
    from technic.facts.fields import FIELDS

    named = [name for name in sorted(expressions.names) if name in FIELDS]
    counted = [name for name in named if FIELDS[name].per_share]
    if counted:
        yield (
            f"{', '.join(counted)}: restated by the splits that came with the prices; these come "
            "adjusted, and a split that nobody told is in them alone"
        )


def _unmatched(screened: Prescreened, universe: Universe) -> Iterator[str]:
    """Name what the pre-screen was asked for and no listing has, with what may be meant."""
    for rule, values in screened.unmatched.items():
        if rule not in LIST_RULES:
            yield f"no listing has the {rule} {', '.join(map(repr, values))} that was asked for"
            continue
        column = LIST_RULES[rule][1]
        listed = {text for text in universe.text(column) if text is not None}
        for value in values:
            hint = did_you_mean(value, listed)
            yield f"no listing has the {column} {value!r} that was asked for{hint}"


def incomplete_day(day: SessionCount, last: SessionCount) -> str:
    """Say that the last session is not complete, and which one is scanned instead."""
    return (
        f"{last.day} is not complete: {last.symbols:,} of {count_of(last.before, 'symbol')} with a "
        f"bar the session before {agree(last.symbols, 'has', 'have')} one; this is {day.day}, "
        f"--as-of {last.day} scans what there is"
    )


def _left_out(history: PriceCache | LazyPrices, universe: Universe) -> Iterator[str]:
    """Say how many rows of the universe's symbols are no bars, and why."""
    listed = set(universe.symbols)
    left_out = {symbol: rows for symbol, rows in history.left_out.items() if symbol in listed}
    if left_out:
        total = sum(left_out.values(), start=LeftOutRows(0))
        shown = ", ".join([*left_out][:SHOWN]) + (" ..." if len(left_out) > SHOWN else "")
        hint = ", --no-volume scans prices alone" if total.without_volume else ""
        yield (
            f"left out {count_of(total.count, 'row')}: {total.reasons}; the ledger has the count "
            f"of each symbol ({shown}){hint}"
        )


def _not_in_universe(config: ScanConfig, context: ScanContext, universe: Universe) -> Iterator[str]:
    """Say which symbols of the price cache the universe lacks, unless the user narrowed it."""
    if context.cache is None or config.symbols or config.watchlist:
        return
    listed = set(universe.symbols)
    missing = [symbol for symbol in context.cache if symbol not in listed]
    if missing:
        shown = ", ".join(missing[:SHOWN]) + (" ..." if len(missing) > SHOWN else "")
        are, them = agree(len(missing), "is", "are"), agree(len(missing), "it", "them")
        yield (
            f"{count_of(len(missing), 'symbol')} of the price cache {are} not in the universe and "
            f"{are} not scanned ({shown}); name {them} in ScanConfig.symbols"
        )
