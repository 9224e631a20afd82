"""Price history for scripts, notebooks and services: one symbol, or many in one batch.

Both give the same frame for a symbol, from the same store: ``days`` means the last ``days``
completed sessions, exactly; there is no row where a symbol did not trade.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

import numpy as np

from technic.data_engine.adjust import restated_dividends, split_adjust, total_return_adjust
from technic.data_engine.interfaces.known_actions import split_records
from technic.data_engine.interfaces.progress import SteadyProgress
from technic.data_engine.interfaces.provider import (
    Provider,
    basis_of_history,
    require_provider,
)
from technic.data_engine.interfaces.records import Dividends, FetchResult, PriceBasis, Progress
from technic.data_engine.interfaces.requests import FREQUENCIES, Frequency
from technic.data_engine.open_provider import open_provider
from technic.data_engine.price_cache import BatchStats, PriceCache
from technic.data_engine.providers.vendors.rows import trading_days
from technic.errors import FetchError, ParameterError
from technic.notebook.progress import notebook_progress
from technic.panel import BarPanel, LongBars
from technic.sessions import SessionCalendar, load_calendar, require_time
from technic.settings import Settings, load_settings
from technic.tables.file_options import FileOptions
from technic.typing import DateArray
from technic.universe import canonical

if TYPE_CHECKING:
    import pandas as pd

    from technic.data_engine.sync.store_provider import StoredProvider

__all__ = ["Adjustment", "get_price_history", "get_price_history_batch"]

Adjustment = Literal["split", "total_return", "none"]


def get_price_history(
    symbol: str,
    days: int,
    freq: Frequency = "daily",
    *,
    adjust: Adjustment = "split",
    provider: str | Provider | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
) -> pd.DataFrame:
    """Return one symbol's bars of the last ``days`` completed sessions.

    ``DatetimeIndex`` named Date, columns Open High Low Close Volume, split-adjusted to the last
    session where the provider has raw prices. Raises FetchError with the reason when there is no
    bar.
    """
    batch = get_price_history_batch(
        [symbol], days, freq, adjust=adjust, provider=provider, settings=settings, now=now
    )
    name = canonical(symbol)
    if name in batch.failures:
        failure = batch.failures[name]
        source = getattr(provider, "name", provider) or "provider"
        raise FetchError(str(source), name, failure.reason, failure.detail)
    return batch[name]


def get_price_history_batch(
    symbols: Sequence[str],
    days: int,
    freq: Frequency = "daily",
    *,
    max_workers: int = 50,
    progress: Progress | None = None,
    adjust: Adjustment = "split",
    provider: str | Provider | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
) -> PriceCache:
    """Return the bars of many symbols: what is missing is fetched in one parallel batch.

    ``freq``: ``daily``, or ``1min`` to ``60min`` where the provider has them: then frames and the
    panel hold the times (UTC) at which bars begin. ``adjust``: ``split`` (as of the last session),
    ``total_return`` (dividends known to the store as well) or ``none``; prices that come adjusted
    stay as they come. ``max_workers``: requests in flight. ``progress(done, asked)`` is called, and
    logged, every hundred symbols. ``provider``: a name or an open one; the settings' unless given.
    ``failures`` of the cache says why a symbol is not in it. Works inside a running loop too.
    """
    _check(days, freq, max_workers, adjust)
    names = _names(symbols)
    settings = settings or load_settings(os.environ, Path.cwd())
    clock = None if now is None else partial(require_time, now)
    calendar = load_calendar((clock or _utc_now)().date(), settings.home)
    source = _source(provider, settings, calendar, max_workers, clock)
    started = time.perf_counter()
    sessions = calendar.last(days, source.last_session())
    bar = notebook_progress() if progress is None else None
    steady = SteadyProgress(len(names), progress or (bar and partial(bar, "fetch")))
    if adjust == "total_return" and not _has_dividends(source):
        adjust = "split"
    if freq == "daily":
        fetched = source.history(names, sessions, steady)
        panel = BarPanel.from_long(_adjusted(fetched, adjust, sessions[-1]), sessions)
    else:
        fetched = _within_days(source, freq).history(names, sessions, steady, freq=freq)
        bars = _adjusted_within_days(fetched, adjust, sessions[-1])
        panel = BarPanel.from_long(bars, np.unique(bars.session))
    steady.finish()
    stats = BatchStats.of(fetched, len(names), panel, time.perf_counter() - started)
    return PriceCache(
        panel,
        fetched.failures,
        stats,
        fetched.notes,
        source.name,
        source.simulated,
        _basis(source, adjust),
        _known_dividends(fetched, adjust, sessions),
        split_records=split_records(fetched, panel.symbols, applied=adjust != "none"),
    )


def _source(
    provider: object,
    settings: Settings,
    calendar: SessionCalendar,
    max_workers: int,
    clock: Callable[[], dt.datetime] | None,
) -> Provider:
    """Return the open provider that was given, else open the one that is named or meant."""
    if provider is None or isinstance(provider, str):
        named = settings.source(provider)
        return open_provider(
            named.provider,
            calendar,
            settings=settings,
            data=named.data,
            adjust_by=settings.adjust_by if named.provider == "files" else None,
            options=_file_options(settings) if named.provider == "files" else None,
            max_concurrent=max_workers,
            now=clock,
        )
    require_provider(provider)
    return cast(Provider, provider)


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _adjusted(fetched: FetchResult, adjust: Adjustment, as_of: np.datetime64) -> LongBars:
    if adjust == "none":
        return fetched.bars
    if adjust == "split":
        return split_adjust(fetched.bars, fetched.splits, as_of)
    return total_return_adjust(fetched.bars, fetched.splits, fetched.dividends, as_of)


def _known_dividends(fetched: FetchResult, adjust: Adjustment, sessions: DateArray) -> Dividends:
    """Return the dividends that prices adjusted for splits alone do not contain."""
    if adjust != "split":
        return Dividends.none()
    return restated_dividends(fetched.dividends, fetched.splits, sessions[0], sessions[-1])


def _within_days(source: Provider, freq: Frequency) -> StoredProvider:
    """The provider, if bars within the day can be asked of it at all."""
    from technic.data_engine.sync.store_provider import StoredProvider

    if not isinstance(source, StoredProvider):
        raise ParameterError("freq", freq, "daily", f"{source.name} has no bars within the day")
    return source


def _adjusted_within_days(
    fetched: FetchResult, adjust: Adjustment, as_of: np.datetime64
) -> LongBars:
    """Adjust by the trading day of each bar, which late in the evening is not its date in UTC."""
    times = fetched.bars.session
    days = trading_days(times.astype("datetime64[ms]").astype(np.int64))
    daily = replace(fetched, bars=replace(fetched.bars, session=days))
    return replace(_adjusted(daily, adjust, as_of), session=times)


def _file_options(settings: Settings) -> FileOptions:
    return FileOptions.of(settings.columns_map, settings.date_format, settings.symbol_from)


def _basis(source: Provider, adjust: Adjustment) -> PriceBasis:
    """How prices are adjusted by now: raw ones as was asked for, others as they came."""
    if adjust == "none":
        return source.price_basis
    basis = basis_of_history(source)
    return "total_return_adjusted" if adjust == "total_return" and basis != "raw" else basis


def _has_dividends(source: Provider) -> bool:
    """Tell whether prices can be adjusted for all dividends: files tell of large ones at most."""
    return source.price_basis == "raw" and not getattr(source, "local", False)


def _names(symbols: object) -> list[str]:
    """Return the symbols in their canonical form, each once."""
    allowed = "a sequence of symbols"
    if isinstance(symbols, str):
        raise ParameterError("symbols", symbols, allowed, f"such as [{symbols!r}]")
    names: dict[str, None] = {}
    for symbol in symbols if isinstance(symbols, Iterable) else (symbols,):
        if not isinstance(symbol, str):
            raise ParameterError("symbols", symbols, allowed, "such as ['AAPL']")
        names[canonical(symbol)] = None
    return list(names)


def _check(days: int, freq: str, max_workers: int, adjust: str) -> None:
    for name, value in (("days", days), ("max_workers", max_workers)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ParameterError(name, value, "a whole number from 1")
    if freq not in FREQUENCIES:
        raise ParameterError("freq", freq, ", ".join(FREQUENCIES))
    if adjust not in get_args(Adjustment):
        raise ParameterError("adjust", adjust, ", ".join(get_args(Adjustment)))
