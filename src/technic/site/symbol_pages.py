"""The pages of single symbols: chart, plan, rating, votes, conditions, figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from technic.result.symbol_drawings import NARROW, PlotChoices, price_drawing
from technic.result.symbol_page import (
    condition_part,
    pattern_part,
    plan_part,
    rating_part,
    vote_part,
)
from technic.result.symbol_report import SymbolReport
from technic.site.company_part import company_part
from technic.site.day import Day
from technic.site.markup import cell, file_name, link, named, tone
from technic.site.pages import HALF, figure, page

__all__ = ["Neighbors", "symbol_page"]

FOLDER = "symbols"
CHOICES = PlotChoices(200, (50, 200))
NOT_HERE = Markup('<p class="muted">There is none.</p>')


@dataclass(frozen=True, slots=True)
class Neighbors:
    """The symbols before and after one, None at an end, and where it stands."""

    before: str | None
    after: str | None
    place: str


def symbol_page(day: Day, report: SymbolReport, turn: Neighbors, facts: Mapping[str, Any]) -> bytes:
    """Return the page of one symbol; no bar in it is after the day.

    ``facts``: what was known of its company, as ``CompanyFacts.document`` has it.
    """
    values = report.values or {}
    listing = [report.listing[name] for name in ("company", "sector") if name in report.listing]
    return page(
        "symbol.html",
        day,
        report.symbol,
        "scan.html",
        root="../",
        symbol=report.symbol,
        company=" · ".join(listing),
        head_figures=_figures(values),
        turn=_turn(turn),
        outcome="" if report.place is not None else f"{report.outcome}: {report.detail}",
        chart=figure(price_drawing(report, CHOICES), price_drawing(report, CHOICES, NARROW)),
        plan=_part(plan_part(report)),
        patterns=_part(pattern_part(report), Markup("")),
        rating=_part(rating_part(report, HALF)),
        votes=_part(vote_part(report, HALF)),
        rules=_part(condition_part(report)),
        company_facts=company_part(facts),
        figures=named(values.items()),
        json=f"{file_name(report.symbol)}.json",
    )


def _part(pieces: Iterable[str], nothing: Markup = NOT_HERE) -> Markup:
    """Return a part of the page, which has escaped every text in it."""
    return Markup("".join(pieces)) or nothing


def _figures(values: dict[str, object]) -> Markup:
    if not values:
        return Markup("")
    change = values.get("return_1_pct")
    moved = tone(change, f"{change:+z.2f} %") if isinstance(change, float) else ""
    rating = cell("tech_rating", values.get("tech_rating"))
    return Markup(
        '<span class="close">${}</span>{}<span>rating {}</span>{}<span>RS {}</span>'
    ).format(
        cell("close", values.get("close")),
        moved,
        rating,
        cell("signal", values.get("signal")),
        cell("rs_rating", values.get("rs_rating")),
    )


def _turn(turn: Neighbors) -> Markup:
    before, after = (
        "" if symbol is None else link(f"{file_name(symbol)}.html", form.format(symbol))
        for symbol, form in ((turn.before, "\u2039 {}"), (turn.after, "{} \u203a"))
    )
    return Markup('{}<span class="small muted">{}</span>{}').format(before, turn.place, after)
