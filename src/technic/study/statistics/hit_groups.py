"""Numbers by which hits are told apart: each hit's value as known on its day, in groups.

As-of rule: without edges a group is a fifth of the symbols ranked on the day of the hit, so neither
later days nor later hits move a hit into another group.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from technic.charts.text import amount_text
from technic.errors import ExpressionError, ParameterError
from technic.text.amounts import amount_of
from technic.typing import BoolArray, FloatArray

__all__ = [
    "FIFTHS",
    "KINDS",
    "UNKNOWN",
    "GroupRule",
    "HitGroup",
    "group_edges",
    "group_rule",
    "hit_groups",
    "number_names",
]

FIFTHS = ("lowest fifth", "second fifth", "third fifth", "fourth fifth", "highest fifth")
UNKNOWN = "unknown"
KINDS = ("year", "sector", "regime", "volatility", "price", "liquidity")
"""What every study tells hits apart by, as it is told."""
MOST_EDGES = 20
_FORM = "a number of a scan, such as pe_ttm, or with edges: pe_ttm: 10, 20, 40"


class GroupRule(NamedTuple):
    """``column``: a name or ``name = expression``; ``edges``: ascending, none for fifths."""

    column: str
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class HitGroup:
    """``name``: of the number; ``names``: of the groups, the last one ``UNKNOWN``.

    ``value``: ``(n_places,)`` of each place of a hit, NaN where it was not known or the symbol was
    not ranked; ``code``: a position in ``names``.
    """

    name: str
    names: tuple[str, ...]
    value: FloatArray
    code: NDArray[np.int16]


def group_rule(text: str) -> GroupRule:
    """Read ``pe_ttm`` or ``pe_ttm: 10, 20, 40``; ParameterError for edges that do not ascend."""
    if not isinstance(text, str):
        raise ParameterError("by", text, _FORM)
    column, colon, said = text.rpartition(":")
    if not colon:
        return GroupRule(text.strip())
    try:
        edges = tuple(amount_of(part.strip()) for part in said.split(","))
    except ValueError:
        raise ParameterError("by", text, _FORM) from None
    rises = all(low < high for low, high in pairwise(edges))
    if not rises or len(edges) > MOST_EDGES or not all(map(math.isfinite, edges)):
        allowed = f"at most {MOST_EDGES} edges, each above the one before"
        raise ParameterError("by", text, allowed)
    return GroupRule(column.strip(), edges)


def number_names(parameter: str, columns: Sequence[str], benchmark: str | None) -> tuple[str, ...]:
    """Return what some numbers are called among the columns of a scan.

    Raises ExpressionError for what is none, and ParameterError for what is no number that differs
    between symbols.
    """
    from technic.language import kind_of, scope_of
    from technic.scan.config import ScanConfig
    from technic.scan.expressions.scan_expressions import scan_expressions
    from technic.scan.expressions.vocabulary import vocabulary

    if not columns:
        return ()
    try:
        found = scan_expressions(ScanConfig(columns=tuple(columns), benchmark=benchmark))
    except ExpressionError as error:  # it was not a column of the scan that the user gave
        raise ExpressionError(
            error.text, error.place, error.reason, error.hint, parameter
        ) from error.__cause__
    for name, expression in found.columns:
        node, known = expression.node, vocabulary()
        if kind_of(node, known) != "number" or scope_of(node, known) == "constant":
            allowed = "a number that differs between symbols, such as tech_rating"
            raise ParameterError(parameter, name, allowed)
    return found.chosen


def group_edges(rules: Sequence[GroupRule], benchmark: str | None) -> dict[str, tuple[float, ...]]:
    """Return the edges of some rules by what their numbers are called among a scan's columns.

    Raises what ``number_names`` raises, and ParameterError for a number that comes twice, or is
    called as what every study tells hits apart by.
    """
    columns = [rule.column for rule in rules]
    twice = next((one for one in columns if columns.count(one) > 1), None)
    if twice is not None:
        raise ParameterError("by", twice, "each number once")
    names = number_names("by", columns, benchmark)
    taken = next((name for name in names if name in KINDS), None)
    if taken is not None:
        allowed = f"another name than {', '.join(KINDS)}, which every study tells hits apart by"
        raise ParameterError("by", taken, allowed)
    return {name: rule.edges for name, rule in zip(names, rules, strict=True)}


def hit_groups(
    edges: Mapping[str, Sequence[float]],
    values: Mapping[str, FloatArray],
    session: NDArray[np.int32],
    symbol: NDArray[np.int32],
) -> tuple[HitGroup, ...]:
    """Sort the places of hits by some numbers.

    ``edges``: of each number, by name; ``values``: ``(n_sessions, n_symbols)`` of each, NaN for who
    is not ranked on a day and where it is not known. ``session``, ``symbol``: ``(n_places,)``
    positions in these, a day after the other.
    """
    found = []
    for name, own in edges.items():
        value = values[name][session, symbol]
        if own:
            names = _between(own)
            code = np.searchsorted(np.asarray(own), value, side="right").astype(np.int64)
        else:
            names, code = FIFTHS, _fifths(values[name], session, value)
        unknown = ~np.isfinite(value) | (code < 0)
        placed: NDArray[np.int16] = np.where(unknown, len(names), code).astype(np.int16)
        found.append(HitGroup(name, (*names, UNKNOWN), value, placed))
    return tuple(found)


def _fifths(values: FloatArray, session: NDArray[np.int32], value: FloatArray) -> NDArray[np.int64]:
    """Return the fifth of its day of each place, −1 where fewer than five values are known.

    Equal values are in one fifth: that of the first of them.
    """
    code = np.full(len(session), -1, np.int64)
    for day, own in _days(session):
        known = np.sort(values[day][np.isfinite(values[day])])
        if len(known) >= len(FIFTHS):
            below = np.searchsorted(known, value[own], side="left")
            code[own] = np.minimum(len(FIFTHS) * below // len(known), len(FIFTHS) - 1)
    return code


def _days(session: NDArray[np.int32]) -> Iterator[tuple[int, slice]]:
    """Yield each session that has places, and which they are: a day comes after the other."""
    fresh: BoolArray = np.append(True, session[1:] != session[:-1])[: len(session)]
    for low, high in pairwise([*np.flatnonzero(fresh).tolist(), len(session)]):
        yield int(session[low]), slice(low, high)


def _between(edges: Sequence[float]) -> tuple[str, ...]:
    texts = [f"{one:g}" if abs(one) < 1_000 else amount_text(one) for one in edges]
    between = (f"{low} to {high}" for low, high in pairwise(texts))
    return (f"under {texts[0]}", *between, f"{texts[-1]} and more")
