"""Recorded formulas give what the formula gives, on arrays, on rows and on numbers."""

import numpy as np
import pytest

from technic.panel.recipe_steps import select, select_number
from technic.panel.recorded import Recorded


def _mean(value, last, weight, keep):
    return value * weight + last * keep


def _read_twice(value, last, weight, keep):
    apart = value - last
    return apart * weight + apart * keep


def _mixed(older, a, newer, b):
    apart = older[0] / a - newer[0] / b
    apart = apart * apart * (a * b)
    return older[0] + newer[0], older[1] * ((a + b) / a) + newer[1] * 2.0 + apart


def test_a_formula_on_arrays_has_its_own_bits():
    """Whatever is written over in between; the arguments are not."""
    arrays = np.random.default_rng(1).normal(size=(4, 5, 7))
    kept = arrays.copy()
    older, newer = tuple(arrays[:2]), tuple(arrays[2:])
    found = Recorded(_mixed, 2, 0, 2, 0)(older, 3.0, newer, 2.0)
    for a, b in zip(found, _mixed(older, 3.0, newer, 2.0), strict=True):
        assert a.tobytes() == b.tobytes()
    assert arrays.tobytes() == kept.tobytes()


@pytest.mark.parametrize(
    "formula",
    [
        _mean,
        _read_twice,
        lambda value, last, weight, keep: (value + last * keep) * weight,
        lambda value, last, _, keep: value + last * keep,
        lambda value, last, weight, _: last + (value - last) * weight,
        lambda value, last, weight, keep: value * weight - last * keep + value / keep,
        lambda value, last, weight, keep: select(value < 0.0, last, value / weight + last * keep),
        lambda value, last, *_: select(value < last, value, last),
        lambda value, last, *_: select(value + last < 0.0, value - last, value * last) + value,
    ],
)
def test_a_formula_on_rows_has_its_own_bits(formula):
    """The result goes into the row that is given, call after call."""
    rows = np.random.default_rng(2).normal(size=(6, 4, 9))
    out, apply = np.empty(9), Recorded(formula, 0, 0, 0, 0).on_rows((9,))
    kept = rows.copy()
    for value, last, weight, keep in rows:
        apply(value, last, weight, keep, out)
        assert out.tobytes() == formula(value, last, weight, keep).tobytes()
    assert rows.tobytes() == kept.tobytes()


def test_a_choice_on_arrays_has_its_own_bits():
    """Between what is written over, and of numbers in a loop the same."""
    value, last = np.random.default_rng(3).normal(size=(2, 6, 5))

    def formula(value, last):
        return select(value * 2.0 < last, value * 3.0, last * 4.0) - value

    wanted = formula(value, last)
    assert Recorded(formula, 0, 0)(value, last).tobytes() == wanted.tobytes()
    for a, b, c in np.stack([value, last, wanted], axis=-1).reshape(-1, 3):
        assert select_number(a * 2.0 < b, a * 3.0, b * 4.0) - a == c


def test_numbers_are_taken_as_they_are():
    """A formula on numbers alone."""
    assert Recorded(_mean, 0, 0, 0, 0)(3.0, 5.0, 0.5, 0.25) == 2.75
