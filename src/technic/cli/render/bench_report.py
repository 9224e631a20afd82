"""A benchmark for people: the ways under each other, and how to read them."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from technic.bench.run import BenchReport, machine
from technic.bench.ways import OneByOne
from technic.cli.render.market_data.plan_report import duration, row
from technic.wording.counts import agree, count_of
from technic.wording.install import install_command

__all__ = ["bench_lines"]

TALIB = ("ta-lib",)


def bench_lines(report: BenchReport, width: int) -> Iterator[RenderableType]:
    """Yield the headline, the table of the ways, and what was multiplied or checked."""
    del width  # everything fits into 80 columns
    config = report.config
    line = Text.assemble(("Technic bench", "bold"), f" · {config.provider}")
    if report.simulated:
        line.append(" · ")
        line.append("SIMULATED", "bold reverse yellow")
    yield line
    yield row(
        "universe",
        f"{count_of(report.universe, 'symbol')} x {count_of(config.sessions, 'session')}",
    )
    yield row("sessions", f"{report.sessions[0]} to {report.sessions[1]}")
    yield row("line", _line(report))
    here = machine()
    versions = ", ".join(
        f"{name} {here[name]}" for name in ("technic", "python", "numpy", "pandas")
    )
    yield row("machine", f"{here['processor']}, {here['cores']} cores, {versions}")
    yield Text()
    yield _table(report)
    yield Text()
    yield from _notes(report)


def _line(report: BenchReport) -> str:
    config = report.config
    parts = [f"{count_of(config.max_concurrent, 'request')} in flight"]
    if report.simulated:
        rate = config.requests_per_minute
        parts.insert(0, f"{config.latency_ms:g} ms latency")
        parts.append(
            "no rate limit"
            if rate is None
            else f"{rate:,g} {agree(rate, 'request', 'requests')} a minute"
        )
        if config.faults_pct:
            parts.append(f"{config.faults_pct:g} % of answers fail (429, 500)")
    return ", ".join(parts)


def _table(report: BenchReport) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("way")
    for name in ("symbols", "requests", "fetch", "score", "in all", "speed-up"):
        table.add_column(name, justify="right")
    whole = report.baseline_seconds
    share = report.universe / report.baseline.symbols
    first = report.baseline
    table.add_row(
        "baseline *",
        f"{report.universe:,}",
        f"{report.baseline_requests:,}",
        duration(first.fetch_seconds * share),
        duration((first.seconds - first.fetch_seconds) * share),
        duration(whole),
        "1.0x",
    )
    for name, way in (("batch", report.batch), ("prescreen", report.prescreen)):
        table.add_row(name, *_cells(way, way.seconds), f"{whole / way.seconds:,.1f}x")
        if way.talib_seconds is not None:
            cells = _cells(way, way.talib_seconds)
            table.add_row("  by TA-Lib", *cells, f"{whole / way.talib_seconds:,.1f}x")
    ours = report.planned
    table.add_row(
        "planned",
        f"{report.prescreen.symbols:,}",
        f"{ours.requests:,}",
        duration(ours.fetch_seconds),
        duration(ours.scan_seconds),
        duration(ours.seconds),
        f"{whole / ours.seconds:,.0f}x",
        style="bold green",
    )
    return table


def _cells(way: OneByOne, seconds: float) -> tuple[str, ...]:
    """Cells of a way that is done after so many seconds, whoever scores."""
    return (
        f"{way.symbols:,}",
        f"{way.requests:,}",
        duration(way.fetch_seconds),
        duration(seconds - way.fetch_seconds),
        duration(seconds),
    )


def _notes(report: BenchReport) -> Iterator[Text]:
    first, batch, ours = report.baseline, report.batch, report.planned
    each = first.seconds / first.symbols
    yield Text(
        f"* measured on {count_of(first.symbols, 'symbol')}, {each:.3f} s each, and multiplied; "
        "scoring was timed on\n"
        f"  {count_of(batch.scored, 'symbol')} ({_each(batch)}) and multiplied",
        "dim",
    )
    times = f"{report.planned_over_batch:,.1f} times as fast as batch"
    over = report.planned_over_talib
    if over is not None:
        times += f", {over:,.1f} times as prescreen by TA-Lib"
    yield row("planned", times, "green")
    fetched = f"{report.fetch_over_prescreen:,.1f} times as fast as prescreen, a request a symbol"
    yield row("fetch alone", fetched)
    yield row("score", _score(report))
    if report.floor_seconds:
        floor = f"{duration(report.floor_seconds)} of latency that no program can undercut"
        yield row("floor", floor)
    rates = f"planned {100 * ours.success_rate:.2f} %, batch {100 * batch.success_rate:.2f} %"
    retries = f"; retries: {ours.retries:,} and {batch.retries:,}"
    yield row("success", rates + (retries if ours.retries or batch.retries else ""))
    yield row("requests", f"{ours.requests:,} planned, at least {ours.lower_bound:,} are needed")
    yield row(
        "same answer", f"{_scorers(batch)} agree (largest difference {report.difference:.0e})"
    )


def _scorers(way: OneByOne) -> str:
    return "scan and pandas" if way.talib_ms is None else "scan, pandas and TA-Lib"


def _each(way: OneByOne) -> str:
    said = f"pandas {way.score_ms:.1f} ms each"
    return said if way.talib_ms is None else f"{said}, TA-Lib {way.talib_ms:.2f} ms"


def _score(report: BenchReport) -> str:
    """Say what scoring alone takes, or how TA-Lib, which is the quicker one, gets on the list."""
    way, scan = report.prescreen, report.planned.scan_seconds
    pandas = f"{duration(way.answered * way.score_ms / 1000)} by pandas"
    if way.talib_ms is None:
        return (
            f"scan {scan:.2f} s, {pandas}; TA-Lib's loop is timed after\n  {install_command(TALIB)}"
        )
    talib = way.answered * way.talib_ms / 1000
    return f"scan {scan:.2f} s; the same symbols {talib:.2f} s by TA-Lib's loop, {pandas}"
