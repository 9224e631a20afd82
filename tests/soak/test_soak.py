"""A small soak: a few faults of each class, and nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from soak.__main__ import FULL, SMALL
from soak.trials import Ran, Trial, table


@pytest.mark.parametrize("name", SMALL)
def test_a_few_of_each_class_lose_nothing(name: str, tmp_path: Path):
    """Every one as the table of docs/reliability.md says."""
    trials = list(SMALL[name](tmp_path))
    assert trials
    assert [trial for trial in trials if trial.problem] == []


def test_the_small_soak_is_a_part_of_the_full_one():
    """Nothing is tried in the suite alone."""
    assert set(SMALL) < set(FULL)


def test_the_table_counts_and_names_what_was_lost():
    """By hand."""
    trials = [Trial("kills", "1"), Trial("kills", "2", "a day"), Trial("bits", "1")]
    assert table(trials)[2:] == [
        "| kills | 2 | 1 | 1 |",
        "| bits | 1 | 1 | 0 |",
        "lost: kills: 2: a day",
    ]


@pytest.mark.parametrize(
    ("ran", "found"),
    [
        (Ran(2, "", "a.csv: is empty\n"), ""),
        (Ran(1, "", "unexpected IndexError: index -1\n"), "unexpected IndexError: index -1"),
        (Ran(2, "", ""), "exit code 2 without a sentence"),
        (Ran(0, "\x1b[2J", ""), "not printable: '\\x1b[2J'"),
        (Ran(-11, "", ""), "exit code -11"),
    ],
)
def test_what_no_user_should_see_is_seen(ran: Ran, found: str):
    """A sentence passes; a crash, silence and escapes do not."""
    assert ran.unlike_a_sentence() == found
