"""``technic facts``: what companies report, brought to this machine and shown as of a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from technic.cli.options.fact_stores import (
    DEMO,
    SIMULATED,
    FactOptions,
    is_simulated,
    market_time,
    opened_prices,
    opened_reader,
    opened_store,
    past_day,
    settings_here,
)
from technic.cli.options.groups import expand_groups
from technic.errors import StoreError

if TYPE_CHECKING:
    from technic.facts.sync.run import FactSync
    from technic.settings import Settings

__all__ = ["facts"]

INTERRUPTED = 130

facts = typer.Typer(
    name="facts", help="Fundamentals, results, short interest: bring them, look at them."
)


@facts.callback()
def _group() -> None:
    """Fundamentals, results, short interest: bring them, look at them."""


def sync(
    options: FactOptions,
    feeds: Annotated[
        str | None,
        typer.Option(
            help="Only some of companies, data-sets, short-interest, massive, with commas. "
            "(default: all, massive with TECHNIC_POLYGON_KEY and TECHNIC_POLYGON_PLAN=paid)",
            metavar="A,B",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")] = False,
) -> None:
    """Bring what companies have filed with SEC, and FINRA's short interest; no key is needed.

    With a key, also what Massive has: statements, short interest, float.

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
        job = _sync(
            settings_here(),
            options,
            report or (lambda _stage, _done, _total: None),
            vendor=feeds is not None and "massive" in wanted,
        )
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


def status(
    options: FactOptions,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Coverage as known at the close of that day. (default: the last stored session)",
            metavar="YYYY-MM-DD",
        ),
    ] = None,
) -> None:
    """Say what is stored: rows, companies, how much of the market each concept covers.

    Coverage is the share of companies with a bar that have a value, and their share of the
    market's worth (last close times shares outstanding). Bars are those of the provider's store;
    where it has none, all companies count, and no worth is known. Also: when the last sync was,
    what it lacked.
    """
    from technic.cli.render.market_data.facts_report import print_status
    from technic.cli.render.progress import progress_on_stderr
    from technic.facts.market_coverage import stored_coverage
    from technic.facts.sync.journal import SyncFolder

    day = None if as_of is None else past_day(as_of)
    settings = settings_here()
    store, home, simulated = opened_store(settings, options)
    with progress_on_stderr(quiet=False) as report:
        covered = stored_coverage(store, settings, options.provider, day, progress=report)
    print_status(store, SyncFolder(home), covered, options.format_, simulated=simulated)


def verify(options: FactOptions) -> None:
    """Check every byte of the store of facts; exit code 1 when something is damaged.

    A damaged store is deleted by hand, with the folder facts-sync; the next sync brings all of it.
    """
    from technic.cli.render.market_data.facts_report import print_verified
    from technic.facts.store import verify_facts

    store, _, simulated = opened_store(settings_here(), options)
    problems = verify_facts(store)
    print_verified(store.url, problems, options.format_, simulated=simulated)
    if problems:
        raise typer.Exit(1)


def vacuum(
    options: FactOptions,
    keep_days: Annotated[
        int,
        typer.Option("--keep-days", min=0, help="Versions of so many days stay readable."),
    ] = 7,
) -> None:
    """Delete files that only earlier versions of the store of facts need; no row goes."""
    from technic.cli.render.market_data.facts_report import print_vacuumed
    from technic.facts.store import vacuum_facts

    store, _, simulated = opened_store(settings_here(), options)
    report = vacuum_facts(store, keep_days)
    print_vacuumed(store.url, report, options.format_, simulated=simulated)


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

    A number that nobody had filed by then is not shown. Values per share and numbers of shares are
    in the shares of that day, by the splits that the provider's stored prices come with, as in a
    scan; nothing is asked.
    """
    import datetime as dt

    from technic.cli.render.console import note
    from technic.cli.render.market_data.facts_report import print_facts
    from technic.facts.fields import FIELDS
    from technic.facts.terms import FactTerm
    from technic.sessions import load_calendar
    from technic.universe.symbols import canonical

    day = None if as_of is None else past_day(as_of)
    settings = settings_here()
    store, _, simulated = opened_store(settings, options)
    calendar = load_calendar(dt.datetime.now(dt.UTC).date(), settings.home)
    prices, why = opened_prices(settings, options, calendar, simulated=simulated)
    if why:
        note(why)
    if day is None and prices is not None and prices.name == DEMO:
        day = prices.last_session()
    elif day is None:
        day = calendar.last_completed(market_time(settings, options)())
    name = canonical(symbol)
    session = calendar.last(1, day)
    reader = opened_reader(store, name, session, calendar, prices)
    found = {field: reader.provenance(FactTerm(field), name, day) for field in FIELDS}
    shown = {field: source for field, source in found.items() if source is not None}
    if not shown or not len(session):
        hint = "technic facts status says what is stored"
        raise StoreError(store.url, f"nothing was known of {name} on {day}", hint)
    print_facts(name, str(session[0]), shown, options.format_, simulated=simulated)


def _sync(
    settings: Settings,
    options: FactOptions,
    report: Callable[[str, int, int], None],
    *,
    vendor: bool,
) -> FactSync:
    """Make the sync that options and settings mean; ``vendor``: whether its feed was named."""
    import datetime as dt

    from technic.data_engine.providers.vendors.loopback import LOOPBACK_URL
    from technic.facts.place import fact_home
    from technic.facts.store import FactStore
    from technic.facts.sync.hosts import FactHosts
    from technic.facts.sync.journal import SyncFolder
    from technic.facts.sync.massive_feed import open_massive
    from technic.facts.sync.run import FactSync
    from technic.sessions import load_calendar

    simulated, agent = is_simulated(settings, options), settings.facts_user_agent
    if simulated:
        hosts = FactHosts.loopback(settings.loopback_url or LOOPBACK_URL, agent)
    else:
        hosts = FactHosts(agent or "")
    paid = settings.polygon_key and settings.polygon_plan == "paid"
    if vendor or (paid and not simulated):
        name = SIMULATED if simulated else "polygon"
        hosts = replace(hosts, massive=open_massive(name, settings))
    home = fact_home(settings.home, simulated=simulated)
    return FactSync(
        hosts,
        FactStore(home),
        SyncFolder(home),
        load_calendar(dt.datetime.now(dt.UTC).date(), settings.home),
        market_time(settings, options),
        symbols=_listed(settings.home, simulated=simulated),
        progress=report,
    )


def _listed(home: Path, *, simulated: bool) -> list[str]:
    """Symbols of the directory that was kept last; none where none was."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from technic.data_engine.kept_listings import directory_folder

    try:
        path = directory_folder(home, simulated=simulated).universe
        table = pq.read_table(path, columns=["symbol"])
    except (OSError, pa.ArrowException):
        return []
    return [symbol for symbol in table["symbol"].to_pylist() if symbol]


for command in (sync, status, show, verify, vacuum):
    facts.command(command.__name__)(expand_groups(command))
