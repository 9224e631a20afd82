"""The parts of a symbol's page from top to bottom; every text in it is escaped here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from technic.charts.html_page import responsive
from technic.charts.text import escape, price_text
from technic.result.pattern_rules import pattern_numbers
from technic.result.symbol_drawings import (
    NARROW,
    WIDE,
    PlotChoices,
    price_drawing,
    rating_drawing,
    vote_drawing,
)
from technic.result.symbol_report import SymbolCondition, SymbolReport
from technic.setups.patterns.judge import PatternReading
from technic.version import __version__

__all__ = [
    "condition_part",
    "page_parts",
    "page_title",
    "pattern_part",
    "plan_part",
    "rating_part",
    "vote_part",
]

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
        *_headed("Trade plan", plan_part(report)),
        *pattern_part(report),
        *_headed("How the rating adds up", rating_part(report)),
        *_headed("Technical Rating: 26 votes", vote_part(report)),
        *_headed("Conditions of the scan", condition_part(report)),
        f'<p class="muted">Technic {escape(__version__)}. Ratings, patterns and plans are what '
        "their rules come to, no advice.</p>",
    ]


def _headed(heading: str, part: Iterator[str]) -> list[str]:
    """Return a part under its heading; nothing where there is no part."""
    found = list(part)
    return [f"<h2>{heading}</h2>", *found] if found else []


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


def plan_part(report: SymbolReport) -> Iterator[str]:
    """Yield the trade plan in words, or why there is none."""
    values = report.values
    if values is None:
        return
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


def pattern_part(report: SymbolReport) -> Iterator[str]:
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


def rating_part(report: SymbolReport, width: int = WIDE) -> Iterator[str]:
    """Yield the rating as bars that add up, and why the signal is what it is."""
    wide, narrow = rating_drawing(report, width), rating_drawing(report, NARROW)
    if wide is None or narrow is None or report.explanation is None:
        return
    yield responsive(wide, narrow)
    reasons = "".join(
        f"<li>{escape(reason.replace('_', ' '))}</li>"
        for reason in report.explanation.signal_reasons
    )
    if reasons:
        signal = escape(report.explanation.signal.replace("_", " "))
        yield f"<p>Signal {signal}:</p><ul>{reasons}</ul>"


def vote_part(report: SymbolReport, width: int = WIDE) -> Iterator[str]:
    """Yield the votes as a picture."""
    wide, narrow = vote_drawing(report, width), vote_drawing(report, NARROW)
    if wide is not None and narrow is not None:
        yield responsive(wide, narrow)


def condition_part(report: SymbolReport) -> Iterator[str]:
    """Yield what each condition of the scan is for the symbol."""
    if not report.conditions:
        return
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
