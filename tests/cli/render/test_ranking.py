"""The ranked table of the terminal: which columns it has, and why a row has no shares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from support.made_up_market import SESSIONS, SYMBOLS, scan
from technic import ScanConfig
from technic.cli.render.ranking.plan_marks import plan_marks
from technic.cli.render.ranking.table import ranking_lines
from technic.export import write
from technic.testing import make_bars
from technic.trade_plan import PlanRules
from technic.view.column_table import ColumnTable
from technic.view.main_columns import main_columns

SIGNALS = ("strong_long", "long", "watch", "neutral", "avoid")


def headings(result, limit=None):
    """First line and second line of each heading, from left to right."""
    table = next(ranking_lines(result, limit, 400))
    return [column.header.split("\n") for column in table.columns]


def rows(*plans):
    """A table of rows with shares, has_plan and plan_note."""
    return pd.DataFrame(plans, columns=["shares", "has_plan", "plan_note"])


def test_a_row_without_shares_has_a_mark_and_the_mark_its_reason():
    """Equal reasons share a mark; a row with shares has none, whatever its note says."""
    marks = plan_marks(
        rows(
            (0, True, "no share fits: one costs more than 20 % of the account"),
            (7, True, "stop widened to 1 ATR"),
            (0, False, "the price is below ten ticks"),
            (0, True, "no share fits: one costs more than 20 % of the account"),
            (3, True, None),
        )
    )
    assert marks.of_row == ("¹", "", "²", "¹", "")
    assert [str(line) for line in marks.legend] == [
        " ¹ no share fits: one costs more than 20 % of the account",
        " ² no plan: the price is below ten ticks",
    ]


def test_the_marks_stand_in_the_table_and_its_foot_says_what_they_mean():
    """An account of ten dollars buys no share of anything."""
    config = ScanConfig(plan=PlanRules(account_size=10.0, signals=SIGNALS[:4]))
    result = scan(make_bars(SYMBOLS, SESSIONS), config)
    table, *foot = ranking_lines(result, None, 400)
    cells = list(next(c for c in table.columns if "shares" in c.header).cells)
    texts = [str(cell) for cell in cells]
    assert len(texts) == len(result.table)
    assert all(text.startswith("-") and len(text) > 1 for text in texts)
    notes = [
        note if has_plan else f"no plan: {note}"
        for note, has_plan in zip(result.table["plan_note"], result.table["has_plan"], strict=True)
    ]
    legend = dict(str(line).strip().split(" ", 1) for line in foot if str(line).strip())
    assert [legend[text[1:]] for text in texts] == notes
    chosen = scan(make_bars(SYMBOLS, SESSIONS), ScanConfig(columns=("close",)))
    assert len([line for line in ranking_lines(chosen, None, 400)]) == 1


@pytest.mark.parametrize(
    ("values", "shown"),
    [([2.0, 2.04, 2.01], False), ([2.0, 2.06], True), ([2.0, None], False), ([None], False)],
)
def test_reward_to_risk_has_a_column_only_where_plans_differ(values, shown):
    """As shown, to a tenth: what is the same in every row tells none apart."""
    table = pd.DataFrame({"reward_risk": pd.Series(values, dtype=float)})
    assert ("reward_risk" in [column.name for column in main_columns(table)]) is shown


def test_the_terminal_leaves_reward_to_risk_out_and_shows_it_to_who_asks():
    """Every plan of a scan aims at the same multiple of its risk."""
    bars = make_bars(SYMBOLS, SESSIONS)
    assert ["RR", "x"] not in headings(scan(bars))
    asked = headings(scan(bars, ScanConfig(columns=("reward_risk", "close"))))
    assert ["RR", "x"] in asked


def test_plans_that_are_not_printed_bring_no_column(capsys):
    """Plans differ in the last row alone: a page of the others has no column, the whole has one."""
    result = scan(make_bars(SYMBOLS, SESSIONS))
    all_but_one = len(result.table) - 1
    columns = {**result.ranking.columns, "reward_risk": np.array([*[2.0] * all_but_one, 3.0])}
    result = replace(result, ranking=ColumnTable(columns))
    assert ["RR", "x"] in headings(result)
    assert ["RR", "x"] not in headings(result, all_but_one)
    write(result, "md", all_but_one)
    assert "| RR |" not in capsys.readouterr().out
    write(result, "md")
    assert "| RR |" in capsys.readouterr().out
