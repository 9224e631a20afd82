"""``technic sync``: bring the store of a vendor up to date, for a shell or for cron."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from technic.cli.options.options import RUN, FetchOptions, MaxAge, TalkOptions, UniverseOptions
from technic.wording.counts import count_of

if TYPE_CHECKING:
    from technic.data_engine.sync.store_provider import StoredProvider
    from technic.data_engine.sync.syncer import SyncReport
    from technic.scan.request_plan import RequestScope

__all__ = ["sync"]

INTERRUPTED = 130
WRONG_USAGE = 2
NEEDLESS = {
    "demo": "the demo provider makes its bars on this machine",
    "files": "files are read where they are",
}


def sync(
    fetch: FetchOptions,
    universe: UniverseOptions,
    talk: TalkOptions,
    dividends: Annotated[
        bool, typer.Option("--dividends", help="Fetch dividends too.", rich_help_panel=RUN)
    ] = False,
    min_success: Annotated[
        float,
        typer.Option(
            min=0,
            max=100,
            help="Fail (exit code 1) when fewer symbols are complete.",
            metavar="PERCENT",
            rich_help_panel=RUN,
        ),
    ] = 95.0,
    failures: Annotated[
        Path | None,
        typer.Option(
            help="Write the symbols that are missing and why, as CSV.",
            metavar="FILE",
            rich_help_panel=RUN,
        ),
    ] = None,
    format_: Annotated[
        Literal["table", "json"],
        typer.Option("--format", help="How to print the result.", rich_help_panel=RUN),
    ] = "table",
    max_age: MaxAge = None,
) -> None:
    """Bring the store up to date with the fewest requests; what arrives is kept, come what may.

    A second run asks only for what is still missing, so it can be repeated or interrupted at any
    time. Exit code 1 when fewer symbols than --min-success are complete; they are named.
    """
    from technic.cli.render.console import note
    from technic.cli.render.market_data.failures import check_failures_target, write_failures
    from technic.cli.render.market_data.sync_report import SyncOutcome, print_outcome, print_plan

    if failures is not None:
        check_failures_target(failures)
    scope, provider = _open_vendor(fetch, universe, quiet=talk.quiet)
    if not scope.symbols:
        note(
            f"nothing to sync: the pre-screen leaves none of "
            f"{count_of(len(scope.universe), 'symbol')}"
        )
        raise typer.Exit(1)
    if format_ == "table":
        print_plan(scope)
    report = _run(scope, provider, dividends=dividends, quiet=talk.quiet)
    outcome = SyncOutcome.of(scope, provider, report, min_success)
    if failures is not None:
        write_failures(outcome.failures, failures)
        note(f"wrote {count_of(len(outcome.failures), 'symbol')} to {failures}", quiet=talk.quiet)
    print_outcome(outcome, format_)
    for sentence in (*provider.notes, *report.notes):
        note(sentence)
    if not outcome.succeeded:
        note(outcome.complaint)
    if not _fresh(scope, provider, max_age) or not outcome.succeeded:
        raise typer.Exit(1)


def _open_vendor(
    fetch: FetchOptions, universe: UniverseOptions, *, quiet: bool
) -> tuple[RequestScope, StoredProvider]:
    """Settle whose bars are synced, and open the vendor with its store; exit where there is none.

    Providers that need no sync are not opened.
    """
    import os

    from technic.cli.options.config import fetch_config
    from technic.cli.render.console import note, note_listings
    from technic.data_engine.sync.store_provider import StoredProvider
    from technic.scan.request_plan import open_scope
    from technic.settings import load_settings

    settings = load_settings(os.environ, Path.cwd())
    name = settings.source(fetch.provider).provider
    if name not in NEEDLESS:
        scope = open_scope(
            fetch_config(fetch, universe, settings),
            settings=settings,
            days=fetch.days,
            before_listings=note_listings(quiet=quiet),
        )
        if isinstance(scope.provider, StoredProvider):
            return scope, scope.provider
    note(f"nothing to sync: {NEEDLESS[name]}")
    raise typer.Exit(WRONG_USAGE)


def _fresh(scope: RequestScope, provider: StoredProvider, max_age: int | None) -> bool:
    """Tell whether what the store has now is recent enough."""
    import os

    from technic.cli.run import is_fresh
    from technic.settings import load_settings

    if max_age is None:
        return True
    last = provider.complete_until(scope.symbols, scope.sessions)
    return is_fresh(str(last), max_age, provider.name, load_settings(os.environ, Path.cwd()))


def _run(
    scope: RequestScope, provider: StoredProvider, *, dividends: bool, quiet: bool
) -> SyncReport:
    """Carry the plan out; Ctrl-C says what becomes of what has arrived."""
    from functools import partial

    from technic.cli.render.console import note
    from technic.cli.render.progress import progress_on_stderr
    from technic.data_engine.interfaces.progress import SteadyProgress

    try:
        with progress_on_stderr(quiet) as report:
            steady = SteadyProgress(
                len(scope.symbols), partial(report, "fetch") if report else None
            )
            done = provider.sync(scope.symbols, scope.sessions, steady, dividends=dividends)
            steady.finish()
            return done
    except KeyboardInterrupt:
        note(
            f"interrupted; what arrived is kept in {provider.syncer.store.url}, the next sync asks "
            "only for the rest"
        )
        raise typer.Exit(INTERRUPTED) from None
