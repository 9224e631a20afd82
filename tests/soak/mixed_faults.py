"""Faults of a vendor in random mixtures, then none: every bar is there, nothing else is claimed.

Only faults that a vendor's answers show: rows that it leaves out, or prices that it makes up, are
no faults that anybody could see.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from soak.trials import Trial, unsound
from support.vendor import CALENDAR, Vendor, reply, run, syncer
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.providers.vendors.loopback import UNLIMITED, LoopbackProvider
from technic.panel import FIELDS, LongBars
from technic.testing import FakeClock, make_bars

__all__ = ["mixed_faults"]

NOW = dt.datetime(2024, 3, 11, 12, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(8, np.datetime64("2024-03-08"))
SYMBOLS = [f"S{letter}A" for letter in "ABCDEFGHIJKL"]
BARS = make_bars(SYMBOLS, SESSIONS)
PLANS = {
    "ranges": frozenset({"symbol_range"}), "days": frozenset({"market_day"}),
    "both": UNLIMITED.kinds,
}  # fmt: skip
LATER = (dt.timedelta(hours=2), dt.timedelta(days=45))
"""The second time, quarantines are over."""
MOST_REQUESTS = 40 * len(SYMBOLS)
LONGEST = 600
DAY_MS = 86_400_000
Rows = list[dict[str, Any]]
Make = Callable[[HttpRequest, random.Random], HttpResponse | None]


def _status(status: int, **headers: str) -> Make:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    body = json.dumps({"status": "ERROR", "error": "boom"}).encode()
    return lambda *_: HttpResponse(status, {"content-type": "application/json", **named}, body)


def _body(change: Callable[[bytes], bytes], kind: str = "application/json") -> Make:
    return lambda request, _: HttpResponse(200, {"content-type": kind}, change(_right(request)))


def _envelope(**more: object) -> Make:
    return lambda request, _: reply(json.loads(_right(request)) | more)


def _rows(change: Callable[[Rows, random.Random], Rows]) -> Make:
    def make(request: HttpRequest, draw: random.Random) -> HttpResponse | None:
        answer = json.loads(_right(request))
        if not answer.get("results"):
            return None
        return reply(answer | {"results": change(answer["results"], draw)})

    return make


def _right(request: HttpRequest) -> bytes:
    if request.url.endswith(("/splits", "/dividends")):
        return reply({"status": "OK", "results": []}).body
    return Vendor(BARS).answer(request).body


def _one(**values: object) -> Make:
    """One row with other values."""

    def change(rows: Rows, draw: random.Random) -> Rows:
        rows[draw.randrange(len(rows))] |= values
        return rows

    return _rows(change)


def _all(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Make:
    """Every row changed."""
    return _rows(lambda rows, _: [row | change(row) for row in rows])


def _more(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Make:
    """A further row, made of the last."""
    return _rows(lambda rows, _: [*rows, rows[-1] | change(rows[-1])])


FAULTS: dict[str, Make] = {
    **{f"status {status}": _status(status) for status in (
        400, 401, 402, 403, 404, 408, 409, 410, 418, 429, 451, 500, 502, 503, 520)},
    "status 429, wait": _status(429, retry_after="5"),
    "status 503 of long ago": _status(503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
    "nothing": _body(lambda _: b""),
    "null": _body(lambda _: b"null"),
    "a list": _body(lambda _: b"[]"),
    "HTML": _body(lambda _: b"<html>", "text/html"),
    "half": _body(lambda body: body[: len(body) // 2]),
    "a letter that is no UTF-8": _body(lambda body: body.replace(b"request_id", b"\xe9")),
    "NaN": _body(lambda body: body.replace(b'"c": ', b'"c": NaN, "x": ')),
    "an error in a good answer": _envelope(status="ERROR", error="boom"),
    "adjusted bars": _envelope(adjusted=True),
    "another symbol's": _envelope(ticker="WRONG"),
    "a next page of the same": lambda request, _: reply(
        json.loads(_right(request)) | {"next_url": request.url}),
    "a next page that repeats this one": lambda request, _: reply(json.loads(_right(request)) | (
        {} if "cursor" in dict(request.params) else {"next_url": f"{request.url}?cursor=2"})),
    "a next page elsewhere": _envelope(next_url="https://evil.example/v2/aggs/x?cursor=1"),
    "no stamp": _one(t=None),
    "a stamp in words": _one(t="now"),
    "prices in words": _all(lambda row: {"c": str(row["c"])}),
    "stamps in seconds": _all(lambda row: {"t": row["t"] // 1000}),
    "another day": _all(lambda row: {"t": row["t"] - DAY_MS}),
    "a row twice": _more(dict),
    "a live quote": _more(lambda row: {"t": row["t"] + DAY_MS // 2, "c": row["c"] * 1.001}),
    "a symbol that is none": _more(lambda _: {"T": "\x1b[31mX"}),
    "a row of nobody": _more(lambda _: {"T": ""}),
    "newest first": _rows(lambda rows, _: rows[::-1]),
}  # fmt: skip
OF_ONE_SYMBOL: dict[str, Make] = {
    "no price": _one(c=None),
    "no volume": _one(v=None),
    "two rows of a day": _more(lambda row: {"c": row["c"] * 1.01}),
}
"""What a vendor that has days alone may lack for good."""


@dataclass(frozen=True)
class _Mix:
    """Which requests meet which faults, how often: as the seed has it."""

    seed: int
    plan: str
    kinds: tuple[str, ...]
    rate: float
    times: int
    where: str

    @classmethod
    def of(cls, seed: int) -> _Mix:
        draw = random.Random(seed)
        plan = draw.choice([*PLANS])
        known = [*FAULTS, *(OF_ONE_SYMBOL if plan != "days" else ())]
        kinds = tuple(draw.sample(known, draw.choice([1, 1, 2, 3])))
        places = ("", "", "/SCA/", str(SESSIONS[5]), "splits", "/aggs/")
        return cls(seed, plan, kinds, draw.choice([0.15, 0.5, 1.0]), draw.choice([1, 3, 99]),
                   draw.choice(places))  # fmt: skip

    def fault(self, request: HttpRequest, nth: int) -> HttpResponse | None:
        """Answer as the vendor does on its bad day."""
        draw = random.Random(f"{self.seed} {request.url}")
        known = FAULTS | OF_ONE_SYMBOL
        if self.where in request.url and draw.random() < self.rate and nth <= self.times:
            if request.url.endswith("/aggs/x"):
                return _status(404)(request, draw)
            made = known[draw.choice(self.kinds)](request, draw)
            if made is not None:
                return made
        return _good(request, nth)


def _good(request: HttpRequest, _: int) -> HttpResponse | None:
    if request.url.endswith("/aggs/x"):
        return _status(404)(request, random.Random())
    feed = request.url.endswith(("/splits", "/dividends"))
    return reply({"status": "OK", "results": []}) if feed else None


def mixed_faults(count: int, folder: Path) -> Iterator[Trial]:
    """Try that many mixtures."""
    for seed in range(count):
        mix = _Mix.of(seed)
        name = f"{seed}: {', '.join(mix.kinds)} in {mix.rate:.0%} of {mix.where or 'all'}"
        try:
            problem = _tried(mix, folder / str(seed))
        except Exception as error:  # noqa: BLE001 - whatever a sync raises is a loss
            problem = f"raised {error!r}"[:200]
        yield Trial(f"faults of a vendor, mixed ({mix.plan})", name, problem)


def _tried(mix: _Mix, folder: Path) -> str:
    clock, problems = FakeClock(), []
    bad, good = Vendor(BARS, fault=mix.fault), Vendor(BARS, fault=_good)
    capabilities = replace(UNLIMITED, kinds=PLANS[mix.plan], least_market_rows=6)
    for vendor, later in ((bad, dt.timedelta()), *((good, later) for later in LATER)):
        one = syncer(vendor, folder, NOW + later, backoff_s=0.25, backoff_cap_s=15.0)
        remote = LoopbackProvider(key="k", plan=capabilities)
        report = run(replace(one, remote=remote, clock=clock), SYMBOLS, SESSIONS)
        said = [*report.failures.values(), *report.feeds.values()]
        problems += [f"no sentence: {why.detail[:80]!r}" for why in said
                     if not why.detail.isprintable() or len(why.detail) > LONGEST]  # fmt: skip
        problems.append(unsound(one.store))
        if not report.failures and vendor is good:
            break
    if report.failures:
        problems.append(f"never comes back: {next(iter(report.failures.items()))}")
    if len(bad.log) > MOST_REQUESTS:
        problems.append(f"{len(bad.log)} requests")
    if _cells(one.store.read(SYMBOLS, SESSIONS[0], SESSIONS[-1])) != _cells(BARS):
        problems.append("other bars are stored than the vendor has")
    return next(filter(None, problems), "")


def _cells(bars: LongBars) -> dict[tuple[str, str], tuple[float, ...]]:
    columns = zip(*(getattr(bars, name).tolist() for name in FIELDS), strict=True)
    places = zip(bars.column.tolist(), bars.session.astype(str).tolist(), columns, strict=True)
    return {(bars.symbols[column], day): values for column, day, values in places}
