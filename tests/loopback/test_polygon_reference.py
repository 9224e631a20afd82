"""Polygon's reference data and snapshot: pages, filters, what is known to be odd."""

from __future__ import annotations

from urllib.parse import urlsplit

import numpy as np
import pytest

from support.loopback import ask, day, grouped, old_companies, small

SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"


def pages(loopback, path: str, **query: object) -> list[list[dict[str, object]]]:
    """All pages of a list."""
    answer = ask(loopback, path, **query)
    found = [answer["results"]]
    while "next_url" in answer:
        where = urlsplit(answer["next_url"])
        answer = ask(loopback, f"{where.path}?{where.query}")
        found.append(answer["results"])
    return found


@pytest.mark.parametrize("limit", [50, 100, 1000])
def test_the_list_of_tickers_comes_in_pages_by_ticker(limit):
    """Each ticker once, in order, and no next_url after the last page."""
    loopback = small()
    world = loopback.world
    found = pages(loopback, "/v3/reference/tickers", market="stocks", limit=limit)
    names = [row["ticker"] for page in found for row in page]
    assert names == sorted(set(names))
    last = len(world.sessions) - 1
    assert len(names) == sum(world.is_listed(row, last) for row in range(len(world.market)))
    assert all(len(page) == limit for page in found[:-1])
    (whole,) = pages(loopback, "/v3/reference/tickers", limit=len(names))
    assert [row["ticker"] for row in whole] == names


def test_tickers_can_be_filtered_and_some_lack_their_type():
    """Types are the vendor's codes; a filter on the type loses those without one."""
    loopback = small()
    rows = ask(loopback, "/v3/reference/tickers", limit=1000)["results"]
    types = {row.get("type") for row in rows}
    assert {"CS", "ADRC", "ETF", "PFD", "WARRANT", None} <= types
    funds = ask(loopback, "/v3/reference/tickers", limit=1000, type="ETF")["results"]
    assert [row["ticker"] for row in funds] == [r["ticker"] for r in rows if r.get("type") == "ETF"]
    some = ask(loopback, "/v3/reference/tickers", limit=1000, ticker__gte="Q")["results"]
    assert [row["ticker"] for row in some] == [r["ticker"] for r in rows if r["ticker"] >= "Q"]
    (one,) = ask(loopback, "/v3/reference/tickers", ticker=rows[5]["ticker"])["results"]
    assert one == rows[5]
    detail = ask(loopback, f"/v3/reference/tickers/{one['ticker']}")["results"]
    assert detail.items() >= one.items()
    assert ask(loopback, "/v3/reference/tickers/NOBODY", 404)["message"] == "Ticker not found."


def test_splits_are_those_of_the_market_in_both_endpoints():
    """Old and new rows agree; defaults and limits are each endpoint's own."""
    loopback = small(600, 2_520)
    world = loopback.world
    row, at, ratio = world.market.splits(np.arange(600), 0, 2_520)
    wanted = {
        (world.market.securities.symbol[row[i]], str(world.sessions[at[i]])): float(ratio[i])
        for i in range(len(row))
    }
    new = [row for page in pages(loopback, "/stocks/v1/splits", limit=40) for row in page]
    old = [row for page in pages(loopback, "/v3/reference/splits") for row in page]
    assert {(r["ticker"], r["execution_date"]): r["split_to"] / r["split_from"] for r in new} == (
        pytest.approx(wanted, rel=1e-2)
    )
    days = [r["execution_date"] for r in new]
    assert days == sorted(days, reverse=True)
    names = ("id", "ticker", "execution_date", "split_from", "split_to")
    assert old == [{name: r[name] for name in names} for r in new]
    recent = ask(loopback, "/stocks/v1/splits", limit=5000, execution_date__gte="2024-01-01")
    assert [r["id"] for r in recent["results"]] == [r["id"] for r in new if r["execution_date"] >= (
        "2024-01-01")]  # fmt: skip


def test_dividends_come_once_a_quarter_to_those_who_pay():
    """About four tenths of the companies and funds; amounts are above 0."""
    loopback = small()
    rows = ask(loopback, "/stocks/v1/dividends", limit=5000, ex_dividend_date__gte="2025-07-01",
               ex_dividend_date__lte="2026-06-30")["results"]  # fmt: skip
    payers = {row["ticker"] for row in rows}
    assert 0.2 < len(payers) / 300 < 0.5
    assert all(row["cash_amount"] > 0 for row in rows)
    per_payer = [sum(row["ticker"] == name for row in rows) for name in payers]
    assert max(per_payer) <= 5
    assert np.median(per_payer) == 4
    old = [row for page in pages(loopback, "/v3/reference/dividends", limit=1000,
                                 ex_dividend_date__gte="2025-07-01") for row in page]  # fmt: skip
    assert {row["id"] for row in rows} <= {row["id"] for row in old}


def test_market_values_come_in_bulk():
    """One page of ratios has all that are known."""
    loopback = small()
    rows = ask(loopback, "/stocks/financials/v1/ratios", limit=50_000)["results"]
    assert len(rows) > 150
    assert all(row["market_cap"] > 0 for row in rows)
    one = ask(loopback, f"/v3/reference/tickers/{rows[0]['ticker']}")["results"]
    assert one["market_cap"] == rows[0]["market_cap"]


def test_the_snapshot_is_all_zeros_before_the_open():
    """``prevDay`` is the session before the one in ``day``, which counts in ``updated``."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    eve, last = grouped(loopback, "2026-06-29")[name], grouped(loopback, "2026-06-30")[name]
    row = ask(loopback, SNAPSHOT, tickers=name)["tickers"][0]
    assert (row["day"]["c"], row["prevDay"]["c"]) == (last["c"], eve["c"])
    assert row["updated"] == last["t"] * 1_000_000
    assert row["min"]["t"] < 10**13
    loopback.world.phase = "pre_open"
    row = ask(loopback, SNAPSHOT, tickers=name)["tickers"][0]
    assert set(row["day"].values()) == {0}
    assert row["updated"] == 0
    assert row["prevDay"]["c"] == eve["c"]
    loopback.world.phase = "open"
    row = ask(loopback, SNAPSHOT, tickers=name)["tickers"][0]
    assert row["day"]["v"] == last["v"] // 2


def test_the_snapshot_has_everything_that_is_listed():
    """One request; a single ticker comes in ``ticker``, an unknown one is a 404."""
    loopback = small()
    answer = ask(loopback, SNAPSHOT)
    assert answer["count"] == len(answer["tickers"]) > 250
    name = answer["tickers"][0]["ticker"]
    assert ask(loopback, f"{SNAPSHOT}/{name}")["ticker"] == answer["tickers"][0]
    assert ask(loopback, f"{SNAPSHOT}/NOBODY", 404)["status"] == "NOT_FOUND"


def test_the_market_status_follows_day_and_phase():
    """Open in the middle of a session, closed on a Sunday."""
    loopback = small(10)
    loopback.world.phase = "open"
    assert ask(loopback, "/v1/marketstatus/now")["market"] == "open"
    loopback.world.today = day("2026-06-28")
    assert ask(loopback, "/v1/marketstatus/now")["market"] == "closed"
