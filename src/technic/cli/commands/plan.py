"""``technic plan``: the requests that a sync or a scan would make, without making them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from technic.cli.options.language_options import LanguageOptions
from technic.cli.options.options import RUN, FetchOptions, RunOptions, UniverseOptions

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
    import os

    from technic.cli.options.config import fetch_config
    from technic.cli.render.console import note_listings
    from technic.cli.render.document import document_format, print_document
    from technic.cli.render.market_data.plan_report import plan_lines
    from technic.scan.request_plan import plan_requests
    from technic.settings import load_settings

    chosen = document_format(format_, run.out)
    settings = load_settings(os.environ, Path.cwd())
    planned = plan_requests(
        fetch_config(fetch, universe, settings, language),
        settings=settings,
        days=fetch.days,
        before_listings=note_listings(quiet=run.quiet),
    )
    print_document(lambda width: plan_lines(planned, width), planned.document(), chosen, run)
