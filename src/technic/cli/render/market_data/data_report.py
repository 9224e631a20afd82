"""What is in a store, for people as lines, for programs as one JSON object."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text

from technic.cli.render.console import console_for
from technic.cli.render.market_data.plan_report import label, row
from technic.cli.render.report import listed
from technic.data_engine.provider_store import ProviderStore
from technic.data_engine.store import Problem, StoreStats
from technic.wording.counts import count_of

__all__ = ["print_change", "print_info", "print_problems"]


def print_info(provider_store: ProviderStore, format_: str, facts: str | None) -> None:
    """Print everything that is known about a store; ``facts``: where those of companies are."""
    stats, problems = provider_store.store.stats(), provider_store.problems()
    if format_ == "json":
        about = {"problems": _plain_problems(problems), "facts": facts}
        _print_json({**provider_store.document(), **_plain(stats), **about})
        return
    console = console_for(sys.stdout)
    console.print(_title(provider_store))
    for line in _info_lines(stats, problems, console.width):
        console.print(line)
    brings = "none of companies; technic facts sync brings them"
    covered = "technic facts status says how much of the market they cover"
    console.print(row("facts", brings if facts is None else covered))


def print_problems(
    provider_store: ProviderStore,
    problems: Sequence[str],
    seconds: float,
    repaired: bool,
    format_: str,
) -> None:
    """Print what is (or with ``repaired`` was) wrong, one sentence a line, and how long it took."""
    if format_ == "json":
        _print_json(
            {
                **provider_store.document(),
                "sound": not problems,
                "problems": list(problems),
                "repaired": repaired and bool(problems),
                "seconds": round(seconds, 3),
            }
        )
        return
    console = console_for(sys.stdout)
    console.print(_title(provider_store))
    for problem in problems:
        console.print(Text(problem), soft_wrap=True)
    count = f"{len(problems):,} problems" if problems else "nothing is wrong"
    console.print(row("verified", f"{count}, {seconds:,.1f} s", "red" if problems else "green"))
    if problems and repaired:
        console.print(row("repaired", "what was broken is dropped; the next sync asks for it"))
    elif problems:
        console.print(row("repair", "technic data verify --repair, then a sync"))


def print_change(
    provider_store: ProviderStore, text: str, details: Mapping[str, object], format_: str
) -> None:
    """Print what was done."""
    if format_ == "json":
        _print_json({**provider_store.document(), **details})
        return
    console = console_for(sys.stdout)
    console.print(_title(provider_store))
    console.print(Text(text), soft_wrap=True)


def _title(provider_store: ProviderStore) -> Text:
    line = Text.assemble(
        ("Store ", "bold"), f"of {provider_store.provider} · {provider_store.store.url}"
    )
    if provider_store.simulated:
        line.append(" · ")
        line.append("SIMULATED", "bold reverse yellow")
    return line


def _info_lines(stats: StoreStats, problems: Mapping[str, Problem], width: int) -> Iterator[Text]:
    if stats.first is None:
        yield row("bars", "none yet")
    else:
        span = f"{stats.first} to {stats.last}"
        yield row("bars", f"{stats.bars:,} of {count_of(stats.symbols, 'symbol')}, {span}")
    days, ranges = count_of(stats.market_days, "whole-market day"), count_of(stats.ranges, "range")
    yield row("answered", f"{days}, {ranges} of symbols")
    yield row(
        "actions", f"{count_of(stats.splits, 'split')}, {count_of(stats.dividends, 'dividend')}"
    )
    size = f"{stats.bar_files:,} of bars, {stats.bar_bytes / 1e6:,.1f} MB"
    yield row("files", f"{size}; {stats.coverage_files:,} of coverage")
    versions = [f"{table} {version}" for table, version in stats.versions.items()]
    yield from listed(label("version", "bold"), versions, width)
    if problems:
        items = [f"{len(problems):,} left alone for a while"]
        items += [
            f"{symbol} ({one.reason}, until {one.until:%Y-%m-%d})"
            for symbol, one in sorted(problems.items())
        ]
        yield from listed(label("problems", "bold yellow"), items, width)


def _plain(stats: StoreStats) -> dict[str, object]:
    """The numbers with days as text; None while there are no bars."""
    values = dataclasses.asdict(stats)
    for name in ("first", "last"):
        values[name] = None if values[name] is None else str(values[name])
    return values


def _plain_problems(problems: Mapping[str, Problem]) -> list[dict[str, object]]:
    return [
        {
            "symbol": symbol,
            "reason": one.reason,
            "failures": one.failures,
            "last_at": one.last_at.isoformat(),
            "until": one.until.isoformat(),
        }
        for symbol, one in sorted(problems.items())
    ]


def _print_json(document: Mapping[str, object]) -> None:
    text = json.dumps(document, allow_nan=False, ensure_ascii=False)
    sys.stdout.write(text + "\n")
