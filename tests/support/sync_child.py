"""A sync in a process of its own, to be killed: ``sync_child.py URL STORE TODAY KIND SESSIONS``.

``KIND``: market_day or symbol_range, the only requests the vendor takes. ``SESSIONS``: how many.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from dataclasses import replace

import numpy as np

from technic.data_engine.network.fetch import FetchRules
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.data_engine.store import BarStore
from technic.data_engine.sync import write_buffer
from technic.data_engine.sync.store_provider import StoredProvider
from technic.data_engine.sync.syncer import Syncer, SyncReport
from technic.sessions import build_calendar

SESSIONS = 60
"""Of a full soak."""


def sync(url: str, store: str, today: str, kind: str, n_sessions: int) -> SyncReport:
    """Sync the last sessions up to ``today`` for everything listed."""
    calendar = build_calendar(2026)
    now = dt.datetime.fromisoformat(f"{today}T23:00:00+00:00")
    plan = replace(UNLIMITED, least_market_rows=20, kinds=frozenset({kind}))
    syncer = Syncer(
        LoopbackProvider(base_url=url, plan=plan),
        BarStore.open(store),
        calendar,
        lambda: now,
        FetchRules(max_concurrent=4),
    )
    symbols = StoredProvider(syncer).listings().symbols
    sessions = calendar.last(n_sessions, np.datetime64(today))
    return asyncio.run(syncer.run(symbols, sessions))


def main(url: str, store: str, today: str, kind: str, n_sessions: str) -> None:
    """Sync in many small commits and with few requests at once: many moments to die in."""
    write_buffer.DAYS_A_COMMIT = 4
    write_buffer.ROWS_A_COMMIT = 600
    report = sync(url, store, today, kind, int(n_sessions))
    sys.stdout.write(f"{len(report.failures)} failures, {report.plan.http_requests} requests\n")
    for symbol, failure in report.failures.items():
        sys.stderr.write(f"{symbol}: {failure.reason}: {failure.detail}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
