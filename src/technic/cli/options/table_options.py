"""Options of the table on a terminal: links and small charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

__all__ = ["TableOptions"]

TABLE = "Table on a terminal"


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What a terminal shows beyond the table's text; never in a file or a pipe unless asked."""

    links: Annotated[
        bool | None,
        typer.Option(
            "--links/--no-links",
            help="Symbols lead to their page (setting page_url), or to TradingView. "
            "(default: where the terminal is known to have links)",
            rich_help_panel=TABLE,
        ),
    ] = None
    sparklines: Annotated[
        bool | None,
        typer.Option(
            "--sparklines/--no-sparklines",
            help="The last 30 closes as a small line. (default: on a terminal with room for it)",
            rich_help_panel=TABLE,
        ),
    ] = None
