"""``technic plan``: the requests that a sync or a scan would make, without making them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from technic.cli.options.language_options import LanguageOptions
from technic.cli.options.options import RUN, FetchOptions, RunOptions, UniverseOptions

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["plan"]


def plan(
    fetch: FetchOptions,
    universe: UniverseOptions,
    language: LanguageOptions,
    run: RunOptions,
    format_: Annotated[
        Literal["table", "json"] | None,
        typer.Option(
            "--format",
            help="How to print it; an --out ending .json means json.",
            rich_help_panel=RUN,
        ),
    ] = None,
) -> None:
    """Plan the fewest requests that bring the store up to date, and prove how few that can be.

    Only what the store lacks is planned; no bar is asked for. Without --universe a vendor is asked
    for its listings. Files need no requests; for the demo market it is a cold start of the same
    market over HTTP.
    """
    from rich.text import Text

    from technic.cli.options.source import named_source
    from technic.cli.render.document import document_format, print_document
    from technic.cli.render.plan_report import plan_lines
    from technic.scan.request_plan import find_wanted, make_planned, nothing_planned

    chosen = document_format(format_, run.out)
    if named_source(fetch.provider) == "files":

        def nothing(_width: int) -> Iterator[Text]:
            yield Text("files need no requests: a scan reads them where they are")

        print_document(nothing, nothing_planned(), chosen, run)
        return
    planned = make_planned(find_wanted(fetch, universe, language, quiet=run.quiet))
    print_document(lambda width: plan_lines(planned, width), planned.document(), chosen, run)
