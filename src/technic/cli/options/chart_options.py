"""Options of a symbol's page: the file, and how its prices are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from technic.cli.options.declare import option
from technic.cli.options.values import split
from technic.errors import ParameterError

if TYPE_CHECKING:
    from technic.result.symbol_drawings import PlotChoices

__all__ = ["ChartOptions", "chart_choices"]

CHART = "Page"


@dataclass(frozen=True, slots=True)
class ChartOptions:
    """A page of one symbol in one file."""

    html: Annotated[
        Path | None,
        option(CHART, "--html", "Write a page with charts as well; it fetches nothing.", "FILE"),
    ] = None
    chart_sessions: Annotated[
        int | None,
        option(CHART, "--chart-sessions", "Sessions in the chart. (default: 200)", "N"),
    ] = None
    averages: Annotated[
        list[str] | None,
        option(CHART, "--averages", "Plain averages of so many closes. (default: 50,200)", "N,N"),
    ] = None
    log_prices: Annotated[
        bool, option(CHART, "--log-prices", "Equal ratios of prices are equally high.")
    ] = False


def chart_choices(chart: ChartOptions) -> PlotChoices | None:
    """Return how to draw, checked before anything runs; None where no page is asked for."""
    from technic.export.targets import check_file
    from technic.result.symbol_drawings import PlotChoices
    from technic.result.symbol_plot import plot_choices

    given = {
        "--chart-sessions": chart.chart_sessions is not None,
        "--averages": chart.averages is not None,
        "--log-prices": chart.log_prices,
    }
    if chart.html is None:
        for name, there in given.items():
            if there:
                hint = "for example: --html AAPL.html"
                raise ParameterError("html", None, f"a file, which {name} needs", hint)
        return None
    if chart.html.suffix.lower() not in (".html", ".htm"):
        raise ParameterError("html", str(chart.html), "a file that ends in .html or .htm")
    check_file("html", chart.html)
    bars = None if chart.averages is None else split("averages", chart.averages)
    standard = PlotChoices()
    return plot_choices(
        standard.sessions if chart.chart_sessions is None else chart.chart_sessions,
        standard.averages if bars is None else tuple(_whole(text) for text in bars),
        log=chart.log_prices,
        option="chart_sessions",
    )


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        allowed = "whole numbers of bars, such as 50,200"
        raise ParameterError("averages", text, allowed) from None
