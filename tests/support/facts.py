"""Filings as a test writes them down, and readers of them."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pyarrow as pa

from technic.data_engine.interfaces.records import Splits
from technic.facts.concepts import catalog
from technic.facts.reader import FactReader
from technic.facts.rows import fact_table
from technic.facts.terms import FactTerm
from technic.sessions import SessionCalendar, build_calendar

SPANS = {"3M": 1, "6M": 2, "9M": 3, "FY": 4}


@cache
def calendar() -> SessionCalendar:
    """The sessions up to the end of 2026."""
    return build_calendar(2026)


def day(text: str) -> np.datetime64:
    """Short for a datetime64[D]."""
    return np.datetime64(text, "D")


def days(*texts: str) -> np.ndarray:
    """Some days."""
    return np.array(texts, "datetime64[D]")


def filing(
    company: tuple[int, str | None],
    form: str,
    known: str,
    *facts: tuple[str, str, str | None, str, float],
    accn: str = "",
    source: str = "sec companyfacts",
) -> list[dict[str, object]]:
    """Return the rows of one filing; a fact is (concept, tag, start or None, end, value).

    known: a UTC time. A tag without a colon is one of us-gaap.
    """
    cik, symbol = company
    moment = dt.datetime.fromisoformat(known).replace(tzinfo=dt.UTC)
    number = accn or f"{cik:010}-{moment:%y}-{moment:%m%d%H}"
    return [
        {
            "cik": cik,
            "symbol": symbol,
            "concept": concept,
            "period_start": None if start is None else dt.date.fromisoformat(start),
            "period_end": dt.date.fromisoformat(end),
            "value": value,
            "unit": catalog().concepts[concept].unit,
            "form": form,
            "accn": number,
            "known_at": moment,
            "source": source,
            "tag": tag if ":" in tag else f"us-gaap:{tag}",
        }
        for concept, tag, start, end, value in facts
    ]


def table_of(*filings: list[dict[str, object]]) -> pa.Table:
    """Return the table of some filings, of which no row may be left out."""
    rows = [row for one in filings for row in one]
    made = fact_table({name: [row[name] for row in rows] for name in rows[0]})
    assert made.dropped == {}
    return made.table


def reader_of(*filings: list[dict[str, object]], splits: Splits | None = None) -> FactReader:
    """Return a reader of some filings."""
    return FactReader(table_of(*filings), calendar(), splits)


def splits_of(*some: tuple[str, str, float]) -> Splits:
    """Return splits, each (symbol, day, ratio)."""
    symbols = np.array([one[0] for one in some], dtype=object)
    ratios = np.array([one[2] for one in some])
    return Splits(symbols, days(*(one[1] for one in some)), ratios)


def term(text: str) -> FactTerm:
    """Read ``eps``, ``fq(eps, 4)`` or ``age(eps)``."""
    if text.startswith("age("):
        inner = term(text[4:-1])
        return FactTerm(inner.field, inner.quarters_back, "age")
    if text.startswith("fq("):
        name, _, number = text[3:-1].partition(",")
        return FactTerm(name, int(number))
    return FactTerm(text)


def value(reader: FactReader, text: str, symbol: str, on: str) -> float:
    """Return one value at the close of one session."""
    return float(reader.values(term(text), [symbol], days(on))[0, 0])
