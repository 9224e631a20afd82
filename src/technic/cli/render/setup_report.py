"""Setups as people read them, and as a program does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from technic.scan.expressions.setup_document import setup_document
from technic.setups import Setup, SetupParameter
from technic.wording.counts import count_of

__all__ = ["list_lines", "setup_lines"]


def list_lines(setups: list[Setup]) -> Iterator[Table | Text]:
    """Yield a row for each setup."""
    grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 1, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for setup in setups:
        said = Text(setup.meaning)
        if setup.source:
            said.append(f"\n{setup.source}", "dim")
        if setup.parameters:
            values = "  ".join(f"{one.name}={one.value:g}" for one in setup.parameters)
            said.append(f"\n{values}", "cyan")
        if setup.path:
            said.append(f"\n{_origin(setup)}", "yellow")
        grid.add_row(Text(setup.name, "bold"), said)
    yield grid
    yield Text(
        f"{count_of(len(setups), 'setup')}; technic setups NAME shows one, "
        "technic scan --setup NAME runs it",
        "dim",
    )


def setup_lines(setup: Setup) -> Iterator[Table | Text]:
    """Yield everything about one setup."""
    document = setup_document(setup)
    yield Text.assemble((setup.name, "bold"), f"  {setup.title}")
    yield Text(setup.meaning)
    if setup.source:
        yield Text(setup.source, "dim")
    if setup.path:
        yield Text(_origin(setup), "yellow")
    yield Text()
    if setup.parameters:
        rows = [(one.name, f"{one.value:g}", _range(one), one.meaning) for one in setup.parameters]
        yield _table("parameters", rows, right=(1,))
        yield Text()
    yield _table("conditions", [(one.name, _flat(one.where)) for one in setup.conditions])
    yield Text()
    for title, value in (
        ("columns", "\n".join(map(_flat, setup.columns))),
        ("rank_by", setup.rank_by),
        ("limit", setup.limit),
        ("universe", _universe(setup)),
        ("plan", ", ".join(f"{o.name} = {', '.join(o.values)}" for o in setup.plan)),
        ("needs", _needs(document)),
    ):
        if value:
            yield _table(title, [(str(value),)])


def _origin(setup: Setup) -> str:
    return f"{setup.path}, in the place of another" if setup.overrides else setup.path


def _range(parameter: SetupParameter) -> str:
    low, high = parameter.least, parameter.most
    if math.isinf(low) and math.isinf(high):
        return ""
    if math.isinf(high):
        return f"from {low:g}"
    return f"up to {high:g}" if math.isinf(low) else f"{low:g} to {high:g}"


def _universe(setup: Setup) -> str:
    parts = [one for one in (setup.universe, setup.watchlist) if one]
    parts += [", ".join(setup.symbols)] if setup.symbols else []
    parts += [f"{one.name} = {', '.join(one.values)}" for one in setup.prescreen]
    return "\n".join(parts)


def _needs(document: dict[str, Any]) -> str:
    bars, settled = document["bars"], document["bars_settled"]
    text = count_of(bars, "bar")
    if settled > bars:
        text += f", {settled:,} until averages with a memory have settled"
    text += "; a benchmark (--benchmark)" if document["needs_benchmark"] else ""
    return text + ("; facts (technic facts sync)" if document["needs_facts"] else "")


def _flat(text: str) -> str:
    return " ".join(text.split())


def _table(title: str, rows: Sequence[tuple[str, ...]], right: tuple[int, ...] = ()) -> Table:
    grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    grid.add_column(style="cyan", width=10, no_wrap=True)
    for at in range(len(rows[0])):
        last = at == len(rows[0]) - 1
        grid.add_column(
            justify="right" if at in right else "left", no_wrap=not last, ratio=1 if last else None
        )
    for number, row in enumerate(rows):
        grid.add_row(title if number == 0 else "", *map(Text, row))
    return grid
