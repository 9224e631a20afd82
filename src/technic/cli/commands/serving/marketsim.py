"""``technic marketsim``: the simulated market over HTTP, in the foreground."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from technic.cli.options.options import Debug
from technic.wording.counts import count_of

__all__ = ["marketsim"]

MARKET = "Market"
LINE = "Line"
DEFAULT_PORT = 8765
DEFAULT_SYMBOLS = 6_000


def marketsim(
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.", metavar="N"),
    ] = DEFAULT_PORT,
    symbols: Annotated[
        int,
        typer.Option(
            min=1, max=9000, help="Number of symbols.", metavar="N", rich_help_panel=MARKET
        ),
    ] = DEFAULT_SYMBOLS,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Another market; keep its bars in a store of their own. (default: that of demo)",
            metavar="N",
            rich_help_panel=MARKET,
        ),
    ] = None,
    today: Annotated[
        str | None,
        typer.Option(
            help="The market's current day. (default: 2026-06-30)",
            metavar="YYYY-MM-DD",
            rich_help_panel=MARKET,
        ),
    ] = None,
    latency_ms: Annotated[
        float,
        typer.Option(
            min=0, help="Time to the first byte of an answer.", metavar="MS", rich_help_panel=LINE
        ),
    ] = 0.0,
    requests_per_minute: Annotated[
        float | None,
        typer.Option(
            min=1, help="Refuse requests beyond this rate.", metavar="N", rich_help_panel=LINE
        ),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="Let this fraction of the requests go wrong, e.g. throttled=0.05; repeat for "
            "several kinds, an unknown one lists them.",
            metavar="KIND=FRACTION",
            rich_help_panel=LINE,
        ),
    ] = None,
    fault_seed: Annotated[
        int,
        typer.Option(
            help="Which requests go wrong; the same seed repeats it.",
            metavar="N",
            rich_help_panel=LINE,
        ),
    ] = 0,
    debug: Debug = False,
) -> None:
    """Serve a SIMULATED market on this machine, in the formats of Polygon and Alpaca.

    For trying out, tests and benchmarks: scan it with --provider loopback. Its companies file as
    with SEC and FINRA: technic facts sync --provider loopback. Ctrl-C ends it.
    """
    from technic.cli.market_server import Line, Market, serve_market
    from technic.cli.render.console import note

    del debug  # logging is set up before any command runs
    market = Market(symbols, seed, today)
    line = Line(port, latency_ms / 1000, requests_per_minute, tuple(fault or ()), fault_seed)
    try:
        requests = serve_market(market, line, _announce)
    except OSError as error:
        reason = error.strerror or str(error)
        note(f"port {port} cannot be had ({reason}); name another one with --port")
        raise typer.Exit(1) from None
    note(f"ended after {count_of(requests, 'request')}")


def _announce(url: str, about: str, own_store: bool) -> None:
    """Say where the market is and how to scan it."""
    settings = "" if url.endswith(f":{DEFAULT_PORT}") else f"TECHNIC_LOOPBACK_URL={url} "
    if own_store:
        settings += "TECHNIC_STORE=./marketsim-store "
    print(f"SIMULATED market at {url}: {about}")
    print(f"scan it with: {settings}technic scan --provider loopback")
    print("Ctrl-C ends it")
    sys.stdout.flush()
