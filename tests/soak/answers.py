"""Answers that no vendor should give, to every kind of request, and bytes that are no answer."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from soak.trials import Trial, unsound
from support.hostile_answers import ANSWERS, KEY, WIRES, HostileAnswer, HostileWire
from support.raw_server import raw_server
from support.vendor import CALENDAR, Vendor, reply, run, syncer
from technic.data_engine.interfaces.requests import RequestError
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.network.aiohttp_transport import AiohttpTransport
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.data_engine.sync.store_provider import StoredProvider
from technic.errors import TechnicError
from technic.testing import FakeClock, make_bars

__all__ = ["hostile_answers", "hostile_wires"]

NOW = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(5, np.datetime64("2024-03-08"))
SYMBOLS = ["AAA", "BAD", "CCC", "DDD"]
RANGES = replace(UNLIMITED, kinds=frozenset({"symbol_range"}))
DAYS = replace(UNLIMITED, kinds=frozenset({"market_day"}), least_market_rows=1)
WIRE_S = 30.0
ANSWER_S = 30.0
"""Of this machine's time; the sync's own ceilings go by the clock it was given."""
WHERE: dict[str, Callable[[str], bool]] = {
    "one symbol's range": lambda url: "/BAD/" in url,
    "a whole-market day": lambda url: url.endswith(str(SESSIONS[2])) and "/grouped/" in url,
    "the splits": lambda url: url.endswith("/splits"),
    "the dividends": lambda url: url.endswith("/dividends"),
    "the listings": lambda url: url.endswith("/tickers"),
}


def hostile_answers(step: int, folder: Path) -> Iterator[Trial]:
    """Give each ``step``-th of all answers to each kind of request."""
    scenarios = [(where, case) for where in WHERE for case in ANSWERS]
    for nth, (where, case) in enumerate(scenarios[::step]):
        began = time.perf_counter()
        problem = _answered(case, where, folder / str(nth))
        if time.perf_counter() - began > ANSWER_S:
            problem = problem or f"took {time.perf_counter() - began:.0f} s"
        yield Trial(f"a hostile answer for {where}", case.name, problem)


def _vendor(case: HostileAnswer, where: str) -> Vendor:
    def fault(request: HttpRequest, nth: int) -> HttpResponse | None:
        if WHERE[where](request.url):
            return case.make(request, nth)
        if request.url.endswith(("/dividends", "/splits")):
            return reply({"status": "OK", "results": []})
        return None

    return Vendor(make_bars(SYMBOLS, SESSIONS), fault=fault)


def _answered(case: HostileAnswer, where: str, folder: Path) -> str:
    vendor, clock = _vendor(case, where), FakeClock()
    plan = DAYS if where == "a whole-market day" else RANGES
    one = syncer(vendor, folder, NOW, backoff_s=0.25, backoff_cap_s=15.0)
    one = replace(one, remote=LoopbackProvider(key=KEY, plan=plan), clock=clock)
    began = clock.now
    if where == "the listings":
        try:
            asyncio.run(one.ask_listings(one.remote.listings()))
        except TechnicError as error:
            return _unlike_a_sentence(str(error)) or _too_long(case, clock.now - began)
        return "" if case.reason is None else "believed"
    if where == "the dividends":
        report = StoredProvider(one).sync(SYMBOLS, SESSIONS, dividends=True)
    else:
        report = run(one, SYMBOLS, SESSIONS)
    said = [failure.detail for failure in report.failures.values()]
    said += [failure.detail for failure in report.feeds.values()]
    problems = [_unlike_a_sentence(text) for text in said]
    problems += [_too_long(case, clock.now - began), unsound(one.store)]
    problems.append(_lost(case, where, one.store.read(None, SESSIONS[0], SESSIONS[-1])))
    if case.reason is not None and not said:
        problems.append("nothing said")
    return next(filter(None, problems), "")


def _lost(case: HostileAnswer, where: str, held: object) -> str:
    cells = {
        (held.symbols[column], str(day))
        for column, day in zip(held.column, held.session, strict=True)
    }
    wanted = {(symbol, str(day)) for symbol in SYMBOLS for day in SESSIONS}
    if where == "one symbol's range":
        wanted -= {("BAD", str(day)) for day in SESSIONS}
    if where == "a whole-market day":
        wanted -= {(symbol, str(SESSIONS[2])) for symbol in SYMBOLS}
    return "" if cells >= wanted else f"{len(wanted - cells)} other bars did not come"


def _unlike_a_sentence(text: str) -> str:
    if not text.isprintable() or len(text) > 600:
        return f"no sentence: {text[:80]!r}"
    return "the key is shown" if KEY.lower() in text.lower() else ""


def _too_long(case: HostileAnswer, seconds: float) -> str:
    return "" if seconds <= case.within_s else f"took {seconds:.0f} s by its clock"


def hostile_wires(step: int) -> Iterator[Trial]:
    """Send each ``step``-th of all bytes on a socket, whole and piece by piece."""
    for wire in WIRES[::step]:
        yield Trial("bytes on a socket that are no answer", wire.name, _sent(wire))


def _sent(wire: HostileWire) -> str:
    waits = wire.then_wait or "heads" in wire.name

    async def ask() -> str:
        async with (
            raw_server(lambda _: (wire.head, wire.body(), wire.then_wait)) as server,
            AiohttpTransport(total_timeout_s=0.5 if waits else WIRE_S) as transport,
        ):
            try:
                await transport.send(HttpRequest(f"{server.url}/x"))
            except RequestError as error:
                return "" if error.reason == wire.reason else f"{error.reason}: {error}"
        return "taken for an answer"

    return asyncio.run(asyncio.wait_for(ask(), WIRE_S))
