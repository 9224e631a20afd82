"""SEC's data sets: a quarter's filings as they were filed, whatever was amended later."""

from __future__ import annotations

import numpy as np
import pytest

from support.filings import concept_of, data_set
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.sources import data_sets
from technic.facts.sources.data_sets import SOURCE, add_data_set
from technic.facts.sources.fact_blocks import FactBlocks

SUB = {"adsh": "a-1", "cik": 7, "name": "Acmé", "form": "10-Q", "period": 20240331, "fy": 2024,
       "fp": "Q1", "filed": 20240501, "accepted": "2024-05-01 16:05:00.0",
       "prevrpt": 1}  # fmt: skip
NUM = {"adsh": "a-1", "tag": "Revenues", "version": "us-gaap/2023", "ddate": 20240331, "qtrs": 1,
       "uom": "USD", "value": "100.0000"}  # fmt: skip


def read(tmp_path, sub, num, table=b"", **options):
    """Rows as dictionaries, and what became of the numbers."""
    path = tmp_path / "2024q2.zip"
    path.write_bytes(data_set(sub, num, table))
    rows = FactBlocks(SOURCE)
    done = add_data_set(rows, path, concept_of, **options)
    return rows.take().table.to_pylist(), done


def test_a_number_is_known_when_its_filing_was_accepted_by_new_yorks_clock(tmp_path):
    """16:05 in May is 20:05 UTC; that the filing was amended later (prevrpt) changes nothing."""
    [row], done = read(tmp_path, [SUB], [NUM], symbol_of={7: "ACME"})
    assert f"{row['known_at']:%Y-%m-%dT%H:%M}" == "2024-05-01T20:05"
    assert (str(row["period_start"]), str(row["period_end"])) == ("2024-01-01", "2024-03-31")
    assert (row["cik"], row["symbol"], row["form"], row["accn"]) == (7, "ACME", "10-Q", "a-1")
    assert (row["concept"], row["value"], row["unit"]) == ("revenue", 100.0, "USD")
    assert (row["tag"], row["source"]) == ("us-gaap:Revenues", "sec data set")
    assert (done.filings, done.numbers, done.kept) == (1, 1, 1)


def test_spans_are_counted_back_from_the_end_of_a_month(tmp_path):
    """An instant has no start; a year that ends in February of a leap year starts in March."""
    spans = [(0, 20240331), (1, 20240331), (2, 20240630), (3, 20240930), (4, 20240229)]
    num = [{**NUM, "qtrs": qtrs, "ddate": ddate} for qtrs, ddate in spans]
    late = {**SUB, "filed": 20241101, "accepted": "2024-11-01 16:05:00"}
    rows, _ = read(tmp_path, [late], num)
    assert [str(row["period_start"]) for row in rows] == [
        "None", "2024-01-01", "2024-01-01", "2024-01-01", "2023-03-01",
    ]  # fmt: skip


def test_only_what_is_consolidated_and_of_a_report_counts(tmp_path):
    """Segments, co-registrants, blanks, long spans, other forms, tags and units of no concept."""
    num = [NUM, {**NUM, "segments": "Geography=US;"}, {**NUM, "coreg": "Sub"}, {**NUM, "value": ""},
           {**NUM, "qtrs": 8}, {**NUM, "adsh": "b-2"}, {**NUM, "tag": "Unknown"},
           {**NUM, "version": "a-1"}, {**NUM, "uom": "EUR"}, {**NUM, "adsh": "nobody"}]  # fmt: skip
    rows, done = read(tmp_path, [SUB, {**SUB, "adsh": "b-2", "form": "DEF 14A"}], num)
    assert len(rows) == done.kept == 1
    assert (done.filings, done.numbers) == (1, 10)


def test_values_per_share_are_in_dollars_here_and_ifrs_has_a_short_name(tmp_path):
    """The unit and the taxonomy come out as companyfacts writes them."""
    num = [{**NUM, "tag": "EarningsPerShareDiluted", "value": "1.25"},
           {**NUM, "tag": "Revenue", "version": "ifrs/2023"}]  # fmt: skip
    rows, _ = read(tmp_path, [SUB], num)
    assert [(row["concept"], row["unit"], row["tag"]) for row in rows] == [
        ("eps", "USD/shares", "us-gaap:EarningsPerShareDiluted"),
        ("revenue", "USD", "ifrs-full:Revenue"),
    ]


def test_a_filing_that_is_known_already_is_left_out(tmp_path):
    """Companyfacts has it with its exact days."""
    other = {**SUB, "adsh": "b-2", "cik": 8}
    rows, done = read(
        tmp_path, [SUB, other], [NUM, {**NUM, "adsh": "b-2"}], is_known=lambda accn: accn == "a-1"
    )
    assert [row["accn"] for row in rows] == ["b-2"]
    assert (done.filings, done.known) == (2, 1)


def test_the_end_of_a_filings_own_period_is_exact_where_it_is_known(tmp_path):
    """Ends are rounded to months: 52 weeks end on 30 March, last year's stay rounded."""
    num = [NUM, {**NUM, "ddate": 20230331}, {**NUM, "tag": "Assets", "qtrs": 0}]
    rows, _ = read(tmp_path, [SUB], num, reported=lambda _: np.datetime64("2024-03-30"))
    assert [str(row["period_end"]) for row in rows] == ["2024-03-30", "2023-03-31", "2024-03-30"]


def test_the_day_of_a_cover_page_that_was_rounded_up_is_not_after_its_filing(tmp_path):
    """Counted on 25 April, filed on 1 May, 30 April here; counted on 20 May, filed on the 22nd."""
    late = {**SUB, "adsh": "b-2", "filed": 20240522, "accepted": "2024-05-22 16:05:00"}
    cover = {**NUM, "tag": "EntityPublicFloat", "version": "dei/2023", "qtrs": 0}
    num = [{**cover, "ddate": 20240430}, {**cover, "adsh": "b-2", "ddate": 20240531}]
    rows, _ = read(tmp_path, [SUB, late], num)
    assert [str(row["period_end"]) for row in rows] == ["2024-04-30", "2024-05-22"]


def test_a_table_is_read_in_blocks(tmp_path, monkeypatch):
    """Quotes, an older table without segments, rows of another length, bytes that are no UTF-8."""
    monkeypatch.setattr(data_sets, "BLOCK", 4096)
    old = b"adsh\ttag\tversion\tcoreg\tddate\tqtrs\tuom\tvalue\tfootnote\n"
    row = b'a-1\tRevenues\tus-gaap/2023\t\t20240331\t1\tUSD\t%d\t"it\xe9\n'
    body = old + b"a-1\tshort\n" + b"".join(row % at for at in range(1_000))
    calls = []
    rows, done = read(tmp_path, [SUB], [], body, each_block=lambda: calls.append(len(calls)))
    assert [row["value"] for row in rows] == list(range(1_000))
    assert len(calls) > 10
    assert (done.numbers, done.unreadable) == (1_000, 1)


BAD_NUMBERS = [
    *({"value": text} for text in ("many", "true", "1,000", "nan", "1e999", "0x10")),
    *({"ddate": text} for text in ("today", "99999999", -1, 10**30, "2024-331", "0" * 8)),
    *({"qtrs": text} for text in ("one", 1.5, -1, 10**30)),
]
BAD_FILINGS = [
    *({"cik": text} for text in ("Acme", 0, -5, 10**10, 10**30, 7.5)),
    *({"filed": text} for text in ("", "today", 10**30)),
]


def test_a_number_or_a_filing_that_is_none_takes_no_other_with_it(tmp_path):
    """Whatever stands there: the quarter's other filings and numbers are rows."""
    num = [{**NUM, **bad} for bad in BAD_NUMBERS]
    sub = [{**SUB, **bad, "adsh": f"b-{at}"} for at, bad in enumerate(BAD_FILINGS)]
    num += [{**NUM, "adsh": one["adsh"], "value": "7"} for one in sub]
    rows, done = read(tmp_path, [*sub, SUB], [*num, NUM])
    assert [(row["cik"], row["value"]) for row in rows] == [(7, 100.0)]
    assert done.unreadable == 6


def test_a_quarter_in_which_nothing_was_filed_has_no_rows(tmp_path):
    """Tables of a header alone."""
    assert read(tmp_path, [], [])[0] == []


def test_what_is_no_whole_data_set_is_refused(tmp_path):
    """Cut off, another table, a table that is missing, a byte that flipped: one error."""
    whole = data_set([SUB], [NUM])
    flipped = bytearray(whole)
    flipped[60] ^= 0xFF
    bad = {
        "nothing": b"",
        "cut off": whole[: len(whole) // 2],
        "another table": data_set([SUB], [], b"a\tb\n1\t2\n"),
        "flipped": bytes(flipped),
        "encrypted": whole.replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"),
        "nowhere": whole[:-6] + b"\xff\xff\xff\x7f" + whole[-2:],
        "a header without end": data_set([SUB], [], b"a" * 10_000_000),
    }
    for name, body in bad.items():
        path = tmp_path / f"{name}.zip"
        path.write_bytes(body)
        with pytest.raises(BadAnswerError):
            add_data_set(FactBlocks(SOURCE), path, concept_of)


@pytest.mark.parametrize(("name", "most"), [("sub.txt", 16), ("num.txt", 4_096)])
def test_a_table_that_unpacks_to_more_than_any_quarter_has_is_refused(
    tmp_path, monkeypatch, name, most
):
    """A few bytes may unpack to any number of them; not one row of it is read."""
    assert data_sets.MOST_BYTES[name] == most * 2**20
    monkeypatch.setitem(data_sets.MOST_BYTES, name, 5_000)
    many = {**NUM, "footnote": "x" * 10_000} if name == "num.txt" else NUM
    filings = [{**SUB, "name": "x" * 10_000} if name == "sub.txt" else SUB]
    path = tmp_path / "2024q2.zip"
    path.write_bytes(data_set(filings, [many]))
    assert path.stat().st_size < 5_000
    rows = FactBlocks(SOURCE)
    with pytest.raises(BadAnswerError, match=f"{name} has more than"):
        add_data_set(rows, path, concept_of)
    assert rows.count == 0


def test_what_is_wrong_with_an_archive_is_one_line(tmp_path):
    """A length that flipped makes a member's name of all that follows it: none of it is said."""
    filings = [{**SUB, "adsh": f"a-{at}", "name": f"{at * 7_919:x}"} for at in range(500)]
    damaged = bytearray(data_set(filings, [NUM]))
    damaged[26:28] = (3_000).to_bytes(2, "little")
    path = tmp_path / "2024q2.zip"
    path.write_bytes(damaged)
    with pytest.raises(BadAnswerError) as error:
        add_data_set(FactBlocks(SOURCE), path, concept_of)
    assert len(str(error.value)) < 400
    assert str(error.value).isprintable()
