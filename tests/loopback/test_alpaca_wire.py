"""Alpaca's format: one limit over many symbols, tokens, unknown symbols, actions, assets."""

from __future__ import annotations

import base64
import json

import pytest

from support.loopback import ALPACA_KEYS, ask, day, old_companies, small, span
from technic.data_engine.interfaces.transport import HttpRequest

FIRST, LAST, CHANGE = "2026-06-16", "2026-06-30", "2026-06-26"
BARS = "/v2/stocks/bars"


def bars(loopback, symbols: list[str], **query: object) -> dict[str, list[dict[str, object]]]:
    """All pages of a request, joined; checks that every page but the last one is full."""
    asked = {"timeframe": "1Day", "start": FIRST, "end": LAST, **query}
    found: dict[str, list[dict[str, object]]] = {}
    token: dict[str, object] = {}
    while True:
        answer = ask(loopback, BARS, symbols=",".join(symbols), **asked, **token)
        for name, rows in answer["bars"].items():
            found.setdefault(name, []).extend(rows)
        if answer["next_page_token"] is None:
            return found
        assert sum(map(len, answer["bars"].values())) == int(query.get("limit", 1000))
        token = {"page_token": answer["next_page_token"]}


def test_bars_are_those_of_the_other_format_under_the_vendors_symbols():
    """Midnight in New York in UTC text, whole volumes; a preferred is written ``.PRA``."""
    loopback = small()
    letters = {"pA": ".PRA", ".WS": ".WS", ".U": ".U", "r": ".RT"}
    listed = {
        row["ticker"] for row in ask(loopback, "/v3/reference/tickers", limit=1000)["results"]
    }
    checked = set()
    for symbol in sorted(listed):
        suffix = next((key for key in letters if symbol.endswith(key)), "")
        wanted = span(loopback, symbol, FIRST, LAST)
        if suffix in checked or not wanted:
            continue
        checked.add(suffix)
        name = symbol.removesuffix(suffix) + letters.get(suffix, "")
        (rows,) = bars(loopback, [name]).values()
        for row, bar in zip(rows, wanted, strict=True):
            assert {key: row[key] for key in "ohlcv"} == {key: bar[key] for key in "ohlcv"}
            assert isinstance(row["v"], int)
        assert rows[-1]["t"] == "2026-06-30T04:00:00Z" or suffix
    assert {"", "pA", ".WS"} <= checked


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 7, 10, 20, 30, 1000])
def test_pages_go_on_within_a_symbol_and_end_without_a_token(limit, sort):
    """Three symbols of ten bars: by symbol, then by time, each bar once."""
    loopback = small()
    names = old_companies(loopback.world, 3)
    found = bars(loopback, names, limit=limit, sort=sort)
    assert list(found) == sorted(names)
    for rows in found.values():
        times = [row["t"] for row in rows]
        assert len(times) == 10
        assert times == sorted(set(times), reverse=sort == "desc")


def test_a_token_names_the_last_bar_and_a_full_last_page_has_none():
    """Symbol and time, packed."""
    loopback = small()
    one, two = sorted(old_companies(loopback.world, 2))
    query = {"symbols": f"{one},{two}", "timeframe": "1D", "start": FIRST, "end": LAST}
    answer = ask(loopback, BARS, limit=13, **query)
    text = base64.b64decode(answer["next_page_token"]).decode()
    assert text == f"{two}|{answer['bars'][two][-1]['t']}"
    assert ask(loopback, BARS, limit=20, **query)["next_page_token"] is None


def test_pages_may_be_short_though_there_is_more():
    """Only a missing token ends the pages."""
    loopback = small(options={"short_pages": True})
    names = old_companies(loopback.world, 3)
    query = {"symbols": ",".join(names), "timeframe": "1Day", "start": FIRST, "end": LAST}
    answer = ask(loopback, BARS, limit=20, **query)
    assert sum(map(len, answer["bars"].values())) == 15
    assert answer["next_page_token"]


def test_the_first_unknown_symbol_fails_the_whole_request():
    """A symbol that is not listed yet is unknown too; one that has ended is not."""
    loopback = small()
    good, new, gone = old_companies(loopback.world, 3)
    loopback.world.list_from(new, day(LAST))
    loopback.world.delist_after(gone, day("2026-06-18"))
    loopback.world.today = day("2026-06-29")
    for asked, unknown in (([good, "NOBODY", "NONE"], "NOBODY"), ([new, good], new)):
        answer = ask(loopback, BARS, 400, symbols=",".join(asked), timeframe="1Day", start=FIRST)
        assert answer == {"message": f"invalid symbol: {unknown}"}
    assert {name: len(rows) for name, rows in bars(loopback, [good, gone]).items()} == {
        good: 9,
        gone: 3,
    }


def test_a_symbol_without_bars_is_absent():
    """Nothing at all is an empty map and no token."""
    loopback = small()
    good, quiet = old_companies(loopback.world, 2)
    loopback.world.halt(quiet, day(FIRST), day(LAST))
    assert list(bars(loopback, [good, quiet])) == [good]
    assert bars(loopback, [quiet]) == {}


def test_asof_decides_who_has_the_history_after_a_change_of_symbol():
    """By default the new symbol takes all of it along; ``-`` leaves each day its own."""
    loopback = small()
    old = old_companies(loopback.world, 1)[0]
    loopback.world.rename(old, "QQNEW", day(CHANGE))
    lengths = {
        asof: {name: len(rows) for name, rows in bars(loopback, [old, "QQNEW"], **asof_).items()}
        for asof, asof_ in (("", {}), ("-", {"asof": "-"}), ("before", {"asof": "2026-06-20"}))
    }
    assert lengths == {
        "": {"QQNEW": 10, old: 7},
        "-": {"QQNEW": 3, old: 7},
        "before": {"QQNEW": 3, old: 10},
    }
    changes = ask(loopback, "/v1/corporate-actions", start=FIRST, end=LAST, types="name_change")
    ((row,),) = changes["corporate_actions"].values()
    assert (row["old_symbol"], row["new_symbol"], row["process_date"]) == (old, "QQNEW", CHANGE)


def test_the_basic_plan_may_not_look_at_the_last_minutes_of_all_exchanges():
    """403 for an end within 15 minutes of now, unless the feed is IEX."""
    loopback = small(options={"alpaca_plan": "basic"})
    name = old_companies(loopback.world, 1)[0]
    query = {"symbols": name, "timeframe": "1Day", "start": FIRST}
    answer = ask(loopback, BARS, 403, end="2026-07-01T00:29:00Z", **query)
    assert answer["message"] == "subscription does not permit querying recent SIP data"
    assert ask(loopback, BARS, end="2026-07-01T00:15:00Z", **query)["bars"]
    assert ask(loopback, BARS, end="2026-07-01T00:29:00Z", feed="iex", **query)["bars"]
    assert ask(loopback, BARS, **query)["bars"]


def test_quota_headers_tell_what_is_left():
    """Limit, remaining and reset; at the limit 429 without Retry-After."""
    clock = [0.0]
    loopback = small(10, options={"alpaca_plan": "basic"}, requests_per_minute=3,
                     clock=lambda: clock[0], wall_clock=lambda: 1_000.0 + clock[0])  # fmt: skip
    request = HttpRequest("http://host/v2/assets", {}, ALPACA_KEYS)
    bad = HttpRequest("http://host/v2/stocks/bars", {"symbols": "NOBODY"}, ALPACA_KEYS)
    heads = []
    for moment, one in ((0.0, request), (1.0, request), (2.0, bad), (3.0, bad), (60.0, bad)):
        clock[0] = moment
        response = loopback.handle(one)
        heads.append((response.status, *(response.headers[f"x-ratelimit-{name}"]
                                         for name in ("limit", "remaining", "reset"))))  # fmt: skip
        assert "retry-after" not in response.headers
    assert heads == [
        (200, "3", "2", "1000"),
        (200, "3", "1", "1001"),
        (400, "3", "0", "1060"),
        (429, "3", "0", "1060"),
        (400, "3", "0", "1061"),
    ]


def test_corporate_actions_come_by_type_in_pages():
    """Splits and dividends of the market; without dates only today's."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    loopback.world.split(name, day(CHANGE), 4.0)
    loopback.world.split(name, day("2026-06-18"), 0.05)
    loopback.world.pay_dividend(name, day(FIRST), 0.5)
    path = "/v1/corporate-actions"
    whole = ask(loopback, path, start=FIRST, end="2026-07-31", limit=1000)["corporate_actions"]
    (forward,) = [row for row in whole["forward_splits"] if row["symbol"] == name]
    (reverse,) = [row for row in whole["reverse_splits"] if row["symbol"] == name]
    assert (forward["old_rate"], forward["new_rate"], forward["ex_date"]) == (1, 4, CHANGE)
    assert (reverse["old_rate"], reverse["new_rate"]) == (20, 1)
    paid = [row for row in whole["cash_dividends"] if row["symbol"] == name]
    assert (0.5, FIRST, "2026-06-30") in [
        (row["rate"], row["ex_date"], row["process_date"]) for row in paid
    ]
    found: dict[str, list[object]] = {}
    token: dict[str, object] = {}
    while True:
        answer = ask(loopback, path, start=FIRST, end="2026-07-31", limit=3, **token)
        for kind, rows in answer["corporate_actions"].items():
            found.setdefault(kind, []).extend(rows)
        if not (token := {"page_token": answer["next_page_token"]})["page_token"]:
            break
    assert found == whole
    assert ask(loopback, path, types="forward_split")["corporate_actions"] == {}


def test_assets_are_one_list_by_status():
    """Active ones are those listed today."""
    loopback = small()
    gone = old_companies(loopback.world, 1)[0]
    loopback.world.delist_after(gone, day(CHANGE))
    active = {row["symbol"] for row in ask(loopback, "/v2/assets", status="active")}
    ended = {row["symbol"] for row in ask(loopback, "/v2/assets", status="inactive")}
    assert (gone in active, gone in ended) == (False, True)
    assert not active & ended


def test_the_calendar_knows_half_days():
    """13:00 on the day after Thanksgiving."""
    days = ask(small(10), "/v2/calendar", start="2025-11-26", end="2025-12-01")
    assert [(row["date"], row["close"]) for row in days] == [
        ("2025-11-26", "16:00"),
        ("2025-11-28", "13:00"),
        ("2025-12-01", "16:00"),
    ]


def test_snapshots_are_a_map_by_symbol():
    """Before the open the day's bar is still the last session's."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    for phase, last, before in (("closed", "30", "29"), ("pre_open", "29", "26")):
        loopback.world.phase = phase
        row = ask(loopback, "/v2/stocks/snapshots", symbols=name)[name]
        assert row["dailyBar"]["t"] == f"2026-06-{last}T04:00:00Z"
        assert row["prevDailyBar"]["t"] == f"2026-06-{before}T04:00:00Z"


def test_adjusted_bars_are_in_the_basis_of_today():
    """A quarter of the raw price before a 4 for 1."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    loopback.world.split(name, day(CHANGE), 4.0)
    raw, adjusted = bars(loopback, [name]), bars(loopback, [name], adjustment="split")
    assert adjusted[name][0]["c"] == round(raw[name][0]["c"] / 4, 6)
    assert adjusted[name][-1] == raw[name][-1]


def test_bars_within_the_day_are_those_between_two_moments():
    """From 09:30 in New York on, both ends included."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    found = bars(loopback, [name], timeframe="5Min", start="2026-06-29T19:50:00Z",
                 end="2026-06-30T13:35:00Z")[name]  # fmt: skip
    assert [row["t"][8:16] for row in found] == ["29T19:50", "29T19:55", "30T13:30", "30T13:35"]


@pytest.mark.parametrize(
    "query",
    [
        {"timeframe": "7Min"},
        {"timeframe": "Day"},
        {"limit": "10001"},
        {"start": "monday"},
        {"page_token": "!"},
        {"feed": "rumours"},
        {"adjustment": "all"},
        {"asof": "x"},
        {"symbols": ""},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_a_400_with_a_message(query):
    """One sentence each."""
    loopback = small(10)
    name = loopback.world.market.securities.symbol[0]
    asked = {"symbols": name, "timeframe": "1Day", "start": FIRST, **query}
    assert ask(loopback, BARS, 400, **asked)["message"]


def test_both_halves_of_the_key_are_demanded():
    """401 otherwise."""
    loopback = small(10, options={"key": "k"})
    wrong = {**ALPACA_KEYS, "APCA-API-KEY-ID": "x"}
    tries = [({}, 401), ({"APCA-API-KEY-ID": "k"}, 401), (wrong, 401), (ALPACA_KEYS, 200)]
    for keys, status in tries:
        response = loopback.handle(HttpRequest("http://host/v2/assets", {}, keys))
        assert response.status == status
    assert isinstance(json.loads(response.body), list)
