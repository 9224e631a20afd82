"""Loopback: the simulated market in vendors' formats, as a function from request to answer.

1. The arrival is counted, and refused with 429 where it is beyond the limit.
2. A key is demanded, the path looked up, the fault drawn.
3. The vendor's format answers; the fault spoils the answer or takes its place.

No socket and no waiting here: ``answer`` says how the answer travels, the server and
``transport`` do it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import Literal

from technic.data_engine.interfaces.requests import UnavailableError
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.network.clock import Clock, SystemClock
from technic.data_engine.network.function_transport import FunctionTransport
from technic.loopback.alpaca_bars import AlpacaBars
from technic.loopback.alpaca_reference import AlpacaReference
from technic.loopback.arrivals import BlockingLimit, RateLimit, Stats
from technic.loopback.companies.polygon_financials import PolygonFinancials
from technic.loopback.control import Control, require_own
from technic.loopback.faults import (
    FaultRules,
    Faults,
    response_of,
    spoiled,
    throttled,
)
from technic.loopback.polygon_bars import PolygonBars
from technic.loopback.polygon_format import failed
from technic.loopback.polygon_reference import PolygonReference
from technic.loopback.polygon_snapshot import PolygonSnapshot
from technic.loopback.public.directory import Directory
from technic.loopback.public.edgar import Edgar
from technic.loopback.public.edgar_bulk import EdgarBulk
from technic.loopback.public.filers import Filers
from technic.loopback.public.finra import Finra
from technic.loopback.vendor_plans import WireOptions
from technic.loopback.wire import Call, Route, Routes, WireError, json_reply
from technic.loopback.world import World

__all__ = ["Answer", "Loopback"]

MINUTE_S = 60.0
SEC_PER_S, SEC_BLOCK_S = 10.0, 600.0
KEYLESS = ("control", "nasdaqtrader", "sec", "finra")
Travel = Literal["whole", "reset", "reset_within", "never"]
"""Whole; cut before the first byte or within the body; not at all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and how it travels; ``delay_s`` comes on top of the latency."""

    response: HttpResponse
    travel: Travel = "whole"
    delay_s: float = 0.0


class Loopback:
    """A vendor without sockets: ``handle`` a request, look at ``stats``, change the ``world``.

    ``requests_per_minute``: None for what the vendor's plan allows. ``window_s``: length of the
    window in which requests are counted; the limit is in proportion. Somebody who asks in both
    formats has a limit in each, but ``stats`` counts them together. ``clock`` gives seconds.
    """

    def __init__(
        self,
        world: World,
        options: WireOptions | None = None,
        *,
        requests_per_minute: float | None = None,
        window_s: float = MINUTE_S,
        faults: FaultRules | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.world, self.options = world, options or WireOptions()
        self._clock, self._wall_clock = clock, wall_clock
        self._per_minute = {
            "polygon": requests_per_minute or self.options.polygon.requests_per_minute,
            "alpaca": requests_per_minute or self.options.alpaca.requests_per_minute,
            "nasdaqtrader": requests_per_minute,
            "finra": requests_per_minute,
        }
        self._window_s = window_s
        self._rules = faults or FaultRules()
        self._bars = PolygonBars(world, self.options)
        self.reset()
        self._routes = Routes(self._all_routes())

    def _all_routes(self) -> list[Route]:
        world, options = self.world, self.options
        filers = Filers(world)
        finra = Finra(world, filers)
        edgar = Edgar(filers, options, lambda row: world.descriptions["exchange"][row] or "")
        return [
            *self._bars.routes(),
            *PolygonReference(world, options).routes(),
            *PolygonSnapshot(world, options).routes(),
            *AlpacaBars(world, options).routes(),
            *AlpacaReference(world, options).routes(),
            *Directory(world).routes(),
            *edgar.routes(),
            *EdgarBulk(world, filers, edgar).routes(),
            *finra.routes(),
            *PolygonFinancials(world, options, filers, finra).routes(),
            *Control(world, lambda: self.stats, self.reset).routes(),
        ]

    def reset(self) -> None:
        """Forget all requests: counts, the window of the rate limit, who met which faults."""
        self._rates = {
            vendor: RateLimit(
                None if count is None else count * self._window_s / MINUTE_S, self._window_s
            )
            for vendor, count in self._per_minute.items()
        }
        # SEC counts by the second, over all its hosts, and shuts out who asks too often
        self._rates["sec"] = BlockingLimit(SEC_PER_S, 1.0, SEC_BLOCK_S)
        self.stats = Stats(self._rates["polygon"].limit, self._window_s)
        self._faults = Faults(self._rules)

    def set_faults(self, rules: FaultRules) -> None:
        """Let other faults happen from now on."""
        self._rules = rules
        self._faults = Faults(rules)

    def prepare(self, n_sessions: int) -> None:
        """Encode the whole-market days of the last sessions, so that serving them is cheap."""
        for at in range(max(self.world.visible - n_sessions, 0), self.world.visible):
            self._bars.day_body(at)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; UnavailableError where the connection would break or hang."""
        answer = self.answer(request)
        if answer.travel != "whole":
            raise UnavailableError(f"{request.shown}: {answer.travel}")
        return answer.response

    def transport(self, latency_s: float = 0.0, clock: Clock | None = None) -> FunctionTransport:
        """Return a transport that asks this in the same process; a hang lasts until cancelled."""
        waiting = clock or SystemClock()

        async def send(request: HttpRequest) -> HttpResponse:
            answer = self.answer(request)
            if latency_s + answer.delay_s:
                await waiting.sleep(latency_s + answer.delay_s)
            if answer.travel == "never":
                await asyncio.Event().wait()
            if answer.travel != "whole":
                raise UnavailableError(f"{request.shown}: connection reset")
            return answer.response

        return FunctionTransport(send)

    def refusal(self, request: HttpRequest) -> Answer | None:
        """Return why a request that came over a socket is not answered at all, None where it is."""
        call = Call.of(request)
        match = self._routes.find(call.parts)
        if match is None or match[0].vendor != "control":
            return None
        try:
            require_own(call)
        except WireError as error:
            return Answer(_refusal(error))
        return None

    def answer(self, request: HttpRequest) -> Answer:
        """Count a request and answer it."""
        call = Call.of(request)
        match = self._routes.find(call.parts)
        if match is not None and match[0].vendor == "control":
            return Answer(self._routed(call, *match))
        now = self._clock()
        stats = self.stats
        rate = self._rates[match[0].vendor if match else "polygon"]
        stats.arrivals.append(now)
        stats.limit = rate.limit
        stats.by_endpoint[match[0].name if match else "unknown"] += 1
        answer = self._within_limit(call, match, rate, now)
        stats.statuses[answer.response.status] += 1
        stats.bytes += len(answer.response.body)
        date = format_datetime(self.world.now.astimezone(dt.UTC), usegmt=True)
        dated = {**answer.response.headers, "date": date}
        return replace(answer, response=replace(answer.response, headers=dated))

    def _within_limit(
        self, call: Call, match: tuple[Route, list[str]] | None, rate: RateLimit, now: float
    ) -> Answer:
        vendor = match[0].vendor if match else "polygon"
        if not rate.admit(now):
            wait_s = None if vendor == "alpaca" else math.ceil(rate.wait_s(now))
            return Answer(self._with_quota(throttled(vendor, wait_s), vendor, rate, now))
        if match is None:
            return Answer(_refusal(failed(404, "no such path here", call.path)))
        answer = self._with_fault(call, match, vendor)
        return replace(answer, response=self._with_quota(answer.response, vendor, rate, now))

    def _with_quota(
        self, response: HttpResponse, vendor: str, rate: RateLimit, now: float
    ) -> HttpResponse:
        """Say how many requests are left, as Alpaca does in some of its answers."""
        if vendor != "alpaca" or rate.limit is None or response.status not in (200, 400, 429):
            return response
        quota = {
            "x-ratelimit-limit": str(int(rate.limit)),
            "x-ratelimit-remaining": str(rate.remaining(now)),
            "x-ratelimit-reset": str(math.ceil(self._wall_clock() + rate.wait_s(now))),
        }
        return replace(response, headers={**response.headers, **quota})

    def _with_fault(self, call: Call, match: tuple[Route, list[str]], vendor: str) -> Answer:
        kind, detail = self._faults.draw(call, match[0].name)
        if kind is None:
            return Answer(self._routed(call, *match))
        self.stats.faults[kind] += 1
        instead = response_of(kind, self._rules, vendor)
        if instead is not None:
            return Answer(instead)
        response = self._routed(call, *match)
        if kind == "reset":
            return Answer(response, "reset_within" if detail % 2 else "reset")
        if kind == "hang":
            return Answer(response, "never")
        if kind == "slow":
            return Answer(response, delay_s=self._rules.slow_s)
        return Answer(spoiled(kind, response, detail))

    def _routed(self, call: Call, route: Route, arguments: list[str]) -> HttpResponse:
        try:
            self._require_key(call, route)
            return route.answer(call, *arguments)
        except WireError as error:
            return _refusal(error)

    def _require_key(self, call: Call, route: Route) -> None:
        """Demand a key in one of the places in which a vendor takes it."""
        if route.vendor in KEYLESS:
            return
        bearer = call.headers.get("authorization", "").removeprefix("Bearer ")
        if route.vendor == "polygon":
            key = call.query.get("apiKey") or bearer
            refusal = failed(401, "Unknown API Key", call.path)
        else:
            secret = call.headers.get("apca-api-secret-key", "")
            key = (secret and call.headers.get("apca-api-key-id", "")) or bearer
            refusal = WireError(401, {"message": "unauthorized."})
        if not key or self.options.key not in (None, key):
            raise refusal


def _refusal(error: WireError) -> HttpResponse:
    return json_reply(error.payload, error.status)
