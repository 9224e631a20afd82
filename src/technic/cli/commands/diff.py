"""``technic diff``: two saved results, what entered, left and moved, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from technic.cli.commands.verify import FORMAT, LIST_LIMIT, SAVED
from technic.cli.options.options import RunOptions

__all__ = ["diff"]


def diff(
    before: Annotated[Path, typer.Argument(help=SAVED, metavar="A", show_default=False)],
    after: Annotated[Path, typer.Argument(help="The later one.", metavar="B", show_default=False)],
    run: RunOptions,
    limit: Annotated[int, LIST_LIMIT] = 25,
    format_: Annotated[Literal["table", "line", "json"] | None, FORMAT] = None,
) -> None:
    """Compare two saved results: which symbols entered, left and moved, and what made them.

    For each symbol: the condition it failed, as the ledger has it, and the components that changed
    its rating. Nothing is scanned again.
    """
    from technic.cli.render.diff_report import diff_line, diff_lines
    from technic.cli.render.document import document_format, print_document
    from technic.result.diff import diff as compare
    from technic.result.saved import load_saved

    chosen = document_format(format_, run.out)
    difference = compare(load_saved(before), load_saved(after))
    most = limit or None
    if chosen == "line":
        print(diff_line(difference))
        return
    document = difference.summary(most) if chosen == "json" else {}
    print_document(lambda width: diff_lines(difference, most, width), document, chosen, run)
