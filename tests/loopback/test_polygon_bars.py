"""Bars in Polygon's format, against the arrays of the market and facts about the vendor."""

from __future__ import annotations

import datetime as dt
import json
from urllib.parse import urlsplit

import numpy as np
import pytest

from support.loopback import GROUPED, ask, day, grouped, old_companies, small, span
from technic.data_engine.interfaces.transport import HttpRequest
from technic.loopback.wire import Call

DAY = "2026-06-30"


def stamp(text: str) -> int:
    """Epoch milliseconds of a UTC time."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()) * 1000


def test_a_whole_market_day_holds_every_complete_bar_of_the_market():
    """One row for each bar with all its prices, at the market's own numbers."""
    loopback = small()
    market = loopback.world.market
    last = len(market.sessions) - 1
    bars = market.bars(np.arange(len(market)), last, last + 1)
    bars = bars.rows(bars.complete())
    wanted = {
        bars.symbols[bars.column[i]]: (
            bars.open[i], bars.high[i], bars.low[i], bars.close[i], bars.volume[i]
        )
        for i in range(len(bars))
    }  # fmt: skip
    rows = grouped(loopback, DAY)
    assert {name: tuple(row[key] for key in "ohlcv") for name, row in rows.items()} == wanted
    answer = ask(loopback, f"{GROUPED}/{DAY}", adjusted="false")
    counts = {answer[name] for name in ("queryCount", "resultsCount", "count")}
    assert (counts, answer["status"], answer["adjusted"]) == ({len(wanted)}, "OK", False)


@pytest.mark.parametrize(
    ("session", "start", "end"),
    [
        ("2026-06-30", "2026-06-30T04:00", "2026-06-30T20:00"),
        ("2026-01-05", "2026-01-05T05:00", "2026-01-05T21:00"),
        ("2025-11-28", "2025-11-28T05:00", "2025-11-28T21:00"),
    ],
    ids=["summer", "winter", "half day"],
)
def test_ranges_are_stamped_with_the_start_and_whole_days_with_the_end(session, start, end):
    """Midnight and 16:00 in New York, whatever the clocks there say."""
    loopback = small()
    (name,) = old_companies(loopback.world, 1)
    (bar,) = span(loopback, name, session, session)
    row = grouped(loopback, session)[name]
    assert (bar["t"], row["t"]) == (stamp(start), stamp(end))
    assert {key: bar[key] for key in "ohlcv"} == {key: row[key] for key in "ohlcv"}


@pytest.mark.parametrize(
    ("empty", "found"), [("absent", {}), ("null", {"results": None}), ("list", {"results": []})]
)
@pytest.mark.parametrize(
    "path",
    [
        f"{GROUPED}/2026-05-25",
        f"{GROUPED}/2026-06-27",
        "/v2/aggs/ticker/NOBODY/range/1/day/2026-06-01/2026-06-30",
    ],
    ids=["holiday", "saturday", "unknown ticker"],
)
def test_nothing_found_is_a_good_answer_without_rows(path, empty, found):
    """Status 200 and counts of 0; what stands for the rows is known to vary."""
    answer = ask(small(options={"empty": empty}), path)
    assert answer["resultsCount"] == answer["queryCount"] == 0
    assert {name: answer[name] for name in answer if name == "results"} == found


def test_a_session_after_today_has_not_happened_until_the_day_is_moved():
    """Asked too early it looks like a holiday; moving the day brings its bars."""
    loopback = small()
    (name,) = old_companies(loopback.world, 1)
    loopback.world.today = day("2026-06-29")
    assert grouped(loopback, DAY) == {}
    assert [bar["t"] for bar in span(loopback, name, "2026-06-29", DAY)] == [
        stamp("2026-06-29T04:00")
    ]
    loopback.world.today = day(DAY)
    assert len(grouped(loopback, DAY)) > 100
    assert len(span(loopback, name, "2026-06-29", DAY)) == 2


def test_in_the_middle_of_the_session_the_bar_is_not_the_final_one():
    """Half the volume, a close between open and close, and nothing before the open."""
    loopback = small()
    final = grouped(loopback, DAY)
    loopback.world.phase = "open"
    running = grouped(loopback, DAY)
    assert final.keys() == running.keys()
    assert all(running[name]["v"] == final[name]["v"] // 2 for name in final)
    assert any(running[name]["c"] != final[name]["c"] for name in final)
    loopback.world.phase = "pre_open"
    assert grouped(loopback, DAY) == {}
    loopback.world.phase = "closed"
    assert grouped(loopback, DAY) == final


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 5, 7, 10, 11])
def test_pages_of_a_range_hold_each_bar_once(limit, order):
    """next_url is on another host, has no key, is absent after the last page even if full."""
    loopback = small()
    (name,) = old_companies(loopback.world, 1)
    whole = span(loopback, name, "2026-06-16", DAY, sort=order)
    assert len(whole) == 10  # 2026-06-19 is a holiday
    path = f"/v2/aggs/ticker/{name}/range/1/day/2026-06-16/{DAY}"
    answer = ask(loopback, path, adjusted="false", sort=order, limit=limit)
    pages = [answer["results"]]
    while "next_url" in answer:
        where = urlsplit(answer["next_url"])
        assert where.netloc == "api.loopback.invalid"
        assert "apiKey" not in where.query
        answer = ask(loopback, f"{where.path}?{where.query}")
        assert answer["adjusted"] is False
        pages.append(answer["results"])
    assert [bar for page in pages for bar in page] == whole
    assert len(pages) == -(-10 // limit)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"{GROUPED}/tomorrow", "date"),
        ("/v2/aggs/ticker/A/range/1/day/x/2026-06-30", "time"),
        ("/v2/aggs/ticker/A/range/7/minute/2026-06-29/2026-06-30", "7 minute"),
        ("/v2/aggs/ticker/A/range/1/week/2026-06-29/2026-06-30", "1 week"),
        ("/v2/aggs/ticker/A/range/1/day/2026-06-29/2026-06-30?limit=50001", "limit"),
        ("/v2/aggs/ticker/A/range/1/day/2026-06-29/2026-06-30?cursor=%25", "cursor"),
    ],
)
def test_what_cannot_be_read_is_a_400_that_says_what(path, text):
    """The words are in ``error``, the status is ERROR."""
    answer = ask(small(10), path, 400)
    assert answer["status"] == "ERROR"
    assert text in answer["error"]


def test_the_free_plan_has_neither_today_nor_old_days_nor_the_snapshot():
    """All are 403; only the words in ``message`` differ."""
    loopback = small(options={"polygon_plan": "free"})
    assert len(grouped(loopback, "2026-06-29")) > 100
    for path, words in [
        (f"{GROUPED}/{DAY}", "before end of day"),
        (f"{GROUPED}/2024-06-28", "timeframe"),
        ("/v2/aggs/ticker/A/range/1/day/2024-06-28/2026-06-29", "timeframe"),
        ("/v2/snapshot/locale/us/markets/stocks/tickers", "not entitled"),
    ]:
        loopback.reset()
        answer = ask(loopback, path, 403)
        assert answer["status"] == "NOT_AUTHORIZED"
        assert words in answer["message"]


def test_a_range_over_the_edge_of_the_history_may_be_clipped_instead():
    """Both were seen; the first day that is answered is 730 days before today."""
    loopback = small(options={"polygon_plan": "free", "history_edge": "clip"}, n_sessions=700)
    (name,) = old_companies(loopback.world, 1)
    bars = span(loopback, name, "2024-05-01", "2026-06-29")
    assert bars[0]["t"] == stamp("2024-07-01T04:00")  # 2024-06-30, the edge, is a Sunday


def test_delayed_plans_say_delayed():
    """A client that takes OK alone would refuse them."""
    assert ask(small(10, options={"polygon_plan": "starter"}), f"{GROUPED}/{DAY}")["status"] == (
        "DELAYED"
    )


@pytest.mark.parametrize(
    ("headers", "params", "status"),
    [
        ({}, {}, 401),
        ({"authorization": "Bearer good"}, {}, 200),
        ({}, {"apiKey": "good"}, 200),
        ({}, {"apiKey": "bad"}, 401),
    ],
    ids=["none", "header", "query", "another"],
)
def test_a_key_is_demanded_in_header_or_query(headers, params, status):
    """Without a good key there is nothing but 401."""
    loopback = small(10, options={"key": "good"})
    response = loopback.handle(HttpRequest(f"http://host{GROUPED}/{DAY}", params, headers))
    assert response.status == status
    if status == 401:
        assert json.loads(response.body)["error"] == "Unknown API Key"


def test_volumes_may_be_fractional_and_rows_may_be_junk():
    """Twins of symbols with small letters, and symbols that are none, as real days hold."""
    plain = grouped(small(), DAY)
    rows = grouped(small(options={"fractional_volumes": True, "junk": True}), DAY)
    assert sum(row["v"] % 1 > 0 for row in rows.values()) > len(rows) // 2
    added = rows.keys() - plain.keys()
    small_letters = [name for name in plain if name != name.upper()]
    assert "ZJUNK9." in added
    assert {name.upper() for name in small_letters[:3]} <= added


def test_bars_without_trades_have_no_average_price():
    """``vw`` and ``n`` are missing, as they may be."""
    rows = grouped(small(), DAY).values()
    assert {("vw" in row, "n" in row) for row in rows if row["v"] == 0} == {(False, False)}
    assert {("vw" in row, "n" in row) for row in rows if row["v"] > 0} == {(True, True)}


def test_minutes_add_up_to_the_day():
    """A full day has 390 of them, a half day 210; longer bars join them on the clock."""
    loopback = small()
    (name,) = old_companies(loopback.world, 1)
    for session, count in (("2026-06-30", 390), ("2025-11-28", 210)):
        (whole,) = span(loopback, name, session, session)
        for length, unit, wanted in ((1, "minute", count), (30, "minute", count // 30),
                                     (1, "hour", (count + 30) // 60)):  # fmt: skip
            path = f"/v2/aggs/ticker/{name}/range/{length}/{unit}/{session}/{session}"
            bars = ask(loopback, path, adjusted="false")["results"]
            assert len(bars) == wanted
            assert (bars[0]["o"], bars[-1]["c"]) == (whole["o"], whole["c"])
            assert max(bar["h"] for bar in bars) == whole["h"]
            assert min(bar["l"] for bar in bars) == whole["l"]
            assert sum(bar["v"] for bar in bars) == whole["v"]
    opening = {"minute": "2025-11-28T14:30", "hour": "2025-11-28T14:00"}[unit]
    assert bars[0]["t"] == stamp(opening)


def test_pages_of_minutes_go_on_where_the_last_one_ended():
    """The next page begins within the day."""
    loopback = small()
    (name,) = old_companies(loopback.world, 1)
    path = f"/v2/aggs/ticker/{name}/range/5/minute/2026-06-29/{DAY}"
    whole = ask(loopback, path, adjusted="false")["results"]
    answer = ask(loopback, path, adjusted="false", limit=100)
    where = urlsplit(answer["next_url"])
    rest = ask(loopback, f"{where.path}?{where.query}")
    assert answer["results"] + rest["results"] == whole
    assert "next_url" not in rest


def test_the_previous_bar_is_of_the_last_session_that_is_over():
    """Stamped with its end, as whole-market days are."""
    loopback = small()
    (name,) = old_companies(loopback.world, 1)
    loopback.world.phase = "open"
    (row,) = ask(loopback, f"/v2/aggs/ticker/{name}/prev", adjusted="false")["results"]
    assert row["t"] == stamp("2026-06-29T20:00")
    assert row["c"] == grouped(loopback, "2026-06-29")[name]["c"]


def test_paths_are_read_as_they_were_sent():
    """Escapes in the path are undone, those of the query too."""
    call = Call.of(HttpRequest("http://host/v2/A%2FB/c?x=1%2C2", {"y": "&"}, {"Key": "v"}))
    assert call.parts == ("v2", "A/B", "c")
    assert call.query == {"x": "1,2", "y": "&"}
    assert call.headers == {"key": "v"}
