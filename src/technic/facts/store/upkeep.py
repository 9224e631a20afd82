"""Upkeep of the store of facts: every byte against its hash, and versions that nobody needs.

Rows are never taken away: what a vacuum deletes are files whose rows were joined into others.
"""

from __future__ import annotations

import datetime as dt

from technic.data_engine.interfaces.records import Progress
from technic.data_engine.store import VacuumReport
from technic.data_engine.store.upkeep.vacuum import vacuum_table
from technic.data_engine.store.upkeep.verify import inspect_table
from technic.facts.store.fact_store import SPEC, FactStore

__all__ = ["KEPT_DAYS", "vacuum_facts", "verify_facts"]

KEPT_DAYS = 7


def verify_facts(store: FactStore, progress: Progress | None = None) -> list[str]:
    """Return what is damaged, one sentence each; ``progress``: bytes read, bytes in all.

    Waits until nobody writes; raises StoreError where somebody writes for long.
    """
    with store.tables.writing(SPEC.name):
        return [one.text for one in inspect_table(store.tables, SPEC.name, progress)]


def vacuum_facts(
    store: FactStore, keep_days: int = KEPT_DAYS, now: dt.datetime | None = None
) -> VacuumReport:
    """Delete what only versions need that were replaced more than ``keep_days`` days ago.

    ``now``: a time with its zone, the clock unless given. 0 keeps the current version alone.
    Readers hold no lock, so keep a day while others read.
    """
    with store.tables.writing(SPEC.name):
        table = store.tables.folder.load(SPEC.name)
        if table is None:
            return VacuumReport()
        before = (now or dt.datetime.now(dt.UTC)) - dt.timedelta(days=keep_days)
        milliseconds = before.timestamp() * 1_000
        old = [
            int(one["version"]) for one in table.history()
            if not keep_days or one["timestamp"] <= milliseconds
        ]  # fmt: skip
        return vacuum_table(store.tables.folder, SPEC.name, max(old, default=0))
