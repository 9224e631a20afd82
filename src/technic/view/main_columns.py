"""The columns that people see first: of some eighty, those that fit on a page."""

from __future__ import annotations

from dataclasses import dataclass

from technic.view.view import Rows

__all__ = ["MAIN_COLUMNS", "MainColumn", "main_columns"]

REWARD_RISK = "reward_risk"


@dataclass(frozen=True, slots=True)
class MainColumn:
    """A column of the table, and how it reads.

    ``heading``: on a page; ``short``: on a terminal, the unit on a second line. Without the unit
    both are the name or its alias, which options and conditions know. ``number``: format of its
    numbers, "" for text. ``priority``: 0 stays on the narrowest terminal, the column with the
    largest one leaves first.
    """

    name: str
    heading: str
    short: str
    number: str
    priority: int


MAIN_COLUMNS = (
    MainColumn("symbol", "symbol", "\nsymbol", "", 0),
    MainColumn("company", "company", "\ncompany", "", 9),
    MainColumn("sector", "sector", "\nsector", "", 10),
    MainColumn("close", "price $", "price\n$", ",.2f", 0),
    MainColumn("return_1_pct", "change %", "change\n%", "+.2f", 1),
    MainColumn("tech_rating", "rating", "rating\n0-100", ".1f", 0),
    MainColumn("signal", "signal", "\nsignal", "", 6),
    MainColumn("rs_rating", "RS", "RS\n1-99", ".0f", 1),
    MainColumn("rel_volume_20", "rel volume", "rel\nvolume", ".2f", 1),
    MainColumn("entry", "entry $", "entry\n$", ",.2f", 2),
    MainColumn("stop", "stop $", "stop\n$", ",.2f", 3),
    MainColumn("target", "target $", "target\n$", ",.2f", 5),
    MainColumn(REWARD_RISK, "RR", "RR\nx", ".1f", 7),
    MainColumn("shares", "shares", "shares\n", ",.0f", 4),
)
"""From left to right."""


def main_columns(table: Rows) -> tuple[MainColumn, ...]:
    """Return the main columns that tell apart the rows of a table that are printed.

    All plans of a scan aim at the same reward for their risk, up to a tick: it has a column only
    where two rows would show different numbers.
    """
    values = table[REWARD_RISK].tolist() if REWARD_RISK in table else []
    differ = len({f"{value:.1f}" for value in values if value == value}) > 1
    return tuple(column for column in MAIN_COLUMNS if differ or column.name != REWARD_RISK)
