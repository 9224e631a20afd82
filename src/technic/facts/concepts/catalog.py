"""The catalogue of concepts, read once from ``concepts.toml``, which says how it is written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from technic.errors import InputFileError

__all__ = ["GENERAL", "Catalog", "Concept", "Route", "catalog", "concept_of", "route_of"]

GENERAL = "general"
"""The route of a company whose industry has none of its own, or is not known."""
FILE = "concepts.toml"
OTHER_TAG = 99
"""Rank of a tag that no chain has: a vendor's, which its source has mapped."""

Kind = Literal["duration", "instant", "event"]


@dataclass(frozen=True, slots=True)
class Route:
    """How companies of one kind file a concept.

    ``tags``: in the order in which they are taken. ``sum``: what it is derived from where no tag
    is there, as (sign, concept); empty where it is not derived.
    """

    tags: tuple[str, ...]
    sum: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Concept:
    """A canonical name.

    ``kind``: ``duration`` is earned or spent over a span, ``instant`` stands on a day, ``event``
    happens on a day. ``additive``: its quarters add up to the year (an average does not).
    ``per_share``: -1 a value per share, 1 a number of shares, 0 neither. ``counted_on_end``: its
    shares are those of the period's end, not as they are on the day of filing. ``of``: whether it
    belongs to a company or to one of its securities. ``quarterly``: it has one value a quarter.
    """

    name: str
    unit: str
    kind: Kind
    description: str
    routes: Mapping[str, Route]
    per_share: int = 0
    additive: bool = True
    counted_on_end: bool = False
    of: Literal["company", "security"] = "company"
    quarterly: bool = True

    def route(self, name: str) -> Route:
        """Return the route of a kind of company, the general one where it has none of its own."""
        return self.routes.get(name, self.routes[GENERAL])

    def formula(self, route: str) -> str:
        """Return what it is derived from as people write it, empty where it is not derived."""
        text = " ".join(
            f"{'+' if sign > 0 else '-'} {part}" for sign, part in self.route(route).sum
        )
        return text.removeprefix("+ ")

    def rank(self, tag: str, route: str) -> int:
        """Return a tag's place in the chain, -1 where companies of this kind do not use it."""
        tags = self.route(route).tags
        if tag in tags:
            return tags.index(tag)
        listed = any(tag in other.tags for other in self.routes.values())
        return -1 if listed else OTHER_TAG


@dataclass(frozen=True, slots=True)
class Catalog:
    """All concepts by name, the SIC ranges of each route, and which concept a tag belongs to."""

    concepts: Mapping[str, Concept]
    sic_ranges: Mapping[str, tuple[tuple[int, int], ...]]
    by_tag: Mapping[tuple[str, str], str]

    def needed(self, name: str) -> tuple[str, ...]:
        """Return a concept and all that it may be derived from, each once."""
        found: dict[str, None] = {}
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found[one] = None
                routes = self.concepts[one].routes.values()
                waiting += [part for route in routes for _, part in route.sum]
        return tuple(found)


def concept_of(taxonomy: str, tag: str, unit: str) -> str | None:
    """Return the concept that a tag of a taxonomy in a unit means, None for one of no use here.

    ``unit``: as filed (``USD``, ``shares``, ``USD/shares``, ``pure``). Another currency is no USD.
    """
    return catalog().by_tag.get((f"{taxonomy}:{tag}", unit))


def route_of(sic: int | None) -> str:
    """Return the route of an industry code."""
    if sic is not None:
        for route, ranges in catalog().sic_ranges.items():
            if any(first <= sic <= last for first, last in ranges):
                return route
    return GENERAL


@cache
def catalog() -> Catalog:
    """Return the catalogue."""
    text = files("technic.facts.concepts").joinpath(FILE).read_text(encoding="utf-8")
    return parse_catalog(text)


def parse_catalog(text: str) -> Catalog:
    """Read a catalogue; raises InputFileError for what does not hang together."""
    content = tomllib.loads(text)
    ranges = {
        route: tuple((int(first), int(last)) for first, last in spans)
        for route, spans in content["routes"].items()
    }
    concepts = {name: _concept(name, table) for name, table in content["concepts"].items()}
    _check(concepts, ranges)
    by_tag: dict[tuple[str, str], str] = {}
    for concept in concepts.values():
        for tag in {tag for route in concept.routes.values() for tag in route.tags}:
            key = (tag, concept.unit)
            if by_tag.setdefault(key, concept.name) != concept.name:
                raise InputFileError(FILE, f"{tag} stands for {by_tag[key]} and {concept.name}")
    return Catalog(concepts, ranges, by_tag)


def _concept(name: str, table: Mapping[str, Any]) -> Concept:
    routes = {GENERAL: _route(table)}
    routes |= {route: _route(own) for route, own in table.get("route", {}).items()}
    known = ("per_share", "additive", "counted_on_end", "of", "quarterly")
    unknown = set(table) - {"unit", "kind", "description", "tags", "sum", "route", *known}
    if unknown:
        raise InputFileError(FILE, f"{name} has an unknown key: {', '.join(sorted(unknown))}")
    options = {key: table[key] for key in known if key in table}
    return Concept(name, table["unit"], table["kind"], table["description"], routes, **options)


def _route(table: Mapping[str, Any]) -> Route:
    terms = table.get("sum", "").replace("+", " + ").replace("-", " - ").split()
    parts, sign = [], 1
    for term in terms:
        if term in "+-":
            sign = 1 if term == "+" else -1
        else:
            parts.append((sign, term))
            sign = 1
    return Route(tuple(table.get("tags", ())), tuple(parts))


def _check(concepts: Mapping[str, Concept], ranges: Mapping[str, object]) -> None:
    for concept in concepts.values():
        for name, route in concept.routes.items():
            if name != GENERAL and name not in ranges:
                raise InputFileError(FILE, f"{concept.name} has an unknown route: {name}")
            for _, part in route.sum:
                if part not in concepts:
                    raise InputFileError(FILE, f"{concept.name} is a sum of unknown: {part}")
