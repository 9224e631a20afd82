"""The tables. Times are seconds since 1970 in UTC, since SQLite keeps no time zone."""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Integer, MetaData, String, Table, Text

__all__ = [
    "JOBS",
    "KEYS",
    "METADATA",
    "SCHEDULED_SCANS",
    "SCHEDULE_RUNS",
    "SCHEMA",
    "SESSIONS",
]

METADATA = MetaData()

SCHEMA = Table("technic_schema", METADATA, Column("version", Integer, nullable=False))
"""One row: the version of the tables."""

KEYS = Table(
    "technic_keys",
    METADATA,
    Column("prefix", String(16), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("scope", String(8), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("used_at", Double),
    Column("revoked_at", Double),
)
"""Keys, by the part that looks them up; the key itself is kept as its SHA-256 alone."""

SESSIONS = Table(
    "technic_sessions",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("prefix", String(16), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("expires_at", Double, nullable=False),
)
"""Sessions of the pages, by the SHA-256 of their cookie; ``prefix``: whose."""

JOBS = Table(
    "technic_jobs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("request", Text, nullable=False),
    Column("asked_by", String(100), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("heartbeat_at", Double),
    Column("owner", String(100)),
    Column("attempt", Integer, nullable=False),
    Column("stage", String(32)),
    Column("done", Integer),
    Column("total", Integer),
    Column("message", Text),
    Column("outcome", Text),
    Index("technic_jobs_by_state", "kind", "state", "created_at"),
)
"""Jobs. ``owner``, ``heartbeat_at``: who runs it, and when it last said so; ``message``: why it
failed, ``outcome``: what it came to, as JSON."""

SCHEDULE_RUNS = Table(
    "technic_schedule_runs",
    METADATA,
    Column("provider", String(32), primary_key=True),
    Column("session", String(10), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("due_at", Double, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("sync_job", String(32)),
    Column("retry_at", Double),
    Column("message", Text),
    Column("created_at", Double, nullable=False),
    Column("finished_at", Double),
)
"""One row a session and provider: its run on the schedule. ``step`` counts its changes, each made
by whoever saw the number before; ``missed``: sessions before it that had no run."""

SCHEDULED_SCANS = Table(
    "technic_scheduled_scans",
    METADATA,
    Column("provider", String(32), primary_key=True),
    Column("session", String(10), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("job", String(32)),
    Column("kept", Integer),
    Column("message", Text),
    Column("before_job", String(32)),
    Column("before_session", String(10)),
    Column("changes", Text),
    Index("technic_scheduled_scans_by_name", "provider", "name", "session"),
)
"""The scans of a run. ``before_job``: the result of the same name that it is compared with,
``changes``: what entered, left and moved since, as JSON."""
