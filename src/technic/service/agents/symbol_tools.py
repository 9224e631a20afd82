"""explain and why_not: one symbol of a result, taken apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from technic.service.agents.desk import Asking, Desk, about_scan, desk_of
from technic.service.agents.fitting import cleaned, fitted
from technic.service.agents.question import Offset, ScanId
from technic.service.answers.symbol_answer import facts_answer, symbol_answer
from technic.universe import require_symbol

__all__ = ["explain", "why_not"]

Symbol = Annotated[str, Field(max_length=24, examples=["AAPL"])]
Part = Literal["rating", "plan", "conditions", "votes", "figures", "facts"]
_PLAN = (
    "plan_side", "entry_type", "entry", "stop", "target", "reward_risk", "shares",
    "position_value", "risk_amount", "stop_basis", "size_basis", "plan_note",
)  # fmt: skip
_RULES = 4
"""Rules of a chart pattern that a condition names."""
Detail = Mapping[str, Any]
PARTS: Mapping[Part, tuple[list[str], Callable[[Detail], list[list[Any]]]]] = {
    "rating": (
        ["group", "component", "value", "unit", "points", "adds"],
        lambda detail: [
            [
                *(one[name] for name in ("subscore", "component", "value", "unit", "points")),
                one["contribution"],
            ]
            for one in (detail["explanation"] or {}).get("contributions", ())
        ],
    ),
    "plan": (
        ["name", "value"],
        lambda detail: [[name, (detail["row"] or {}).get(name)] for name in _PLAN],
    ),
    "conditions": (
        ["owner", "name", "expression", "verdict", "numbers"],
        lambda detail: [_condition(one) for one in detail["conditions"]],
    ),
    "votes": (
        ["indicator", "group", "vote"],
        lambda detail: [
            [one["label"], one["group"], one["vote"]]
            for one in (detail["votes"] or {}).get("votes", ())
        ],
    ),
    "figures": (
        ["name", "value"],
        lambda detail: [[name, value] for name, value in (detail["row"] or {}).items()],
    ),
    "facts": (
        ["fact", "value", "unit", "period_end", "known_at", "form", "accession_number", "how"],
        lambda detail: list(_facts(detail["company"])),
    ),
}
"""Columns of each part, and what makes its rows of everything that a result has on a symbol."""


async def explain(
    asking: Asking,
    symbol: Symbol,
    part: Part = "rating",
    scan: ScanId = "latest",
    offset: Offset = 0,
) -> dict[str, Any]:
    """Take one symbol of a scan apart: its rating by component, plan, conditions, votes, figures.

    `facts`: what was known of its company at the close of the scan's day, and by which filing.
    `scan` makes the scan first; `latest` is the last one that was made here.
    """
    desk = desk_of(asking)
    detail, answer = await _head(desk, symbol, scan)
    company: Mapping[str, Any] = {}
    if part == "facts":
        folder = await desk.folder(answer["scan"])
        company = await desk.do(facts_answer, desk.service, folder, detail["symbol"])
        detail = {**detail, "company": company}
    row = detail["row"] or {}
    columns, rows_of = PARTS[part]
    answer |= {
        "company": cleaned(row.get("company")),
        "sector": cleaned(row.get("sector")),
        "outcome": cleaned(detail["outcome"]),
        "detail": cleaned(detail["detail"] or ""),
        "place": detail["place"],
        "close": cleaned(row.get("close")),
        "rating": cleaned(row.get("tech_rating")),
        "rs_rating": cleaned(row.get("rs_rating")),
        "signal": cleaned(row.get("signal")),
        "part": part,
        "sentence": cleaned(company.get("sentence", "")),
        "sources": cleaned(company.get("attribution", [])),
        "columns": columns,
        "rows": cleaned(rows_of(detail)[offset:]),
    }
    arguments = {"symbol": answer["symbol"], "part": part, "scan": answer["scan"]}
    return fitted(answer, "rows", "explain", arguments, offset=offset)


async def why_not(
    asking: Asking, symbol: Symbol, scan: ScanId = "latest", offset: Offset = 0
) -> dict[str, Any]:
    """Say why a symbol is not among the rows of a scan: stage, rule, and which part of it failed.

    Each row is a condition that is not met, with the values of its terms.
    """
    desk = desk_of(asking)
    detail, answer = await _head(desk, symbol, scan)
    found = detail["why_not"]
    answer |= {
        "kept": found["kept"],
        "stage": found["stage"],
        "rule": cleaned(found["rule"]),
        "detail": cleaned(found["detail"] or ""),
        "columns": PARTS["conditions"][0],
        "rows": cleaned([_condition(one) for one in found["parts"]][offset:]),
    }
    arguments = {"symbol": answer["symbol"], "scan": answer["scan"]}
    return fitted(answer, "rows", "why_not", arguments, offset=offset)


def _facts(company: Detail) -> Iterator[list[Any]]:
    """Yield days of results, values, then quarters, the newest first, each with its filing."""
    results = (("last_results", company["last_results"]), ("next_results", company["next_results"]))
    for name, one in results:
        if one is not None:
            yield _fact(name, {**one, "value": one["session"], "unit": "session"})
    for one in company["values"]:
        yield _fact(one["field"], one)
    for quarter in reversed(company["quarters"]):
        for name in ("revenue", "eps"):
            if quarter[name] is not None:
                yield _fact(name, quarter[name])


def _fact(name: str, one: Detail) -> list[Any]:
    keys = ("value", "unit", "period_end", "known_at", "form", "accession_number", "route")
    return [name, *(one[key] for key in keys)]


async def _head(desk: Desk, symbol: str, scan: str) -> tuple[Detail, dict[str, Any]]:
    """Return everything about a symbol, and what both answers begin with."""
    name = require_symbol(symbol)
    folder = await desk.folder(scan)
    detail = await desk.do(symbol_answer, desk.service, folder, name)
    about = await desk.do(about_scan, desk.service, folder)
    head = {"about": about, "next": None, "scan": folder.name, "symbol": cleaned(detail["symbol"])}
    return detail, head


def _condition(one: Mapping[str, Any]) -> list[Any]:
    """Return a condition with its numbers, and the rules of chart patterns that do not hold."""
    failed = {rule["rule"]: rule["value"] for rule in one["rules"] if not rule["held"]}
    numbers = {**one["numbers"], **dict(list(failed.items())[:_RULES])}
    return [one["owner"], one["name"], one["expression"], one["verdict"], numbers]
