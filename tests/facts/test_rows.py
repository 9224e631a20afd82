"""The table of facts: what is a row, what is left out and why, when something is known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from support.facts import days
from technic.errors import ParameterError
from technic.facts.rows import FACT_SCHEMA, end_of_day, fact_table, quarters_of, require_facts
from technic.facts.terms import FactTerm

NOON = dt.datetime(2023, 2, 15, 12, tzinfo=dt.UTC)


def columns(**changed: object) -> dict[str, object]:
    """Return columns of one good row, some of them changed."""
    return {
        "cik": 7,
        "concept": "revenue",
        "period_start": days("2022-10-01"),
        "period_end": days("2022-12-31"),
        "value": [5.0],
        "unit": "USD",
        "form": "10-K",
        "accn": ["0000000007-23-000001"],
        "known_at": [NOON],
        "source": "sec companyfacts",
        "tag": "us-gaap:Revenues",
    } | changed


@pytest.mark.parametrize(
    ("start", "end", "quarters"),
    [
        ("2022-10-01", "2022-12-31", 1),  # 92 days
        ("2022-10-30", "2023-02-03", 1),  # 97
        ("2022-01-01", "2022-03-20", -1),  # 79
        ("2022-01-01", "2022-03-21", 1),  # 80
        ("2022-01-01", "2022-04-10", 1),  # 100
        ("2022-01-01", "2022-04-11", -1),  # 101
        ("2022-01-01", "2022-06-30", 2),
        ("2022-01-01", "2022-09-30", 3),
        ("2022-01-01", "2022-12-31", 4),
        ("2022-01-30", "2023-02-04", 4),  # 53 weeks: 371
        ("2022-01-01", "2022-12-15", -1),  # 349
        ("2022-01-01", "2023-01-15", 4),  # 380
        ("2022-01-01", "2023-01-16", -1),  # 381
        ("NaT", "2022-12-31", 0),
    ],
)
def test_quarters_are_counted_from_the_span(start: str, end: str, quarters: int):
    """Both ends count: 80 to 100 days are one, 350 to 380 four."""
    assert quarters_of(days(start), days(end)).tolist() == [quarters]


def test_a_good_row_is_one_of_the_schema():
    """Columns that are left out are null, quarters counted."""
    made = fact_table(columns())
    assert made.dropped == {}
    assert made.table.schema == FACT_SCHEMA
    row = made.table.to_pylist()[0]
    assert (row["quarters"], row["symbol"], row["known_at"]) == (1, None, NOON)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"value": [np.nan]}, "the value is no number"),
        ({"value": [np.inf]}, "the value is no number"),
        ({"value": [-1e19]}, "the value is no number"),
        ({"value": pa.array([None], pa.float64())}, "the value is no number"),
        ({"form": "DEF 14A"}, "the form is no annual or quarterly report"),
        ({"period_end": days("1899-12-31")}, "the day is out of range"),
        ({"period_end": days("NaT")}, "the day is out of range"),
        ({"period_start": days("2023-01-01")}, "it starts after its end"),
        (
            {"known_at": pa.array([None], pa.timestamp("us", "UTC"))},
            "nobody says when it was known",
        ),
        ({"period_end": days("2032-12-31")}, "it ends after it was known"),
    ],
)
def test_what_is_left_out_is_counted_with_its_reason(changed: dict[str, object], reason: str):
    """Nothing goes silently."""
    made = fact_table(columns(**changed))
    assert len(made.table) == 0
    assert made.dropped == {reason: 1}


def test_a_row_counts_once_and_the_others_stay():
    """Two faults are one reason, the first."""
    made = fact_table(
        columns(
            period_start=days("2022-10-01", "2022-10-01", "2022-10-01"),
            period_end=days("2022-12-31", "1899-12-31", "2022-12-31"),
            value=[np.nan, np.nan, 5.0],
            accn=["a", "b", "c"],
            known_at=[NOON] * 3,
        )
    )
    assert made.dropped == {"the value is no number": 2}
    assert made.table["accn"].to_pylist() == ["c"]


def test_a_vendor_and_an_event_may_have_any_form():
    """Forms are those of reports; results come with an 8-K, a vendor names none."""
    vendor = columns(source="massive", form=None)
    event = columns(concept="earnings_event", form="8-K", period_start=days("NaT"))
    assert len(fact_table(vendor).table) == len(fact_table(event).table) == 1


def test_a_day_of_results_to_come_may_lie_ahead():
    """It is known before it happens."""
    ahead = columns(
        concept="earnings_date", period_start=days("NaT"), period_end=days("2023-05-02")
    )
    assert fact_table(ahead).dropped == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"fy": [2022]}, "columns is 'fy'"),
        ({"period_end": ["Friday"]}, "period_end"),
        ({"accn": ["a", "b"]}, "accn is 2, allowed: as many rows as there are values, 1"),
    ],
)
def test_columns_that_are_none_are_refused(changed: dict[str, object], said: str):
    """In a sentence that names the column."""
    with pytest.raises(ParameterError, match=said):
        fact_table(columns(**changed))
    lacking = columns()
    del lacking["known_at"]
    with pytest.raises(ParameterError, match="known_at among them"):
        fact_table(lacking)


@pytest.mark.parametrize(
    ("name", "column", "said"),
    [
        ("known_at", None, "a table without known_at"),
        (
            "known_at",
            pa.array([NOON], pa.timestamp("ns", "UTC")),
            r"known_at of type timestamp\[ns",
        ),
        ("known_at", pa.array([None], pa.timestamp("us", "UTC")), "with rows without known_at"),
        ("value", pa.array(["5"]), "value of type string"),
        ("value", pa.array([np.inf]), "in whose row 1 the value is no number"),
        ("period_end", pa.array([dt.date(3000, 1, 1)]), "row 1 the day is out of range"),
        ("form", pa.array(["DEF 14A"]), "row 1 the form is no annual"),
    ],
)
def test_a_table_that_was_not_made_so_is_refused(name, column, said):
    """Nanoseconds would be read as microseconds, and nothing be known for a thousand years."""
    table = fact_table(columns()).table
    at = table.schema.get_field_index("source")
    coded = table.set_column(at, "source", table["source"].dictionary_encode())
    assert require_facts(table) is table
    assert require_facts(coded) is coded
    at = table.schema.get_field_index(name)
    bad = table.remove_column(at) if column is None else table.set_column(at, name, column)
    with pytest.raises(ParameterError, match=said):
        require_facts(bad)


def test_a_day_is_over_at_midnight_in_new_york():
    """05:00 UTC is midnight in winter and an hour later in summer; no day is none."""
    known = end_of_day(days("2023-01-31", "2023-07-31", "NaT"))
    assert known.astype(str).tolist() == [
        "2023-02-01T05:00:00.000000",
        "2023-08-01T05:00:00.000000",
        "NaT",
    ]


def test_a_term_is_written_as_people_write_it():
    """Field, quarters back, age."""
    written = [FactTerm("eps"), FactTerm("eps", 4), FactTerm("eps_ttm", 0, "age")]
    assert [str(one) for one in written] == ["eps", "fq(eps, 4)", "age(eps_ttm)"]
    assert len({FactTerm("eps"), FactTerm("eps", 0)}) == 1


@pytest.mark.parametrize("back", [-1, 41, 1.5, True])
def test_quarters_back_are_whole_and_few(back: object):
    """From 0 to ten years."""
    with pytest.raises(ParameterError, match="a whole number from 0 to 40"):
        FactTerm("eps", back)
    with pytest.raises(ParameterError, match="value, age"):
        FactTerm("eps", 0, "route")
