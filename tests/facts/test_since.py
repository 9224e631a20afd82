"""Steps from a session on have the values of all steps there, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from support.facts import calendar, days, filing, reader_of
from technic.data_engine.interfaces.records import Splits
from technic.facts.reader import read_steps
from technic.facts.terms import FactTerm

ENDS = ("2021-09-30", "2021-12-31", "2022-03-31", "2022-06-30", "2022-09-30", "2022-12-31")
STARTS = ("2021-07-01", "2021-10-01", "2022-01-01", "2022-04-01", "2022-07-01", "2022-10-01")
KNOWN = ("2021-11-02", "2022-02-02", "2022-05-03", "2022-08-02", "2022-11-01", "2023-02-01")
SPLITS = Splits(np.array(["AA"], object), days("2022-06-06"), np.array([3.0]))
TERMS = ("revenue", "eps", "eps_ttm", "revenue_growth_yoy", "shares_outstanding", "net_margin")


@pytest.fixture(scope="module")
def reader():
    """Two companies that file every quarter, one of them a restatement besides."""
    filings = []
    for cik, symbol in ((1, "AA"), (2, "BB")):
        for at, (start, end, known) in enumerate(zip(STARTS, ENDS, KNOWN, strict=True)):
            filings.append(
                filing(
                    (cik, symbol),
                    "10-Q",
                    f"{known}T13:00:00",
                    ("revenue", "Revenues", start, end, 100.0 * cik + 7.0 * at),
                    ("net_income", "NetIncomeLoss", start, end, 10.0 * cik - 3.0 * at),
                    ("eps", "EarningsPerShareDiluted", start, end, 1.0 * cik + 0.1 * at),
                    (
                        "shares_outstanding",
                        "dei:EntityCommonStockSharesOutstanding",
                        None,
                        end,
                        9e6,
                    ),
                )
            )
    restated = ("revenue", "Revenues", STARTS[2], ENDS[2], 90.0)
    filings.append(filing((1, "AA"), "10-Q/A", "2022-09-09T13:00:00", restated))
    return reader_of(*filings, splits=SPLITS)


@pytest.mark.parametrize(
    "since", ["2021-11-01", "2022-05-03", "2022-09-12", "2023-01-31", "2024-01-02"]
)
@pytest.mark.parametrize("text", TERMS)
@pytest.mark.parametrize("back", [0, 1])
def test_later_sessions_have_the_same_values(reader, text, since, back):
    """Fewer steps are made, and none that holds from the session on is another."""
    symbols = ("AA", "ZZ", "BB")
    sessions = calendar().between(np.datetime64(since), np.datetime64("2024-03-08"))
    term = FactTerm(text, back)
    every, some = reader.steps(term, symbols), reader.steps(term, symbols, np.datetime64(since))
    np.testing.assert_array_equal(
        read_steps(some, symbols, sessions, calendar(), SPLITS),
        read_steps(every, symbols, sessions, calendar(), SPLITS),
    )
    assert len(some.value) <= len(every.value)
    if since == "2024-01-02":
        assert len(some.value) <= 2


def test_ages_have_all_their_steps(reader):
    """An age counts from when its value became known, however long ago."""
    term = FactTerm("revenue", 0, "age")
    every, some = (
        reader.steps(term, ("AA",)),
        reader.steps(term, ("AA",), np.datetime64("2023-06-01")),
    )
    np.testing.assert_array_equal(some.known_from, every.known_from)


def test_nothing_is_known_of_nobody_from_a_session_on(reader):
    """Of no symbols there is no step, whatever the session."""
    assert len(reader.steps(FactTerm("revenue"), (), np.datetime64("2023-01-31")).value) == 0
    assert len(reader.steps(FactTerm("revenue"), ("ZZ",), np.datetime64("2023-01-31")).value) == 0
