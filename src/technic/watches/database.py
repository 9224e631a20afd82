"""The file that watches live in: ``TECHNIC_HOME/watches.db``, made with Python's own SQLite.

SQLAlchemy comes with the extra ``service``; watches belong to the plain command line, and a handful
of statements on one file need no more than ``sqlite3``. Only its owner may read the file, since
addresses of targets hold passwords.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from technic.errors import WatchesError

__all__ = ["FILE_NAME", "Database", "open_watches"]

FILE_NAME = "watches.db"
LOCK_NAME = "watches-run.db"
VERSION = 1
BUSY_S = 30.0
"""How long a writer waits for another one; each writes for some milliseconds."""
_SCHEMA = """
create table watches (
    name text primary key, body text not null, paused integer not null default 0,
    made_at real not null
);
create table watch_states (
    name text primary key, version text not null, session text not null,
    matches integer not null, trouble text
);
create table places (
    name text not null, symbol text not null, inside integer not null, since text not null,
    announced integer not null, told integer not null, from_start integer not null,
    primary key (name, symbol)
) without rowid;
create table judgings (
    number integer primary key, name text not null, version text not null, session text not null,
    at real not null, judged integer not null, matches integer not null, entered integer not null,
    left_ integer not null, note text not null default ''
);
create index judgings_by_name on judgings (name, number);
create table events (
    number integer primary key, id text not null unique, name text not null,
    version text not null, kind text not null, symbol text not null, session text not null,
    at real not null, detail text not null
);
create index events_by_name on events (name, number);
create table deliveries (
    number integer primary key, name text not null, target text not null, events text not null,
    quiet text, trouble integer not null, picture text, state text not null default 'waiting',
    held integer not null default 0, attempts integer not null default 0,
    next_at real not null, made_at real not null, settled_at real, error text
);
create index deliveries_waiting on deliveries (state, next_at);
"""


class Database:
    """An open file of watches; one thread uses it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self.connection = path, connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or none where something raises or the process dies.

        Raises WatchesError where the file cannot be written.
        """
        with self._said():
            self.connection.execute("begin immediate")
            try:
                yield self.connection
            except BaseException:
                if self.connection.in_transaction:  # a full disk has ended it already
                    self.connection.execute("rollback")
                raise
            self.connection.execute("commit")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read; WatchesError where the file cannot be."""
        with self._said():
            yield self.connection

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Tell whether no other process runs watches; while this lasts, none begins to.

        The lock is one of the kernel's on a file of its own: gone with the process that held it.
        Raises WatchesError where it can be neither had nor found taken.
        """
        with closing(self._lock()) as lock:
            try:
                lock.execute("begin exclusive")
            except sqlite3.Error as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise _unusable(error, LOCK_NAME) from error
                yield False
            else:
                yield True

    def _lock(self) -> sqlite3.Connection:
        with self._said():
            return sqlite3.connect(self.path.with_name(LOCK_NAME), timeout=0, isolation_level=None)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _unusable(error) from error


@contextmanager
def open_watches(home: Path) -> Iterator[Database]:
    """Open the watches in ``home``; makes the file where there is none.

    Raises WatchesError for a file that cannot be used, or that a newer version wrote.
    """
    path = home / FILE_NAME
    try:
        home.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(
            path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise _unusable(error) from error
    database = Database(path, connection)
    try:
        _prepare(database)
        yield database
    finally:
        database.close()


def _prepare(database: Database) -> None:
    with database.reading() as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        (version,) = connection.execute("pragma user_version").fetchone()
    if version > VERSION:
        hint = "use the version of Technic that wrote them, or a later one"
        raise WatchesError("a newer version of Technic wrote them", hint)
    if version == VERSION:
        return
    with database.writing() as connection:
        (version,) = connection.execute("pragma user_version").fetchone()
        if version == 0:  # another process may have been quicker
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"pragma user_version = {VERSION}")


def _unusable(error: OSError | sqlite3.Error, name: str = FILE_NAME) -> WatchesError:
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_BUSY:
        reason = f"another process has been writing for more than {BUSY_S:g} seconds"
        return WatchesError(reason, "run it again when that one has ended")
    reason = getattr(error, "strerror", None) or str(error)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        hint = f"move {name} in TECHNIC_HOME away to begin anew, or bring a copy back"
        return WatchesError(reason, hint)
    if code == sqlite3.SQLITE_FULL:
        return WatchesError(reason, "make room on the disk of TECHNIC_HOME")
    return WatchesError(reason, "set TECHNIC_HOME to a folder that can be written")
