"""The steps that a scan hands to its blocks: cut to a window, in the shares of each column."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from support.company_facts import EPS, GROWTH, company_facts
from support.made_up_market import CALENDAR, SESSIONS, SYMBOLS
from technic.data_engine.interfaces.records import SplitRecord
from technic.language.syntax.nodes import Call, Name
from technic.scan.facts.scan_facts import ScanFacts

LEAVES = (Name("eps_ttm"), Name("eps_growth_yoy"), Call("age", (Name("eps_growth_yoy"),)))


def record(witness: str, *splits: tuple[str, float], applied: bool = True) -> SplitRecord:
    """What a witness says of a symbol's splits."""
    days = np.array([day for day, _ in splits], "datetime64[D]")
    return SplitRecord(witness, days, np.array([ratio for _, ratio in splits]), applied)


SPLITS = {
    "BN": record("feed", ("2023-05-01", 4.0), ("2024-01-16", 2.0), ("2024-03-01", np.nan)),
    "AK": record("column", ("2023-06-01", 5.0)),
}


@pytest.fixture(scope="module")
def facts() -> ScanFacts:
    """Facts of all symbols, on all sessions."""
    return ScanFacts.of(company_facts(), LEAVES, SYMBOLS, CALENDAR.sessions)


def read(facts: ScanFacts, text: str, symbols, window, basis) -> np.ndarray:
    """The values on all sessions of a window, ``(n_sessions, n_symbols)``."""
    every = np.broadcast_to(np.arange(len(window))[:, None], (len(window), len(symbols)))
    return facts.on(symbols, window, basis).at(text, every)


DAY_BEFORE = int(np.searchsorted(SESSIONS, np.datetime64("2024-02-08")))
"""Of a day on which nearly everybody says something new."""


@pytest.mark.parametrize(
    ("first", "last"),
    [(0, 560), (300, 301), (340, 420), (559, 560), (DAY_BEFORE, 560), (DAY_BEFORE, DAY_BEFORE + 1)],
)
def test_a_window_reads_what_all_sessions_would(facts, first, last):
    """Steps that are dropped hold on no session of it."""
    window = SESSIONS[first:last]
    cut, whole = facts.within(window, SPLITS), facts.within(CALENDAR.sessions, SPLITS)
    for leaf in LEAVES:
        found = read(cut, str(leaf), SYMBOLS, window, window[-1])
        np.testing.assert_array_equal(found, read(whole, str(leaf), SYMBOLS, window, window[-1]))
        if str(leaf) == "eps_growth_yoy":
            wanted = [
                [next((v for d, v, _ in reversed(GROWTH.get(s, ())) if d <= str(day)), np.nan)
                 for s in SYMBOLS] for day in window
            ]  # fmt: skip
            np.testing.assert_array_equal(found, wanted)
    assert len(cut.facts["eps_ttm"].series.value) <= len(whole.facts["eps_ttm"].series.value)


def test_few_steps_travel_for_a_short_window(facts):
    """Of two steps that follow each other, those of the last day alone."""
    cut = facts.within(SESSIONS[-1:], {})
    assert len(cut.facts["eps_ttm"].series.value) == len(EPS)
    assert len(cut.facts["eps_growth_yoy"].series.value) == len(GROWTH)


def test_each_column_counts_in_the_shares_of_its_own_day(facts):
    """One symbol in three bases, a split that nobody has a ratio of, and one of a file's column."""
    window = SESSIONS[-3:]
    days = np.array(["2023-04-28", "2023-10-19", "2024-03-08", "2023-03-01"], "datetime64[D]")
    own = facts.within(SESSIONS, SPLITS)
    found = read(own, "eps_ttm", ["BN", "BN", "BN", "AK"], window, days)[-1]
    # filed in October 2023, after the first split and before the second; AK after its split
    np.testing.assert_array_equal(found, [3.0, 3.0, 3.0 / 2.0, -1.0])
    early = facts.within(SESSIONS[310:315], SPLITS)
    session = SESSIONS[310:315]
    found = read(early, "eps_ttm", ["BN", "BN", "BN", "AK"], session, days)[-1]
    # filed in October 2022 and February 2023; a column of adjusted closes knows the end of the data
    np.testing.assert_array_equal(found, [8.0, 8.0 / 4.0, 8.0 / 4.0 / 2.0, 2.0 / 5.0])
    assert "2023-03-01" < str(session[-1]) < "2023-10-20"


def test_what_travels_to_workers_is_what_is_here(facts):
    """Pickled and read again it says the same."""
    here = facts.within(SESSIONS, SPLITS)
    there = pickle.loads(pickle.dumps(here))
    for leaf in LEAVES:
        found = read(there, str(leaf), SYMBOLS, SESSIONS, SESSIONS[-1])
        np.testing.assert_array_equal(found, read(here, str(leaf), SYMBOLS, SESSIONS, SESSIONS[-1]))
