"""``python -m technic.loopback``: the loopback provider as a process of its own.

Prints one line of JSON once it serves, with its URL, and ends on Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from technic.data_engine.providers.demo import LAST_SESSION
from technic.errors import TechnicError
from technic.loopback.core import Loopback
from technic.loopback.faults import FaultRules
from technic.loopback.server import Wiring, serve
from technic.loopback.vendor_plans import ALPACA_PLANS, POLYGON_PLANS, WireOptions
from technic.loopback.world import World
from technic.marketsim import DEFAULT_SEED, DEFAULT_SIZE
from technic.sessions import load_calendar, parse_day
from technic.settings import load_settings

WRONG_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to end; returns the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        loopback, wiring = _loopback(asked), _wiring(asked)
    except TechnicError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USAGE
    loopback.prepare(asked.prepare)
    asyncio.run(_serve(loopback, wiring, asked))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m technic.loopback",
        description="Serve a SIMULATED market on 127.0.0.1 in the formats of Polygon and Alpaca.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="port; 0 takes a free one")
    add("--size", type=int, default=DEFAULT_SIZE, help="number of symbols")
    add("--seed", type=int, default=DEFAULT_SEED, help="seed of the market")
    add("--today", default=str(LAST_SESSION), help="the current day, YYYY-MM-DD")
    add("--phase", default="closed", help="pre_open, open or closed")
    add("--prepare", type=int, default=0, metavar="N", help="encode the last N days beforehand")
    add("--latency-ms", type=float, default=0.0, help="time to the first byte of an answer")
    add("--mbit-per-s", type=float, default=None, help="bandwidth that all answers share")
    add("--gzip", action="store_true", help="compress answers")
    add("--requests-per-minute", type=float, default=None, help="rate limit; default: the plan's")
    add("--window-s", type=float, default=60.0, help="window in which requests are counted")
    add("--polygon-plan", default="advanced", help=", ".join(POLYGON_PLANS))
    add("--alpaca-plan", default="plus", help=", ".join(ALPACA_PLANS))
    add("--key", default=None, help="the only key that is good; default: any")
    add("--fault", action="append", default=[], metavar="KIND=FRACTION", help="may be repeated")
    add("--fault-seed", type=int, default=0)
    add("--most-faults", type=int, default=2, help="faults that one request may meet")
    add("--while-stdin", action="store_true", help="end when standard input is closed")
    return parser


def _loopback(asked: argparse.Namespace) -> Loopback:
    home = load_settings(os.environ, Path.cwd()).home
    last = dt.date.fromisoformat(str(LAST_SESSION))
    world = World(load_calendar(last, home), asked.size, asked.seed)
    world.today = parse_day("--today", asked.today)
    world.phase = asked.phase
    options = WireOptions(
        polygon_plan=asked.polygon_plan, alpaca_plan=asked.alpaca_plan, key=asked.key
    )
    return Loopback(
        world,
        options,
        requests_per_minute=asked.requests_per_minute,
        window_s=asked.window_s,
        faults=FaultRules.parse(asked.fault, asked.fault_seed, asked.most_faults),
    )


def _wiring(asked: argparse.Namespace) -> Wiring:
    bandwidth = None if asked.mbit_per_s is None else asked.mbit_per_s * 125_000
    return Wiring(latency_s=asked.latency_ms / 1000, bytes_per_s=bandwidth, zipped=asked.gzip)


async def _serve(loopback: Loopback, wiring: Wiring, asked: argparse.Namespace) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if asked.while_stdin:
        loop.add_reader(sys.stdin.fileno(), _end_with_stdin, stop)

    def ready(url: str) -> None:
        document = {"url": url, "simulated": True, "size": len(loopback.world.market),
                 "seed": loopback.world.seed, "today": str(loopback.world.today)}  # fmt: skip
        sys.stdout.write(json.dumps(document) + "\n")
        sys.stdout.flush()

    await serve(loopback, wiring, asked.port, ready, stop)


def _end_with_stdin(stop: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        stop.set()


if __name__ == "__main__":
    sys.exit(main())
