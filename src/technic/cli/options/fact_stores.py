"""Which store of facts the commands mean, by which clock, and with whose prices."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from technic.cli.options.options import Debug
from technic.errors import (
    FactsError,
    FetchError,
    ParameterError,
    StoreError,
    UsageError,
)

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np

    from technic.data_engine.interfaces.provider import Provider
    from technic.facts.reader import FactReader
    from technic.facts.store import FactStore
    from technic.sessions import SessionCalendar
    from technic.settings import Settings
    from technic.typing import DateArray

__all__ = [
    "DEMO",
    "SIMULATED",
    "FactOptions",
    "is_simulated",
    "market_time",
    "opened_prices",
    "opened_reader",
    "opened_store",
    "past_day",
    "settings_here",
]

SIMULATED, DEMO = "loopback", "demo"


@dataclass(frozen=True, slots=True)
class FactOptions:
    """Whose facts, and how to print them."""

    provider: Annotated[
        str | None,
        typer.Option(
            help="loopback for those of the simulated market (demo shows them, too), any other for "
            "the real ones. (default: the settings')",
            metavar="NAME",
        ),
    ] = None
    format_: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print the result.")
    ] = "table"
    debug: Debug = False


def settings_here() -> Settings:
    """Return the settings of this folder and the environment."""
    from technic.settings import load_settings

    return load_settings(os.environ, Path.cwd())


def past_day(text: str) -> np.datetime64:
    """Read --as-of; ParameterError for what is no day and for one that nobody knows yet."""
    import datetime as dt

    import numpy as np

    from technic.sessions import parse_day

    day, today = parse_day("--as-of", text), dt.datetime.now(dt.UTC).date()
    if day > np.datetime64(today, "D"):
        raise ParameterError("--as-of", text, f"a day up to today, {today}")
    return day


def _provider(settings: Settings, options: FactOptions) -> str:
    from technic.data_engine.open_provider import PROVIDERS

    name = settings.source(options.provider).provider
    if name not in PROVIDERS:
        raise ParameterError("provider", name, ", ".join(PROVIDERS))
    return name


def is_simulated(settings: Settings, options: FactOptions) -> bool:
    """Tell whose facts a sync brings; ParameterError for the demo market, which serves none."""
    from technic.scan.facts.access import SIMULATED_HINT

    name = _provider(settings, options)
    if DEMO in (options.provider, settings.provider) and name == DEMO:
        allowed = f"{SIMULATED} for facts of the simulated market, any other for the real ones"
        raise ParameterError("provider", name, allowed, SIMULATED_HINT)
    return name == SIMULATED


def opened_store(settings: Settings, options: FactOptions) -> tuple[FactStore, Path, bool]:
    """Open the store that a scan reads; with its home, and whether it is of the simulated market.

    Where nobody named a provider, and a scan would be of the demo market, the facts of real
    companies are shown if there are any.
    """
    from technic.facts.place import fact_home
    from technic.facts.store import FactStore
    from technic.scan.facts.access import SIMULATED_HINT

    name, hint = _provider(settings, options), "technic facts sync brings them"
    simulated = name in (SIMULATED, DEMO)
    nobody_chose = name == DEMO and DEMO not in (options.provider, settings.provider)
    if nobody_chose:
        simulated = not FactStore(fact_home(settings.home)).is_there()
    home = fact_home(settings.home, simulated=simulated)
    store = FactStore(home)
    if not store.is_there():
        if simulated:
            hint = f"{hint}, {SIMULATED_HINT}" if nobody_chose else SIMULATED_HINT
        raise StoreError(store.url, "no facts are stored", hint)
    return store, home, simulated


def opened_prices(
    settings: Settings, options: FactOptions, calendar: SessionCalendar, *, simulated: bool
) -> tuple[Provider | None, str]:
    """Open the provider of the prices that belong to the facts; None, and why, without one."""
    from technic.data_engine.open_provider import open_provider

    source = settings.source(options.provider)
    try:
        found = open_provider(source.provider, calendar, settings=settings, data=source.data)
    except UsageError as error:  # no key, no file: facts are there all the same
        return None, f"splits are not known, shares are those of each filing's day: {error}"
    return (found, "") if found.simulated == simulated else (None, "")


def opened_reader(
    store: FactStore,
    symbol: str,
    session: DateArray,
    calendar: SessionCalendar,
    prices: Provider | None,
) -> FactReader:
    """Open the facts of one symbol with the splits and closes that a scan of a day has."""
    from technic.facts.fields import FIELDS
    from technic.facts.reader import FactReader
    from technic.scan.config import ScanConfig
    from technic.scan.facts.traded_closes import TradedCloses, known_splits
    from technic.scan.windows import ScanWindows

    concepts = {concept for field in FIELDS.values() for concept in field.concepts}
    rows = store.rows(concepts=concepts, symbols=[symbol])
    if prices is None or not len(session):
        return FactReader(rows, calendar)
    window = ScanWindows.anchored(calendar, session[0], ScanConfig().bars)
    sessions = calendar.between(window.start, session[0])
    splits = known_splits(prices, [symbol], sessions)
    return FactReader(rows, calendar, splits, TradedCloses.of(prices, calendar))


def market_time(settings: Settings, options: FactOptions) -> Callable[[], dt.datetime]:
    """Return the clock by which facts are known; FactsError where a simulated one is silent."""
    from technic.data_engine.open_provider import market_clock

    def now() -> dt.datetime:
        try:
            return market_clock(settings.source(options.provider).provider, settings)()
        except FetchError as error:
            raise FactsError(error.detail) from error

    return now
