"""Several syncs of one store at once, in processes of their own, send the requests of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from soak.kills import PATIENCE, start_sync
from soak.trials import Trial, unsound
from support.sync_child import SESSIONS
from technic.data_engine.store import BarStore
from technic.loopback import Loopback, LoopbackServer, Wiring, World
from technic.sessions import build_calendar

__all__ = ["concurrent_syncs"]

AT_ONCE = 4


def concurrent_syncs(times: int, folder: Path) -> Iterator[Trial]:
    """Start four at once, that often."""
    market = Loopback(World(build_calendar(2026), 120))
    with LoopbackServer(market, Wiring(latency_s=0.01)) as server:
        for nth in range(times):
            market.reset()
            store = folder / f"store{nth}"
            started = [start_sync(server.url, store, "market_day") for _ in range(AT_ONCE)]
            ended = [one.communicate(timeout=PATIENCE) for one in started]
            asked, problem = market.stats.by_endpoint["grouped"], ""
            if any(one.returncode for one in started):
                problem = next(err for _, err in ended if err)[-200:]
            elif any(not out.startswith("0 failures") for out, _ in ended):
                problem = f"symbols fail: {ended}"[:200]
            elif asked != SESSIONS:
                problem = f"{asked} days asked, {SESSIONS} were missing"
            problem = problem or unsound(BarStore.open(str(store)))
            yield Trial("four syncs of one store at once", str(nth), problem)
