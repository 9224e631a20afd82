"""``technic facts``: what companies report, brought to this machine and shown as of a day."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from technic.cli.options.groups import expand_groups
from technic.cli.options.options import Debug
from technic.errors import FactsError, FetchError, NothingToScanError, ParameterError

if TYPE_CHECKING:
    import datetime as dt

    from technic.facts.store import FactStore
    from technic.facts.sync.run import FactSync
    from technic.settings import Settings

__all__ = ["facts"]

SIMULATED = "loopback"
INTERRUPTED = 130

facts = typer.Typer(
    name="facts", help="Fundamentals, results, short interest: bring them, look at them."
)


@facts.callback()
def _group() -> None:
    """Fundamentals, results, short interest: bring them, look at them."""


@dataclass(frozen=True, slots=True)
class FactOptions:
    """Whose facts, and how to print them."""

    provider: Annotated[
        str | None,
        typer.Option(
            help="loopback for those of the simulated market, any other for the real ones. "
            "(default: the settings')",
            metavar="NAME",
        ),
    ] = None
    format_: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print the result.")
    ] = "table"
    debug: Debug = False


def sync(
    options: FactOptions,
    feeds: Annotated[
        str | None,
        typer.Option(
            help="Only some of companies, data-sets, short-interest, with commas. (default: all)",
            metavar="A,B",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")] = False,
) -> None:
    """Bring what companies have filed with SEC, and FINRA's short interest; no key is needed.

    At most 70 requests, eight a second: two files of all companies, one of each quarter, settlement
    days. SEC demands of everybody who asks a name and a mail address: the setting
    facts_user_agent. Several gigabytes come at first; what has come is stored piece by piece, so a
    sync can be interrupted and goes on where it was. Exit code 1 when something could not be had.
    """
    from technic.cli.render.console import note
    from technic.cli.render.market_data.facts_report import print_sync
    from technic.cli.render.progress import progress_on_stderr
    from technic.facts.sync.plan import FEEDS, as_feeds

    wanted = FEEDS if feeds is None else as_feeds([name.strip() for name in feeds.split(",")])
    with progress_on_stderr(quiet) as report:
        job = _sync(_settings(), options, report or (lambda _stage, _done, _total: None))
        hosts = " and ".join(dict.fromkeys((job.hosts.sec, job.hosts.finra)))
        note(f"asking {hosts} for facts", quiet=quiet)
        try:
            found = job.run(wanted)
        except KeyboardInterrupt:
            note("interrupted; what has come is kept, the next sync asks only for the rest")
            raise typer.Exit(INTERRUPTED) from None
    print_sync(found, job.store.url, options.format_, simulated=job.hosts.simulated)
    if found.problems:
        raise typer.Exit(1)


def status(options: FactOptions) -> None:
    """Say what is stored: rows, companies, concepts, when the last sync was, what it lacked."""
    from technic.cli.render.market_data.facts_report import print_status
    from technic.facts.sync.journal import SyncFolder

    store, home, simulated = _store(_settings(), options)
    print_status(store, SyncFolder(home), options.format_, simulated=simulated)


def show(
    symbol: Annotated[str, typer.Argument(help="A symbol, as in AAPL.", metavar="SYMBOL")],
    options: FactOptions,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="What was known at the close of that day. (default: the last session)",
            metavar="YYYY-MM-DD",
        ),
    ] = None,
) -> None:
    """Show what was known of a company on a day: each value with its filing and its age.

    A number that nobody had filed by then is not shown. Values per share are in the shares of
    their filing's day.
    """
    import datetime as dt

    from technic.cli.render.market_data.facts_report import print_facts
    from technic.facts.fields import FIELDS
    from technic.facts.reader import FactReader
    from technic.facts.terms import FactTerm
    from technic.sessions import load_calendar, parse_day
    from technic.universe.symbols import canonical

    settings = _settings()
    store, _, simulated = _store(settings, options)
    calendar = load_calendar(dt.datetime.now(dt.UTC).date(), settings.home)
    if as_of is None:
        day = calendar.last_completed(_clock(settings, options)())
    else:
        day = parse_day("--as-of", as_of)
    name = canonical(symbol)
    concepts = {concept for field in FIELDS.values() for concept in field.concepts}
    reader = FactReader(store.rows(concepts=concepts, symbols=[name]), calendar)
    session = calendar.last(1, day)
    found = {field: reader.provenance(FactTerm(field), name, day) for field in FIELDS}
    shown = {field: source for field, source in found.items() if source is not None}
    if not shown or not len(session):
        raise NothingToScanError(
            f"nothing was known of {name} on {day}", "technic facts status says what is stored"
        )
    print_facts(name, str(session[0]), shown, options.format_, simulated=simulated)


def _settings() -> Settings:
    from technic.settings import load_settings

    return load_settings(os.environ, Path.cwd())


def _is_simulated(settings: Settings, options: FactOptions) -> bool:
    from technic.data_engine.open_provider import PROVIDERS

    name = settings.source(options.provider).provider
    if name not in PROVIDERS:
        raise ParameterError("provider", name, ", ".join(PROVIDERS))
    return name == SIMULATED


def _store(settings: Settings, options: FactOptions) -> tuple[FactStore, Path, bool]:
    """Open the store that is meant; with its home, and whether it is of the simulated market."""
    from technic.facts.place import fact_home
    from technic.facts.store import FactStore

    simulated = _is_simulated(settings, options)
    home = fact_home(settings.home, simulated=simulated)
    store = FactStore(home)
    if not store.is_there():
        raise NothingToScanError(f"no facts are stored in {store.url}", "run technic facts sync")
    return store, home, simulated


def _sync(
    settings: Settings, options: FactOptions, report: Callable[[str, int, int], None]
) -> FactSync:
    """Make the sync that options and settings mean."""
    import datetime as dt

    from technic.data_engine.providers.vendors.loopback import LOOPBACK_URL
    from technic.facts.place import fact_home
    from technic.facts.store import FactStore
    from technic.facts.sync.hosts import FactHosts
    from technic.facts.sync.journal import SyncFolder
    from technic.facts.sync.run import FactSync
    from technic.sessions import load_calendar

    simulated, agent = _is_simulated(settings, options), settings.facts_user_agent
    if simulated:
        hosts = FactHosts.loopback(settings.loopback_url or LOOPBACK_URL, agent)
    else:
        hosts = FactHosts(agent or "")
    home = fact_home(settings.home, simulated=simulated)
    return FactSync(
        hosts,
        FactStore(home),
        SyncFolder(home),
        load_calendar(dt.datetime.now(dt.UTC).date(), settings.home),
        _clock(settings, options),
        symbols=_listed(settings.home, simulated=simulated),
        progress=report,
    )


def _clock(settings: Settings, options: FactOptions) -> Callable[[], dt.datetime]:
    """Return the clock by which facts are known; FactsError where a simulated one is silent."""
    from technic.data_engine.open_provider import market_clock

    def now() -> dt.datetime:
        try:
            return market_clock(settings.source(options.provider).provider, settings)()
        except FetchError as error:
            raise FactsError(error.detail) from error

    return now


def _listed(home: Path, *, simulated: bool) -> list[str]:
    """Symbols of the directory that was kept last; none where none was."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from technic.data_engine.sync.symbol_directory import directory_folder

    try:
        path = directory_folder(home, simulated=simulated).universe
        table = pq.read_table(path, columns=["symbol"])
    except (OSError, pa.ArrowException):
        return []
    return [symbol for symbol in table["symbol"].to_pylist() if symbol]


for command in (sync, status, show):
    facts.command(command.__name__)(expand_groups(command))
