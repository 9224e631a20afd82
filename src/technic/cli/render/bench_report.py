"""A benchmark for people: the four ways under each other, and how to read them."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from technic.bench.run import BenchReport, machine
from technic.bench.ways import OneByOne
from technic.cli.render.market_data.plan_report import duration, row
from technic.wording.counts import agree, count_of

__all__ = ["bench_lines"]


def bench_lines(report: BenchReport, width: int) -> Iterator[RenderableType]:
    """Yield the headline, the table of the four ways, and what was multiplied or checked."""
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
        table.add_row(name, *_cells(way), f"{whole / way.seconds:,.1f}x")
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


def _cells(way: OneByOne) -> tuple[str, ...]:
    return (
        f"{way.symbols:,}",
        f"{way.requests:,}",
        duration(way.fetch_seconds),
        duration(way.seconds - way.fetch_seconds),
        duration(way.seconds),
    )


def _notes(report: BenchReport) -> Iterator[Text]:
    first, batch, ours = report.baseline, report.batch, report.planned
    each = first.seconds / first.symbols
    yield Text(
        f"* measured on {count_of(first.symbols, 'symbol')}, {each:.3f} s each, and multiplied; "
        f"pandas was timed on\n  {count_of(batch.scored, 'symbol')} ({batch.score_ms:.1f} ms each) "
        "and multiplied",
        "dim",
    )
    yield row("planned", f"{report.planned_over_batch:,.1f} times as fast as batch", "green")
    if report.floor_seconds:
        floor = f"{duration(report.floor_seconds)} of latency that no program can undercut"
        yield row("floor", floor)
    rates = f"planned {100 * ours.success_rate:.2f} %, batch {100 * batch.success_rate:.2f} %"
    retries = f"; retries: {ours.retries:,} and {batch.retries:,}"
    yield row("success", rates + (retries if ours.retries or batch.retries else ""))
    yield row("requests", f"{ours.requests:,} planned, at least {ours.lower_bound:,} are needed")
    yield row("same answer", f"scan and pandas agree (largest difference {report.difference:.0e})")
