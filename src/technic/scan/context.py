"""What a scan opens before it starts: provider, calendar, the day it looks from, the universe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from technic.data_engine.benchmark import Benchmark, load_benchmark
from technic.data_engine.gate.price_floor import floor_warnings, settled_price_floor
from technic.data_engine.gate.rules import PriceFloorBasis
from technic.data_engine.interfaces.provider import (
    Provider,
    StreamingProvider,
    basis_of_history,
    require_provider,
)
from technic.data_engine.interfaces.records import PriceBasis
from technic.data_engine.kept_listings import kept_listings, kept_listings_warnings
from technic.data_engine.memory_budget import memory_limit
from technic.data_engine.open_provider import open_provider
from technic.data_engine.price_cache import PriceCache, PriceFrames
from technic.data_engine.price_frames import cache_of
from technic.data_engine.providers.cached import CachedProvider
from technic.errors import NothingToScanError, ParameterError
from technic.scan.config import ScanConfig
from technic.scan.facts.access import FactAccess, GivenFacts
from technic.scan.windows import BASE_WINDOW, ScanWindows
from technic.sessions import SessionCalendar, load_calendar, parse_day, require_time
from technic.settings import Settings
from technic.typing import BoolArray, DateArray
from technic.universe import Universe, load_symbols, load_universe, prescreen
from technic.universe.prescreen_rules import SHOW_RULES
from technic.wording.counts import count_of

__all__ = [
    "ScanContext",
    "asked_provider",
    "choose_peers",
    "choose_universe",
    "load_listings",
    "named_symbols",
    "open_benchmark",
    "open_context",
    "settled_files",
    "settled_universe",
]


@dataclass(frozen=True, slots=True, eq=False)
class ScanContext:
    """The open ends of one scan.

    ``windows``: the windows up to ``as_of``, by the anchor rule; ``price_basis``: how prices are
    adjusted once they are in the panel; ``cache``: the price frames that the caller gave, packed;
    ``warnings``: what the user should know before reading the table, one sentence each.
    ``price_floor_basis``: which prices floors judge, as asked for or as the data allows.
    ``no_volume``: prices alone are scanned.
    ``panel_memory``: bytes of bars that are loaded at once; above it they are read in blocks.
    ``facts``: where facts of companies are opened once an expression names one; None: nowhere.
    """

    provider: Provider
    calendar: SessionCalendar
    as_of: np.datetime64
    windows: ScanWindows
    last_session: np.datetime64
    price_basis: PriceBasis
    cache: PriceCache | None = None
    warnings: tuple[str, ...] = ()
    price_floor_basis: PriceFloorBasis = "as_given"
    no_volume: bool = False
    panel_memory: int = field(default_factory=lambda: memory_limit(None))
    facts: FactAccess | None = None

    def moved_to(self, day: np.datetime64, warning: str) -> ScanContext:
        """Return the context of another day, with the reason among the warnings."""
        longer = [window for window, _ in self.windows.starts if window != BASE_WINDOW]
        windows = ScanWindows.anchored(self.calendar, day, self.windows.base_sessions, longer)
        warnings = (*self.warnings, warning)
        return replace(self, as_of=day, windows=windows, warnings=warnings)


def open_context(
    config: ScanConfig,
    settings: Settings,
    now: dt.datetime | None = None,
    provider: Provider | None = None,
    price_cache: PriceFrames | None = None,
    longer: Iterable[int] = (),
    facts: GivenFacts | None = None,
) -> ScanContext:
    """Open the provider and settle the day: ``as_of``, else the last session there is.

    ``now``: the time it is, also for a vendor that is opened; None: the clock's, or a vendor's own.
    ``longer``: windows of more than ``config.bars`` sessions that the scan needs besides.
    ``facts``: a table of facts or an open reader instead of the store in the home.
    Raises ParameterError when ``as_of`` is no date, no session, after the data's end, or before
    the price cache begins, for ``adjust_by`` without a file, ``no_volume`` of a vendor, traded
    prices that nobody knows, a ``panel_memory`` that is no size, a ``now`` without a zone and a
    ``provider`` that is none.
    """
    limit = memory_limit(settings.panel_memory)
    clock = None if now is None else partial(require_time, now)
    now = dt.datetime.now(dt.UTC) if now is None else require_time(now)
    calendar = load_calendar(now.date(), settings.home)
    cache = (
        None
        if price_cache is None
        else cache_of(price_cache, calendar, volume=not config.no_volume, now=now)
    )
    provider = _choose_provider(config, settings, calendar, provider, cache, clock)
    _require_able(config, provider, cache)
    last = (provider if cache is None else CachedProvider(cache)).last_session()
    as_of = last if config.as_of is None else _asked_day(config.as_of, calendar, last, cache)
    warnings = [*_old_data(last, calendar, now)] if config.as_of is None else []
    windows = ScanWindows.anchored(calendar, as_of, config.bars, longer)
    warnings += kept_listings_warnings(config.universe, settings, as_of, last)
    basis = provider.price_basis if cache is None else config.price_basis or cache.price_basis
    floor = settled_price_floor(config.gate, basis, provider.name)
    if as_of < last:
        filters = {name: getattr(config.filters, name) for name in ("min_price", "max_price")}
        warnings += floor_warnings(config.gate, filters, floor, as_of)
    return ScanContext(
        provider,
        calendar,
        as_of,
        windows,
        last,
        basis_of_history(provider) if cache is None else basis,
        cache,
        tuple(warnings),
        floor,
        config.no_volume,
        limit,
        FactAccess(settings, provider.simulated, facts, provider if cache is None else None),
    )


def _choose_provider(
    config: ScanConfig,
    settings: Settings,
    calendar: SessionCalendar,
    provider: Provider | None,
    cache: PriceCache | None,
    clock: Callable[[], dt.datetime] | None,
) -> Provider:
    """Take the open provider that was given, else the cache alone, else open the one asked for."""
    if provider is not None:
        require_provider(provider)
        return provider
    if config.provider is None and cache is not None:
        return CachedProvider(cache)
    return asked_provider(config, settings, calendar, clock)


def asked_provider(
    config: ScanConfig,
    settings: Settings,
    calendar: SessionCalendar,
    clock: Callable[[], dt.datetime] | None = None,
) -> Provider:
    """Open the provider that a scan asks for; ``clock``: the time it is. Raises what opening does.

    The config's paths are those of the files.
    """
    source = settings.source(config.provider, config.data)
    return open_provider(
        source.provider,
        calendar,
        settings=settings,
        data=source.data,
        price_basis=config.price_basis,
        adjust_by=config.adjust_by,
        options=config.file_options(),
        no_volume=config.no_volume,
        now=clock,
    )


def _require_able(config: ScanConfig, provider: Provider, cache: PriceCache | None) -> None:
    """Refuse what is for files alone where the bars come from elsewhere."""
    if cache is not None and config.adjust_by is not None:
        hint = "adjust the frames"
        raise ParameterError("adjust_by", config.adjust_by, "none with a price cache", hint)
    if config.no_volume and isinstance(provider, StreamingProvider):
        what = f"False: the bars of {provider.name} have volume"
        raise ParameterError("no_volume", True, what, "it is for files and price frames")


def _old_data(last: np.datetime64, calendar: SessionCalendar, now: dt.datetime) -> Iterator[str]:
    """Warn where the data ends before the last session that was completed."""
    completed = calendar.last_completed(now)
    if last < completed:
        yield (
            f"the data ends {last}; the last completed session was {completed} "
            f"({count_of(len(calendar.between(last, completed)) - 1, 'session')} later)"
        )


def _asked_day(
    text: str, calendar: SessionCalendar, last: np.datetime64, cache: PriceCache | None
) -> np.datetime64:
    """Return the session that was asked for, if the data has it."""
    as_of = calendar.require_session("as_of", parse_day("as_of", text))
    if as_of > last:
        raise ParameterError("as_of", text, f"at most {last}, the data's last session")
    if cache is not None and as_of < cache.panel.sessions[0]:
        first = cache.panel.sessions[0]
        raise ParameterError("as_of", text, f"{first} or later: the price cache's days")
    return as_of


def settled_files(config: ScanConfig, settings: Settings) -> ScanConfig:
    """Return the config with what the settings say about files, where the data is theirs."""
    if config.provider is not None or config.data is not None:
        return config
    if settings.source().provider != "files":
        return config
    names = ("adjust_by", "columns_map", "date_format", "symbol_from")
    unsaid = {name: getattr(settings, name) for name in names if getattr(config, name) is None}
    return replace(config, **{name: value for name, value in unsaid.items() if value is not None})


def settled_universe(config: ScanConfig, settings: Settings) -> ScanConfig:
    """Return the config with the kept directory as its universe, where its vendor lists nothing."""
    if config.universe is not None:
        return config
    kept = kept_listings(settings.source(config.provider, config.data).provider, settings)
    return config if kept is None else replace(config, universe=kept)


def load_listings(config: ScanConfig, provider: Provider, as_of: np.datetime64) -> Universe:
    """Load the universe file as it was known on ``as_of``, else ask the provider."""
    listings = (
        load_universe(config.universe, as_of, config.file_options())
        if config.universe
        else provider.listings()
    )
    if not len(listings):
        raise NothingToScanError(f"{listings.source} lists no symbols")
    return listings


def named_symbols(config: ScanConfig) -> tuple[str, ...]:
    """Return the symbols that are named, by themselves or in a watchlist; none: all listings."""
    if not config.watchlist:
        return config.symbols
    return (*config.symbols, *load_symbols(config.watchlist, config.file_options()))


def choose_universe(
    config: ScanConfig, listings: Universe, named: Sequence[str] | None = None
) -> Universe:
    """Restrict the listings to the symbols that were named, if any were.

    A symbol that was named and is not listed stays in, without metadata: nothing asked for
    vanishes. ``named``: these symbols, where they are known already.
    """
    wanted = named_symbols(config) if named is None else named
    return listings.restrict(wanted) if wanted else listings


def choose_peers(
    config: ScanConfig,
    listings: Universe,
    universe: Universe,
    rules: Iterable[str | None],
    kept_in_market: Callable[[BoolArray], BoolArray] | None = None,
) -> tuple[str, ...]:
    """Return the symbols that are compared with those shown, and not shown themselves.

    Symbols of the universe that only a rule about what is shown took out, and the other listings
    that belong to the market. ``rules``: by which each of the universe was taken out, None where
    none was. ``kept_in_market``: which of the listings of a mask the pre-screen of the market
    keeps; None: that is computed.
    """
    if config.rank_among == "shown":
        return ()
    hidden = [
        symbol for symbol, rule in zip(universe.symbols, rules, strict=True) if rule in SHOW_RULES
    ]
    if universe is listings:
        return tuple(hidden)
    named = set(universe.symbols)
    other = np.array([symbol not in named for symbol in listings.symbols], np.bool_)
    others = listings.take(other)
    if kept_in_market is None:
        kept = prescreen(others, config.prescreen.of_the_market).kept
    else:
        kept = kept_in_market(other)
    return (*hidden, *others.take(kept).symbols)


def open_benchmark(
    config: ScanConfig, sessions: DateArray, context: ScanContext
) -> Benchmark | None:
    """Load the benchmark that was asked for, on the sessions that are scanned.

    One that lacks the scan's day says nothing of it: it is warned of, and all its closes are NaN.
    """
    if not config.benchmark:
        return None
    benchmark = load_benchmark(
        config.benchmark, sessions, context.as_of, context.provider, config.file_options()
    )
    if np.isfinite(benchmark.closes[-1]):
        return benchmark
    note = f"benchmark {benchmark.name} has no close of {context.as_of} and is not used"
    return replace(benchmark, closes=np.full(len(sessions), np.nan), notes=(*benchmark.notes, note))
