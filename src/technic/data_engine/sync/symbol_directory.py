"""The exchanges' directory of symbols, asked for and kept: a list of what trades, without a key.

Asked with few tries and little time, for it is small; what comes is kept whole or not at all. The
simulated market's is kept apart from the real one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from technic.data_engine.interfaces.records import Failure
from technic.data_engine.interfaces.transport import TransportFactory
from technic.data_engine.network.aiohttp_transport import AiohttpTransport
from technic.data_engine.network.clock import Clock, SystemClock
from technic.data_engine.network.fetch import Fetcher, FetchJob, FetchRules
from technic.data_engine.network.rate_limiter import Limiter
from technic.data_engine.network.run_async import run_async
from technic.data_engine.providers.vendors.nasdaq_trader import FILES, DirectoryFile, NasdaqTrader
from technic.data_engine.sync.publication import new_york_date
from technic.errors import DirectoryError, InputFileError
from technic.universe.directory.directory_folder import DirectoryFolder, KeptDay

__all__ = ["RULES", "fetch_directory"]

RULES = FetchRules(max_concurrent=2, attempts=4, deadline_s=300.0, pause_s=60.0)
MOST_DAYS_APART = 7
"""Between the days of the two files: one that is older has not been made for a week."""


def fetch_directory(
    vendor: NasdaqTrader,
    folder: DirectoryFolder,
    now: Callable[[], dt.datetime],
    *,
    open_transport: TransportFactory = AiohttpTransport,
    rules: FetchRules = RULES,
    clock: Clock | None = None,
) -> KeptDay:
    """Ask for the directory and keep it under its day, the later one of its files' in New York.

    ``now``: the time it is; a file that says it was made later than tomorrow is refused. Raises
    DirectoryError where it cannot be had whole, or is not to be believed: then what is kept stays
    as it is. StoreError where it cannot be written.
    """
    files = run_async(_ask(vendor, open_transport, rules, clock or SystemClock()))
    days = [file.made.date() for file in files]
    if max(days) - min(days) > dt.timedelta(days=MOST_DAYS_APART):
        raise DirectoryError(f"one file is of {min(days)}, the other of {max(days)}")
    today = dt.date.fromisoformat(str(new_york_date(now())))
    if max(days) > today + dt.timedelta(days=1):
        raise DirectoryError(f"it says that it is of {max(days)}, and today is {today}")
    try:
        return folder.keep(str(max(days)), {file.name: file.body for file in files})
    except InputFileError as error:
        raise DirectoryError(str(error)) from error


async def _ask(
    vendor: NasdaqTrader, open_transport: TransportFactory, rules: FetchRules, clock: Clock
) -> list[DirectoryFile]:
    came: dict[str, DirectoryFile] = {}
    failed: list[Failure] = []
    async with open_transport() as transport:
        fetcher: Fetcher[str, DirectoryFile] = Fetcher(
            transport,
            Limiter(None, clock),
            rules,
            on_page=came.__setitem__,
            on_done=lambda _: None,
            on_failed=lambda _, failure: failed.append(failure),
            clock=clock,
        )
        await fetcher.run([FetchJob(name, vendor.file(name)) for name in FILES])
    if failed:
        raise DirectoryError(failed[0].detail)
    return [came[name] for name in FILES]
