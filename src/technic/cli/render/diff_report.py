"""Two saved results compared, for a terminal: who entered, left and moved, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from technic.cli.render.style import change_text, rating_style, signal_text
from technic.cli.render.verify_report import saved_line
from technic.result.diff import ComponentChange, Diff, Side, SymbolChange
from technic.result.headline import headline_of
from technic.result.ledger import KEPT
from technic.text.outside import LINE, clean

__all__ = ["diff_line", "diff_lines"]

COMPONENTS = 3
"""Components that are named for a symbol: those that changed its rating most."""
NARROW = 90
"""Below this width a line has no room for two ratings beside the reason."""


def diff_line(diff: Diff) -> str:
    """Return the later result's headline and what changed, in one line for a log."""
    warned = "".join(f" · warning: {warning}" for warning in diff.warnings)
    text = f"{headline_of(diff.after)} · {_counts(diff)} since {diff.before.as_of}{warned}"
    return clean(text, LINE)


def _counts(diff: Diff) -> str:
    counts = (
        (len(diff.entered), "entered"),
        (len(diff.left), "left"),
        (len(diff.moved), "moved"),
        (diff.unchanged, "unchanged"),
    )
    return ", ".join(f"{count:,} {what}" for count, what in counts)


def diff_lines(diff: Diff, limit: int | None, width: int) -> Iterator[RenderableType]:
    """Yield the whole comparison; ``limit``: most symbols of each list."""
    yield Text.assemble(
        ("Technic diff ", "bold"),
        f"{diff.before.folder} → {diff.after.folder}",
        overflow="fold",
    )
    yield saved_line(headline_of(diff.before))
    yield saved_line(headline_of(diff.after))
    for warning in diff.warnings:
        yield Text(f"warning: {warning}", "yellow")
    yield Text(_counts(diff), "bold")
    for name, changes, side in (
        ("entered", diff.entered, _before),
        ("left", diff.left, _after),
        ("moved", diff.moved, None),
    ):
        if changes:
            yield Text()
            yield _list(diff, name, changes[:limit], len(changes), side, width)


def _list(
    diff: Diff,
    name: str,
    changes: Sequence[SymbolChange],
    count: int,
    side: Callable[[SymbolChange], Text] | None,
    width: int,
) -> Table:
    shown = f"first {len(changes):,} of {count:,}" if len(changes) < count else f"{count:,}"
    grid = Table(
        title=Text.assemble((name, "bold"), f" {shown}"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
        header_style="bold",
    )
    grid.add_column("#", justify="right", no_wrap=True)
    grid.add_column("symbol", no_wrap=True)
    grid.add_column("rating", justify="right", no_wrap=True)
    if width >= NARROW:
        grid.add_column("change", justify="right", no_wrap=True)
        grid.add_column("signal", no_wrap=True)
    grid.add_column("why", overflow="fold")
    for change in changes:
        cells = [_places(change), Text(change.symbol, "bold"), _rating(change)]
        if width >= NARROW:
            cells += [_change(change), _signal(change)]
        why = [] if side is None else [side(change)]
        components = diff.components(change.symbol)[:COMPONENTS]
        if components:
            why.append(Text(" · ".join(map(_component, components)), "dim"))
        grid.add_row(*cells, Text("\n").join(why))
    return grid


def _before(change: SymbolChange) -> Text:
    return _outcome("was", change.before)


def _after(change: SymbolChange) -> Text:
    return _outcome("now", change.after)


def _outcome(when: str, side: Side) -> Text:
    text = f"{when} {side.outcome}"
    return Text(f"{text}: {side.detail}" if side.detail and side.outcome != KEPT else text)


def _places(change: SymbolChange) -> Text:
    before, after = change.before.place, change.after.place
    if before is None or after is None:
        return Text(f"{before or after:,}")
    return Text(f"{before:,} → {after:,}" if before != after else f"{after:,}")


def _rating(change: SymbolChange) -> Text:
    before, after = change.before.tech_rating, change.after.tech_rating
    line = Text("" if before is None else f"{before:.1f} → ")
    if after is None:
        return line.append("-")
    return line.append(f"{after:.1f}", rating_style(after))


def _change(change: SymbolChange) -> Text:
    return Text("") if change.rating_change is None else change_text(change.rating_change)


def _signal(change: SymbolChange) -> Text:
    before, after = change.before.signal, change.after.signal
    names = [name for name in (before, after) if name is not None]
    if len(set(names)) < 2:
        return signal_text(names[-1]) if names else Text("-")
    return signal_text(names[0]) + Text(" → ") + signal_text(names[1])


def _component(component: ComponentChange) -> str:
    return f"{component.component} {component.before} → {component.after} ({component.points:+.1f})"
