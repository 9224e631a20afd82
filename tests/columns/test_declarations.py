"""A column is said once, and everything else about it follows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import technic
from technic.columns import COLUMNS, evaluate
from technic.columns.vocabulary import VOCABULARY
from technic.language import BASE, read
from technic.panel import FIELDS
from technic.testing import make_panel

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("column", COLUMNS.values(), ids=lambda column: column.name)
def test_an_expression_is_in_the_form_that_the_language_writes(column):
    """A number at every bar, all arguments by position, as the language itself writes it."""
    checked = read(column.expression, BASE)
    assert (checked.kind, checked.scope) == ("number", "bar")
    assert str(checked.node) == column.expression


def test_the_vocabulary_names_every_column_and_field():
    """Fields of the bar can be looked back at, columns cannot."""
    assert set(VOCABULARY.names) == {*COLUMNS, "benchmark"}
    scopes = {name: info.scope for name, info in VOCABULARY.names.items()}
    assert {name for name, scope in scopes.items() if scope == "bar"} == {*FIELDS, "benchmark"}


@pytest.mark.parametrize(
    ("name", "lookback", "stable_after"),
    [
        ("close", 1, 1),
        ("obv", 1, 1),
        ("sma_200_change_21_pct", 221, 221),
        ("ema_200", 200, 1122),
        ("rsi_14", 15, 140),
        ("adx_14", 28, 278),
        ("macd_signal", 34, 196),
    ],
)
def test_bars_follow_from_the_expression(name: str, lookback: int, stable_after: int):
    """Worked out by hand: 922 bars of 1 - 2 / 201, 125 of 13 / 14, until 1e-4 is left."""
    column = COLUMNS[name]
    assert (column.lookback, column.stable_after) == (lookback, stable_after)
    assert column.unstable_period == stable_after - lookback


def test_a_column_is_unstable_exactly_where_it_remembers():
    """Those whose value changes when history begins later; running totals never settle."""
    changed = set()
    for n_bars in (60, 260):
        whole = make_panel(3, n_bars)
        later = whole.window(whole.sessions[20], whole.sessions[-1])
        one, other = (
            evaluate(panel, panel.rows_at(panel.sessions[-1]), list(COLUMNS))
            for panel in (whole, later)
        )
        changed |= {name for name in COLUMNS if (np.abs(one[name] - other[name]) > 0.0).any()}
    totals = {"bars", "obv", "ad"}
    known = {column.name for column in COLUMNS.values() if column.unstable_period}
    assert known == changed - totals
    assert totals < changed


TOY = """
import numpy as np
from technic.columns import COLUMNS, evaluate
from technic.columns.vocabulary import VOCABULARY
from technic.language import read
from technic.language.evaluation.evaluate import evaluate_day
from technic.testing import make_panel

panel = make_panel(3, 120)
rows = panel.rows_at(panel.sessions[-1])
for name in ("toy_range", "toy_age"):
    found = evaluate(panel, rows)[name]
    node = read(COLUMNS[name].expression, VOCABULARY).node
    wanted = evaluate_day([node], panel, rows, VOCABULARY)[node]
    np.testing.assert_array_equal(found, wanted)
    named = read(name + " > 0", VOCABULARY).node
    assert np.isfinite(evaluate_day([named], panel, rows, VOCABULARY)[named]).any()
    several = np.stack([panel.rows_at(day) for day in panel.sessions[[80, -1]]])
    np.testing.assert_array_equal(evaluate(panel, several)[name][1], found)
    print(name, COLUMNS[name].lookback, COLUMNS[name].stable_after)
"""


def test_a_new_column_is_one_entry_in_one_file(tmp_path: Path):
    """Values, conditions, lookback and documentation of two toys, the second beyond arithmetic."""
    source = tmp_path / "src" / "technic"
    shutil.copytree(Path(technic.__file__).parent, source)
    declarations = source / "columns" / "declarations.py"
    entries = (
        'Column("toy_range", "%", "percent_of(high - low, sma(close, 30))", "A toy."), '
        'Column("toy_age", "bars", "bars_since(close > ema(close, 9), 40)", "Another toy."), '
    )
    text = declarations.read_text(encoding="utf-8")
    assert text.count("DECLARATIONS = (") == 1
    text = text.replace("DECLARATIONS = (", f"DECLARATIONS = ({entries}")
    declarations.write_text(text, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={"PYTHONPATH": str(tmp_path / "src")},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("-c", TOY).splitlines() == ["toy_range 30 30", "toy_age 48 90"]
    run(str(tmp_path / "scripts" / "make-indicator-docs"))
    page = (tmp_path / "docs" / "indicators.md").read_text(encoding="utf-8")
    assert "| `toy_age` | bars | `bars_since(close > ema(close, 9), 40)` | 48 | 90 |" in page
