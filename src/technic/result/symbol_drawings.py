"""The drawings of one symbol: its report as bars, levels, shapes, parts of a rating, votes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from technic.charts.drawing import Drawing
from technic.charts.notice import notice
from technic.charts.price_chart import candles
from technic.charts.price_data import (
    Average,
    Level,
    PriceBars,
    RelativeLine,
    Shape,
    ShapePoint,
)
from technic.charts.provenance import Provenance
from technic.charts.rating_chart import RatingPart, rating_bars
from technic.charts.vote_chart import VoteCast, votes
from technic.indicators.trend import sma
from technic.panel import FIELDS, BarPanel, LongBars
from technic.result.symbol_report import SymbolReport
from technic.scan.usable_history import UsableHistory
from technic.scoring.benchmark import filled_closes
from technic.scoring.technical_rating import VOTES, technical_columns
from technic.setups.patterns.judge import PatternReading
from technic.typing import DateArray, FloatArray

__all__ = [
    "NARROW",
    "VOTE_SUMS",
    "PlotChoices",
    "average_line",
    "found_patterns",
    "pattern_shapes",
    "price_bars",
    "price_drawing",
    "price_levels",
    "provenance_of",
    "rating_drawing",
    "relative_line",
    "vote_drawing",
    "vote_values",
]

WIDE, NARROW = 960, 380
NARROW_SESSIONS = 60
"""Sessions of a narrow chart: more of them would be hairs."""

Mean = Callable[[FloatArray, int], FloatArray]
"""A moving mean: closes ``(n_bars, 1)`` and a number of bars in, the same shape out."""


@dataclass(frozen=True, slots=True)
class PlotChoices:
    """How a symbol is drawn: the latest ``sessions``, averages of so many closes, the axis."""

    sessions: int = 200
    averages: tuple[int, ...] = (50, 200)
    log: bool = False


def provenance_of(report: SymbolReport) -> Provenance:
    """Return where the data of a report come from and of which day they are."""
    data, days = report.data, _days(report)
    basis = data.price_basis.replace("_", " ")
    return Provenance(
        as_of=report.as_of,
        source=f"{data.provider} data",
        price_basis="price basis unknown" if basis == "unknown" else f"prices {basis}",
        universe=report.universe.size,
        last_bar=str(days[-1]) if len(days) else None,
        simulated=data.simulated,
    )


def price_drawing(report: SymbolReport, choices: PlotChoices, width: int = WIDE) -> Drawing:
    """Return the price chart; for a symbol without bars, in words why there is none."""
    provenance = provenance_of(report)
    if not len(_days(report)):
        said = f"No bars to draw. {report.not_scored if report.explanation is None else ''}"
        return notice(report.symbol, said, provenance, width=width)
    bars = price_bars(report)
    narrow = width < 600
    return candles(
        bars,
        provenance,
        symbol=report.symbol,
        company=report.listing.get("company", ""),
        averages=[average_line(bars, count) for count in choices.averages],
        levels=list(price_levels(report)),
        shapes=list(pattern_shapes(report)),
        relative=relative_line(report, bars),
        sessions=min(choices.sessions, NARROW_SESSIONS) if narrow else choices.sessions,
        width=width,
        log=choices.log,
        hover=not narrow,
    )


def rating_drawing(report: SymbolReport, width: int = WIDE) -> Drawing | None:
    """Return the rating as bars that add up; None for a symbol that was never scored."""
    parts = report.explanation
    if parts is None:
        return None
    rows = [
        RatingPart(
            one.subscore, one.component, one.value_text, one.points, one.weight, one.contribution
        )
        for one in parts.contributions
    ]
    provenance = provenance_of(report)
    return rating_bars(rows, parts.tech_rating, provenance, symbol=report.symbol, width=width)


VOTE_SUMS = ("tv_rating", "tv_ma", "tv_oscillators", "tv_status", "tv_not_settled")
"""The columns of the Technical Rating that all its votes make."""


def vote_drawing(report: SymbolReport, width: int = WIDE) -> Drawing | None:
    """Return the votes of the Technical Rating; None for a symbol that was never scored."""
    if report.values is None or report.history is None:
        return None
    values = vote_values(report.history)
    open_ = str(values["tv_not_settled"]).split(", ")
    cast = []
    for name, vote in VOTES.items():
        value = values[name]
        says = int(value) if isinstance(value, float) and value == value else None
        cast.append(
            VoteCast(
                vote.label,
                f"{vote.group}s",
                says,
                f"buy: {vote.up}; sell: {vote.down}",
                name.removeprefix("tv_") not in open_,
            )
        )
    status = str(values["tv_status"])
    provenance = provenance_of(report)
    return votes(cast, provenance, symbol=report.symbol, status=status, width=width)


def vote_values(history: UsableHistory) -> Mapping[str, object]:
    """Return each vote (NaN where it is missing) and ``VOTE_SUMS``, what they come to.

    As a scan that asks for them has them: of the bars that every scan reads, however many more
    were loaded.
    """
    read = history.days >= history.base_from
    days, count = history.days[read], int(read.sum())
    prices = (history.bars[name][read] for name in ("open", "high", "low", "close", "volume"))
    column = np.zeros(count, dtype=np.int32)
    panel = BarPanel.from_long(LongBars((history.symbol,), column, days, *prices), days)
    found = technical_columns(panel, np.array([count - 1], dtype=np.intp), (*VOTES, *VOTE_SUMS))
    return {name: values[0] for name, values in found.items()}


def _days(report: SymbolReport) -> DateArray:
    """Return the days up to that of the scan on which there are bars."""
    if report.bars is None:
        return np.empty(0, "datetime64[D]")
    return report.bars.days[report.bars.days <= np.datetime64(report.as_of, "D")]


def price_bars(report: SymbolReport) -> PriceBars:
    """Put the bars on their sessions, with those marked that the scan did not use."""
    days, history = _days(report), report.history
    assert report.bars is not None
    values = {name: report.bars.values[name][: len(days)] for name in FIELDS}
    if history is None:
        return PriceBars.on(days, days, values)
    sessions = history.sessions[history.sessions >= days[0]]
    bars = PriceBars.on(sessions, days, values, history.days)
    return replace(bars, why=report.detail) if bars.usable_from else bars


def average_line(bars: PriceBars, count: int, mean: Mean = sma) -> Average:
    """Return the mean of the last ``count`` usable closes, on the sessions of the bars."""
    used = bars.used
    found: FloatArray = np.full(len(bars), np.nan)
    if used.any():
        found[used] = mean(bars.close[used][:, None], count)[:, 0]
    return Average(f"{mean.__name__.upper()} {count}", found)


def price_levels(report: SymbolReport) -> Iterator[Level]:
    """Yield the lines of the plan, and the pivots of the patterns that were found."""
    values = report.values or {}
    for name in ("target", "entry", "stop"):
        price = values.get(name)
        if values.get("has_plan") and isinstance(price, int | float) and price == price:
            yield Level(name, float(price), name)
    for one in found_patterns(report):
        pivot = next((corner for corner in one.verdict.corners if "pivot" in corner.label), None)
        if pivot is not None:
            yield Level("pivot", pivot.price, "pivot")


def found_patterns(report: SymbolReport) -> Iterator[PatternReading]:
    """Yield each pattern that is there, once, however many conditions ask for it."""
    seen = []
    for condition in report.conditions:
        for one in condition.patterns:
            if one.verdict.held and one not in seen:
                seen.append(one)
                yield one


def pattern_shapes(report: SymbolReport) -> Iterator[Shape]:
    """Yield the picture of each pattern that was found, in their order."""
    history = report.history
    for one in found_patterns(report):
        assert history is not None  # whose bars it was found in
        last = len(history.days) - 1
        points = [
            ShapePoint(history.days[last - corner.bar], corner.price, corner.label)
            for corner in one.verdict.corners
        ]
        yield Shape(one.name.replace("_", " "), tuple(points))


def relative_line(report: SymbolReport, bars: PriceBars) -> RelativeLine | None:
    """Return the closes in units of the benchmark's, filled as the scan fills them."""
    benchmark, history = report.benchmark, report.history
    if benchmark is None or history is None or not benchmark.usable:
        return None
    closes = filled_closes(benchmark.closes)[: len(history.sessions)]
    at = np.searchsorted(history.sessions, bars.sessions)
    line = np.where(bars.used, bars.close, np.nan) / closes[at]
    return RelativeLine(benchmark.name, line) if np.isfinite(line).any() else None
