"""Opening the database, waiting for one that is not there yet, and what being away looks like."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from technic.errors import DatabaseError, MissingExtraError
from technic.service.database.migrations import bring_up_to_date

__all__ = ["AWAY", "AWAY_SAID", "START_PAUSES_S", "hold", "open_database", "reading"]

logger = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError, PoolTimeoutError)
"""What a statement raises while the database cannot be reached, or does not answer."""
AWAY_SAID = "the service's database cannot be reached for the moment; try again"
START_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""A service that starts beside its database waits so long between its attempts."""
_READS = "technic_reads"
_BUSY_MS = 10_000
"""How long a writer waits for another one of SQLite."""
_POSTGRESQL = ("postgres", "postgresql")
_SETTINGS = {"connect_timeout": "5", "application_name": "technic"}
_CEILINGS = {"statement_timeout": 15_000, "lock_timeout": 10_000}
"""Milliseconds that a statement, and its wait for a lock, may take."""
_HINT = "is it running, and is TECHNIC_SERVICE_DATABASE (or DATABASE_URL) its address"


def open_database(
    url: str,
    pauses_s: Sequence[float] = (),
    sleep: Callable[[float], None] = time.sleep,
) -> Engine:
    """Open the tables at ``url``, made or brought up to date; DatabaseError says why it cannot be.

    ``pauses_s``: how long to wait before each further attempt while it is away. A PostgreSQL may be
    named as hosts name it, ``postgres://`` included. No password is in any sentence.
    """
    parsed = _parsed(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    try:
        if sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = _engine(parsed, sqlite)
    except ModuleNotFoundError as error:
        raise MissingExtraError("a database on PostgreSQL", "psycopg", "service") from error
    except (ArgumentError, NoSuchModuleError, OSError) as error:
        raise DatabaseError(_shown(parsed), f"cannot be opened: {error}") from error
    for pause in (*([] if sqlite else pauses_s), None):
        try:
            bring_up_to_date(engine, _shown(parsed))
        except (SQLAlchemyError, OSError) as error:
            engine.dispose()
            reason = _reason(error, parsed)
            if pause is None or not isinstance(error, AWAY):
                hint = "" if sqlite else _HINT
                raise DatabaseError(_shown(parsed), f"cannot be opened: {reason}", hint) from None
            logger.warning("%s is away (%s); trying again in %g s", _shown(parsed), reason, pause)
            sleep(pause)
        except BaseException:
            engine.dispose()
            raise
        else:
            break
    return engine


def hold(connection: Connection, lock: int) -> None:
    """Let no other transaction that holds ``lock`` run until this one ends.

    SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.drivername.partition("+")[0]
    except (ArgumentError, ValueError):  # neither repeats the address: it may hold a password
        backend, parsed = "", None
    if parsed is None or backend not in (*_POSTGRESQL, "sqlite"):
        reason = "its address is none of SQLite or PostgreSQL"
        hint = "such as sqlite:////data/service.db or postgresql://USER:PASSWORD@HOST/NAME"
        raise DatabaseError("of the service", reason, hint)
    return parsed.set(drivername="postgresql+psycopg") if backend in _POSTGRESQL else parsed


def _engine(url: URL, sqlite: bool) -> Engine:
    if sqlite:
        engine = create_engine(url, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # what the address says wins; statements are not prepared, since poolers may not keep them
    arguments = {name: value for name, value in _SETTINGS.items() if name not in url.query}
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={**arguments, "prepare_threshold": None},
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def reading(engine: Engine) -> AbstractContextManager[Connection]:
    """Begin a transaction that writes nothing: of these any number goes on beside a writer."""
    return _reader(engine).begin()


@lru_cache(maxsize=8)
def _reader(engine: Engine) -> Engine:
    """Return the engine under the option that reads; it shares connections with ``engine``."""
    return engine.execution_options(**{_READS: True})


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _prepare_sqlite(connection: object, _: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # transactions begin as we say
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_postgresql(connection: object, _: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for name, milliseconds in _CEILINGS.items():
        cursor.execute(f"SET {name} = {milliseconds}")
    cursor.close()
    connection.commit()  # type: ignore[attr-defined]


def _shown(url: URL) -> str:
    """Return an address without its password, and without its query, which may hold one too."""
    plain = URL.create(url.get_backend_name(), url.username, None, url.host, url.port, url.database)
    return plain.render_as_string()


def _reason(error: Exception, url: URL) -> str:
    """Return what the driver said of the cause, without the password."""
    lines = str(getattr(error, "orig", error)).strip().splitlines() or [type(error).__name__]
    several = lines[0].endswith(":") and len(lines) > 1  # one line for each address of a host
    said = lines[several].strip(" -.").rpartition(" failed: ")[2]
    for secret in (str(url.password or ""), *(str(one) for one in url.query.values())):
        if len(secret) > 3:
            said = said.replace(secret, "***")
    return said
