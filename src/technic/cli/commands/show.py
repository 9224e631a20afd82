"""``technic show``: everything about one symbol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from technic.cli.options.chart_options import ChartOptions, chart_choices
from technic.cli.options.gate_options import GateOptions
from technic.cli.options.language_options import LanguageOptions
from technic.cli.options.options import (
    RUN,
    DataOptions,
    FilterOptions,
    MaxAge,
    PlanOptions,
    ScanRunOptions,
    UniverseOptions,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["SYMBOL_FORMAT", "show"]

SYMBOL_FORMAT = typer.Option(
    "--format", help="How to print it; an --out ending .json means json.", rich_help_panel=RUN
)


def show(
    symbol: Annotated[str, typer.Argument(help="Symbol, e.g. AAPL or BRK.B.", show_default=False)],
    data: DataOptions,
    universe: UniverseOptions,
    filters: FilterOptions,
    gate: GateOptions,
    plan: PlanOptions,
    language: LanguageOptions,
    run: ScanRunOptions,
    chart: ChartOptions,
    format_: Annotated[Literal["table", "json"] | None, SYMBOL_FORMAT] = None,
    max_age: MaxAge = None,
) -> None:
    """Show one symbol: rating, explanation, trade plan, key figures and a price chart.

    It runs the scan with the same options, since a rating compares a symbol with its market.
    With --html it also writes a page with the chart and the rating as pictures.
    """
    from rich.text import Text

    from technic.cli.options.config import Choices
    from technic.cli.render.console import note
    from technic.cli.render.document import document_format, print_document
    from technic.cli.render.explanation import explanation_pieces, fact_lines
    from technic.cli.render.symbol_card import chart_lines, figures, head_lines, plan_lines
    from technic.cli.run import require_fresh, run_choices
    from technic.export.targets import replacing
    from technic.result.symbol_plot import SymbolPlot
    from technic.result.symbol_report import symbol_report
    from technic.universe import require_symbol

    chosen, drawn = document_format(format_, run.out), chart_choices(chart)
    name = symbol if " " in symbol.strip() else require_symbol(symbol)
    choices = Choices(data, universe, filters, gate, plan, language)
    result = run_choices(choices, run, about=name)
    report = symbol_report(result, name)

    def pieces(width: int) -> Iterator[RenderableType]:
        yield from head_lines(result, report)
        yield Text()
        yield from chart_lines(report, width)
        if report.explanation is not None:
            yield Text()
            yield from plan_lines(report)
            yield Text()
            yield figures(report, width)
            yield from fact_lines(report)
            yield from explanation_pieces(report.explanation, width)

    print_document(pieces, report.document(with_row=True), chosen, run)
    if chart.html is not None and drawn is not None:
        with replacing("html", chart.html) as path:
            path.write_text(SymbolPlot(report, drawn).html, encoding="utf-8", newline="")
        note(f"wrote {chart.html}", quiet=run.quiet)
    require_fresh(result, max_age)
