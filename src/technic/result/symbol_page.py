"""The parts of a symbol's page from top to bottom; every text in it is escaped here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from technic.charts.html_page import responsive
from technic.charts.text import escape, price_text
from technic.result.pattern_rules import pattern_numbers
from technic.result.symbol_drawings import (
    NARROW,
    PlotChoices,
    price_drawing,
    rating_drawing,
    vote_drawing,
)
from technic.result.symbol_report import SymbolCondition, SymbolReport
from technic.setups.patterns.judge import PatternReading
from technic.version import __version__

__all__ = ["page_parts", "page_title"]

BETWEEN = " \u00b7 "
_LISTING = ("exchange", "sector", "industry", "country")


def page_title(report: SymbolReport) -> str:
    """Return who it is."""
    company = report.listing.get("company")
    return f"{report.symbol} \u00b7 {company}" if company else report.symbol


def page_parts(report: SymbolReport, choices: PlotChoices) -> list[str]:
    """Return the parts of a page as HTML."""
    wide, narrow = (price_drawing(report, choices, *size) for size in ((), (NARROW,)))
    return [
        *_head(report),
        responsive(wide, narrow),
        *_plan(report),
        *_patterns(report),
        *_rating(report),
        *_votes(report),
        *_conditions(report),
        f'<p class="muted">Technic {escape(__version__)}. Ratings, patterns and plans are what '
        "their rules come to, no advice.</p>",
    ]


def _head(report: SymbolReport) -> Iterator[str]:
    parts = report.explanation
    listing = [report.listing[name] for name in _LISTING if name in report.listing]
    if listing:
        yield f'<p class="muted">{escape(BETWEEN.join(listing))}</p>'
    for warning in report.warnings:
        yield f'<p class="warning">{escape(warning)}</p>'
    if parts is None:
        yield f"<p><strong>{escape(report.not_scored)}</strong></p>"
        return
    rating = "unrated" if parts.tech_rating is None else f"rating {parts.tech_rating:.1f}"
    if report.place is None:
        place = f"not in the table: {report.outcome} ({report.detail})"
    else:
        place = f"place {report.place:,} in the table"
    said = f"{rating} \u00b7 signal {parts.signal.replace('_', ' ')} \u00b7 {place}"
    yield f"<p><strong>{escape(said)}</strong></p>"
    if report.place is not None and report.detail:
        yield f"<p>{escape(report.detail)}</p>"


def _plan(report: SymbolReport) -> Iterator[str]:
    values = report.values
    if values is None:
        return
    yield "<h2>Trade plan</h2>"
    if not values.get("has_plan"):
        yield f"<p>None: {escape(values.get('plan_note') or 'no signal asks for one')}.</p>"
        return
    note = f" Note: {values['plan_note']}." if values.get("plan_note") else ""
    said = (
        f"{values['plan_side']} {_whole(values, 'shares')} shares at {_price(values, 'entry')} "
        f"({values['entry_type']}), stop {_price(values, 'stop')} "
        f"({str(values['stop_basis']).replace('_', ' ')}), target {_price(values, 'target')}. "
        f"Position ${_whole(values, 'position_value')}, ${_whole(values, 'risk_amount')} at risk, "
        f"size by {values['size_basis']}.{note}"
    )
    yield f"<p>{escape(said[:1].upper() + said[1:])}</p>"


def _number(values: Mapping[str, object], name: str) -> float:
    value = values.get(name)
    return float(value) if isinstance(value, int | float) else float("nan")


def _price(values: Mapping[str, object], name: str) -> str:
    return f"${price_text(_number(values, name))}"


def _whole(values: Mapping[str, object], name: str) -> str:
    return f"{_number(values, name):,.0f}"


def _patterns(report: SymbolReport) -> Iterator[str]:
    """Yield each pattern that the scan asks for: there or not, its numbers, rule by rule."""
    seen: list[PatternReading] = []
    for condition in report.conditions:
        for reading in condition.patterns:
            if reading not in seen:
                seen.append(reading)
                yield from _pattern(reading)


def _pattern(reading: PatternReading) -> Iterator[str]:
    name, verdict = reading.name.replace("_", " "), reading.verdict
    rules = _words(
        ("rule", "what was measured"),
        [("kept" if one.held else "broken", str(one)) for one in verdict.checks],
    )
    if not verdict.held:
        broken = f"{len(verdict.misses)} of {len(verdict.checks)} rules broken"
        yield f"<h2>Chart pattern: {escape(name)}, not found</h2>"
        yield f"<details><summary>The base that comes nearest: {broken}</summary>{rules}</details>"
        return
    yield f"<h2>Chart pattern: {escape(name)}, found</h2>"
    rows = [
        (told, f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.2f}")
        for told, value in pattern_numbers(reading).values()
    ]
    if rows:
        yield _words(("number", "value"), rows)
    yield rules


def _rating(report: SymbolReport) -> Iterator[str]:
    wide, narrow = rating_drawing(report), rating_drawing(report, NARROW)
    if wide is None or narrow is None or report.explanation is None:
        return
    yield "<h2>How the rating adds up</h2>"
    yield responsive(wide, narrow)
    reasons = "".join(
        f"<li>{escape(reason.replace('_', ' '))}</li>"
        for reason in report.explanation.signal_reasons
    )
    if reasons:
        signal = escape(report.explanation.signal.replace("_", " "))
        yield f"<p>Signal {signal}:</p><ul>{reasons}</ul>"


def _votes(report: SymbolReport) -> Iterator[str]:
    wide, narrow = vote_drawing(report), vote_drawing(report, NARROW)
    if wide is not None and narrow is not None:
        yield "<h2>Technical Rating: 26 votes</h2>"
        yield responsive(wide, narrow)


def _conditions(report: SymbolReport) -> Iterator[str]:
    if not report.conditions:
        return
    yield "<h2>Conditions of the scan</h2>"
    rows = [(one.verdict, one.owner, _condition(one)) for one in report.conditions]
    yield _words(("verdict", "of", "condition"), rows)


def _condition(one: SymbolCondition) -> str:
    numbers = ", ".join(f"{text} {value}" for text, value in one.numbers)
    named = f"{one.name}: {one.text}" if one.name and one.name != one.text else one.text
    return f"{named} ({numbers})" if numbers else named


def _words(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table of words."""
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in headings)
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(headings[-1])}">'
        f'<table class="words"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    )
