"""SymbolPlot: the pictures of one symbol, as SVG, as a page in one file, in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from technic.charts.drawing import Drawing
from technic.charts.html_page import fragment, page
from technic.charts.style import AVERAGE_COLOURS
from technic.errors import ParameterError
from technic.result.symbol_drawings import PlotChoices, price_drawing, provenance_of
from technic.result.symbol_page import page_parts, page_title
from technic.result.symbol_report import SymbolReport
from technic.text.short_repr import short_repr

__all__ = ["SymbolPlot", "plot_choices"]

MOST_SESSIONS = 20_000
ENDINGS = (".svg", ".html", ".htm")


@dataclass(frozen=True, eq=False)
class SymbolPlot:
    """Pictures of ``report``, none of which holds a bar after the day of the scan.

    ``svg``: the price chart alone. ``html``: one page with all there is - prices, plan, pattern,
    rating, votes and every number as a table - which fetches nothing. A notebook shows the same.
    """

    report: SymbolReport
    choices: PlotChoices

    @cached_property
    def drawing(self) -> Drawing:
        """The price chart; for a symbol without bars, in words why there is none."""
        return price_drawing(self.report, self.choices)

    @cached_property
    def svg(self) -> str:
        """The price chart as one SVG picture."""
        return self.drawing.svg()

    @cached_property
    def html(self) -> str:
        """Everything as one page."""
        report = self.report
        parts = page_parts(report, self.choices)
        return page(page_title(report), parts, provenance_of(report))

    def save(self, path: str | Path) -> Path:
        """Write the page, or the price chart where the file's name ends in ``.svg``.

        Raises ParameterError for another ending and for a file that cannot be written.
        """
        file = Path(path) if isinstance(path, str) and path.strip() else path
        if not isinstance(file, Path) or file.suffix.lower() not in ENDINGS:
            raise ParameterError("path", path, f"a file that ends in {', '.join(ENDINGS)}")
        content = self.svg if file.suffix.lower() == ".svg" else self.html
        try:
            file.write_text(content, encoding="utf-8", newline="")
        except OSError as error:
            why = error.strerror or str(error)
            raise ParameterError("path", str(file), "a file that can be written", why) from error
        return file

    def __repr__(self) -> str:
        report = self.report
        ways = ".svg, .html, .save(file)"
        return short_repr(self, report.symbol, f"as of {report.as_of}", ways)

    def _repr_html_(self) -> str:
        return fragment(page_parts(self.report, self.choices), provenance_of(self.report))


def plot_choices(
    sessions: int, averages: Sequence[int], *, log: bool, option: str = "sessions"
) -> PlotChoices:
    """Return how to draw a symbol; ParameterError for what cannot be drawn.

    ``option``: what the user calls ``sessions``.
    """
    _require_whole(option, sessions, MOST_SESSIONS)
    if isinstance(averages, str | bytes) or not isinstance(averages, Sequence):
        raise ParameterError("averages", averages, "numbers of bars, such as (50, 200)")
    most = len(AVERAGE_COLOURS)
    for bars in averages:
        _require_whole("averages", bars, MOST_SESSIONS)
    if len(averages) > most or len(set(averages)) < len(averages):
        raise ParameterError("averages", tuple(averages), f"at most {most}, each once")
    if not isinstance(log, bool):
        raise ParameterError("log", log, "True or False")
    return PlotChoices(sessions, tuple(averages), log=log)


def _require_whole(name: str, value: object, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise ParameterError(name, value, f"a whole number from 1 to {most:,}")
