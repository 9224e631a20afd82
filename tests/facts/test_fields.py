"""Fields beside concepts: days of results, short interest, float, averages; symbols; coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest

from support.facts import calendar, day, days, filing, reader_of, splits_of, table_of, term, value
from technic.errors import ParameterError
from technic.facts.reader import FactReader, coverage

ACME = (7, "ACME")
NAN = math.nan
COVER = "dei:EntityCommonStockSharesOutstanding"


def results(on: str, known: str, when: int = 2):
    """An 8-K with item 2.02."""
    return filing(ACME, "8-K", known, ("earnings_event", "8-K:2.02", None, on, when))


RESULTS = [
    results("2022-02-01", "2022-02-01T21:30"),
    results("2022-04-28", "2022-04-28T20:30"),
    results("2022-07-26", "2022-07-26T12:00", 0),
    results("2022-10-27", "2022-10-27T20:30"),
    results("2023-01-31", "2023-01-31T21:30"),
]


@pytest.mark.parametrize(
    ("on", "since", "until"),
    [
        ("2022-02-01", NAN, NAN),  # after the close
        ("2022-02-02", 0, NAN),  # one event tells nothing of the next
        ("2022-02-03", 1, NAN),
        ("2022-10-27", 66, NAN),
        # the event after 1 February 2022's a year later: 31 January 2023, in 63 sessions
        ("2022-10-28", 0, 63),
        ("2023-01-30", 62, 1),
        ("2023-01-31", 63, 0),
        # 28 April 2022 and 364 days: 27 April 2023
        ("2023-02-01", 0, 59),
        ("2023-04-27", 59, 0),
        ("2023-04-28", 60, NAN),  # overdue: nobody knows
    ],
)
def test_sessions_since_results_and_until_the_next(on: str, since: float, until: float):
    """Weekdays less holidays, counted on paper; the next day is an estimate."""
    reader = reader_of(*RESULTS)
    assert value(reader, "days_since_earnings", "ACME", on) == pytest.approx(since, nan_ok=True)
    assert value(reader, "days_to_earnings", "ACME", on) == pytest.approx(until, nan_ok=True)


def test_a_vendor_s_day_counts_instead_of_the_estimate():
    """Until it has come; then the estimate counts again."""
    given = filing(
        ACME, "", "2022-11-15T12:00", ("earnings_date", "vendor:x", None, "2023-01-26", 2),
        source="vendor",
    )  # fmt: skip
    reader = reader_of(*RESULTS, given)
    assert value(reader, "days_to_earnings", "ACME", "2022-11-14") == 52
    assert value(reader, "days_to_earnings", "ACME", "2022-11-15") == 48
    told = [
        reader.provenance(term("days_to_earnings"), "ACME", day(on))
        for on in ("2022-11-14", "2022-11-15")
    ]
    assert [one.route.partition(":")[0] for one in told] == [
        "estimate",
        "a day that a vendor gives",
    ]
    assert [one.value for one in told] == [52, 48]
    assert value(reader, "days_to_earnings", "ACME", "2023-02-01") == 59


def test_a_pre_announcement_is_not_the_next_quarter_s_event():
    """Told on 10 January, results follow in January all the same."""
    early = results("2023-01-10", "2023-01-10T12:00")
    reader = reader_of(*RESULTS[:4], early)
    assert value(reader, "days_to_earnings", "ACME", "2023-01-10") == 14


def test_results_some_days_earlier_than_a_year_before_are_that_quarter_s():
    """On 26 January after 1 February a year before: the next ones are those of April."""
    reader = reader_of(*RESULTS[:4], results("2023-01-26", "2023-01-26T12:00"))
    # weekdays to 27 April, less Presidents' Day and Good Friday
    assert value(reader, "days_to_earnings", "ACME", "2023-01-26") == 63


def shorts(symbol: str, end: str, known: str, short: float, volume: float):
    """Short interest and average volume as published."""
    return filing(
        (0, symbol),
        "",
        known,
        ("short_interest", "finra:x", None, end, short),
        ("short_average_volume", "finra:y", None, end, volume),
        source="finra",
    )


def test_short_interest_of_a_symbol_over_volume_and_float():
    """Two settlements a month apart by days, not by quarters; a float from a vendor."""
    reader = reader_of(
        shorts("ACME", "2022-03-15", "2022-03-26T05:00", 500, 100),
        shorts("ACME", "2022-03-31", "2022-04-13T05:00", 600, 150),
        filing((0, "ACME"), "", "2022-01-03T12:00",
               ("float_shares", "vendor:x", None, "2022-01-03", 4_000), source="vendor"),
        splits=splits_of(("ACME", "2022-04-18", 2.0)),
    )  # fmt: skip
    fields = ("short_interest", "days_to_cover", "short_pct_float")
    found = {
        on: tuple(value(reader, field, "ACME", on) for field in fields)
        for on in ("2022-03-25", "2022-03-28", "2022-04-13", "2022-04-18")
    }
    assert found == {
        "2022-03-25": pytest.approx((NAN, NAN, NAN), nan_ok=True),
        "2022-03-28": (500, 5, 12.5),
        "2022-04-13": (600, 4, 15),
        "2022-04-18": (1_200, 4, 15),  # the split changes both sides
    }


def test_the_public_float_over_the_close_of_its_day_is_a_float():
    """60 million at a close of 20; missing without prices, and for several classes."""
    cover = (
        "shares_outstanding",
        COVER,
        None,
        "2023-01-31",
        5e6,
    )
    worth = ("public_float", "dei:EntityPublicFloat", None, "2022-06-30", 60e6)
    asked = []

    def closes(symbols, on):
        asked.extend(zip(symbols, on.tolist(), strict=True))
        return np.full(len(symbols), 20.0)

    single = table_of(filing(ACME, "10-K", "2023-02-15T12:00", cover, worth))
    several = table_of(filing(ACME, "10-K", "2023-02-15T12:00", worth))
    split = splits_of(("ACME", "2022-09-01", 2.0))
    found = [
        value(FactReader(table, calendar(), split, given), "float_shares", "ACME", "2023-02-15")
        for table, given in ((single, closes), (several, closes), (single, None))
    ]
    assert found == pytest.approx([6e6, NAN, NAN], nan_ok=True)
    assert set(asked) == {("ACME", day("2022-06-30").tolist())}


def test_an_average_number_of_shares_is_never_a_difference():
    """100 on average over the year and 90 over nine months are no quarter of 10."""
    tag = "WeightedAverageNumberOfDilutedSharesOutstanding"
    reader = reader_of(
        filing(ACME, "10-Q", "2022-11-01T12:00",
               ("shares_diluted", tag, "2022-01-01", "2022-09-30", 90)),
        filing(ACME, "10-K", "2023-02-15T12:00",
               ("shares_diluted", tag, "2022-01-01", "2022-12-31", 100)),
    )  # fmt: skip
    assert value(reader, "shares_diluted", "ACME", "2023-02-15") == 100


def growth(before: float, now: float) -> float:
    """Growth of earnings per share from one number to another a year later."""
    tag = "EarningsPerShareDiluted"
    reader = reader_of(
        filing(ACME, "10-Q", "2022-05-02T12:00", ("eps", tag, "2022-01-01", "2022-03-31", before)),
        filing(ACME, "10-Q", "2023-05-02T12:00", ("eps", tag, "2023-01-01", "2023-03-31", now)),
    )
    return value(reader, "eps_growth_yoy", "ACME", "2023-05-02")


def test_growth_from_a_loss_or_nothing_is_missing():
    """A percentage of a loss says nothing; into a loss it falls by more than 100."""
    assert growth(2.0, 3.0) == 50
    assert growth(2.0, -1.0) == -150
    assert math.isnan(growth(-2.0, 3.0))
    assert math.isnan(growth(0.0, 3.0))
    assert math.isnan(growth(5e-324, 3.0))  # infinite is no number to rank by


def test_an_age_counts_sessions_from_the_first_that_knew_the_value():
    """An amendment that repeats the number does not make it new; another number does."""
    fact = ("revenue", "Revenues", "2022-01-01", "2022-03-31", 90)
    reader = reader_of(
        filing(ACME, "10-Q", "2022-05-02T12:00", fact),
        filing(ACME, "10-Q/A", "2022-05-16T12:00", fact),
        filing(ACME, "10-Q/A", "2022-06-01T12:00", (*fact[:4], 91)),
    )
    found = [
        value(reader, "age(revenue)", "ACME", on)
        for on in ("2022-05-02", "2022-05-03", "2022-05-16", "2022-05-31", "2022-06-01")
    ]
    assert found == [0, 1, 10, 20, 0]  # Memorial Day was on 30 May
    assert math.isnan(value(reader, "age(revenue)", "ACME", "2022-04-29"))


def test_a_quarter_with_the_number_of_the_one_before_is_new():
    """The age begins anew: it is another quarter's."""
    reader = reader_of(
        filing(ACME, "10-Q", "2022-05-02T12:00",
               ("revenue", "Revenues", "2022-01-01", "2022-03-31", 90)),
        filing(ACME, "10-Q", "2022-08-01T12:00",
               ("revenue", "Revenues", "2022-04-01", "2022-06-30", 90)),
    )  # fmt: skip
    assert value(reader, "age(revenue)", "ACME", "2022-08-02") == 1


def test_two_classes_of_a_company_have_its_facts_and_their_own_short_interest():
    """Each symbol is said to be the company's by a row of its own."""
    reader = reader_of(
        filing(ACME, "10-Q", "2022-05-02T12:00",
               ("revenue", "Revenues", "2022-01-01", "2022-03-31", 90)),
        filing((7, "ACME.B"), "", "2022-01-03T12:00",
               ("listed_as", "x:x", None, "2022-01-03", 1), source="vendor"),
        shorts("ACME.B", "2022-03-15", "2022-03-26T05:00", 500, 100),
    )  # fmt: skip
    found = reader.values(term("revenue"), ["ACME.B", "ACME"], days("2022-05-02"))
    assert found.tolist() == [[90, 90]]
    assert value(reader, "short_interest", "ACME.B", "2022-05-02") == 500
    assert math.isnan(value(reader, "short_interest", "ACME", "2022-05-02"))


def test_a_symbol_that_another_company_takes_has_the_facts_of_each_in_its_time():
    """From the session on that knew the new one; a company under a new symbol keeps its past."""
    reader = reader_of(
        filing((1, "TKR"), "10-Q", "2022-05-02T12:00",
               ("revenue", "Revenues", "2022-01-01", "2022-03-31", 10)),
        filing((2, "TKR"), "10-Q", "2022-08-01T12:00",
               ("revenue", "Revenues", "2022-04-01", "2022-06-30", 20)),
        filing((1, "NEW"), "10-Q", "2022-08-02T12:00",
               ("revenue", "Revenues", "2022-04-01", "2022-06-30", 11)),
    )  # fmt: skip
    sessions = days("2022-05-02", "2022-07-29", "2022-08-01", "2022-08-02")
    assert reader.values(term("revenue"), ["TKR"], sessions)[:, 0].tolist() == [10, 10, 20, 20]
    assert reader.values(term("revenue"), ["NEW"], sessions)[:, 0].tolist() == [10, 10, 10, 11]


def listing(cik: int, known: str):
    """A row that says that TKR is a company's."""
    day = known.partition("T")[0]
    return filing((cik, "TKR"), "", known, ("listed_as", "x:x", None, day, 1), source="vendor")


def test_who_has_a_symbol_is_said_by_lists_not_by_rows_that_were_fetched_later():
    """A filing of July that comes in August, under the symbol of August, leaves July as it was."""
    before = (
        listing(1, "2022-01-03T12:00"),
        filing((1, "TKR"), "10-Q", "2022-05-02T12:00",
               ("revenue", "Revenues", "2022-01-01", "2022-03-31", 10)),
    )  # fmt: skip
    later = (
        filing((2, "TKR"), "10-Q", "2022-07-20T12:00",
               ("revenue", "Revenues", "2022-04-01", "2022-06-30", 20)),
        listing(2, "2022-08-01T12:00"),
        listing(1, "2022-09-01T12:00"),
    )  # fmt: skip
    sessions = days("2022-05-02", "2022-07-29", "2022-08-01", "2022-08-31", "2022-09-01")
    found = reader_of(*before, *later).values(term("revenue"), ["TKR"], sessions)
    assert found[:, 0].tolist() == [10, 10, 20, 20, 10]
    early = reader_of(*before).values(term("revenue"), ["TKR"], sessions[:2])
    assert early.tolist() == found[:2].tolist()


def test_nothing_is_known_of_nobody():
    """An empty table, no symbols, no sessions: shapes stay."""
    fact = ("revenue", "Revenues", "2022-01-01", "2022-03-31", 90)
    table = table_of(filing(ACME, "10-Q", "2022-05-02T12:00", fact))
    for rows in (table, table.slice(0, 0)):
        reader = FactReader(rows, calendar())
        for text in ("revenue", "eps_ttm", "gross_margin", "days_to_earnings", "short_pct_float"):
            assert reader.values(term(text), [], days("2022-05-02")).shape == (1, 0)
            assert reader.values(term(text), ["ACME"], days()).shape == (0, 1)
        assert math.isnan(value(reader, "revenue", "ELSE", "2022-05-02"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("eps_tttm", "field is 'eps_tttm', allowed: a field of facts; did you mean eps_ttm?"),
        ("fq(days_to_cover, 1)", "quarters_back is 1, allowed: 0 for days_to_cover"),
        ("age(days_to_earnings)", "value for days_to_earnings"),
    ],
)
def test_what_cannot_be_asked_is_refused(text: str, said: str):
    """With the name that was likely meant."""
    with pytest.raises(ParameterError, match=said.replace("?", r"\?")):
        value(reader_of(*RESULTS), text, "ACME", "2022-05-02")
    with pytest.raises(ParameterError, match="ascending"):
        reader_of(*RESULTS).values(term("eps"), ["ACME"], days("2022-05-03", "2022-05-02"))


def test_coverage_is_counted_by_names_and_by_worth():
    """One of three names is half of what is known to be worth something."""
    fact = ("revenue", "Revenues", "2022-01-01", "2022-03-31", 90)
    reader = reader_of(filing(ACME, "10-Q", "2022-05-02T12:00", fact))
    worth = np.array([3.0, 3.0, NAN])
    found = coverage(reader, ["revenue", "eps"], ["ACME", "BIG", "WHO"], worth, day("2022-05-02"))
    assert [(one.field, one.known, one.names, one.cap_share) for one in found] == [
        ("revenue", 1, 3, 0.5),
        ("eps", 0, 3, 0.0),
    ]
    assert found[0].name_share == pytest.approx(1 / 3)
