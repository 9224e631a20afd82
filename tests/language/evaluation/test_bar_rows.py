"""Some bars of each column, one or several, have the bits of the whole history."""

import numpy as np
import pytest

from reference.bars import packed, random_bars
from support.packed_panel import packed_panel
from technic.errors import ParameterError
from technic.language import BASE, read
from technic.language.evaluation import bar_rows, bar_values
from technic.language.evaluation.bar_rows import bars_at
from technic.language.evaluation.bar_values import all_bars
from technic.language.evaluation.program import program_of

TEXTS = (
    "close > sma(close, 20)",
    "rsi(close, 14)[1]",
    "ema(close, 9) - ema(close, 30)",
    "highest(high, 50)",
    "adx(14)",
)
PROGRAM, RESULTS = program_of(BASE, tuple(read(text, BASE).node for text in TEXTS))
PANEL = packed_panel(packed(random_bars(160, 9, seed=3), {4: 40, 6: 0}))
WHOLE = all_bars(PROGRAM, RESULTS, PANEL)
RNG = np.random.default_rng(7)
ANY = np.minimum(RNG.integers(-2, 160, (6, 9)), PANEL.length - 1)
LATE = np.minimum(np.arange(120, 160)[:, None] - np.arange(9) % 3, PANEL.length - 1)
ROWS = {
    "last": PANEL.length - 1,
    "one of each": ANY[0],
    "in no order": ANY,
    "one below the other": LATE,
    "days without a bar": np.vstack([LATE, np.full((2, 9), -1)]),
    "all": np.repeat(np.arange(160)[:, None], 9, axis=1),
    "rows 50 to 90": np.repeat(np.arange(50, 91)[:, None], 9, axis=1),
    "none": np.full((3, 9), -1),
    "no days": np.empty((0, 9), np.intp),
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("blocks", ["together", "two columns at a time"])
def test_rows_have_the_bits_of_the_whole_history(rows, blocks, monkeypatch):
    """In any order, rows of one column apart from those of the next, NaN where there is none."""
    if blocks != "together":
        monkeypatch.setattr(bar_rows, "CELLS", 1)
        monkeypatch.setattr(bar_rows, "NARROWEST", 2)
    found = bars_at(PROGRAM, RESULTS, PANEL, rows)
    for text, values, whole in zip(TEXTS, found, WHOLE, strict=True):
        wanted = np.where(rows < 0, np.nan, whole[np.maximum(rows, 0), np.arange(9)])
        assert values.shape == rows.shape
        np.testing.assert_array_equal(values, wanted, err_msg=text)
        zero = values == 0
        np.testing.assert_array_equal(np.signbit(values[zero]), np.signbit(wanted[zero]))


def test_no_more_is_computed_than_lies_between_the_rows_asked_for(monkeypatch):
    """Rows above the lowest and below the highest stay out, for each block of columns."""
    asked = []

    def noted(*arguments, first, stop):
        asked.append((first, stop))
        return all_bars(*arguments, first=first, stop=stop)

    monkeypatch.setattr(bar_rows, "all_bars", noted)
    monkeypatch.setattr(bar_rows, "CELLS", 1)
    monkeypatch.setattr(bar_rows, "NARROWEST", 3)
    rows = np.array([[30, 31, 35, -1, -1, -1, 90, 99, -1], [33, 32, 34, -1, -1, -1, 95, -1, -1]])
    bars_at(PROGRAM, RESULTS, packed_panel(random_bars(120, 9, seed=3)), rows)
    assert asked == [(30, 36), (90, 100)]


@pytest.mark.parametrize("rows", [np.zeros(8, np.intp), np.zeros((2, 2, 9), np.intp)], ids=len)
def test_rows_of_another_shape_are_refused(rows):
    """The sentence names the shapes that fit."""
    with pytest.raises(ParameterError, match=r"rows.*\(9,\) or \(k, 9\)"):
        bars_at(PROGRAM, RESULTS, PANEL, rows)


def test_a_row_below_the_last_bar_is_refused():
    """Nothing is computed from bars that are not there."""
    with pytest.raises(ParameterError, match=r"160.*less than 160"):
        bars_at(PROGRAM, RESULTS, PANEL, np.full(9, 160))


@pytest.mark.parametrize(("many", "kept"), [(0, True), (1, False)])
def test_freed_memory_is_kept_for_many_results_alone(monkeypatch, many, kept):
    """As many as are asked for; one less, as a scan of a day has, and glibc does as it likes."""
    asked = []
    monkeypatch.setattr(bar_values, "MANY_VALUES", WHOLE[0].size * len(RESULTS) + many)
    monkeypatch.setattr(bar_values, "keep_freed_memory", lambda: asked.append(True))
    all_bars(PROGRAM, RESULTS, PANEL)
    assert bool(asked) == kept
