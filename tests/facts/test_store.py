"""The store of facts: rows are only added, each once; files are joined, rows stay."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from support.facts import day, filing, table_of
from technic.errors import ParameterError, StoreError
from technic.facts.rows import known_rows
from technic.facts.store import AppendCount, FactStore

ACME, BANK = (7, "ACME"), (8, "BNK")


def sales(
    value: float, symbol: str = "ACME", cik: int = 7, known: str = "2022-05-02T12:00", **other
):
    """A filing with the revenue of one quarter."""
    fact = ("revenue", "Revenues", "2022-01-01", "2022-03-31", value)
    return filing((cik, symbol), "10-Q", known, fact, **other)


def interest(symbol: str, value: float, cik: int = 0):
    """Short interest of a symbol, whose company need not be named."""
    fact = ("short_interest", "finra:x", None, "2022-03-31", value)
    return filing((cik, symbol), "", "2022-04-13T05:00", fact, accn="-", source="finra")


def test_what_is_there_already_is_not_added_again(tmp_path: Path):
    """The same filing, fetched twice, or under a new symbol; the first time it was known stays."""
    store = FactStore(tmp_path)
    assert not store.is_there()
    first = table_of(sales(90, accn="a"), sales(91, accn="b"))
    assert store.append(first) == AppendCount(2, 0, {"revenue": 2})
    assert store.append(first) == AppendCount(0, 2)
    renamed = table_of(sales(90, "NEW", accn="a", known="2022-06-01T12:00"))
    assert store.append(renamed) == AppendCount(0, 1)
    assert store.is_there()
    assert store.rows(concepts=["revenue"])["symbol"].to_pylist() == ["ACME", "ACME"]


def test_a_restatement_is_one_more_row(tmp_path: Path):
    """Another filing, another value, another tag: each is a row of its own."""
    store = FactStore(tmp_path)
    store.append(table_of(sales(90, accn="a")))
    again = table_of(sales(90, accn="b"), sales(89, accn="a"))
    assert store.append(again).added == 2
    other_tag = ("revenue", "SalesRevenueNet", "2022-01-01", "2022-03-31", 90)
    assert (
        store.append(table_of(filing(ACME, "10-Q", "2022-05-02T12:00", other_tag, accn="a"))).added
        == 1
    )
    assert sorted(store.rows(concepts=["revenue"])["value"].to_pylist()) == [89, 90, 90, 90]


def test_a_version_is_what_was_there_then(tmp_path: Path):
    """Whatever is appended since; and it takes nothing."""
    store = FactStore(tmp_path)
    none, nothing = FactStore(tmp_path, version=store.version()), store.state()
    store.append(table_of(sales(90, accn="a")))
    first, state = FactStore(tmp_path, version=store.version()), store.state()
    store.append(table_of(sales(91, accn="b")))
    assert len(none.rows(concepts=["revenue"])) == 0
    assert len(first.rows(concepts=["revenue"])) == 1
    assert len(store.rows(concepts=["revenue"])) == 2
    assert (none.state(), first.state()) == (nothing, state)
    assert len({nothing, state, store.state()}) == 3
    with pytest.raises(StoreError, match="read-only"):
        first.append(table_of(sales(91, accn="b")))


def test_rows_that_come_twice_at_once_are_one(tmp_path: Path):
    """A file that lists a fact twice."""
    store = FactStore(tmp_path)
    assert store.append(table_of(sales(90, accn="a"), sales(90, accn="a"))) == AppendCount(
        1, 1, {"revenue": 1}
    )


def test_securities_are_told_apart_by_symbol(tmp_path: Path):
    """Two symbols without a company have the same short interest: two rows, each once."""
    store = FactStore(tmp_path)
    both = table_of(interest("A", 5), interest("B", 5))
    assert store.append(both).added == 2
    assert store.append(both).added == 0
    classes = table_of(interest("C", 5, 8), interest("C.B", 5, 8))
    assert store.append(classes).added == 2


def test_rows_are_read_by_symbol_concept_and_time(tmp_path: Path):
    """A company's rows under any of its symbols; and those that say who it is."""
    store = FactStore(tmp_path)
    listed = filing(ACME, "", "2022-01-03T12:00", ("listed_as", "x:x", None, "2022-01-03", 1))
    old_name = sales(80, "OLD", accn="o", known="2021-05-02T12:00")
    old_name[0] |= {"period_start": dt.date(2021, 1, 1), "period_end": dt.date(2021, 3, 31)}
    store.append(
        table_of(listed, old_name, sales(90, accn="a"), sales(5, "BNK", 8), interest("ACME", 3))
    )
    read = store.rows(concepts=["revenue", "short_interest"], symbols=["ACME"])
    found = zip(read["concept"].to_pylist(), read["value"].to_pylist(), strict=True)
    assert sorted(found) == [
        ("listed_as", 1), ("revenue", 80), ("revenue", 90), ("short_interest", 3),
    ]  # fmt: skip
    early = known_rows(store.rows(concepts=["revenue"], ciks=[7, 8]), day("2022-01-01"))
    found = zip(early["concept"].to_pylist(), early["value"].to_pylist(), strict=True)
    assert sorted(found) == [("listed_as", 1), ("revenue", 80)]
    assert len(store.rows(concepts=["eps"], symbols=["NONE"])) == 0


def test_files_are_joined_and_rows_stay(tmp_path: Path):
    """Forty appends of a row each leave some files, forty rows and no double."""
    store = FactStore(tmp_path)
    for number in range(40):
        store.append(table_of(sales(number, accn=f"{number}")))
    status = store.status()
    assert status.rows == 40
    assert status.files < 30
    assert sorted(store.rows(concepts=["revenue"])["value"].to_pylist()) == list(range(40))
    assert store.append(table_of(sales(3, accn="3"))).added == 0


def test_the_status_counts_what_is_there(tmp_path: Path):
    """Rows by concept and source, companies, symbols, times."""
    store = FactStore(tmp_path)
    assert store.status().rows == 0
    assert store.status().last_known is None
    store.append(table_of(sales(90), sales(5, "BNK", 8, "2022-07-01T12:00"), interest("A", 3)))
    status = store.status()
    assert status.by_concept == {"revenue": 2, "short_interest": 1}
    assert status.by_source == {"finra": 1, "sec companyfacts": 2}
    assert (status.companies, status.symbols) == (2, 3)
    assert status.first_known == np.datetime64("2022-04-13T05:00")
    assert status.last_known == np.datetime64("2022-07-01T12:00")


def test_a_table_that_is_none_of_facts_is_refused(tmp_path: Path):
    """Another schema, and a concept that nobody knows."""
    store = FactStore(tmp_path)
    with pytest.raises(ParameterError, match="FACT_SCHEMA"):
        store.append(table_of(sales(90)).drop_columns(["tag"]))
    unknown = table_of(sales(90)).to_pylist()
    unknown[0]["concept"] = "profit"
    with pytest.raises(ParameterError, match="concept is 'profit'"):
        store.append(table_of(sales(90)).from_pylist(unknown, table_of(sales(90)).schema))
    with pytest.raises(ParameterError, match="concept is 'profit'"):
        store.rows(concepts=["profit"])


def test_a_damaged_store_says_so(tmp_path: Path):
    """A data file that is gone is named."""
    store = FactStore(tmp_path)
    store.append(table_of(sales(90)))
    next((tmp_path / "facts" / "facts").rglob("*.parquet")).unlink()
    with pytest.raises(StoreError, match="facts"):
        store.rows(concepts=["revenue"])
