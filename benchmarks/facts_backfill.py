"""The first sync of facts from the simulated market: how many requests it makes.

    python -m benchmarks.facts_backfill [--symbols 300] [--sessions 2520]

The loopback provider serves what the companies have filed in the formats of SEC and FINRA, on
127.0.0.1 of this process. Requests are counted where they arrive. Every file is asked for once, and
of every company that has filed something there are facts in the store. How many requests there are
does not depend on how many companies there are: all of them are in the same files.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.timing import Spent, best_of, machine_line, peak_memory
from technic.data_engine.providers.demo import SESSIONS
from technic.facts.store import FactStore, FactStoreStatus
from technic.facts.sync.hosts import FactHosts
from technic.facts.sync.journal import SyncFolder
from technic.facts.sync.plan import MAX_REQUESTS, quarters_until
from technic.facts.sync.run import FactSync, SyncReport
from technic.loopback import Loopback, LoopbackServer, WireOptions, World
from technic.loopback.public.filers import Filers
from technic.sessions import build_calendar

__all__ = ["measure"]

CALENDAR = build_calendar(2026)
OLDEST_QUARTERS = 8
"""Files of quarters that a first sync may leave to the next one."""


@dataclass(frozen=True, slots=True)
class BackFill:
    """``requests``: as counted by who was asked; ``companies``: that have filed something."""

    requests: int
    report: SyncReport
    stored: FactStoreStatus
    companies: int
    spent: Spent


def measure(n_symbols: int, n_sessions: int) -> BackFill:
    """Sync once into an empty store; raises SystemExit where anything is missing or asked twice."""
    world = World(CALENDAR, n_symbols, n_sessions=n_sessions)
    server = LoopbackServer(Loopback(world, WireOptions()))
    with server, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        sync = FactSync(
            FactHosts.loopback(server.url),
            FactStore(home),
            SyncFolder(home),
            CALENDAR,
            lambda: world.now,
        )
        spent, report = best_of(1, partial(sync.run))
        stored, requests = FactStore(home).status(), server.stats.requests
    filers = Filers(world)
    filed = {
        one.cik for one in filers.profiles.values()
        if any(filing.has_numbers for filing in filers.filings(one))
    }  # fmt: skip
    quarters = len(quarters_until(world.now.date()))
    if report.problems or report.retries or len(report.later) > OLDEST_QUARTERS:
        raise SystemExit(f"{len(report.problems)} problems, {report.retries} retries, "
                         f"{len(report.later)} of {quarters} quarters left")  # fmt: skip
    if requests != report.requests or stored.companies < len(filed):
        raise SystemExit(f"{requests} requests arrived, {report.requests} were reported; "
                         f"facts of {stored.companies} companies of {len(filed)}")  # fmt: skip
    return BackFill(requests, report, stored, len(filed), spent)


def main() -> None:
    """Sync, check and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=300)
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    args = parser.parse_args()
    found = measure(args.symbols, args.sessions)
    print(machine_line("pyarrow"))
    print(f"{args.symbols:,} symbols x {args.sessions:,} sessions: {found.stored.rows:,} facts of "
          f"{found.companies:,} companies, peak memory {peak_memory() / 2**30:.2f} GiB with the "
          f"server's")  # fmt: skip
    print(f"{found.requests} requests, at most {MAX_REQUESTS}; {len(found.report.later)} quarters "
          f"wait for the next sync")  # fmt: skip


if __name__ == "__main__":
    main()
