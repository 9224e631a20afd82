"""A scan from a store in a process of its own: ``python scan_child.py STORE DAY LISTINGS URL``."""

from __future__ import annotations

import datetime as dt
import sys

from technic import ScanConfig, run_scan
from technic.data_engine.providers.vendors.loopback import LoopbackProvider
from technic.data_engine.store import BarStore
from technic.data_engine.sync.store_provider import StoredProvider
from technic.data_engine.sync.syncer import Syncer
from technic.sessions import build_calendar


def main(store: str, day: str, listings: str, url: str) -> None:
    """Scan what the store holds; the provider at ``url`` would be asked for the rest."""
    now = dt.datetime.fromisoformat(f"{day}T23:00:00+00:00")
    provider = LoopbackProvider(base_url=url)
    syncer = Syncer(provider, BarStore.open(store), build_calendar(2026), lambda: now)
    config = ScanConfig(universe=listings, bars=20)
    result = run_scan(config, provider=StoredProvider(syncer), now=now)
    sys.stdout.write(f"{len(result.table)} kept, {result.stats.batch.requests} requests\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
