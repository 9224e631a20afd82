"""The scan language's own functions: of one bar, of a symbol's bars so far, of all symbols."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from reference.language_cells import (
    UNSURE,
    Cell,
    Worlds,
    all_of,
    any_of,
    apply,
    compare,
    divided,
    near,
    tolerance,
)

__all__ = ["ACROSS", "BACK", "POINT"]


def _least(worlds: Worlds, a: Cell, b: Cell) -> Cell:
    return apply(min, a, b)


def _most(worlds: Worlds, a: Cell, b: Cell) -> Cell:
    return apply(max, a, b)


def _absolute(worlds: Worlds, x: Cell) -> Cell:
    return apply(abs, x)


def _root(worlds: Worlds, x: Cell) -> Cell:
    if isinstance(x, tuple) and near(x, 0.0):
        return UNSURE
    return apply(lambda v: math.sqrt(v) if v >= 0 else None, x)


def _logarithm(worlds: Worlds, x: Cell) -> Cell:
    if isinstance(x, tuple) and near(x, 0.0):
        return UNSURE
    result = apply(lambda v: math.log(v) if v > 0 else None, x)
    return worlds.moved(result, 1.0 + abs(result[0])) if isinstance(result, tuple) else result


def _sign(worlds: Worlds, x: Cell) -> Cell:
    if isinstance(x, tuple) and near(x, 0.0):
        return UNSURE
    return apply(lambda v: float((v > 0) - (v < 0)), x)


def _floor(worlds: Worlds, x: Cell) -> Cell:
    if isinstance(x, tuple) and near(x, round(x[0])):
        return UNSURE
    return apply(lambda v: float(math.floor(v)), x)


def _round(worlds: Worlds, x: Cell, digits: Cell) -> Cell:
    """Round halves to the even neighbour; a half of decimals is none in binary, so unsure."""
    if not isinstance(x, tuple):
        return x
    if abs(x[0]) > 1e100:
        return UNSURE
    scale = 10 ** int(digits[0])
    place = x[0] * scale
    half = math.floor(place) + 0.5
    rounding = 1e-15 * abs(place) if scale > 1 else 0.0
    margin = rounding + scale * tolerance(x)
    if margin and abs(place - half) <= margin and rounding < 0.1:
        return UNSURE
    result = apply(lambda v: float(round(v, int(digits[0]))), x)
    return worlds.moved(result, abs(result[0])) if scale > 1 else result


def _where(worlds: Worlds, condition: Cell, yes: Cell, no: Cell) -> Cell:
    if isinstance(condition, bool):
        return yes if condition else no
    return condition


def _is_missing(worlds: Worlds, x: Cell) -> Cell:
    return UNSURE if x is UNSURE else x is None


def _percent_of(worlds: Worlds, part: Cell, whole: Cell) -> Cell:
    result = apply(lambda q: 100 * q, divided(part, whole))
    return worlds.moved(result, abs(result[0])) if isinstance(result, tuple) else result


def _percent_from(worlds: Worlds, x: Cell, base: Cell) -> Cell:
    result = apply(lambda q: 100 * (q - 1), divided(x, base))
    return worlds.moved(result, 100 + abs(result[0])) if isinstance(result, tuple) else result


def _is_unknown(worlds: Worlds, condition: Cell) -> Cell:
    return UNSURE if condition is UNSURE else condition is None


def _if_missing(worlds: Worlds, x: Cell, instead: Cell) -> Cell:
    return instead if x is None else x


def _between(worlds: Worlds, x: Cell, low: Cell, high: Cell) -> Cell:
    return all_of([compare("<=", low, x), compare("<=", x, high)])


def _text(matches: Callable[[str, str], bool]) -> Callable[..., Cell]:
    def condition(worlds: Worlds, text: Cell, word: Cell) -> Cell:
        return None if text is None else matches(text.lower(), word.lower())

    return condition


POINT: dict[str, Callable[..., Cell]] = {
    "abs": _absolute,
    "min": _least,
    "max": _most,
    "sqrt": _root,
    "log": _logarithm,
    "sign": _sign,
    "floor": _floor,
    "round": _round,
    "where": _where,
    "is_missing": _is_missing,
    "percent_of": _percent_of,
    "percent_from": _percent_from,
    "is_unknown": _is_unknown,
    "if_missing": _if_missing,
    "between": _between,
    "starts_with": _text(str.startswith),
    "ends_with": _text(str.endswith),
    "contains": _text(lambda text, word: word in text),
}

At = Callable[[int], Cell]
"""A value so many bars ago; missing before the symbol's first bar."""


def _crosses_above(worlds: Worlds, a: At, b: At) -> Cell:
    return all_of([compare(">", a(0), b(0)), compare("<=", a(1), b(1))])


def _crosses_below(worlds: Worlds, a: At, b: At) -> Cell:
    return all_of([compare("<", a(0), b(0)), compare(">=", a(1), b(1))])


def _rising(worlds: Worlds, x: At, n: float) -> Cell:
    return all_of([compare(">", x(k), x(k + 1)) for k in range(int(n))])


def _falling(worlds: Worlds, x: At, n: float) -> Cell:
    return all_of([compare("<", x(k), x(k + 1)) for k in range(int(n))])


def _ever(worlds: Worlds, condition: At, n: float) -> Cell:
    return any_of([condition(k) for k in range(int(n))])


def _always(worlds: Worlds, condition: At, n: float) -> Cell:
    return all_of([condition(k) for k in range(int(n))])


def _count(worlds: Worlds, condition: At, n: float) -> Cell:
    cells = [condition(k) for k in range(int(n))]
    if None in cells:
        return None
    return UNSURE if UNSURE in cells else worlds.constant(float(sum(cells)))


def _latest(condition: At, within: float) -> int | Cell:
    """Bars since a condition was true, looking through known bars only."""
    for k in range(int(within)):
        cell = condition(k)
        if cell is True:
            return k
        if cell is not False:
            return cell
    return None


def _bars_since(worlds: Worlds, condition: At, within: float) -> Cell:
    found = _latest(condition, within)
    return worlds.constant(float(found)) if isinstance(found, int) else found


def _value_when(worlds: Worlds, condition: At, x: At, within: float) -> Cell:
    found = _latest(condition, within)
    return x(found) if isinstance(found, int) else found


def _sum_since(worlds: Worlds, condition: At, x: At, within: float) -> Cell:
    found = _latest(condition, within)
    if not isinstance(found, int):
        return found
    cells = [x(k) for k in range(found + 1)]
    total = apply(lambda *values: math.fsum(values), *cells)
    if not isinstance(total, tuple):
        return total
    return worlds.moved(total, math.fsum(abs(cell[0]) for cell in cells))


def _anchored_vwap(
    worlds: Worlds, high: At, low: At, close: At, volume: At, condition: At, within: float
) -> Cell:
    found = _latest(condition, within)
    if not isinstance(found, int):
        return found
    bars = [[part(k)[0] for part in (high, low, close, volume)] for k in range(found + 1)]
    total = math.fsum(v for *_, v in bars)
    if not total:
        return None
    mean = math.fsum((top + low + last) / 3 * v for top, low, last, v in bars) / total
    return worlds.moved(worlds.constant(mean), max(h for h, *_ in bars))


def _ytd_change(worlds: Worlds, close: At, year: At) -> Cell:
    """Look back for the first bar of another year."""
    now, ago = year(0), 1
    while year(ago) is not None and year(ago)[0] == now[0]:
        ago += 1
    return _percent_from(worlds, close(0), close(ago))


BACK: dict[str, Callable[..., Cell]] = {
    "crosses_above": _crosses_above,
    "crosses_below": _crosses_below,
    "rising": _rising,
    "falling": _falling,
    "ever": _ever,
    "always": _always,
    "count": _count,
    "bars_since": _bars_since,
    "value_when": _value_when,
    "sum_since": _sum_since,
    "anchored_vwap": _anchored_vwap,
    "ytd_change": _ytd_change,
}


def _lower_and_ties(x: Cell, others: Sequence[Cell], sign: str) -> tuple[int, int] | None:
    """How many of the others lie on one side and how many are equal; None: rounding decides."""
    beyond = [compare(sign, other, x) for other in others]
    equal = [compare("==", other, x) for other in others]
    if UNSURE in beyond:
        return None
    return sum(beyond), sum(equal)


def _rank(worlds: Worlds, x: Cell, others: Sequence[Cell]) -> Cell:
    found = _lower_and_ties(x, others, ">")
    return worlds.constant(1 + found[0] + found[1] / 2) if found else UNSURE


def _percentile(worlds: Worlds, x: Cell, others: Sequence[Cell]) -> Cell:
    if not others:
        return worlds.constant(50.0)
    found = _lower_and_ties(x, others, "<")
    if found is None:
        return UNSURE
    return worlds.constant(100 * (found[0] + found[1] / 2) / len(others))


def _zscore(worlds: Worlds, x: Cell, others: Sequence[Cell]) -> Cell:
    def score(value: float, *rest: float) -> float | None:
        every = [value, *rest]
        mean = math.fsum(every) / len(every)
        deviation = math.sqrt(math.fsum((v - mean) ** 2 for v in every) / len(every))
        return (value - mean) / deviation if deviation else None

    every = [x, *others]
    size = max(abs(cell[0]) for cell in every)
    if size > 1e100 or 0.0 < size < 1e-100:  # squares have no floats
        return UNSURE
    result = apply(score, *every)
    if not isinstance(result, tuple):
        return result
    spread = max(cell[0] for cell in every) - min(cell[0] for cell in every)
    if spread <= 1e-9 * size or any(tolerance(cell) > 1e-3 * spread for cell in every):
        return UNSURE
    return worlds.moved(result, size / spread + 1)


ACROSS: dict[str, Callable[..., Cell]] = {
    "rank": _rank,
    "percentile": _percentile,
    "zscore": _zscore,
}
