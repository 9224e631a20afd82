"""Serving the simulated market until somebody ends it."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from technic.cli.signals import ending_signals
from technic.data_engine.providers.demo import LAST_SESSION
from technic.loopback import FaultRules, Loopback, Wiring, World
from technic.loopback.server import serve
from technic.marketsim import DEFAULT_SEED
from technic.sessions import load_calendar, parse_day
from technic.settings import load_settings
from technic.wording.counts import count_of

__all__ = ["Line", "Market", "serve_market"]

Announce = Callable[[str, str, bool], None]
"""Called with the URL, what is served there, and whether it needs a store of its own."""


@dataclass(frozen=True, slots=True)
class Market:
    """What is served; None is the demo provider's seed and last day."""

    symbols: int
    seed: int | None = None
    today: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Where it is served, and how well; ``faults`` as in ``throttled=0.05``."""

    port: int
    latency_s: float = 0.0
    requests_per_minute: float | None = None
    faults: tuple[str, ...] = ()
    fault_seed: int = 0


def serve_market(market: Market, line: Line, announce: Announce) -> int:
    """Serve until Ctrl-C or SIGTERM; return how many requests came.

    Raises OSError when the port cannot be had, UsageError for values that nobody can serve.
    """
    rules = FaultRules.parse(line.faults, line.fault_seed)
    home = load_settings(os.environ, Path.cwd()).home
    seed = DEFAULT_SEED if market.seed is None else market.seed
    calendar = load_calendar(dt.date.fromisoformat(str(LAST_SESSION)), home)
    world = World(calendar, market.symbols, seed)
    if market.today is not None:
        world.today = parse_day("today", market.today)
    loopback = Loopback(world, requests_per_minute=line.requests_per_minute, faults=rules)
    about = f"{count_of(market.symbols, 'symbol')}, seed {seed}, today is {world.today}"

    def ready(url: str) -> None:
        announce(url, about, seed != DEFAULT_SEED)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_until_told(loopback, Wiring(latency_s=line.latency_s), line.port, ready))
    return loopback.stats.requests


async def _until_told(
    loopback: Loopback, wiring: Wiring, port: int, ready: Callable[[str], None]
) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, *ending_signals()):
        with contextlib.suppress(NotImplementedError):  # Windows raises KeyboardInterrupt instead
            loop.add_signal_handler(number, stop.set)
    await serve(loopback, wiring, port, ready, stop)
