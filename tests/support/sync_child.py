"""A sync in a process of its own, to be killed: ``python sync_child.py URL STORE TODAY [KIND]``.

``KIND``: market_day or symbol_range, the only requests the vendor takes; any where it is left out.
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
from technic.data_engine.sync.syncer import Syncer
from technic.sessions import build_calendar

SESSIONS = 60


def main(url: str, store: str, today: str, *kinds: str) -> None:
    """Sync the last sessions up to ``today`` for everything listed."""
    # many small commits and few requests at once: many moments to die in
    write_buffer.DAYS_A_COMMIT = 4
    calendar = build_calendar(2026)
    now = dt.datetime.fromisoformat(f"{today}T23:00:00+00:00")
    plan = replace(UNLIMITED, least_market_rows=20)
    if kinds:
        plan = replace(plan, kinds=frozenset(kinds))
        write_buffer.ROWS_A_COMMIT = 600
    syncer = Syncer(
        LoopbackProvider(base_url=url, plan=plan),
        BarStore.open(store),
        calendar,
        lambda: now,
        FetchRules(max_concurrent=4),
    )
    symbols = StoredProvider(syncer).listings().symbols
    sessions = calendar.last(SESSIONS, np.datetime64(today))
    report = asyncio.run(syncer.run(symbols, sessions))
    sys.stdout.write(f"{len(report.failures)} failures, {report.plan.http_requests} requests\n")
    for symbol, failure in report.failures.items():
        sys.stderr.write(f"{symbol}: {failure.reason}: {failure.detail}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
