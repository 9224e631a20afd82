"""The outbox: what a session does to watches, and who is to be told, in one transaction.

A process that dies before the commit has judged nothing, and the next one judges the session again,
to the same events; one that dies after it has lost nothing, and the next one sends what waits.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from technic.watches.database import Database
from technic.watches.judging.event import Event
from technic.watches.judging.transitions import Place
from technic.watches.watch import Watch

__all__ = ["Checkpoint", "Delivery", "Judgment", "Outbox", "no_checkpoint"]

Checkpoint = Callable[[str], None]
"""Told the name of each step as it is reached; tests end a process there."""
KEPT_S = 400 * 86_400.0
"""Seconds that the log goes back: more than a year."""
TOGETHER = 500
"""Ids that are looked for together."""
_encoded = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
MOST_DUE = 5_000
"""Deliveries that are looked at together; the next ones after them."""


def no_checkpoint(step: str) -> None:
    """Pass by a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """What one session means for one watch.

    ``places``: new places, None for symbols to be forgotten; ``anew``: all others are forgotten.
    ``told``: ids of those among ``events``, or of earlier ones, that are to be sent. ``trouble``:
    why the watch could not run; it stays where it was then. ``pictures``: an SVG for an event.
    """

    watch: Watch
    version: str
    session: str
    events: tuple[Event, ...] = ()
    told: tuple[str, ...] = ()
    places: Mapping[str, Place | None] = field(default_factory=dict)
    anew: bool = False
    judged: int = 0
    matches: int = 0
    trouble: str | None = None
    note: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Events that one target is to be told of; ``held``: quiet hours have kept it back."""

    number: int
    watch: str
    target: str
    events: tuple[str, ...]
    quiet: str | None
    trouble: bool
    picture: str | None
    held: bool
    attempts: int


class Outbox:
    """Events and deliveries of a database; times are seconds since 1970."""

    def __init__(self, database: Database, checkpoint: Checkpoint = no_checkpoint) -> None:
        self._database, self._checkpoint = database, checkpoint

    def record(self, judgments: Iterable[Judgment], now: float) -> None:
        """Write what a session means for some watches: state, events, deliveries."""
        self._checkpoint("judged")
        with self._database.writing() as connection:
            known = list(judgments)
            _write_troubles(connection, [one for one in known if one.trouble is not None])
            _write_states(connection, [one for one in known if one.trouble is None], now)
            self._checkpoint("state written")
            new = _write_events(connection, known, now)
            self._checkpoint("events written")
            for one in known:
                _write_deliveries(connection, one, new, now)
            self._checkpoint("deliveries written")
        self._checkpoint("committed")

    def due(self, now: float, after: Delivery | None = None) -> list[Delivery]:
        """Return what waits and is to be tried now, least often tried first, then oldest first.

        At most MOST_DUE; ``after``: only what comes after this one in that order.
        """
        attempts, number = (-1, 0) if after is None else (after.attempts, after.number)
        with self._database.reading() as connection:
            rows = connection.execute(
                "select d.* from deliveries d join watches w using (name)"
                " where d.state = 'waiting' and d.next_at <= ? and not w.paused"
                " and (d.attempts, d.number) > (?, ?) order by d.attempts, d.number limit ?",
                (now, attempts, number, MOST_DUE),
            ).fetchall()
        return [_delivery(row) for row in rows]

    def waiting(self) -> int:
        """Count what waits to be sent."""
        with self._database.reading() as connection:
            (count,) = connection.execute(
                "select count(*) from deliveries where state = 'waiting'"
            ).fetchone()
        return int(count)

    def hold(self, numbers: Sequence[int]) -> None:
        """Note that quiet hours keep deliveries back."""
        with self._database.writing() as connection:
            connection.executemany(
                "update deliveries set held = 1 where number = ?", [(one,) for one in numbers]
            )

    def begin(self, again_at: Mapping[int, float]) -> None:
        """Count an attempt before it is made.

        ``again_at``: by delivery, when one that is never settled is due again.
        """
        self._checkpoint("attempt begins")
        with self._database.writing() as connection:
            connection.executemany(
                "update deliveries set attempts = attempts + 1, next_at = ? where number = ?",
                [(moment, number) for number, moment in again_at.items()],
            )
        self._checkpoint("attempt written")

    def settle(
        self, numbers: Sequence[int], state: str, now: float, target: str, error: str | None
    ) -> None:
        """Write how deliveries ended; ``target``: its address without what is secret in it."""
        self._checkpoint("attempt ended")
        with self._database.writing() as connection:
            connection.executemany(
                "update deliveries set state = ?, settled_at = ?, target = ?, error = ?,"
                " picture = null where number = ? and state = 'waiting'",
                [(state, now, target, error, one) for one in numbers],
            )
            self._checkpoint("settling")
        self._checkpoint("settled")

    def failed(self, numbers: Sequence[int], error: str) -> None:
        """Write why an attempt failed that is to be made again."""
        with self._database.writing() as connection:
            connection.executemany(
                "update deliveries set error = ? where number = ?",
                [(error, one) for one in numbers],
            )

    def events(self, identities: Sequence[str]) -> list[Event]:
        """Return events by their ids, in this order."""
        found: dict[str, Event] = {}
        with self._database.reading() as connection:
            for identity in identities:
                row = connection.execute(
                    "select * from events where id = ?", (identity,)
                ).fetchone()
                if row is not None:
                    found[identity] = _event(row)
        return list(found.values())

    def prune(self, now: float) -> None:
        """Drop what is older than the log goes back, but for what still waits."""
        before = now - KEPT_S
        with self._database.writing() as connection:
            connection.execute(
                "delete from deliveries where made_at < ? and state != 'waiting'", (before,)
            )
            connection.execute(
                "delete from events where at < ? and id not in (select told.value from"
                " deliveries d, json_each(d.events) told where d.state = 'waiting')",
                (before,),
            )
            connection.execute("delete from judgings where at < ?", (before,))


def _write_troubles(connection: sqlite3.Connection, judgments: Sequence[Judgment]) -> None:
    connection.executemany(
        "insert into watch_states (name, version, session, matches, trouble)"
        " values (?, '', '', 0, ?) on conflict (name) do update set trouble = excluded.trouble",
        [(one.watch.name, one.trouble) for one in judgments],
    )


def _write_states(
    connection: sqlite3.Connection, judgments: Sequence[Judgment], now: float
) -> None:
    connection.executemany(
        "insert into watch_states (name, version, session, matches) values (?, ?, ?, ?)"
        " on conflict (name) do update set version = excluded.version,"
        " session = excluded.session, matches = excluded.matches, trouble = null",
        [(one.watch.name, one.version, one.session, one.matches) for one in judgments],
    )
    anew = [(one.watch.name,) for one in judgments if one.anew]
    connection.executemany("delete from places where name = ?", anew)
    places = [
        (one.watch.name, symbol, place) for one in judgments for symbol, place in one.places.items()
    ]
    connection.executemany(
        "delete from places where name = ? and symbol = ?",
        [(name, symbol) for name, symbol, place in places if place is None],
    )
    connection.executemany(
        "insert or replace into places values (?, ?, ?, ?, ?, ?, ?)",
        [
            (name, symbol, p.inside, p.since, p.announced, p.told, p.from_start)
            for name, symbol, p in places
            if p is not None
        ],
    )
    connection.executemany(
        "insert into judgings (name, version, session, at, judged, matches, entered, left_, note)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_judging(one, now) for one in judgments],
    )


def _judging(one: Judgment, now: float) -> tuple[object, ...]:
    kinds = [event.kind for event in one.events]
    entered, left = kinds.count("enter"), kinds.count("leave")
    about = (one.watch.name, one.version, one.session, now)
    return (*about, one.judged, one.matches, entered, left, one.note)


def _write_events(
    connection: sqlite3.Connection, judgments: Sequence[Judgment], now: float
) -> set[str]:
    """Write events; return the ids of those that were not there before."""
    ids = [event.id for one in judgments for event in one.events]
    there: set[str] = set()
    for begin in range(0, len(ids), TOGETHER):
        some = ids[begin : begin + TOGETHER]
        marks = ", ".join("?" * len(some))
        statement = f"select id from events where id in ({marks})"
        there.update(row[0] for row in connection.execute(statement, some))
    events = {event.id: event for one in judgments for event in one.events}
    new = [event for identity, event in events.items() if identity not in there]
    connection.executemany(
        "insert into events (id, name, version, kind, symbol, session, at, detail)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (e.id, e.watch, e.version, e.kind, e.symbol, e.session, now, _encoded(e.detail))
            for e in new
        ],
    )
    return {event.id for event in new}


def _write_deliveries(
    connection: sqlite3.Connection, one: Judgment, new: set[str], now: float
) -> None:
    """Write who is told what: a message for each event, or one for all where they are many."""
    here = {event.id for event in one.events}
    told = [identity for identity in one.told if identity in new or identity not in here]
    parcels = [told] if len(told) > one.watch.digest else [[identity] for identity in told]
    about_itself = {event.id for event in one.events if not event.symbol}
    for target in dict.fromkeys(one.watch.targets):
        for parcel in parcels:
            picture = one.pictures.get(parcel[0]) if len(parcel) == 1 else None
            connection.execute(
                "insert into deliveries (name, target, events, quiet, trouble, picture, next_at,"
                " made_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    one.watch.name,
                    target,
                    json.dumps(parcel),
                    one.watch.quiet,
                    about_itself.issuperset(parcel),
                    picture,
                    now,
                    now,
                ),
            )


def _delivery(row: Mapping[str, Any] | sqlite3.Row) -> Delivery:
    return Delivery(
        row["number"],
        row["name"],
        row["target"],
        tuple(json.loads(row["events"])),
        row["quiet"],
        bool(row["trouble"]),
        row["picture"],
        bool(row["held"]),
        row["attempts"],
    )


def _event(row: Mapping[str, Any] | sqlite3.Row) -> Event:
    detail = json.loads(row["detail"])
    return Event(
        row["id"], row["name"], row["version"], row["kind"], row["symbol"], row["session"], detail
    )
