"""Facts for people as lines, for programs as one JSON object."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from typing import Any, Literal

from rich.table import Table
from rich.text import Text

from technic.cli.render.console import console_for
from technic.cli.render.market_data.coverage_report import coverage_document, coverage_lines
from technic.cli.render.market_data.plan_report import row
from technic.data_engine.store import VacuumReport
from technic.facts.market_coverage import MarketCoverage
from technic.facts.reader import FactSource
from technic.facts.sources.companyfacts import ATTRIBUTION as OF_SEC
from technic.facts.sources.short_interest import ATTRIBUTION as OF_FINRA
from technic.facts.store import FactStore
from technic.facts.sync.journal import Problem, SyncFolder
from technic.facts.sync.run import SyncReport
from technic.scan.facts.attribution import attribution_of
from technic.wording.counts import count_of

__all__ = ["print_facts", "print_status", "print_sync", "print_vacuumed", "print_verified"]

SHOWN_PROBLEMS = 5
WIDE = 96
"""Columns of a terminal from which on there is room to say how each fact came about."""
FEWEST_SHOWN = 12
"""Concepts that the status names, those with the most rows."""


def print_sync(report: SyncReport, url: str, format_: str, *, simulated: bool) -> None:
    """Print what a sync brought."""
    new = sum(report.added.values())
    if format_ == "json":
        _print_json(
            {
                "simulated": simulated, "store": url, "requests": report.requests,
                "retries": report.retries, "rows": new, "by_source": report.added,
                "dropped": report.dropped, "unknown_symbols": report.unknown_symbols,
                "later": list(report.later), "problems": _plain(report.problems),
                "attribution": _attribution(report),
            }
        )  # fmt: skip
        return
    console = console_for(sys.stdout)
    console.print(_title(url, simulated=simulated))
    tried = f", {count_of(report.retries, 'retry', 'retries')} among them" if report.retries else ""
    console.print(row("requests", f"{report.requests:,}{tried}"))
    console.print(row("new", f"{count_of(new, 'fact')} of {count_of(len(report.added), 'file')}"))
    for reason, count in report.dropped.items():
        console.print(row("left out", f"{count_of(count, 'fact')}: {reason}"))
    if report.unknown_symbols:
        text = (
            f"{count_of(report.unknown_symbols, 'row')} of short interest; technic universe fetch"
        )
        console.print(row("of nobody", f"{text} brings the symbols of funds"))
    if report.later:
        text = f"{count_of(len(report.later), 'quarter')} wait for the next sync: 70 requests each"
        console.print(row("later", text))
    _print_problems(console, report.problems)
    for sentence in _attribution(report):
        console.print(Text(sentence, "dim"), soft_wrap=True)


def print_status(
    store: FactStore,
    folder: SyncFolder,
    covered: MarketCoverage,
    format_: str,
    *,
    simulated: bool,
) -> None:
    """Print what is stored, how much of a market it covers, and of the last sync."""
    status, journal = store.status(), folder.read()
    if format_ == "json":
        _print_json(
            {
                "simulated": simulated, "store": store.url, "rows": status.rows,
                "companies": status.companies, "symbols": status.symbols,
                "by_concept": dict(status.by_concept), "by_source": dict(status.by_source),
                "first_known": _time(status.first_known), "last_known": _time(status.last_known),
                "bytes": status.bytes, "files": status.files, "synced": journal.synced or None,
                "problems": _plain(journal.problems), "coverage": coverage_document(covered),
            }
        )  # fmt: skip
        return
    console = console_for(sys.stdout)
    console.print(_title(store.url, simulated=simulated))
    size = f"{count_of(status.files, 'file')} of {status.bytes / 1e6:,.1f} MB"
    console.print(row("facts", f"{status.rows:,} in {size}"))
    who = f"{status.companies:,} with {count_of(status.symbols, 'symbol')}"
    console.print(row("companies", who))
    console.print(row("known", f"{_time(status.first_known)} to {_time(status.last_known)}"))
    for name, count in status.by_source.items():
        console.print(row("from", f"{name}: {count_of(count, 'fact')}"))
    common = sorted(status.by_concept.items(), key=lambda one: (-one[1], one[0]))[:FEWEST_SHOWN]
    console.print(row("most", ", ".join(f"{name} {count:,}" for name, count in common)))
    console.print(row("last sync", journal.synced or "none that ended"))
    _print_problems(console, journal.problems)
    for line in coverage_lines(covered):
        console.print(line)


def print_verified(url: str, problems: list[str], format_: str, *, simulated: bool) -> None:
    """Print what is damaged, one sentence a line."""
    if format_ == "json":
        _print_json({"simulated": simulated, "store": url, "problems": problems})
        return
    console = console_for(sys.stdout)
    console.print(_title(url, simulated=simulated))
    for problem in problems:
        console.print(Text(problem), soft_wrap=True)
    said = count_of(len(problems), "problem") if problems else "nothing is wrong"
    console.print(row("verified", said, "red" if problems else "green"))


def print_vacuumed(url: str, report: VacuumReport, format_: str, *, simulated: bool) -> None:
    """Print what was deleted."""
    if format_ == "json":
        gone = {"files": report.files, "bytes": report.bytes}
        _print_json({"simulated": simulated, "store": url, **gone})
        return
    console = console_for(sys.stdout)
    console.print(_title(url, simulated=simulated))
    console.print(row("deleted", f"{count_of(report.files, 'file')}, {report.bytes / 1e6:,.1f} MB"))


def print_facts(
    symbol: str, day: str, shown: Mapping[str, FactSource], format_: str, *, simulated: bool
) -> None:
    """Print what was known of a company on a day."""
    if format_ == "json":
        _print_json(
            {
                "simulated": simulated, "symbol": symbol, "as_of": day,
                "facts": {
                    field: _document(source, simulated=simulated)
                    for field, source in shown.items()
                },
                "attribution": list(attribution_of(shown.values(), simulated=simulated)),
            }
        )  # fmt: skip
        return
    console = console_for(sys.stdout)
    label = "SIMULATED facts" if simulated else "facts"
    console.print(Text(f"{symbol}: {label} known at the close of {day}", "bold"))
    console.print(_facts_table(shown, console.width))
    filings = {source.accn: source.link for source in shown.values() if source.link}
    for accn, link in sorted(filings.items(), reverse=True):
        line = accn if simulated else f"{accn}  {link}"
        console.print(Text(line, "dim"), soft_wrap=True)
    for sentence in attribution_of(shown.values(), simulated=simulated):
        console.print(Text(sentence, "dim"), soft_wrap=True)


def _facts_table(shown: Mapping[str, FactSource], width: int) -> Table:
    """Each fact a row; how it came about only where there is room for its words."""
    told = width >= WIDE
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("field", no_wrap=True, min_width=max(map(len, shown), default=0))
    for name in ("value", "period", "known", "age", "form"):
        side: Literal["left", "right"] = "right" if name in ("value", "age") else "left"
        table.add_column(name, justify=side, no_wrap=True)
    if told:
        table.add_column("how", overflow="fold")
    for field, source in shown.items():
        cells = [
            field, _measured(source), _day(source.period_end), _day(source.known_from),
            f"{source.age:,}", source.form,
        ]  # fmt: skip
        table.add_row(*cells, *([_first(source.route)] if told else []))
    return table


def _measured(source: FactSource) -> str:
    """A value with its unit; numbers of shares and sessions say by their names what they are."""
    if math.isnan(source.value):
        return "-"
    if source.unit in ("shares", "sessions") and source.value.is_integer():
        return f"{source.value:,.0f}"
    shown = _number(abs(source.value))
    if source.unit.startswith("USD"):
        shown = f"${shown}"
    sign = "-" if source.value < 0.0 else ""
    return f"{sign}{shown} %" if source.unit == "%" else f"{sign}{shown}"


def _document(source: FactSource, *, simulated: bool) -> dict[str, Any]:
    return {
        "value": None if math.isnan(source.value) else source.value,
        "unit": source.unit,
        "period_end": _day(source.period_end) or None,
        "known_from": _day(source.known_from),
        "known_at": _time(source.known_at),
        "age": source.age,
        "form": source.form or None,
        "accession_number": source.accn or None,
        "link": None if simulated else source.link or None,
        "route": source.route,
    }


def _first(route: str) -> str:
    """The route of a value itself, without those of the numbers it is made of; JSON has all."""
    own, _, parts = route.partition("; ")
    return f"{own} …" if parts and not own.startswith("estimate") else own


def _attribution(report: SyncReport) -> list[str]:
    sources = [OF_SEC]
    if any("short-interest" in name for name in report.added):
        sources.append(OF_FINRA)
    return sources


def _title(url: str, *, simulated: bool) -> Text:
    return Text.assemble(("SIMULATED facts" if simulated else "facts", "bold"), f"  {url}")


def _print_problems(console: Any, problems: list[Problem]) -> None:
    for one in problems[:SHOWN_PROBLEMS]:
        console.print(row("problem", f"{one.feed}, {one.item}: {one.why}", "red"), soft_wrap=True)
    if len(problems) > SHOWN_PROBLEMS:
        more = len(problems) - SHOWN_PROBLEMS
        console.print(row("problem", f"{more:,} more; --format json has them", "red"))


def _plain(problems: list[Problem]) -> list[dict[str, str]]:
    return [{"feed": one.feed, "item": one.item, "why": one.why} for one in problems]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:,.2f}"


def _day(day: Any) -> str:
    text = str(day)
    return "" if text == "NaT" else text


def _time(moment: Any) -> str | None:
    return None if moment is None else f"{str(moment)[:19]}Z"


def _print_json(document: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")
