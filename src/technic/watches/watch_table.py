"""The watches that there are: added, listed, paused, removed."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from technic.errors import ParameterError
from technic.watches.database import Database
from technic.watches.judging.transitions import Place
from technic.watches.watch import MOST_WATCHES, Watch, watch_from_json, watch_to_json
from technic.wording.nearest import did_you_mean

__all__ = ["KeptWatch", "WatchState", "WatchTable"]

_KEPT = (
    "select w.name, w.body, w.paused, w.made_at, s.version, s.session, s.matches, s.trouble"
    " from watches w left join watch_states s using (name)"
)


@dataclass(frozen=True, slots=True)
class WatchState:
    """Where a watch stands: the last ``session`` that was judged, and by which version.

    ``trouble``: why it cannot run, None while it can.
    """

    version: str
    session: str
    matches: int
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class KeptWatch:
    """A watch, whether it is paused, and where it stands; no state before its first session."""

    watch: Watch
    paused: bool
    made_at: float
    state: WatchState | None


class WatchTable:
    """The watches of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, watch: Watch, now: float, *, replace: bool = False) -> None:
        """Keep a watch; ``replace``: instead of the one of that name, if there is one.

        What it asks decides whether it goes on where the other stood: its version is another then,
        and begins anew. Raises ParameterError for a name that is taken, and for one too many.
        """
        body = json.dumps(watch_to_json(watch))
        with self._database.writing() as connection:
            if self._there(connection, watch.name):
                if not replace:
                    hint = "--replace puts this one in its place"
                    raise ParameterError("name", watch.name, "a name that no watch has", hint)
                connection.execute("update watches set body = ? where name = ?", (body, watch.name))
                return
            (count,) = connection.execute("select count(*) from watches").fetchone()
            if count >= MOST_WATCHES:
                raise ParameterError("watches", count + 1, f"at most {MOST_WATCHES:,}")
            connection.execute(
                "insert into watches (name, body, made_at) values (?, ?, ?)",
                (watch.name, body, now),
            )

    def all(self) -> tuple[KeptWatch, ...]:
        """Return every watch, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(f"{_KEPT} order by w.name").fetchall()
        return tuple(_kept(row) for row in rows)

    def find(self, name: str) -> KeptWatch | None:
        """Return a watch, None for a name that none has."""
        with self._database.reading() as connection:
            row = connection.execute(f"{_KEPT} where w.name = ?", (name,)).fetchone()
        return None if row is None else _kept(row)

    def active(self) -> int:
        """Count the watches that are not paused."""
        with self._database.reading() as connection:
            (count,) = connection.execute(
                "select count(*) from watches where not paused"
            ).fetchone()
        return int(count)

    def states(self) -> dict[str, WatchState]:
        """Return where each watch stands, by name; none for one that has judged nothing."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "select name, version, session, matches, trouble from watch_states"
            ).fetchall()
        return {row["name"]: _state(row) for row in rows}

    def get(self, name: str) -> KeptWatch:
        """Return a watch; ParameterError for a name that none has."""
        found = self.find(name)
        if found is None:
            raise self.unknown(name)
        return found

    def unknown(self, name: str) -> ParameterError:
        """Return the error of a name that no watch has, with the one that was likely meant."""
        near = did_you_mean(name, (one.watch.name for one in self.all()))
        hint = "technic watch list shows them"
        return ParameterError("name", name, f"the name of a watch{near}", hint)

    def pause(self, name: str) -> None:
        """Judge a watch no more, and send nothing of it that waits."""
        self.get(name)
        with self._database.writing() as connection:
            connection.execute("update watches set paused = 1 where name = ?", (name,))

    def resume(self, name: str) -> None:
        """Judge a watch again. It begins anew: what happened meanwhile is no news."""
        if not self.get(name).paused:
            return
        with self._database.writing() as connection:
            connection.execute("update watches set paused = 0 where name = ?", (name,))
            self._forget(connection, name)

    def remove(self, name: str) -> None:
        """Remove a watch, its state, and what waits to be sent; its log stays."""
        self.get(name)
        with self._database.writing() as connection:
            connection.execute("delete from watches where name = ?", (name,))
            connection.execute(
                "delete from deliveries where name = ? and state = 'waiting'", (name,)
            )
            self._forget(connection, name)

    def places(self) -> dict[str, dict[str, Place]]:
        """Return for each watch the symbols that it remembers."""
        found: dict[str, dict[str, Place]] = {}
        with self._database.reading() as connection:
            rows = connection.execute(
                "select name, symbol, inside, since, announced, told, from_start from places"
            )
            for name, symbol, inside, since, announced, told, from_start in rows:
                place = Place(bool(inside), since, bool(announced), bool(told), bool(from_start))
                found.setdefault(name, {})[symbol] = place
        return found

    @staticmethod
    def _there(connection: sqlite3.Connection, name: str) -> bool:
        found = connection.execute("select 1 from watches where name = ?", (name,)).fetchone()
        return found is not None

    @staticmethod
    def _forget(connection: sqlite3.Connection, name: str) -> None:
        connection.execute("delete from watch_states where name = ?", (name,))
        connection.execute("delete from places where name = ?", (name,))


def _kept(row: sqlite3.Row) -> KeptWatch:
    state = None if row["version"] is None else _state(row)
    watch = watch_from_json(json.loads(row["body"]))
    return KeptWatch(watch, bool(row["paused"]), row["made_at"], state)


def _state(row: sqlite3.Row) -> WatchState:
    return WatchState(row["version"], row["session"], row["matches"], row["trouble"])
