"""The vendors' own Python clients read the loopback provider: that shows it speaks their format."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterator

import pytest
from massive import RESTClient
from massive.exceptions import AuthError, BadResponse
from urllib3.exceptions import MaxRetryError

from support.loopback import ask, day, grouped, old_companies, small, span
from technic.loopback import FaultRules, LoopbackServer

with warnings.catch_warnings():
    # alpaca-py imports a part of websockets that is deprecated, which is not ours to mend
    warnings.simplefilter("ignore", DeprecationWarning)
    from alpaca.common.exceptions import APIError
    from alpaca.data.enums import Adjustment
    from alpaca.data.historical import StockHistoricalDataClient
    from alpaca.data.historical.corporate_actions import CorporateActionsClient
    from alpaca.data.requests import CorporateActionsRequest, StockBarsRequest, StockSnapshotRequest
    from alpaca.data.timeframe import TimeFrame, TimeFrameUnit
    from alpaca.trading.client import TradingClient
    from alpaca.trading.enums import AssetStatus
    from alpaca.trading.requests import GetAssetsRequest, GetCalendarRequest

FIRST, LAST, CHANGE = "2026-06-01", "2026-06-30", "2026-06-26"
SESSIONS = 21  # 22 weekdays less Juneteenth
OPENED, CLOSED = dt.date(2026, 6, 1), dt.date(2026, 6, 30)


@pytest.fixture(scope="module")
def server() -> Iterator[LoopbackServer]:
    """A market in which something has happened."""
    loopback = small()
    split, renamed, paid = old_companies(loopback.world, 3)
    loopback.world.split(split, day(CHANGE), 4.0)
    loopback.world.split(renamed, day("2026-06-10"), 0.1)
    loopback.world.rename(renamed, "QQNEW", day(CHANGE))
    loopback.world.pay_dividend(paid, day(CHANGE), 0.75)
    with LoopbackServer(loopback) as running:
        yield running


@pytest.fixture
def massive(server: LoopbackServer) -> Iterator[RESTClient]:
    """The client of Polygon, now Massive; its pool is closed afterwards."""
    client = RESTClient("key", base=server.url, retries=1)
    yield client
    client.client.clear()


@pytest.fixture
def names(server: LoopbackServer) -> list[str]:
    """Symbols that trade every day under one name."""
    return old_companies(server.world, 8)[3:]


def test_massive_reads_a_whole_market_day(server: LoopbackServer, massive: RESTClient):
    """Every row, and the end of the day as its time."""
    rows = massive.get_grouped_daily_aggs(LAST, adjusted=False)
    wanted = grouped(server.loopback, LAST)
    assert {row.ticker: row.close for row in rows} == {name: r["c"] for name, r in wanted.items()}
    assert {row.timestamp for row in rows} == {1_782_849_600_000}
    assert massive.get_grouped_daily_aggs("2026-05-25") == []


def test_massive_follows_the_pages_of_a_range(server, massive, names):
    """next_url leads to another host, of which the client takes the path alone."""
    whole = span(server.loopback, names[0], FIRST, LAST)
    bars = list(massive.list_aggs(names[0], 1, "day", FIRST, LAST, adjusted=False, limit=4))
    assert len(bars) == SESSIONS
    assert [(bar.timestamp, bar.open, bar.volume) for bar in bars] == [
        (row["t"], row["o"], row["v"]) for row in whole
    ]
    down = massive.list_aggs(names[0], 1, "day", FIRST, LAST, adjusted=False, sort="desc", limit=4)
    assert [bar.timestamp for bar in down] == [bar.timestamp for bar in reversed(bars)]
    assert len(massive.get_aggs(names[0], 5, "minute", LAST, LAST, limit=50_000)) == 78
    assert massive.get_previous_close_agg(names[0])[0].timestamp == 1_782_849_600_000


def test_massive_sees_adjusted_history_change_with_a_split(server, massive):
    """A quarter before the split, the raw price after it."""
    name = old_companies(server.world, 1)[0]
    raw = massive.get_aggs(name, 1, "day", FIRST, LAST, adjusted=False)
    adjusted = massive.get_aggs(name, 1, "day", FIRST, LAST, adjusted=True)
    assert adjusted[0].close == round(raw[0].close / 4, 6)
    assert adjusted[-1].close == raw[-1].close


def test_massive_reads_splits_and_dividends_old_and_new(server, massive):
    """Both endpoints name the same splits; the new ones also their kind."""
    name, old, paid = old_companies(server.world, 3)
    new = list(massive.list_stocks_splits(execution_date_gte=FIRST, limit=2))
    assert {(row.ticker, row.split_from, row.split_to) for row in new} >= {
        (name, 1, 4),
        (old, 10, 1),
    }
    assert {row.adjustment_type for row in new} <= {"forward_split", "reverse_split"}
    before = list(massive.list_splits(execution_date_gte=FIRST, limit=3))
    assert {row.id for row in before} == {row.id for row in new}
    reverse = massive.list_splits(execution_date_gte=FIRST, reverse_split=True)
    assert old in {row.ticker for row in reverse}
    for rows in (massive.list_stocks_dividends(ex_dividend_date_gte=FIRST, limit=50),
                 massive.list_dividends(ex_dividend_date_gte=FIRST, limit=50)):  # fmt: skip
        found = [(row.ticker, row.ex_dividend_date, row.cash_amount) for row in rows]
        assert (paid, CHANGE, 0.75) in found
        assert len(found) == len(set(found))


def test_massive_reads_tickers_events_and_status(server, massive):
    """All pages of the list; a change of symbol; whether the market is open."""
    listed = list(massive.list_tickers(market="stocks", active=True, limit=100))
    assert len(listed) > 250
    assert "QQNEW" in {row.ticker for row in listed}
    assert all(row.active for row in listed)
    detail = massive.get_ticker_details(listed[0].ticker)
    assert detail.ticker == listed[0].ticker
    events = massive.get_ticker_events("QQNEW")
    assert events.events[0]["ticker_change"]["ticker"] == "QQNEW"
    assert massive.get_market_status().market == "closed"


def test_massive_reads_the_snapshot(server, massive, names):
    """All, some and one."""
    everything = massive.get_snapshot_all("stocks")
    assert len(everything) > 250
    (one,) = massive.get_snapshot_all("stocks", tickers=[names[0]])
    assert one.day.close == grouped(server.loopback, LAST)[names[0]]["c"]
    assert massive.get_snapshot_ticker("stocks", names[0]).prev_day.close == one.prev_day.close


def test_massive_raises_what_it_raises_at_the_vendor(server: LoopbackServer, massive: RESTClient):
    """Refusals as BadResponse, too many requests after its own retries."""
    with pytest.raises(BadResponse, match="NOT_FOUND"):
        massive.get_ticker_details("NOBODY")
    with pytest.raises(BadResponse, match="ERROR"):
        massive.get_grouped_daily_aggs("yesterday")
    with pytest.raises(AuthError):
        RESTClient(None, base=server.url)
    server.loopback.set_faults(FaultRules(throttled=1.0, most_per_request=9))
    with pytest.raises(MaxRetryError, match="429"):
        massive.get_grouped_daily_aggs(LAST)
    server.loopback.set_faults(FaultRules())


@pytest.fixture
def alpaca(server: LoopbackServer) -> Iterator[StockHistoricalDataClient]:
    """The client of Alpaca's market data."""
    client = StockHistoricalDataClient("key", "secret", url_override=server.url)
    yield client
    client._session.close()


def test_alpaca_reads_bars_of_many_symbols(server, alpaca, names):
    """Raw and split-adjusted days, and minutes."""
    asked = {"start": dt.datetime(2026, 6, 1), "end": dt.datetime(2026, 7, 1)}  # noqa: DTZ001
    bars = alpaca.get_stock_bars(
        StockBarsRequest(symbol_or_symbols=names, timeframe=TimeFrame.Day, **asked)
    )
    assert set(bars.data) == set(names)
    for name in names:
        wanted = span(server.loopback, name, FIRST, LAST)
        assert [(int(bar.timestamp.timestamp() * 1000), bar.close) for bar in bars[name]] == [
            (row["t"], row["c"]) for row in wanted
        ]
    name = old_companies(server.world, 1)[0]
    adjusted = alpaca.get_stock_bars(
        StockBarsRequest(
            symbol_or_symbols=name, timeframe=TimeFrame.Day, adjustment=Adjustment.SPLIT, **asked
        )
    )
    assert adjusted[name][0].close == round(
        span(server.loopback, name, FIRST, FIRST)[0]["c"] / 4, 6
    )
    minutes = alpaca.get_stock_bars(
        StockBarsRequest(
            symbol_or_symbols=names[0],
            timeframe=TimeFrame(30, TimeFrameUnit.Minute),
            start=dt.datetime(2026, 6, 30, tzinfo=dt.UTC),
            end=dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
        )
    )
    assert len(minutes[names[0]]) == 13


def test_alpaca_collects_all_pages(server, alpaca, names):
    """60 symbols of 250 sessions are two pages of at most 10,000 bars."""
    many = old_companies(server.world, 63)[3:]
    server.loopback.reset()
    bars = alpaca.get_stock_bars(
        StockBarsRequest(
            symbol_or_symbols=many,
            timeframe=TimeFrame.Day,
            start=dt.datetime(2025, 7, 1, tzinfo=dt.UTC),
            end=dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
        )
    )
    sessions = sum(str(day) >= "2025-07-01" for day in server.world.sessions)
    assert {len(bars[name]) for name in many} == {sessions}
    assert server.stats.by_endpoint["bars"] == -(-sessions * 60 // 10_000) > 1


def test_alpaca_raises_for_an_unknown_symbol(alpaca, names):
    """The whole request fails and names it."""
    request = StockBarsRequest(
        symbol_or_symbols=[names[0], "NOBODY"],
        timeframe=TimeFrame.Day,
        start=dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
    )
    with pytest.raises(APIError, match="invalid symbol: NOBODY"):
        alpaca.get_stock_bars(request)


def test_alpaca_reads_snapshots(server, alpaca, names):
    """The last two sessions."""
    found = alpaca.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols=names[:2]))
    rows = grouped(server.loopback, LAST)
    assert {name: one.daily_bar.close for name, one in found.items()} == {
        name: rows[name]["c"] for name in names[:2]
    }


def test_alpaca_reads_corporate_actions(server: LoopbackServer):
    """Splits, dividends, changes of symbol."""
    client = CorporateActionsClient("key", "secret", url_override=server.url)
    actions = client.get_corporate_actions(
        CorporateActionsRequest(start=OPENED, end=dt.date(2026, 7, 31))
    ).data
    client._session.close()
    name, old, paid = old_companies(server.world, 3)
    assert (name, 4.0) in {(row.symbol, row.new_rate) for row in actions["forward_splits"]}
    assert (old, 10.0) in {(row.symbol, row.old_rate) for row in actions["reverse_splits"]}
    assert (paid, 0.75) in {(row.symbol, row.rate) for row in actions["cash_dividends"]}
    assert [(row.old_symbol, row.new_symbol) for row in actions["name_changes"]] == [(old, "QQNEW")]


def test_alpaca_reads_assets_and_the_calendar(server: LoopbackServer):
    """Every active asset; half days close early."""
    client = TradingClient("key", "secret", url_override=server.url)
    assets = client.get_all_assets(GetAssetsRequest(status=AssetStatus.ACTIVE))
    days = client.get_calendar(
        GetCalendarRequest(start=dt.date(2025, 11, 28), end=dt.date(2025, 12, 1))
    )
    client._session.close()
    assert len(assets) == len(ask(server.loopback, "/v2/assets", status="active"))
    assert [(row.date.day, row.close.hour) for row in days] == [(28, 13), (1, 16)]
