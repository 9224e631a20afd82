"""``technic bench``: four ways to get and scan a market, measured in one run."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from technic.cli.options.options import RUN, RunOptions

__all__ = ["bench"]

MARKET = "Market"
LINE = "Line (the simulated market's)"


def bench(
    run: RunOptions,
    provider: Annotated[
        str,
        typer.Option(
            help="Who is asked; a vendor's answers count against its limits.",
            metavar="NAME",
            rich_help_panel=MARKET,
        ),
    ] = "loopback",
    universe: Annotated[
        str | None,
        typer.Option(
            help="Listings, CSV or Parquet. (default: what the provider lists)",
            metavar="FILE",
            rich_help_panel=MARKET,
        ),
    ] = None,
    symbols: Annotated[
        int,
        typer.Option(
            help="Size of the universe. (default: 6000 simulated, 40 of a vendor's)",
            metavar="N",
            rich_help_panel=MARKET,
        ),
    ] = 0,
    sessions: Annotated[
        int, typer.Option(help="Sessions of each symbol.", metavar="N", rich_help_panel=MARKET)
    ] = 150,
    latency_ms: Annotated[
        float,
        typer.Option(
            help="Time to the first byte of an answer.", metavar="MS", rich_help_panel=LINE
        ),
    ] = 150.0,
    rate_limit: Annotated[
        float | None,
        typer.Option(help="Requests a minute. (default: none)", metavar="N", rich_help_panel=LINE),
    ] = None,
    faults: Annotated[
        float,
        typer.Option(
            help="Percent of answers that fail, four of five with 429, one with 500.",
            metavar="PERCENT",
            rich_help_panel=LINE,
        ),
    ] = 0.0,
    max_concurrent: Annotated[
        int, typer.Option(help="Requests in flight.", metavar="N", rich_help_panel=RUN)
    ] = 50,
    sample: Annotated[
        int,
        typer.Option(
            help="Symbols that the baseline asks for and that scoring is timed on.",
            metavar="N",
            rich_help_panel=RUN,
        ),
    ] = 40,
    format_: Annotated[
        Literal["table", "json"] | None,
        typer.Option(
            "--format",
            help="How to print it; an --out ending .json means json.",
            rich_help_panel=RUN,
        ),
    ] = None,
) -> None:
    """Measure how fast a market is fetched and scanned here, four ways, on the same provider.

    baseline: one request a symbol, one after the other, as scanners used to; batch: many in flight;
    prescreen: the same without hopeless symbols; planned: what technic scan does. The first three
    score with plain pandas, and with TA-Lib beside where it is installed. By default a SIMULATED
    market on this machine is asked.
    """
    from technic.bench.config import BenchConfig
    from technic.bench.run import run_bench
    from technic.cli.render.bench_report import bench_lines
    from technic.cli.render.document import document_format, print_document
    from technic.cli.render.progress import progress_on_stderr

    chosen = document_format(format_, run.out)
    config = BenchConfig(
        provider=provider,
        universe=universe,
        symbols=symbols,
        sessions=sessions,
        latency_ms=latency_ms,
        requests_per_minute=rate_limit,
        faults_pct=faults,
        max_concurrent=max_concurrent,
        sample=sample,
    )
    with progress_on_stderr(run.quiet) as progress:
        report = run_bench(config, progress=progress)
    print_document(lambda width: bench_lines(report, width), report.document(), chosen, run)
