"""``technic verify``: run a saved result again and say whether it is identical."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from technic.cli.options.options import RUN, ScanRunOptions

__all__ = ["LIST_LIMIT", "SAVED", "verify"]

SAVED = "Folder that technic scan --save DIR has written."
LIST_LIMIT = typer.Option(min=0, help="Most entries of each list; 0 means all.")
FORMAT = typer.Option(
    "--format", help="How to print it; an --out ending .json means json.", rich_help_panel=RUN
)


def verify(
    folder: Annotated[Path, typer.Argument(help=SAVED, metavar="DIR", show_default=False)],
    run: ScanRunOptions,
    data: Annotated[
        str | None,
        typer.Option(help="Where the scanned prices are now, if they moved.", metavar="PATH"),
    ] = None,
    limit: Annotated[int, LIST_LIMIT] = 25,
    format_: Annotated[Literal["table", "json"] | None, FORMAT] = None,
) -> None:
    """Run a saved result again, as of the same day on the same data, and compare bit for bit.

    Nothing is fetched and no key is needed. Exit code 0: identical, bit for bit; 1: it differs,
    and where is printed; 2: wrong usage, or no saved result.
    """
    import os

    from technic.cli.render.document import document_format, print_document
    from technic.cli.render.progress import progress_on_stderr
    from technic.cli.render.verify_report import verify_lines
    from technic.settings import load_settings
    from technic.verification import verify as run_verify

    chosen = document_format(format_, run.out)
    settings = load_settings(os.environ, Path.cwd())
    with progress_on_stderr(run.quiet) as report:
        verification = run_verify(
            folder, data=data, runner=run.runner, settings=settings, progress=report
        )
    most = limit or None
    print_document(
        lambda width: verify_lines(verification, most, width),
        verification.summary(most),
        chosen,
        run,
    )
    if not verification.identical:
        raise typer.Exit(1)
