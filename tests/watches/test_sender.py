"""The sender: attempts and their pauses, quiet hours, digests; by a clock that the test sets."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from support.watched import rows
from technic.errors import ParameterError
from technic.settings import Settings
from technic.watches import outbox
from technic.watches.database import Database, open_watches
from technic.watches.judging.event import Event, event_id
from technic.watches.log import watch_log
from technic.watches.messages.message import Message, Writer
from technic.watches.outbox import KEPT_S, Judgment, Outbox
from technic.watches.quiet_hours import QuietHours, time_zone
from technic.watches.sending.sender import MOST_ALONE, MOST_ATTEMPTS, Sent, work_outbox
from technic.watches.sending.target import Target
from technic.watches.watch import Watch
from technic.watches.watch_table import WatchTable

SESSION = "2024-03-08"
KEY = "k3y-that-nobody-may-see"
FIRST, SECOND = f"json://{KEY}@one.example/a", f"json://{KEY}@two.example/b"
NEW_YORK = ZoneInfo("America/New_York")
NOON = dt.datetime(2024, 3, 8, 17, tzinfo=dt.UTC).timestamp()
HOUR = 3600.0


class Wire:
    """Stands for all services: keeps messages, and fails where it is told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.error: dict[str, str] = {}

    def __call__(self, target: Target, message: Message, *_: object) -> str | None:
        """Take a message or say why not."""
        if target.url in self.error:
            return self.error[target.url]
        self.sent.append((target.url, message))
        return None


@pytest.fixture
def database(tmp_path: Path):
    """An empty outbox."""
    with open_watches(tmp_path) as opened:
        yield opened


def tell(database: Database, watch: Watch, count: int, now: float, session: str = SESSION) -> None:
    """Let some symbols enter a watch, which is added where it is not there."""
    if watch.name not in {one.watch.name for one in WatchTable(database).all()}:
        WatchTable(database).add(watch, now)
    names = [f"S{number}" for number in range(count)]
    detail = {"close": 5.0, "simulated": True}
    events = tuple(
        Event(
            event_id(watch.name, name, "enter", session),
            watch.name,
            "v",
            "enter",
            name,
            session,
            detail,
        )
        for name in names
    )
    told = tuple(event.id for event in events)
    one = Judgment(watch=watch, version="v", session=session, events=events, told=told)
    Outbox(database).record([one], now)


def work(database: Database, wire: Wire, now: float, **more: int) -> Sent:
    """Work the outbox once."""
    return work_outbox(
        Outbox(database),
        Writer(NEW_YORK),
        now=lambda: now,
        zone=NEW_YORK,
        environ={},
        send=wire,
        **more,
    )


def watch(**rules: object) -> Watch:
    """A watch with a target."""
    return Watch(**{"name": "one", "where": "close > 1", "targets": (FIRST,), **rules})  # type: ignore[arg-type]


def test_each_target_is_one_call_and_one_entry(database: Database):
    """Two targets: two deliveries of each event, settled each by itself."""
    wire = Wire()
    wire.error[SECOND] = f"no such place: {SECOND}"
    tell(database, watch(targets=(FIRST, SECOND)), 2, NOON)
    assert work(database, wire, NOON) == Sent(sent=2, again=1)
    assert [url for url, _ in wire.sent] == [FIRST, FIRST]
    states = [one["state"] for one in rows(database, "select state from deliveries")]
    assert sorted(states) == ["sent", "sent", "waiting", "waiting"]


def test_pauses_double_and_attempts_end(database: Database):
    """A target that never answers is tried ten times, ever later, and then given up, in the log."""
    wire, now = Wire(), NOON
    wire.error[FIRST] = "it does not answer"
    tell(database, watch(), 1, now)
    begun = []
    while Outbox(database).waiting():
        done = work(database, wire, now)
        if done.again or done.failed:
            begun.append(now)
        now += 30.0
    pauses = [b - a for a, b in itertools.pairwise(begun)]
    assert len(begun) == MOST_ATTEMPTS
    assert pauses == [min(60.0 * 2**n, 6 * HOUR) for n in range(MOST_ATTEMPTS - 1)]
    (entry,) = watch_log(database)["deliveries"]
    assert (entry["state"], entry["attempts"], entry["error"]) == (
        "failed",
        10,
        "it does not answer",
    )
    assert len(rows(database, "select * from events")) == 1


def test_a_target_that_fails_is_left_alone_until_the_next_pass(database: Database):
    """Ten messages for a dead target cost one attempt, and those for another go out."""
    wire = Wire()
    wire.error[FIRST] = "down"
    tell(database, watch(digest=20), 10, NOON)
    tell(database, watch(name="two", targets=(SECOND,)), 1, NOON)
    assert work(database, wire, NOON) == Sent(sent=1, again=1)
    wire.error.clear()
    assert work(database, wire, NOON + 60).sent == 10


def test_what_is_new_is_not_given_up_with_what_is_old(database: Database):
    """One message for many: only those are given up that were tried ten times themselves."""
    wire = Wire()
    wire.error[FIRST] = "down"
    tell(database, watch(), 1, NOON)
    with database.writing() as connection:
        connection.execute("update deliveries set attempts = ?", (MOST_ATTEMPTS - 1,))
    for number in range(MOST_ALONE):
        tell(database, watch(name=f"w{number}"), 1, NOON)
    assert work(database, wire, NOON) == Sent(again=1, failed=1)
    states = [one["state"] for one in rows(database, "select state from deliveries")]
    assert sorted(states) == ["failed", *["waiting"] * MOST_ALONE]
    wire.error.clear()
    assert work(database, wire, NOON + 60).sent == MOST_ALONE


def test_a_message_has_an_end(database: Database):
    """However many watches tell however many events: a message has so many of them at most."""
    wire = Wire()
    for number in range(5):
        tell(database, watch(name=f"w{number}"), 400, NOON)
    work(database, wire, NOON, most_alone=3)
    assert [len(message.events) for _, message in wire.sent] == [800, 800, 400]
    assert Outbox(database).waiting() == 0


def test_what_is_held_stands_in_nobodys_way(database: Database, monkeypatch: pytest.MonkeyPatch):
    """More than is looked at together waits for the morning: what is due beside it goes out."""
    monkeypatch.setattr(outbox, "MOST_DUE", 3)
    wire = Wire()
    tell(database, watch(name="night", quiet="11:00-13:00", digest=10), 7, NOON)
    wire.error[SECOND] = "down"
    tell(database, watch(name="dead", targets=(SECOND,), digest=10), 7, NOON)
    tell(database, watch(name="loud"), 1, NOON)
    assert work(database, wire, NOON) == Sent(sent=1, again=1, held=7)


def test_a_burst_is_one_message(database: Database):
    """More events of a session than ``digest`` are one message, which names each event's id."""
    wire = Wire()
    tell(database, watch(digest=3), 4, NOON)
    tell(database, watch(digest=3, name="few"), 3, NOON)
    assert work(database, wire, NOON).sent == 4
    digest = next(message for _, message in wire.sent if len(message.events) > 1)
    assert digest.short == "[SIMULATED] one: 4 entered"
    assert {one["id"] for one in digest.events} == {
        event_id("one", f"S{number}", "enter", SESSION) for number in range(4)
    }
    assert "S3 entered one at 5 on 2024-03-08" in digest.long


def test_many_watches_at_once_are_one_message_for_a_target(database: Database):
    """Thirty watches with one event each, one address: one message, all deliveries settled."""
    wire = Wire()
    for number in range(MOST_ALONE + 10):
        tell(database, watch(name=f"w{number}"), 1, NOON)
    assert work(database, wire, NOON).sent == 1
    ((_, message),) = wire.sent
    assert message.short == "[SIMULATED] 30 watches: 30 entered"
    assert Outbox(database).waiting() == 0


def test_quiet_hours_hold_and_then_send_one_digest(database: Database):
    """From 22:00 to 07:30 by New York's clocks nothing goes out; at 07:30 all of it at once."""
    wire = Wire()
    night = watch(quiet="22:00-07:30")
    evening = dt.datetime(2024, 3, 9, 3, 30, tzinfo=dt.UTC).timestamp()  # 22:30 in New York
    tell(database, night, 2, evening)
    tell(database, watch(name="loud"), 1, evening)
    assert work(database, wire, evening) == Sent(sent=1, held=2)
    tell(database, night, 1, evening + HOUR, "2024-03-11")
    assert work(database, wire, evening + HOUR).held == 3
    states = {one["state"] for one in watch_log(database, "one")["deliveries"]}
    assert states == {"held"}
    wire.sent.clear()
    assert work(database, wire, evening + 8.9 * HOUR) == Sent(held=3)
    assert work(database, wire, evening + 9 * HOUR) == Sent(sent=1)
    ((_, message),) = wire.sent
    assert len(message.events) == 3


@pytest.mark.parametrize(
    ("hours", "utc", "zone", "held"),
    [
        ("22:00-07:30", "2024-01-10T02:59", NEW_YORK, False),
        ("22:00-07:30", "2024-01-10T03:00", NEW_YORK, True),
        ("22:00-07:30", "2024-01-10T12:29", NEW_YORK, True),
        ("22:00-07:30", "2024-01-10T12:30", NEW_YORK, False),
        ("22:00-07:30", "2024-07-10T11:29", NEW_YORK, True),  # daylight saving time
        ("22:00-07:30", "2024-07-10T11:30", NEW_YORK, False),
        ("09:00-17:00", "2024-01-10T08:00", ZoneInfo("Europe/Berlin"), True),
        ("09:00-17:00", "2024-01-10T16:00", ZoneInfo("Europe/Berlin"), False),
    ],
)
def test_quiet_hours_are_by_the_clocks_of_a_zone(hours: str, utc: str, zone: ZoneInfo, held: bool):
    """Over midnight, within a day, in summer and in winter."""
    moment = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert QuietHours.parse(hours).hold(moment, zone) is held


@pytest.mark.parametrize("text", ["", "22-7", "24:00-07:00", "22:00-22:00", "22:00", "٢٢:00-07:00"])
def test_what_are_no_quiet_hours(text: str):
    """A mistake is refused when the watch is made, not at night."""
    with pytest.raises(ParameterError, match="quiet"):
        watch(quiet=text)


def test_the_zone_is_new_yorks_unless_set(tmp_path: Path):
    """A zone that nobody knows is an error, not another zone."""
    assert time_zone(Settings(home=tmp_path)) == NEW_YORK
    assert time_zone(Settings(home=tmp_path, timezone="Asia/Tokyo")).key == "Asia/Tokyo"
    for name in ("Berlin", "../etc/passwd", "/etc/localtime"):
        with pytest.raises(ParameterError, match="timezone"):
            time_zone(Settings(home=tmp_path, timezone=name))


def test_nothing_of_a_paused_or_removed_watch_goes_out(database: Database):
    """What waits goes on waiting, or is gone with its watch; the log keeps the events."""
    wire = Wire()
    tell(database, watch(), 1, NOON)
    tell(database, watch(name="two"), 1, NOON)
    WatchTable(database).pause("one")
    WatchTable(database).remove("two")
    assert work(database, wire, NOON) == Sent()
    assert Outbox(database).waiting() == 1
    assert len(watch_log(database)["events"]) == 2


def test_keys_are_in_no_log(database: Database, caplog: pytest.LogCaptureFixture):
    """Neither in what is logged nor in the log of watches, whoever repeats an address."""
    from technic.watches.sending.sender import attempted

    address = f"json://user:{KEY}@127.0.0.1:9/{KEY}"
    tell(database, watch(targets=(address,)), 1, NOON)
    done = work_outbox(
        Outbox(database),
        Writer(NEW_YORK),
        now=lambda: NOON,
        zone=NEW_YORK,
        environ={},
        send=attempted,
    )
    assert done.again == 1
    assert KEY not in caplog.text
    assert "failed and is tried again" in caplog.text
    assert KEY not in json.dumps(watch_log(database))
    assert KEY not in repr(Target(address, "json://***", False))


def test_an_address_is_forgotten_once_its_message_is_out(database: Database):
    """The log of what was sent has no need of it."""
    tell(database, watch(), 1, NOON)
    work(database, Wire(), NOON)
    (row,) = rows(database, "select target from deliveries")
    assert row["target"].startswith("json://***#")


def test_the_log_has_an_end(database: Database):
    """What is older than a year and a month goes, but for what still waits: that can be sent."""
    wire = Wire()
    tell(database, watch(targets=()), 2, NOON)
    tell(database, watch(name="two"), 1, NOON)
    WatchTable(database).pause("two")
    Outbox(database).prune(NOON + KEPT_S)
    assert len(rows(database, "select * from events")) == 3
    Outbox(database).prune(NOON + KEPT_S + 1)
    assert [one["name"] for one in rows(database, "select name from events")] == ["two"]
    assert Outbox(database).waiting() == 1
    WatchTable(database).resume("two")
    assert work(database, wire, NOON + KEPT_S + 2).sent == 1
    Outbox(database).prune(NOON + KEPT_S + 3)
    assert rows(database, "select * from events") == []


def test_one_process_runs_the_watches_at_a_time(database: Database, tmp_path: Path):
    """A second one is told so at once, and the lock is gone with the first."""
    with open_watches(tmp_path) as second:
        with database.alone() as first, second.alone() as other:
            assert (first, other) == (True, False)
        with second.alone() as again:
            assert again
