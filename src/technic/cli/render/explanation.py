"""A rating taken apart, as a table for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from technic.cli.render.style import rating_style, signal_text
from technic.result.symbol_report import SymbolReport
from technic.scoring import Contribution, Explanation, SubScoreLine

__all__ = ["condition_lines", "explanation_pieces", "fact_lines"]

WIDTH_FOR_FORMULAS = 118
_VERDICTS = {"true": "bold green", "false": "bold red", "unknown": "bold yellow"}


def explanation_pieces(parts: Explanation, width: int) -> Iterator[Table | Text]:
    """Yield every contribution, the sum that is the rating, and why the signal is what it is."""
    formulas = width >= WIDTH_FOR_FORMULAS
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, header_style="bold")
    table.add_column("\ncomponent", no_wrap=True)
    for heading in ("value\n", "points\n0-100", "weight\n%", "contri-\nbution"):
        table.add_column(heading, justify="right", no_wrap=True)
    if formulas:
        table.add_column("\nhow", style="dim")
    for line in parts.subscores:
        table.add_row(*_subscore_cells(line))
        for part in parts.contributions:
            if part.subscore == line.name:
                cells = _part_cells(part)
                table.add_row(*cells, part.formula) if formulas else table.add_row(*cells)
    table.add_section()
    table.add_row(*_sum_cells(parts))
    yield table
    yield Text.assemble(
        ("signal ", "bold"),
        signal_text(parts.signal),
        f" (rating covers {100 * parts.rating_coverage:.0f} % of its components)",
    )
    for reason in parts.signal_reasons:
        yield Text(f"  {reason.replace('_', ' ')}", "dim")


def condition_lines(report: SymbolReport) -> Iterator[Table | Text]:
    """Yield each condition of the scan with what it is for the symbol, and its numbers."""
    if not report.conditions:
        return
    yield Text()
    table = Table(box=None, pad_edge=False, show_header=False)
    for style in ("dim", "", ""):
        table.add_column(style=style)
    for one in report.conditions:
        numbers = ", ".join(f"{text} {value}" for text, value in one.numbers)
        what = Text(one.name if one.name != one.text else "", "bold")
        what.append(("\n" if what else "") + one.text, "not bold")
        if numbers:
            what.append(f"\n{numbers}", "dim")
        for check in one.checks:
            what.append(
                f"\n{'ok' if check.held else 'no'} {check}", "dim" if check.held else "bold"
            )
        table.add_row(one.owner, Text(one.verdict, _VERDICTS[one.verdict]), what)
    yield table


def fact_lines(report: SymbolReport) -> Iterator[Text]:
    """Yield each fact that the scan names: value, period, filing, since when, how it came about."""
    if report.facts:
        yield Text("\nfacts", "bold")
    for one in report.facts:
        yield Text(f"  {one.sentence}", "yellow" if one.value is None else "")
        if one.link:
            yield Text(f"    {one.link}", f"dim link {one.link}")
    for sentence in report.attribution:
        yield Text(f"  {sentence}", "dim")


def _subscore_cells(line: SubScoreLine) -> tuple[Text, ...]:
    score = Text("n/a") if line.score is None else Text(f"{line.score:.1f}", "bold")
    return (
        Text(line.name.replace("_", " "), "bold"),
        Text(),
        score,
        Text(f"{line.weight:.1f}", "bold"),
        Text(f"{line.contribution:.2f}", "bold"),
    )


def _part_cells(part: Contribution) -> tuple[Text, ...]:
    points = Text("n/a", "dim")
    if part.points is not None:
        points = Text(f"{part.points:.1f}", rating_style(part.points))
    return (
        Text(f"  {part.component}"),
        Text(part.value_text),
        points,
        Text(f"{part.weight:.1f}"),
        Text(f"{part.contribution:.2f}"),
    )


def _sum_cells(parts: Explanation) -> tuple[Text, ...]:
    rating = "unrated" if parts.tech_rating is None else f"{parts.tech_rating:.2f}"
    weight = sum(line.weight for line in parts.subscores)
    style = "bold" if parts.tech_rating is None else f"bold {rating_style(parts.tech_rating)}"
    return (Text("rating", "bold"), Text(), Text(), Text(f"{weight:.1f}"), Text(rating, style))
