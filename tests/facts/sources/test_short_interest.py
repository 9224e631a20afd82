"""FINRA's short interest: of whom, and not before it was published."""

from __future__ import annotations

import json

import numpy as np
import pytest

from support.vendor import CALENDAR
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.short_interest import (
    SOURCE,
    add_short_interest,
    query,
    read_partitions,
    read_short_interest,
)

ROW = {"symbolCode": "BRKB", "issueName": "Berkshire", "marketClassCode": "NYSE",
       "currentShortPositionQuantity": 1200, "averageDailyVolumeQuantity": 300,
       "daysToCoverQuantity": 4.0, "settlementDate": "2024-02-15"}  # fmt: skip


def test_rows_are_of_canonical_symbols_and_unknown_ones_are_counted():
    """Two facts a row; a volume that is missing is none, not zero."""
    page = read_short_interest(
        json.dumps(
            [ROW, {**ROW, "symbolCode": "SPY", "averageDailyVolumeQuantity": None},
             {**ROW, "symbolCode": "NOBODY"}, {**ROW, "symbolCode": None}]
        ).encode()
    )  # fmt: skip
    rows = FactBlocks(SOURCE)
    symbols = {"BRKB": "BRK.B", "SPY": "SPY"}
    assert add_short_interest(rows, page, CALENDAR, symbols, {"BRK.B": 1067983}) == 2
    found = rows.take().table.to_pydict()
    assert found["symbol"] == ["BRK.B", "SPY", "BRK.B"]
    assert found["cik"] == [1067983, 0, 1067983]
    assert found["concept"] == ["short_interest"] * 2 + ["short_average_volume"]
    assert found["value"] == [1200.0, 1200.0, 300.0]
    assert {str(day) for day in found["period_end"]} == {"2024-02-15"}
    assert set(found["period_start"]) == {None}


def test_it_is_known_from_the_session_after_the_eighth_business_day():
    """From 15 February 2024 on: 16, (19 is a holiday) 20 to 23, 26, 27 and 28 make eight."""
    rows = FactBlocks(SOURCE)
    page = read_short_interest(json.dumps([ROW]).encode())
    add_short_interest(rows, page, CALENDAR, {"BRKB": "BRK.B"}, {})
    time = np.datetime64(rows.take().table["known_at"][0].as_py().replace(tzinfo=None), "us")
    session = np.searchsorted(CALENDAR.closes.astype("datetime64[us]"), time)
    assert str(CALENDAR.sessions[session]) == "2024-02-29"


@pytest.mark.parametrize(
    "bad",
    [None, 5, {}, {**ROW, "symbolCode": 5}, {**ROW, "settlementDate": None},
     {**ROW, "currentShortPositionQuantity": "7"}, {**ROW, "averageDailyVolumeQuantity": True}],
    ids=str,
)  # fmt: skip
def test_a_row_of_another_shape_takes_no_other_with_it(bad):
    """It counts as one of nobody, and keeps its place on the page."""
    page = read_short_interest(json.dumps([ROW, bad]).encode())
    rows = FactBlocks(SOURCE)
    assert len(page) == 2
    assert add_short_interest(rows, page, CALENDAR, {"BRKB": "BRK.B"}, {}) == 1
    assert rows.take().table["value"].to_pylist() == [1200.0, 300.0]


def test_the_question_names_the_day_and_the_page():
    """As FINRA wants it."""
    asked = json.loads(query(np.datetime64("2026-08-31"), 5_000))
    assert asked["compareFilters"] == [
        {"fieldName": "settlementDate", "fieldValue": "2026-08-31", "compareType": "equal"}
    ]
    assert (asked["offset"], asked["limit"]) == (5_000, 5_000)
    assert {"symbolCode", "settlementDate"} < set(asked["fields"])


def test_the_days_there_are_come_ascending():
    """Whatever is no day is left out."""
    listed = [{"partitions": [day]} for day in ("2026-08-31", "2026-08-14", "none")]
    body = json.dumps({"availablePartitions": [*listed, {"partitions": []}]}).encode()
    assert [str(day) for day in read_partitions(body)] == ["2026-08-14", "2026-08-31"]


@pytest.mark.parametrize("text", ["", "<html>", "{}", '[{"symbolCode": 3}]'])
def test_what_is_no_page_is_refused(text):
    """One error."""
    with pytest.raises(BadAnswerError):
        read_short_interest(text.encode())
    with pytest.raises(BadAnswerError):
        read_partitions(text.encode())
