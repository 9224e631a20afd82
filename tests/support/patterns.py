"""Asking chart patterns: the real functions and their twins, in one form."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reference.chart_patterns import NEEDS, TWINS
from technic.setups.patterns import PATTERNS
from technic.typing import FloatArray

__all__ = ["NAMES", "NUMBERS", "ask", "assert_as_twin", "defaults", "last_rows"]

NAMES = tuple(TWINS)
NUMBERS = {
    name: tuple(
        other
        for other, function in PATTERNS.items()
        if other not in TWINS and function.kernel.search is PATTERNS[name].kernel.search
    )
    for name in NAMES
}


def defaults(name: str) -> dict[str, float]:
    """Return the parameters of a pattern and their defaults."""
    return {parameter.name: parameter.default for parameter in PATTERNS[name].parameters}


def last_rows(bars: Mapping[str, FloatArray]) -> np.ndarray:
    """Row of each column's last bar, -1 where there is none."""
    return np.count_nonzero(~np.isnan(bars["close"]), axis=0) - 1


def ask(
    name: str, bars: Mapping[str, FloatArray], rows=None, **parameters
) -> dict[str, np.ndarray]:
    """Every function of a pattern at ``rows``, or at each column's last bar."""
    rows = last_rows(bars) if rows is None else rows
    values = defaults(name) | parameters
    assert set(values) == set(defaults(name))
    fields = [bars[field] for field in PATTERNS[name].fields]
    return {
        each: PATTERNS[each].kernel(*fields, rows, *values.values())
        for each in (name, *NUMBERS[name])
    }


def assert_as_twin(name: str, bars: Mapping[str, FloatArray], rows=None, **parameters) -> int:
    """Compare each column with the plain loop, bit for bit; how many have the pattern."""
    rows = last_rows(bars) if rows is None else rows
    found = ask(name, bars, rows, **parameters)
    values = defaults(name) | parameters
    for j, row in enumerate(rows):
        one = {field: bars[field][: row + 1, j].tolist() for field in bars}
        numbers = TWINS[name](one, values) if row >= 0 else None
        if numbers is None:
            wanted = dict.fromkeys(found, np.nan)
            wanted[name] = 0.0 if row + 1 >= NEEDS[name](values) else np.nan
        else:
            wanted = {name: 1.0} | {each: float(value) for each, value in numbers.items()}
        got = {each: float(array[j]) for each, array in found.items()}
        np.testing.assert_equal(got, wanted, err_msg=f"{name}, column {j}, row {row}, {values}")
    return int(np.count_nonzero(found[name] == 1.0))
