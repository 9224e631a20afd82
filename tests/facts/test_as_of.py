"""What becomes known later changes nothing of an earlier day; and a plain loop finds the same."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.facts_loop import Company
from support.facts import calendar, splits_of, term
from technic.facts.concepts import catalog
from technic.facts.reader import FactReader
from technic.facts.rows import fact_table

SYMBOLS = ("AAA", "BBB")
ENDS = [
    np.datetime64(f"{year}-{end}", "D").astype(dt.date)
    for year in (2020, 2021, 2022)
    for end in ("03-31", "06-30", "09-30", "12-31")
]
TAGS = {
    "revenue": (
        "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax",
        "us-gaap:Revenues",
        "vendor:revenue",
    ),
    "cost_of_revenue": ("us-gaap:CostOfRevenue", "us-gaap:CostOfGoodsSold"),
    "gross_profit": ("us-gaap:GrossProfit",),
    "net_interest_income": ("us-gaap:InterestIncomeExpenseNet",),
    "noninterest_income": ("us-gaap:NoninterestIncome",),
    "eps": ("us-gaap:EarningsPerShareDiluted", "us-gaap:EarningsPerShareBasic"),
    "equity": ("us-gaap:StockholdersEquity",),
    "total_equity": ("ifrs-full:Equity",),
}
CHAINS = {
    (concept.name, route): own.tags
    for concept in catalog().concepts.values()
    for route, own in concept.routes.items()
}
FIELDS = ("revenue", "revenue_ttm", "gross_profit", "gross_profit_ttm", "eps", "eps_ttm", "equity")
OTHER_FIELDS = ("gross_margin", "revenue_growth_yoy", "eps_growth_yoy", "roe_ttm")
SPLITS = splits_of(("AAA", "2021-05-03", 3.0), ("AAA", "2022-02-01", 0.7), ("BBB", "2021-09-01", 2))


@st.composite
def fact(draw: st.DrawFn) -> dict[str, object]:
    """One row; spans begin with the year, as they do, or are single quarters."""
    company = draw(st.integers(0, 1))
    concept = draw(st.sampled_from([*TAGS, "revenue", "revenue", "eps", "sic"]))
    quarter = draw(st.integers(0, len(ENDS) - 1))
    end = ENDS[quarter] - dt.timedelta(days=draw(st.sampled_from([0, 0, 3, 6])) * company)
    spans = draw(st.sampled_from([1, 1, quarter % 4 + 1]))
    instant = concept in ("equity", "total_equity", "sic")
    told = draw(st.sampled_from([20, 20, 40, 41, 110, 400]))
    hour = draw(st.sampled_from([12, 20, 21, 23]))
    value = draw(st.sampled_from([6021, 3571])) if concept == "sic" else draw(st.integers(-9, 99))
    return {
        "cik": company + 1,
        "symbol": SYMBOLS[company],
        "concept": concept,
        "period_start": None
        if instant
        else end - dt.timedelta(days={1: 90, 2: 181, 3: 272, 4: 364}[spans]),
        "period_end": end,
        "quarters": 0 if instant else spans,
        "value": float(value),
        "accn": f"{draw(st.integers(1, 3))}",
        "known_at": dt.datetime(end.year, end.month, end.day, hour, tzinfo=dt.UTC)
        + dt.timedelta(days=told),
        "source": "vendor",
        "tag": draw(st.sampled_from(TAGS.get(concept, ("x",)))),
    }


@st.composite
def history(draw: st.DrawFn) -> list[dict[str, object]]:
    """Two companies that file nearly every quarter, and some rows more or less by chance."""
    rng = np.random.default_rng(draw(st.integers(0, 9_999)))
    extra = draw(st.lists(fact(), max_size=25))
    return [*_regular(rng), *extra]


def _regular(rng: np.random.Generator) -> list[dict[str, object]]:
    rows = []
    for company, quarter in np.ndindex(2, len(ENDS)):
        told = int(rng.choice([20, 40, 41, 110]))
        if rng.random() < 0.2:
            code = _row(rng, company, "sic", quarter, 0, told, "x")
            rows.append(code | {"value": float(rng.choice([6021, 3571]))})
        for concept in REGULAR:
            instant = concept == "equity"
            spans = {0} if instant else {1, quarter % 4 + 1} - ({1} if quarter % 4 == 3 else set())
            for quarters in sorted(spans):
                for tag in TAGS[concept][: 1 + (rng.random() < 0.3)]:
                    if rng.random() < 0.1:
                        continue
                    rows.append(_row(rng, company, concept, quarter, quarters, told, tag))
    return rows


def _row(
    rng: np.random.Generator,
    company: int,
    concept: str,
    quarter: int,
    quarters: int,
    told: int,
    tag: str,
) -> dict[str, object]:
    end = ENDS[quarter] - dt.timedelta(days=3 * company)
    days = {1: 90, 2: 181, 3: 272, 4: 364}
    moment = dt.datetime(end.year, end.month, end.day, 20, tzinfo=dt.UTC)
    return {
        "cik": company + 1,
        "symbol": SYMBOLS[company],
        "concept": concept,
        "period_start": end - dt.timedelta(days=days[quarters]) if quarters else None,
        "period_end": end,
        "quarters": quarters,
        "value": float(rng.integers(1, 99)),
        "accn": f"{quarter:02}",
        "known_at": moment + dt.timedelta(days=told),
        "source": "vendor",
        "tag": tag,
    }


REGULAR = (
    "revenue",
    "cost_of_revenue",
    "eps",
    "equity",
    "net_interest_income",
    "noninterest_income",
)
HISTORIES = history()
SESSIONS = calendar().between(np.datetime64("2020-04-01"), np.datetime64("2024-03-01"))


def table_of(rows: list[dict[str, object]]) -> pa.Table:
    """Return the table of some rows."""
    return fact_table({name: [row[name] for row in rows] for name in rows[0]}).table


def close_of(session: np.datetime64) -> dt.datetime:
    """Return a session's close."""
    at = int(np.searchsorted(calendar().sessions, session))
    return calendar().closes[at].astype(dt.datetime).replace(tzinfo=dt.UTC)


CLOSES = [close_of(session) for session in SESSIONS]
CLOSES += [close_of(on) for on in calendar().between(SESSIONS[-1], np.datetime64("2026"))[1:]]


def same_bits(left: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether two arrays are the same, the signs of zeros included."""
    return left.tobytes() == right.tobytes()


@given(HISTORIES, st.integers(0, len(SESSIONS) - 1))
def test_what_becomes_known_later_changes_no_bit_of_an_earlier_day(rows, at):
    """Up to a day all rows and those known by then give the same: values, steps' days and ages."""
    close = close_of(SESSIONS[at])
    early = [row for row in rows if row["known_at"] < close]
    if not early:
        return
    whole = FactReader(table_of(rows), calendar(), SPLITS)
    part = FactReader(table_of(early), calendar(), SPLITS)
    for text in (*FIELDS, *OTHER_FIELDS, "fq(revenue, 4)", "age(eps_ttm)"):
        symbols = sorted({row["symbol"] for row in early})
        found = [reader.values(term(text), symbols, SESSIONS[: at + 1]) for reader in (whole, part)]
        assert same_bits(*found), text


@given(HISTORIES, st.lists(st.integers(0, len(SESSIONS) - 1), min_size=1, max_size=3))
def test_many_days_at_once_are_each_day_with_what_was_known_by_then(rows, places):
    """A replay reads what a scan of each of its days would read."""
    whole = FactReader(table_of(rows), calendar(), SPLITS)
    found = {text: whole.values(term(text), SYMBOLS, SESSIONS) for text in FIELDS}
    for at in places:
        known = [row for row in rows if row["known_at"] < close_of(SESSIONS[at])]
        known += [row | {"value": 1.0, "concept": "listed_as"} for row in rows]  # who they are
        reader = FactReader(table_of(known), calendar(), SPLITS)
        for text, values in found.items():
            day = reader.values(term(text), SYMBOLS, SESSIONS[at : at + 1])
            assert same_bits(values[at], day[0]), text


@given(HISTORIES, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_company_matters(rows, random):
    """Shuffled rows, and symbols asked for alone or with others, give the same."""
    shuffled = random.sample(rows, len(rows))
    first, second = (FactReader(table_of(one), calendar(), SPLITS) for one in (rows, shuffled))
    for text in (*FIELDS, *OTHER_FIELDS):
        both = first.values(term(text), SYMBOLS, SESSIONS)
        other = second.values(term(text), (*SYMBOLS[::-1], "NONE"), SESSIONS)
        alone = second.values(term(text), SYMBOLS[:1], SESSIONS)
        assert same_bits(both, np.ascontiguousarray(other[:, 1::-1])), text
        assert same_bits(np.ascontiguousarray(both[:, :1]), alone), text
        assert np.isnan(other[:, 2]).all()


@pytest.mark.parametrize("back", [0, 1, 4])
@given(HISTORIES, st.sets(st.integers(0, len(SESSIONS) - 1), min_size=1, max_size=3))
def test_a_plain_loop_over_all_rows_finds_the_same(back, rows, places):
    """Periods, differences, sums and routes, without splits."""
    reader = FactReader(table_of(rows), calendar())
    ordered = sorted(places)
    companies = [
        [Company([row for row in rows if row["symbol"] == symbol], CLOSES, CLOSES[at], CHAINS)
         for symbol in SYMBOLS]
        for at in ordered
    ]  # fmt: skip
    for field in FIELDS:
        found = reader.values(term(f"fq({field}, {back})"), SYMBOLS, SESSIONS[ordered])
        expected = [[company.value(field, back) for company in both] for both in companies]
        np.testing.assert_array_equal(found, expected, err_msg=field)
