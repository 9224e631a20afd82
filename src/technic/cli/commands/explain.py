"""``technic explain``: how one rating came about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from technic.cli.commands.show import SYMBOL_FORMAT
from technic.cli.options.gate_options import GateOptions
from technic.cli.options.language_options import LanguageOptions
from technic.cli.options.options import (
    DataOptions,
    FilterOptions,
    PlanOptions,
    ScanRunOptions,
    UniverseOptions,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["explain"]


def explain(
    symbol: Annotated[str, typer.Argument(help="Symbol, e.g. AAPL or BRK.B.", show_default=False)],
    data: DataOptions,
    universe: UniverseOptions,
    filters: FilterOptions,
    gate: GateOptions,
    plan: PlanOptions,
    language: LanguageOptions,
    run: ScanRunOptions,
    format_: Annotated[Literal["table", "json"] | None, SYMBOL_FORMAT] = None,
) -> None:
    """Explain a rating: each component's value, points, weight and contribution.

    The contributions add up to the rating. For a symbol that was not scored: why not.
    """
    from technic.cli.options.config import Choices
    from technic.cli.render.document import document_format, print_document
    from technic.cli.render.explanation import condition_lines, explanation_pieces, fact_lines
    from technic.cli.render.symbol_card import head_lines
    from technic.cli.run import run_choices
    from technic.result.symbol_report import symbol_report
    from technic.universe import require_symbol

    chosen = document_format(format_, run.out)
    name = symbol if " " in symbol.strip() else require_symbol(symbol)
    choices = Choices(data, universe, filters, gate, plan, language)
    result = run_choices(choices, run, about=name)
    report = symbol_report(result, name)

    def pieces(width: int) -> Iterator[RenderableType]:
        yield from head_lines(result, report)
        yield from condition_lines(report)
        yield from fact_lines(report)
        if report.explanation is not None:
            yield from explanation_pieces(report.explanation, width)

    print_document(pieces, report.document(with_row=False), chosen, run)
