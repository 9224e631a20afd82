"""The price history of one symbol, as a scan of that day reads it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

from technic.data_engine.interfaces.provider import Provider
from technic.errors import FetchError
from technic.scan.config import ScanConfig
from technic.scan.context import open_context
from technic.scan.history import load_history
from technic.scan.windows import ScanWindows, window_sessions
from technic.settings import Settings, load_settings
from technic.universe import require_symbol

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["history"]


def history(
    symbol: str,
    *,
    days: int | None = None,
    as_of: str | None = None,
    provider: str | Provider | None = None,
    data: str | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
) -> pd.DataFrame:
    """Return the daily bars of one symbol that a scan as of ``as_of`` reads.

    ``DatetimeIndex`` named Date, oldest first; columns Open High Low Close Volume, float64. Prices
    are split-adjusted by the splits in force on ``as_of`` where the provider has raw ones. There is
    no row where the symbol did not trade, and none after ``as_of``.

    ``days``: sessions up to that day; without it the window that a scan loads, at least 300 from
    the first session of a year. ``as_of``: ``YYYY-MM-DD``, else the provider's last session.
    ``provider``: a name or an open provider, ``data``: a file or folder of prices; what is not
    given is as in the settings, else the simulated market. ``settings``: those of the environment
    and of technic.toml unless given; ``now``: the time it is.

    What a vendor's store lacks is fetched. ``get_price_history`` has bars within the day, dividends
    put back and raw prices. Raises FetchError with the reason where there is no bar, ParameterError
    for what is no symbol, no session or no count of days.
    """
    name = require_symbol(symbol)
    settings = settings or load_settings(os.environ, Path.cwd())
    source = settings.source(provider if isinstance(provider, str) else None, data)
    opened = None if provider is None or isinstance(provider, str) else provider
    files = source.provider == "files" and opened is None
    names = ("adjust_by", "columns_map", "date_format", "symbol_from")
    said = {name: getattr(settings, name) for name in names} if files else {}
    context = open_context(
        ScanConfig(provider=source.provider, data=source.data, as_of=as_of, **said),
        settings,
        now,
        opened,
    )
    sessions = window_sessions(context.calendar, context.windows, days)
    windows = ScanWindows.whole(sessions)
    prices = load_history([name], dataclasses.replace(context, windows=windows))
    if name in prices.failures:
        failure = prices.failures[name]
        raise FetchError(context.provider.name, name, failure.reason, failure.detail)
    return prices[name]
