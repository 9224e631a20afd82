"""How the values of a column read: by what they count in, whole numbers without decimals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from technic.charts.text import amount_text, price_text
from technic.errors import ExpressionError

__all__ = ["MISSING", "OF_COMPANY", "PER_SHARE", "fact_unit", "formatter", "unit_of_column"]

MISSING = "-"
OF_COMPANY, PER_SHARE = "shares of a company", "$ a share"
"""Units of facts: shares that are no order's, and amounts that are no price; both are shortened."""
_OF_FACTS = {"shares": OF_COMPANY, "price": PER_SHARE}


def _plain(value: float) -> str:
    return f"{value:,.2f}" if abs(value) >= 1 or value == 0 else f"{value:.4g}"


_BY_UNIT: Mapping[str, Callable[[float], str]] = {
    **dict.fromkeys(("shares", "bars"), lambda value: f"{value:,.0f}"),
    **dict.fromkeys(("$", OF_COMPANY), amount_text),
    PER_SHARE: lambda value: f"{value:,.2f}",
    "price": price_text,
    "%": lambda value: f"{value:,.2f}",
    "1-99": lambda value: f"{value:.0f}",
    "0-100": lambda value: f"{value:.1f}",
    "ratio": lambda value: f"{value:,.2f}",
}


def unit_of_column(name: str, expression: str = "") -> str:
    """Return what a column of a result counts in, "" where it is not known.

    ``expression``: what it is, where it is none that every scan knows.
    """
    from technic.language import parse
    from technic.language.analysis.units import unit_of
    from technic.scan.expressions.vocabulary import vocabulary

    of_fact = fact_unit(name, expression)
    if of_fact is not None:
        return of_fact
    known = vocabulary()
    info = known.names.get(name)
    if info is not None:
        return info.unit
    try:
        return unit_of(parse(expression), known) or "" if expression else ""
    except ExpressionError:  # a name such as setups, which is no expression
        return ""


def fact_unit(name: str, expression: str = "") -> str | None:
    """Return what a column counts in where it is made of facts of companies, None for any other.

    ``name``, ``expression``: as ``unit_of_column`` takes them; "" where the unit is not known.
    """
    from technic.language import parse
    from technic.language.analysis.units import unit_of
    from technic.language.syntax.nodes import Name, walk
    from technic.scan.expressions.vocabulary import vocabulary

    known = vocabulary().names
    if name in known:
        return _OF_FACTS.get(known[name].unit, known[name].unit) if known[name].fact else None
    try:
        tree = parse(expression) if expression else None
    except ExpressionError:
        return None
    if tree is None:
        return None
    words = (known.get(one.name) for one in walk(tree) if isinstance(one, Name))
    if not any(word is not None and word.fact for word in words):
        return None
    unit = unit_of(tree, vocabulary()) or ""
    return _OF_FACTS.get(unit, unit)


def formatter(unit: str, values: Sequence[object]) -> Callable[[object], str]:
    """Return how to write each of the values of a column that counts in ``unit``.

    Where the unit says nothing, numbers that are all whole are counts.
    """
    write = _BY_UNIT.get(unit)
    if write is None:
        numbers = [v for v in values if isinstance(v, int | float) and math.isfinite(v)]
        whole = all(float(v).is_integer() for v in numbers)
        write = _BY_UNIT["shares"] if whole else _plain

    def text(value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return MISSING
        return write(value) if isinstance(value, int | float) else str(value)

    return text
