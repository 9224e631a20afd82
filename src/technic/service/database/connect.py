"""Opening the database, and bringing its tables up to date under a lock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from technic.errors import MissingExtraError, StoreError
from technic.service.database.tables import METADATA, SCHEMA

__all__ = ["VERSION", "open_database", "reading"]

_LOCK = 0x7EC401C
"""Number of PostgreSQL's advisory lock: one service changes tables at a time."""
_READS = "technic_reads"
_BUSY_MS = 10_000
"""How long a writer waits for another one of SQLite."""


def open_database(url: str) -> Engine:
    """Open the tables at ``url``, made or brought up to date; StoreError says what stood against.

    No password is in the sentence.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, pool_pre_ping=True)
        if parsed.get_backend_name() == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        _bring_up_to_date(engine)
    except (ArgumentError, NoSuchModuleError) as error:
        reason = "is no address of SQLite or PostgreSQL"
        raise StoreError("of the service", reason, "such as sqlite:///service.db") from error
    except ModuleNotFoundError as error:
        raise MissingExtraError("a database on PostgreSQL", "psycopg", "service") from error
    except (SQLAlchemyError, OSError) as error:
        shown = parsed.render_as_string(hide_password=True)
        reason = str(getattr(error, "orig", error)).splitlines()[0].rstrip(".")
        raise StoreError(shown, f"cannot be opened: {reason}") from error
    return engine


def reading(engine: Engine) -> AbstractContextManager[Connection]:
    """Begin a transaction that writes nothing: of these any number goes on beside a writer."""
    return engine.execution_options(**{_READS: True}).begin()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _prepare_sqlite(connection: object, _: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # transactions begin as we say
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _bring_up_to_date(engine: Engine) -> None:
    """Run the steps that the database has not seen, all in one transaction."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        version = _version(connection)
        if version > VERSION:
            reason = f"its tables are of version {version}, this Technic knows {VERSION}"
            shown = engine.url.render_as_string(hide_password=True)
            raise StoreError(shown, reason, "use the Technic that wrote them, or a newer one")
        for step in _STEPS[version:]:
            step(connection)
        connection.execute(SCHEMA.delete())
        connection.execute(SCHEMA.insert().values(version=VERSION))


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(SCHEMA.name):
        return 0
    return int(connection.execute(select(SCHEMA.c.version)).scalar() or 0)


def _first_tables(connection: Connection) -> None:
    METADATA.create_all(connection)


_STEPS: tuple[Callable[[Connection], None], ...] = (_first_tables,)
VERSION = len(_STEPS)
"""Version of the tables that this Technic reads and writes."""
