"""Answers as vendors send them, and what fuzz tests do to them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from technic.data_engine.interfaces.requests import BarRequest, RequestError
from technic.data_engine.interfaces.transport import HttpResponse
from technic.panel import LongBars

JSON_TYPE = "application/json; charset=utf-8"

values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["", "NaT", "today", "2024-01-02", "0", "9999-12-31T23:59:59+00:00", "K:1"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def day(text: str) -> np.datetime64:
    """A session."""
    return np.datetime64(text, "D")


def answer(payload: object, status: int = 200, **headers: str) -> HttpResponse:
    """An answer in JSON, or with the body as given if it is bytes."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, {"content-type": JSON_TYPE, **named}, body)


def rows_of(bars: LongBars) -> list[tuple[object, ...]]:
    """Bars as plain tuples: symbol, session, open, high, low, close, volume."""
    names = [bars.symbols[i] for i in bars.column]
    fields = [bars.open, bars.high, bars.low, bars.close, bars.volume]
    return list(
        zip(names, bars.session.astype(str).tolist(), *(f.tolist() for f in fields), strict=True)
    )


def market(session: str, kind: str = "market_day") -> BarRequest:
    """A request for the whole market."""
    return BarRequest(kind, day(session), day(session))


def ranged(symbols: str, first: str, last: str, freq: str = "daily") -> BarRequest:
    """A request for one symbol's range, or for several symbols' if commas are in it."""
    names = tuple(symbols.split(","))
    kind = "symbol_range" if len(names) == 1 else "multi_symbol"
    return BarRequest(kind, day(first), day(last), names, freq)


def places(payload: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All places in a payload, the payload itself among them."""
    found = [path]
    inner = payload.items() if isinstance(payload, dict) else ()
    inner = enumerate(payload) if isinstance(payload, list) else inner
    for key, value in inner:
        found += places(value, (*path, key))
    return found


@st.composite
def mutated(draw: st.DrawFn, payload: Any) -> bytes:
    """The payload with a few places replaced, taken out or doubled; sometimes cut off."""
    copy = json.loads(json.dumps(payload))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(copy)))
        if not path:
            copy = draw(values)
            break
        parent = copy
        for key in path[:-1]:
            parent = parent[key]
        what = draw(st.sampled_from(["replace", "drop", "double"]))
        if what == "drop":
            del parent[path[-1]]
        elif what == "double" and isinstance(parent, list):
            parent.append(parent[path[-1]])
        else:
            parent[path[-1]] = draw(values)
    body = json.dumps(copy).encode()
    return body[: draw(st.integers(0, len(body)))] if draw(st.integers(0, 4)) == 0 else body


def only_request_errors(read: Callable[[HttpResponse], object], response: HttpResponse) -> None:
    """Read; whatever goes wrong is a RequestError."""
    with contextlib.suppress(RequestError):
        read(response)
