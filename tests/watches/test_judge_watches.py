"""Watches judged by real scans: as of each session, in its time or later, and what stops them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.facts import filing, table_of
from support.watched import BARS, SESSIONS, SYMBOLS, evening, judge_on, rows, until
from technic.data_engine.interfaces.requests import Capabilities
from technic.facts.place import fact_home
from technic.facts.store import FactStore
from technic.watches.database import Database, open_watches
from technic.watches.judge_watches import CAUGHT_UP
from technic.watches.watch import Watch
from technic.watches.watch_table import WatchTable

WATCHES = (
    Watch(name="above", where="close > sma(close, 10)", on=("enter", "leave")),
    Watch(name="strong", where="rs_rating > 50", rearm=3, minimum=2),
    Watch(name="dip", where="rsi(close, 2) < 20", leave="close > close[1]", symbols=("S01", "S02")),
)
DAYS = [str(day) for day in SESSIONS[-9:]]
QUARTERS = (("2023-07-01", "2023-09-30"), ("2023-10-01", "2023-12-31"))
EVENTS = "select id, name, kind, symbol, session from events order by session, name, id"
PLACES = "select * from places order by name, symbol"


@pytest.fixture
def database(tmp_path: Path):
    """Watches in a folder of their own."""
    with open_watches(tmp_path) as opened:
        yield opened


def add(database: Database, *watches: Watch) -> None:
    """Keep watches."""
    for one in watches:
        WatchTable(database).add(one, 0.0)


def daily(database: Database, home: Path, days: list[str]) -> None:
    """Judge on each of the days, when no later bar was known."""
    for day in days:
        judge_on(database, home, until(BARS, day), evening(day))


@pytest.fixture(scope="module")
def in_time(tmp_path_factory: pytest.TempPathFactory):
    """Events and places of watches that were judged each day."""
    home = tmp_path_factory.mktemp("daily")
    with open_watches(home) as opened:
        add(opened, *WATCHES)
        daily(opened, home, DAYS)
        return rows(opened, EVENTS), rows(opened, PLACES)


def test_events_are_what_a_loop_over_closes_finds(in_time):
    """The first watch against ten closes added up by hand."""
    found, _ = in_time
    expected = set()
    for symbol in SYMBOLS:
        closes = BARS.close[BARS.column == BARS.symbols.index(symbol)].tolist()
        above = [closes[i] > sum(closes[i - 9 : i + 1]) / 10 for i in range(len(closes))]
        for at in range(len(closes) - len(DAYS), len(closes)):
            if above[at] != above[at - 1]:
                kind = "enter" if above[at] else "leave"
                expected.add((str(SESSIONS[at]), symbol, kind))
    own = {(e["session"], e["symbol"], e["kind"]) for e in found if e["name"] == "above"}
    assert len(expected) > 5
    assert own == expected


def test_other_watches_had_something_to_tell(in_time):
    """Each watch of these tests has events, and the one of two symbols of no other."""
    found, _ = in_time
    assert {one["name"] for one in found} == {"above", "strong", "dip"}
    assert {one["symbol"] for one in found if one["name"] == "dip"} <= {"S01", "S02"}


@settings(max_examples=4)
@given(pauses=st.sets(st.sampled_from(DAYS[1:-1]), min_size=1))
def test_catching_up_gives_the_events_of_running_daily(in_time, tmp_path_factory, pauses):
    """Whatever days nobody judged, with all later bars there: the same events and places."""
    home = tmp_path_factory.mktemp("late")
    with open_watches(home) as opened:
        add(opened, *WATCHES)
        daily(opened, home, DAYS[:1])
        for day in (one for one in DAYS[1:] if one not in pauses):
            judge_on(opened, home, until(BARS, day), evening(day))
        assert (rows(opened, EVENTS), rows(opened, PLACES)) == in_time


def test_judging_again_says_nothing_again(database: Database, tmp_path: Path):
    """A session is judged once, however often watches are run."""
    add(database, *WATCHES)
    daily(database, tmp_path, DAYS[-1:])
    before = rows(database, EVENTS)
    again = judge_on(database, tmp_path, BARS, evening(DAYS[-1]))
    assert (again.sessions, again.events) == ([], 0)
    assert rows(database, EVENTS) == before
    assert len(rows(database, "select * from judgings")) == 2 * len(WATCHES)


def test_after_a_long_pause_a_watch_begins_anew(database: Database, tmp_path: Path):
    """More sessions than are caught up are not: the log says so."""
    add(database, WATCHES[0])
    first = str(SESSIONS[-CAUGHT_UP - 3])
    daily(database, tmp_path, [first])
    judge_on(database, tmp_path, BARS, evening(DAYS[-1]))
    found = rows(database, "select session, note from judgings order by number")
    assert [one["note"] for one in found[:3]] == [
        "begins",
        "",
        f"begins anew: it did not run for more than {CAUGHT_UP} sessions",
    ]
    assert [one["session"] for one in found[2:]] == [str(d) for d in SESSIONS[-CAUGHT_UP - 1 :]]


def test_a_watch_that_asks_something_else_begins_anew(database: Database, tmp_path: Path):
    """Replaced with another condition it has no events between the two; targets change nothing."""
    add(database, WATCHES[0])
    daily(database, tmp_path, DAYS[-3:-2])
    table = WatchTable(database)
    same = Watch(name="above", where="close > sma(close, 10)", digest=9)
    table.add(same, 0.0, replace=True)
    daily(database, tmp_path, DAYS[-2:-1])
    table.add(Watch(name="above", where="close < sma(close, 10)"), 0.0, replace=True)
    judge_on(database, tmp_path, BARS, evening(DAYS[-1]))
    notes = [one["note"] for one in rows(database, "select note from judgings order by number")]
    anew = "begins anew: what it asks, or of which data, has changed"
    assert notes == ["begins", "", "", anew, ""]


def test_a_broken_watch_tells_so_once_and_stops_no_other(database: Database, tmp_path: Path):
    """A condition that means nothing any more, and one whose column no listing has."""
    target = f"webhook+http://{'x' * 16}@127.0.0.1:9/"
    add(
        database,
        Watch(name="gone", where="close > smaa(close, 5)", targets=(target,)),
        Watch(name="sector", where="sector == 'Energy'"),
        WATCHES[0],
    )
    for _ in range(2):
        done = judge_on(database, tmp_path, BARS, evening(DAYS[-1]))
        assert set(done.troubles) == {"gone", "sector"}
    assert "'smaa' is no function" in done.troubles["gone"]
    assert "listings" in done.troubles["sector"]
    told = rows(database, "select name, kind from events where kind = 'cannot_run'")
    assert sorted(one["name"] for one in told) == ["gone", "sector"]
    assert [one["name"] for one in rows(database, "select name from deliveries")] == ["gone"]
    states = {one.watch.name: one.state for one in WatchTable(database).all()}
    assert states["above"].session == DAYS[-1]
    assert states["above"].trouble is None
    assert "smaa" in states["gone"].trouble


FILED = (
    filing((2, "S01"), "10-Q", "2023-11-01T13:00", ("revenue", "Revenues", *QUARTERS[0], 100.0)),
    filing((2, "S01"), "10-Q", f"{DAYS[4]}T13:00", ("revenue", "Revenues", *QUARTERS[1], 10.0)),
    filing((4, "S03"), "10-Q", f"{DAYS[3]}T21:30", ("revenue", "Revenues", *QUARTERS[1], 500.0)),
)
BIG = Watch(name="big", where="revenue > 50", leave="age(revenue) > 2 and revenue < 20",
            on=("enter", "leave"))  # fmt: skip


def test_a_watch_of_facts_tells_of_a_filing_on_the_session_that_knows_it(
    database: Database, tmp_path: Path
):
    """One that is accepted after the close on the next; leaving by an age on its third session."""
    FactStore(fact_home(tmp_path, simulated=True)).append(table_of(*FILED))
    add(database, BIG)
    daily(database, tmp_path, DAYS)
    found = [(one["kind"], one["symbol"], one["session"]) for one in rows(database, EVENTS)]
    assert found == [("enter", "S03", DAYS[4]), ("leave", "S01", DAYS[7])]


@pytest.mark.parametrize("broken", [False, True], ids=["no store", "a broken store"])
def test_facts_that_cannot_be_had_stop_the_watches_that_name_them_alone(
    database: Database, tmp_path: Path, broken
):
    """The others run."""
    if broken:
        store = FactStore(fact_home(tmp_path, simulated=True))
        store.append(table_of(*FILED))
        for file in Path(store.url).rglob("*.parquet"):
            file.write_bytes(b"")
    add(database, BIG, *WATCHES)
    done = judge_on(database, tmp_path, BARS, evening(DAYS[-1]))
    assert set(done.troubles) == {"big"}
    assert "store" in done.troubles["big"]
    assert done.sessions[-1] == DAYS[-1]


def test_a_vendor_that_is_down_is_told_and_so_is_its_return(database: Database, tmp_path: Path):
    """No bar of any symbol: the watch says why, keeps its place, and says that it runs again."""
    from technic.data_engine.interfaces.records import Failure

    add(database, WATCHES[0])
    daily(database, tmp_path, DAYS[-2:-1])
    before = rows(database, PLACES)
    down = {symbol: Failure("unavailable", "the vendor does not answer") for symbol in SYMBOLS}
    done = judge_on(database, tmp_path, BARS, evening(DAYS[-1]), failures=down)
    assert "above" in done.troubles
    assert rows(database, PLACES) == before
    half = dict(list(down.items())[:8])
    done = judge_on(database, tmp_path, BARS, evening(DAYS[-1]), failures=half)
    assert "only 4 of 12 symbols have bars" in done.troubles["above"]
    judge_on(database, tmp_path, BARS, evening(DAYS[-1]))
    kinds = [one["kind"] for one in rows(database, "select kind from events order by number")]
    assert kinds.count("cannot_run") == kinds.count("runs_again") == 1
    assert len(kinds) > 2


@pytest.mark.parametrize(
    ("hours", "schedule", "last", "late"),
    [
        (20.5, "close", -2, False),  # New York's session is not over: the day before
        (21.5, "close", -2, False),  # over, and not surely final
        (21.5, "bars", -1, False),
        (26.0, "close", -1, False),
    ],
)
def test_a_session_is_judged_when_it_is_final(
    database: Database, tmp_path: Path, hours: float, schedule: str, last: int, late: bool
):
    """A day that runs is nothing to judge; ``bars`` does not wait for the vendor's word."""
    add(database, Watch(name="one", where="close > 1", schedule=schedule))
    vendor = Capabilities(kinds=frozenset(), final_after=dt.timedelta(hours=4))
    done = judge_on(database, tmp_path, BARS, evening(DAYS[-1], hours), capabilities=vendor)
    assert done.sessions[-1] == DAYS[last]
    assert bool(done.troubles) is late


def test_bars_that_are_late_are_told_once(database: Database, tmp_path: Path):
    """Two hours after they were due a watch says that there are none, then that they have come."""
    add(database, WATCHES[0])
    vendor = Capabilities(kinds=frozenset(), final_after=dt.timedelta(hours=1))
    old = until(BARS, DAYS[-2])
    on_time, late = evening(DAYS[-1], 23.5), evening(DAYS[-1], 25)
    assert judge_on(database, tmp_path, old, on_time, capabilities=vendor).troubles == {}
    for _ in range(2):
        done = judge_on(database, tmp_path, old, late, capabilities=vendor)
        assert f"the bars of {DAYS[-1]} are late" in done.troubles["above"]
    assert judge_on(database, tmp_path, BARS, late, capabilities=vendor).troubles == {}
    kinds = [one["kind"] for one in rows(database, "select kind from events order by number")]
    assert kinds.count("cannot_run") == kinds.count("runs_again") == 1


def test_a_day_that_half_the_market_lacks_is_not_judged(database: Database, tmp_path: Path):
    """A vendor brings a day bit by bit: until nearly all have it, the day before is the last."""
    add(database, WATCHES[0])
    half = BARS.rows(np.flatnonzero((BARS.session < np.datetime64(DAYS[-1])) | (BARS.column < 6)))
    assert judge_on(database, tmp_path, half, evening(DAYS[-1])).sessions[-1] == DAYS[-2]
    assert judge_on(database, tmp_path, BARS, evening(DAYS[-1])).sessions == [DAYS[-1]]


def test_a_paused_watch_is_not_judged_and_begins_anew(database: Database, tmp_path: Path):
    """What happens in a pause is no news."""
    add(database, WATCHES[0])
    daily(database, tmp_path, DAYS[-4:-3])
    WatchTable(database).pause("above")
    daily(database, tmp_path, DAYS[-3:-2])
    assert len(rows(database, "select * from judgings")) == 2
    WatchTable(database).resume("above")
    judge_on(database, tmp_path, BARS, evening(DAYS[-1]))
    found = rows(database, "select session, note from judgings order by number")[2:]
    assert [(one["session"], one["note"]) for one in found] == [
        (DAYS[-2], "begins"),
        (DAYS[-1], ""),
    ]


MANY = (
    "close > sma(close, 10) and volume > 0",
    "close > sma(close, 10) and volume > 1.5 * sma(volume, 20)",
    "close > sma(close, 5) and rs_rating > 50",
    "crosses_above(close, sma(close, 5)) and rs_rating > 50 and close > 1",
    "rsi(close, 2) < 20 and close > 1",
    "rsi(close, 2) < 20 or close > close[1]",
    "close > close[1] + 0.5 * atr(5) and close > 1",
)


def test_many_watches_have_what_each_has_alone(tmp_path: Path):
    """Judged together, with what they share once: events, texts, places, log, as by itself."""
    watches = [
        Watch(name=f"w{i}", where=text, on=("enter", "leave"), targets=("json://127.0.0.1",))
        for i, text in enumerate(MANY)
    ]
    watches.append(Watch(name="w8", where=MANY[0], leave=MANY[5], rearm=2, symbols=("S01", "S03")))
    queries = (
        "select id, name, version, kind, symbol, session, detail from events"
        " where name = '{}' order by number",
        "select * from places where name = '{}' order by symbol",
        "select name, session, judged, matches, entered, left_, note from judgings"
        " where name = '{}' order by number",
        "select * from watch_states where name = '{}'",
        "select name, target, events, quiet, trouble from deliveries"
        " where name = '{}' order by number",
    )
    found = []
    for folder, some in [("all", watches), *((one.name, [one]) for one in watches)]:
        home = tmp_path / folder
        with open_watches(home) as opened:
            add(opened, *some)
            daily(opened, home, DAYS[-4:])
            for one in some:
                asked = [rows(opened, query.format(one.name)) for query in queries]
                found.append([[dict(row) for row in part] for part in asked])
    assert found[: len(watches)] == found[len(watches) :]
    assert sum(len(one[0]) for one in found) > 20


def test_a_watch_that_knows_nothing_of_anybody_says_so(tmp_path: Path):
    """Too little history, or its only symbol has no bar: that is not the same as no match."""
    last, before = str(SESSIONS[-1]), str(SESSIONS[-2])
    with open_watches(tmp_path) as database:
        table = WatchTable(database)
        table.add(Watch(name="long", where="sma(close, 2000) > 1"), 0.0)
        table.add(Watch(name="gone", where="close > 1", symbols=("NOSUCH",)), 0.0)
        table.add(Watch(name="sound", where="close > 1e9"), 0.0)
        first = judge_on(database, tmp_path, until(BARS, before), evening(before))
        again = judge_on(database, tmp_path, until(BARS, last), evening(last))
        states = table.states()
        told = rows(database, "select name, session from events order by number")
    for done in (first, again):
        assert set(done.troubles) == {"long", "gone"}
        assert all("not known of any symbol" in why for why in done.troubles.values())
    assert (states["sound"].session, states["sound"].trouble) == (last, None)
    assert states["long"].trouble is not None
    assert {one["name"] for one in told} == {"long", "gone"}
    assert len(told) == len({tuple(one.values()) for one in told})
