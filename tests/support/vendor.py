"""A vendor in a few lines: a Polygon whose answers a test makes up, and counts."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.network.fetch import FetchRules
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.data_engine.store import BarStore
from technic.data_engine.sync.syncer import Syncer, SyncReport
from technic.panel import LongBars
from technic.sessions import build_calendar

CALENDAR = build_calendar(2026)
NEW_YORK_MIDNIGHT_MS = 5 * 3_600_000
Fault = Callable[[HttpRequest, int], HttpResponse | None]


def reply(content: object, status: int = 200) -> HttpResponse:
    """A JSON answer."""
    body = json.dumps(content).encode()
    return HttpResponse(status, {"content-type": "application/json"}, body)


@dataclass
class Vendor:
    """Serves ``bars`` (raw) and ``splits`` in Polygon's format; ``fault(request, nth)`` goes first.

    ``log``: the path of every request in order; ``kinds`` counts them.
    """

    bars: LongBars
    splits: list[dict[str, object]] = field(default_factory=list)
    fault: Fault | None = None
    log: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)

    @property
    def kinds(self) -> Counter[str]:
        """How many requests of each kind came."""
        return Counter("day" if "/grouped/" in path else
                       "range" if "/range/" in path else
                       path.rsplit("/", 1)[1] for path in self.log)  # fmt: skip

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        path = request.url.split("//", 1)[1].partition("/")[2].partition("?")[0]
        self.log.append(path)
        self.asked[path] += 1
        if self.fault is not None and (made := self.fault(request, self.asked[path])) is not None:
            return made
        parts = path.split("/")
        if "grouped" in parts:
            return self._rows(self.bars.session == np.datetime64(parts[-1]))
        if "range" in parts:
            symbol = parts[parts.index("ticker") + 1]
            first, last = np.datetime64(parts[-2]), np.datetime64(parts[-1])
            inside = (self.bars.session >= first) & (self.bars.session <= last)
            named = np.array([self.bars.symbols[c] == symbol for c in self.bars.column], dtype=bool)
            return self._rows(inside & named)
        if parts[-1] == "splits":
            return reply({"status": "OK", "request_id": "x", "results": self.splits})
        raise AssertionError(f"nobody asks {path}")

    def _rows(self, keep: np.ndarray) -> HttpResponse:
        bars = self.bars.rows(keep)
        rows = [
            {
                "T": bars.symbols[bars.column[i]],
                "o": _number(bars.open[i]),
                "h": _number(bars.high[i]),
                "l": _number(bars.low[i]),
                "c": _number(bars.close[i]),
                "v": _number(bars.volume[i]),
                "t": int(bars.session[i].astype(np.int64)) * 86_400_000 + NEW_YORK_MIDNIGHT_MS,
            }
            for i in range(len(bars))
        ]
        content = {"status": "OK", "adjusted": False, "request_id": "x"}
        content |= {"queryCount": len(rows), "resultsCount": len(rows), "results": rows}
        return reply(content)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def syncer(vendor: Vendor, folder: Path, now: dt.datetime, **rules: float) -> Syncer:
    """A syncer of a store in ``folder``, as of ``now``; the vendor answers without a socket."""
    quick = {"backoff_s": 0.001, "backoff_cap_s": 0.002, "attempts": 4} | rules
    store = BarStore.open(str(folder))
    return Syncer(
        LoopbackProvider(plan=replace(UNLIMITED, least_market_rows=1)),
        store,
        CALENDAR,
        lambda: now,
        FetchRules(**quick),
        open_transport=lambda: FunctionTransport(vendor.answer),
    )


def run(one: Syncer, symbols: list[str], sessions: np.ndarray) -> SyncReport:
    """Sync to the end."""
    return asyncio.run(one.run(symbols, sessions))
