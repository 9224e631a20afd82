"""What goes wrong on the way, on demand: which request gets which fault, and what it looks like.

A request's fate depends on the seed, the request and how often it came before, not on the order
in which requests arrive; so a run can be repeated. After ``most_per_request`` faults a request is
answered well, so everything can be had by who asks again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

import msgspec

from technic.data_engine.interfaces.transport import HttpResponse
from technic.errors import ParameterError
from technic.loopback.wire import Call

__all__ = ["FaultRules", "Faults", "response_of", "spoiled"]

SETTINGS = ("seed", "most_per_request", "retry_after_s", "slow_s")
CURSORS = ("cursor", "page_token", "apiKey")
WIDEST = 2.0**64
ANY_BARS = ("grouped", "range", "bars")
WHERE: Mapping[str, tuple[str, ...]] = {
    "null_price": ANY_BARS,
    "duplicate_row": ANY_BARS,
    "missing_session": ("range", "bars"),
    "empty_day": ("grouped",),
}
"""Endpoints at which a fault can happen, for those that do not happen everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRules:
    """Rate of the requests that meet each fault, from 0 to 1; together at most 1.

    ``throttled`` and ``throttled_wait`` are 429 without and with Retry-After,
    ``throttled_text`` is a 200 that only says so; ``server_error`` is a 500, ``bad_gateway`` a 502
    with HTML, ``html`` a 200 with HTML; ``reset`` cuts the connection before or within the body,
    ``hang`` never answers, ``slow`` does after ``slow_s``; ``truncated`` is half the JSON. The
    others are good answers with wrong contents: a price of null, a row twice, a session left out
    of a range, no rows on a trading day.
    """

    throttled: float = 0.0
    throttled_wait: float = 0.0
    throttled_text: float = 0.0
    server_error: float = 0.0
    bad_gateway: float = 0.0
    html: float = 0.0
    reset: float = 0.0
    hang: float = 0.0
    slow: float = 0.0
    truncated: float = 0.0
    null_price: float = 0.0
    duplicate_row: float = 0.0
    missing_session: float = 0.0
    empty_day: float = 0.0
    seed: int = 0
    most_per_request: int = 2
    retry_after_s: int = 1
    slow_s: float = 1.0

    def __post_init__(self) -> None:
        for name, rate in self.rates.items():
            if not 0.0 <= rate <= 1.0:
                raise ParameterError(name, rate, "a fraction from 0 to 1")
        if sum(self.rates.values()) > 1.0 + 1e-9:
            raise ParameterError(
                "faults", sum(self.rates.values()), "fractions that add up to at most 1"
            )
        if self.most_per_request < 0:
            raise ParameterError("most_per_request", self.most_per_request, "a number from 0")

    @classmethod
    def parse(cls, texts: Sequence[str], seed: int = 0, most_per_request: int = 2) -> FaultRules:
        """Read rates written ``kind=0.05``."""
        kinds = [field.name for field in fields(cls) if field.name not in SETTINGS]
        rates: dict[str, Any] = {}
        for text in texts:
            name, _, value = text.partition("=")
            if name not in kinds:
                raise ParameterError("fault", text, ", ".join(f"{kind}=FRACTION" for kind in kinds))
            try:
                rates[name] = float(value)
            except ValueError:
                raise ParameterError("fault", text, f"{name}=FRACTION, as in {name}=0.05") from None
        return cls(**rates, seed=seed, most_per_request=most_per_request)

    @property
    def rates(self) -> dict[str, float]:
        """Rate of each kind."""
        names = (field.name for field in fields(self) if field.name not in SETTINGS)
        return {name: getattr(self, name) for name in names}


class Faults:
    """Decides, request by request."""

    def __init__(self, rules: FaultRules) -> None:
        self.rules = rules
        self._rates = [(name, rate) for name, rate in rules.rates.items() if rate]
        self._came: Counter[str] = Counter()
        self._met: Counter[str] = Counter()

    def draw(self, call: Call, endpoint: str) -> tuple[str | None, int]:
        """Return the fault that a request meets, if any, and a number for its details."""
        if not self._rates:
            return None, 0
        identity = _identity(call)
        self._came[identity] += 1
        text = f"{self.rules.seed} {self._came[identity]} {identity}".encode()
        drawn = blake2b(text, digest_size=16).digest()
        detail = int.from_bytes(drawn[8:], "big")
        if self._met[identity] >= self.rules.most_per_request:
            return None, detail
        at = int.from_bytes(drawn[:8], "big") / WIDEST
        for name, rate in self._rates:
            at -= rate
            if at < 0:
                if endpoint not in WHERE.get(name, (endpoint,)):
                    return None, detail
                self._met[identity] += 1
                return name, detail
        return None, detail


def _identity(call: Call) -> str:
    """Path and query without the cursor: what is asked, whichever page of it."""
    query = sorted((name, value) for name, value in call.query.items() if name not in CURSORS)
    return f"{call.method} {call.path}?{urlencode(query)}"


def response_of(kind: str, rules: FaultRules, vendor: str) -> HttpResponse | None:
    """Return the answer that stands in place of the right one; None where it is only spoiled."""
    if kind in ("throttled", "throttled_wait", "throttled_text"):
        return throttled(vendor, rules.retry_after_s if kind == "throttled_wait" else None,
                         status=200 if kind == "throttled_text" else 429)  # fmt: skip
    if kind == "server_error":
        words = {"status": "ERROR", "error": "internal error", "message": "internal error"}
        return _json(500, words)
    if kind in ("bad_gateway", "html"):
        page = b"<html><head><title>Gateway</title></head><body>Try again.</body></html>"
        return HttpResponse(
            502 if kind == "bad_gateway" else 200, {"content-type": "text/html"}, page
        )
    return None


def throttled(vendor: str, retry_after_s: float | None, status: int = 429) -> HttpResponse:
    """Say in a vendor's words that there were too many requests."""
    words: dict[str, object] = {"message": "too many requests."}
    if vendor == "polygon":
        text = "You've exceeded the maximum requests per minute, please wait or upgrade your plan."
        words = {"status": "ERROR", "request_id": f"{0:032x}", "error": text}
    headers = {} if retry_after_s is None else {"retry-after": str(int(retry_after_s))}
    return _json(status, words, headers)


def spoiled(kind: str, response: HttpResponse, detail: int) -> HttpResponse:
    """Return a good answer with something wrong in its body; errors stay as they are."""
    if response.status != 200:
        return response
    if kind == "truncated":
        body = response.body[: max(len(response.body) // 2, 1)]
    else:
        payload = msgspec.json.decode(response.body)
        for rows in _row_lists(payload, kind, detail):
            _spoil_rows(rows, kind, detail)
        if kind == "empty_day":
            payload.update(queryCount=0, resultsCount=0, count=0)
            payload.pop("results", None)
        body = msgspec.json.encode(payload)
    return HttpResponse(response.status, response.headers, body)


def _row_lists(payload: dict[str, Any], kind: str, detail: int) -> list[list[dict[str, Any]]]:
    """Lists of bars to spoil: Polygon's one, or one symbol's of Alpaca's."""
    if kind == "empty_day":
        return []
    if payload.get("results"):
        return [payload["results"]]
    symbols = list(payload.get("bars") or ())
    return [payload["bars"][symbols[detail % len(symbols)]]] if symbols else []


def _spoil_rows(rows: list[dict[str, Any]], kind: str, detail: int) -> None:
    at = detail // 7 % len(rows)
    if kind == "null_price":
        rows[at] = {**rows[at], "ohlc"[detail % 4]: None}
    elif kind == "duplicate_row":
        rows.insert(at, dict(rows[at]))
    elif kind == "missing_session" and len(rows) > 2:
        del rows[1 + at % (len(rows) - 2)]


def _json(
    status: int, words: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> HttpResponse:
    kinds = {"content-type": "application/json", **(headers or {})}
    return HttpResponse(status, kinds, msgspec.json.encode(words))
