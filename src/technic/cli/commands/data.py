"""``technic data``: look into the store of a provider, check it, tidy it, carry it elsewhere."""

from __future__ import annotations

import datetime as dt
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from technic.cli.options.groups import expand_groups
from technic.cli.options.options import ColumnsMap, DateFormat, Debug, Provider, SymbolFrom
from technic.errors import ParameterError
from technic.settings import load_settings
from technic.wording.counts import agree, count_of

if TYPE_CHECKING:
    from technic.data_engine.provider_store import ProviderStore

__all__ = ["data"]

data = typer.Typer(name="data", help="Look into the store of a provider, check it, tidy it.")

Target = Annotated[
    Path,
    typer.Argument(
        help="A .parquet or .csv file with symbol, date, open, high, low, close, volume.",
        metavar="FILE",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """Which store, and how to print what is kept."""

    provider: Provider = None
    format_: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print it.")
    ] = "table"
    debug: Debug = False


def _store(options: StoreOptions, *, create: bool = False, damaged: bool = False) -> ProviderStore:
    """Open the store that options and settings mean."""
    from technic.data_engine.provider_store import open_store

    settings = load_settings(os.environ, Path.cwd())
    provider = settings.source(options.provider).provider
    return open_store(provider, settings, create=create, damaged=damaged)


def info(options: StoreOptions) -> None:
    """Show what the store holds: bars, symbols, days, files, problem symbols, data version.

    Facts of companies are kept beside it: technic facts status says how much they cover.
    """
    from technic.cli.render.market_data.data_report import print_info
    from technic.facts.place import fact_home
    from technic.facts.store import FactStore

    provider_store = _store(options)
    home = load_settings(os.environ, Path.cwd()).home
    facts = FactStore(fact_home(home, simulated=provider_store.simulated))
    print_info(provider_store, options.format_, facts.url if facts.is_there() else None)


def verify(
    options: StoreOptions,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Drop what is broken; the next sync asks for it again."),
    ] = False,
) -> None:
    """Check every byte and every answer of the store; exit code 1 when something is wrong.

    With --repair what is broken is dropped, nothing else, and the exit code is 0.
    """
    from technic.cli.render.market_data.data_report import print_problems
    from technic.cli.render.progress import progress_on_stderr

    provider_store = _store(options, damaged=True)
    started = time.perf_counter()
    with progress_on_stderr(quiet=False) as report:

        def bytes_read(done: int, total: int) -> None:
            if report is not None:
                report("reading, in KB", done // 1000, total // 1000)

        store = provider_store.store
        problems = store.repair(bytes_read) if repair else store.verify(bytes_read)
    seconds = time.perf_counter() - started
    print_problems(provider_store, problems, seconds, repair, options.format_)
    if problems and not repair:
        raise typer.Exit(1)


def compact(options: StoreOptions) -> None:
    """Rewrite months of several files as one each; nothing that is stored changes."""
    from technic.cli.render.market_data.data_report import print_change

    provider_store = _store(options)
    before = provider_store.store.stats()
    provider_store.store.compact()
    after = provider_store.store.stats()
    files = {
        "bar_files_before": before.bar_files,
        "bar_files": after.bar_files,
        "bar_bytes_before": before.bar_bytes,
        "bar_bytes": after.bar_bytes,
    }
    text = (
        f"{count_of(before.bar_files, 'file')} of {before.bar_bytes / 1e6:,.1f} MB "
        f"{agree(before.bar_files, 'is', 'are')} now {after.bar_files:,} of "
        f"{after.bar_bytes / 1e6:,.1f} MB"
    )
    print_change(provider_store, text, files, options.format_)


def vacuum(
    options: StoreOptions,
    keep_days: Annotated[
        int,
        typer.Option("--keep-days", min=0, help="Data versions of so many days stay readable."),
    ] = 7,
) -> None:
    """Delete files that only earlier data versions need.

    Results that name those can be re-run no more. A sync does the same by itself, with a
    week, every few writes.
    """
    from technic.cli.render.market_data.data_report import print_change

    provider_store = _store(options)
    report = provider_store.store.vacuum(keep_days)
    text = f"deleted {count_of(report.files, 'file')} of {report.bytes / 1e6:,.1f} MB"
    about = {"files": report.files, "bytes": report.bytes}
    print_change(provider_store, text, about, options.format_)


def export(file: Target, options: StoreOptions) -> None:
    """Write all daily bars of the store, raw as they are, into one file.

    Splits, dividends, and what is known to be answered stay behind.
    """
    from technic.cli.render.market_data.data_report import print_change

    provider_store = _store(options)
    bars = _export(provider_store, file)
    about = {"bars": bars, "file": str(file)}
    print_change(provider_store, f"wrote {count_of(bars, 'bar')} to {file}", about, options.format_)


def _export(provider_store: ProviderStore, file: Path) -> int:
    """Write the bars; what the disk refuses is wrong usage, in a sentence."""
    from technic.export.targets import check_file

    check_file("file", file)
    try:
        return provider_store.store.export_to(file)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParameterError("file", str(file), "a file that can be written", reason) from error


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="A file of data export, or a file or folder of prices as scan --data takes them.",
            metavar="FILE",
            show_default=False,
        ),
    ],
    options: StoreOptions,
    columns_map: ColumnsMap = None,
    date_format: DateFormat = None,
    symbol_from: SymbolFrom = None,
) -> None:
    """Store the bars of a file; each symbol's replace what the store has between their ends.

    Rows that cannot be bars (no symbol, no value, below zero, in the future, on no session) are
    left out and counted; a file whose dates cannot be those of sessions is refused.
    """
    from technic.cli.render.market_data.data_report import print_change
    from technic.sessions import load_calendar
    from technic.tables.file_options import FileOptions

    layout = FileOptions.of(columns_map, date_format, symbol_from)
    provider_store = _store(options, create=True)
    now = dt.datetime.now(dt.UTC)
    calendar = load_calendar(now.date(), load_settings(os.environ, Path.cwd()).home)
    report = provider_store.import_bars(file, now, calendar, layout)
    text = f"stored {count_of(report.bars, 'bar')} of {file}"
    if report.refused:
        counts = ", ".join(f"{count:,} {reason}" for reason, count in report.refused.items())
        text += f"; left out {count_of(sum(report.refused.values()), 'row')}: {counts}"
    text = "\n".join((text, *report.notes))
    about = {
        "bars": report.bars,
        "file": str(file),
        "refused": dict(report.refused),
        "notes": list(report.notes),
    }
    print_change(provider_store, text, about, options.format_)


def clear_problems(
    options: StoreOptions,
    symbols: Annotated[
        list[str] | None,
        typer.Argument(help="Only these symbols. (default: all)", metavar="SYMBOL"),
    ] = None,
) -> None:
    """Forget the failures of symbols that were left alone, so that the next sync asks again."""
    from technic.cli.render.market_data.data_report import print_change

    provider_store = _store(options)
    cleared = provider_store.clear_problems(symbols or None)
    text = f"forgot the failures of {count_of(len(cleared), 'symbol')}"
    if cleared:
        text += f": {', '.join(cleared)}"
    print_change(provider_store, text, {"cleared": cleared}, options.format_)


for _name, _command in (
    ("info", info),
    ("verify", verify),
    ("compact", compact),
    ("vacuum", vacuum),
    ("export", export),
    ("import", import_),
    ("clear-problems", clear_problems),
):
    data.command(_name)(expand_groups(_command))
