"""How an older database becomes one of today: steps, run once, by one service at a time."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine, inspect, select, text

from technic.errors import DatabaseError
from technic.service.database.tables import METADATA, SCHEDULE_RUNS, SCHEDULED_SCANS, SCHEMA

__all__ = ["VERSION", "bring_up_to_date"]

_LOCK = 0x7EC401C
"""Number of PostgreSQL's advisory lock: one service changes tables at a time."""
_WAIT_MS = 10 * 60_000
"""How long one service waits for another that changes tables, and how long a change may take."""


def bring_up_to_date(engine: Engine, shown: str) -> None:
    """Run the steps that the database has not seen, all in one transaction.

    ``shown``: its address as messages have it. Raises DatabaseError for tables of a newer Technic.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            for name in ("lock_timeout", "statement_timeout"):
                connection.execute(text(f"SET LOCAL {name} = {_WAIT_MS}"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        version = _version(connection)
        if version == VERSION:
            return
        if version > VERSION:
            reason = f"its tables are of version {version}, this Technic knows {VERSION}"
            raise DatabaseError(shown, reason, "use the Technic that wrote them, or a newer one")
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


def _schedule_tables(connection: Connection) -> None:
    METADATA.create_all(connection, tables=[SCHEDULE_RUNS, SCHEDULED_SCANS])


_STEPS: tuple[Callable[[Connection], None], ...] = (_first_tables, _schedule_tables)
VERSION = len(_STEPS)
"""Version of the tables that this Technic reads and writes."""
