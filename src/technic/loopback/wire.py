"""What the vendors' formats share: a request taken apart, routes, refusals, pages of a list."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import msgspec
import numpy as np

from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse

__all__ = [
    "JSON",
    "Call",
    "Route",
    "Routes",
    "WireError",
    "as_day",
    "as_number",
    "decode_cursor",
    "encode_cursor",
    "filter_rows",
    "json_reply",
    "sort_rows",
]

JSON = "application/json"
_encode = msgspec.json.Encoder().encode
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "": lambda value, bound: value == bound,
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
    "any_of": lambda value, bounds: value in bounds.split(","),
}


class WireError(Exception):
    """An answer that is not 200; ``payload`` is its JSON body."""

    def __init__(self, status: int, payload: Mapping[str, object]) -> None:
        super().__init__(status, payload)
        self.status, self.payload = status, payload


@dataclass(frozen=True, slots=True)
class Call:
    """A request taken apart: path segments, query, headers with names in lower case, body."""

    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def of(cls, request: HttpRequest) -> Call:
        """Take a request apart."""
        _, _, path, query, _ = urlsplit(request.url)
        params = dict(parse_qsl(query, keep_blank_values=True))
        params.update(request.params)
        headers = {name.lower(): value for name, value in request.headers.items()}
        parts = tuple(unquote(part) for part in path.strip("/").split("/"))
        return cls(request.method, parts, params, headers, request.body)

    @property
    def path(self) -> str:
        """The path, with a slash before it."""
        return "/" + "/".join(self.parts)


@dataclass(frozen=True, slots=True)
class Route:
    """A path with ``*`` for what varies, and the function that answers it.

    The function gets the call and the varying segments; it raises WireError for refusals.
    """

    name: str
    vendor: str
    pattern: tuple[str, ...]
    answer: Callable[..., HttpResponse]

    def arguments(self, parts: tuple[str, ...]) -> list[str] | None:
        """Return the varying segments of a path, None where it is another one."""
        found = []
        for wanted, part in zip(self.pattern, parts, strict=True):
            if wanted == "*":
                found.append(part)
            elif wanted != part:
                return None
        return found


class Routes:
    """All routes, found by the number of segments and then by comparing."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_length: dict[int, list[Route]] = {}
        for route in routes:
            self._by_length.setdefault(len(route.pattern), []).append(route)

    def find(self, parts: tuple[str, ...]) -> tuple[Route, list[str]] | None:
        """Return the route of a path and its varying segments."""
        for route in self._by_length.get(len(parts), ()):
            arguments = route.arguments(parts)
            if arguments is not None:
                return route, arguments
        return None


def json_reply(
    payload: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Answer with JSON; NaN becomes null."""
    body = payload if isinstance(payload, bytes) else _encode(payload)
    return HttpResponse(status, {"content-type": JSON, **(headers or {})}, body)


def as_day(text: str) -> np.datetime64 | None:
    """Read ``YYYY-MM-DD``; None for anything else."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        day = np.datetime64(text, "D")
    except ValueError:
        return None
    return None if np.isnat(day) else day


def as_number(text: str, low: int, high: int) -> int | None:
    """Read a whole number between two bounds; None for anything else."""
    try:
        value = int(text)
    except ValueError:
        return None
    return value if low <= value <= high else None


def encode_cursor(values: Mapping[str, object]) -> str:
    """Pack values into a cursor that says nothing to people."""
    return base64.urlsafe_b64encode(urlencode(values).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> dict[str, str] | None:
    """Unpack what ``encode_cursor`` packed; None for anything else."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    values = dict(parse_qsl(text, keep_blank_values=True))
    return values or None


def filter_rows(
    rows: Iterable[dict[str, Any]], query: Mapping[str, str], fields: Sequence[str]
) -> list[dict[str, Any]]:
    """Rows that pass the filters of a query: ``field=…``, ``field.gte=…``, ``field.any_of=…``.

    A row without the field never passes a filter on it.
    """
    result = list(rows)
    for key, bound in query.items():
        field, _, suffix = key.partition(".")
        if field in fields and suffix in COMPARISONS:
            passes, value = COMPARISONS[suffix], _same_type(bound, field, result)
            result = [row for row in result if field in row and passes(row[field], value)]
    return result


def _same_type(bound: str, field: str, rows: Sequence[dict[str, Any]]) -> object:
    """Read a bound as what the field holds: text, a truth value or a number."""
    sample = next((row[field] for row in rows if field in row), "")
    if isinstance(sample, bool):
        return bound.lower() == "true"
    if isinstance(sample, int | float):
        try:
            return float(bound)
        except ValueError:
            return math.nan
    return bound


def sort_rows(rows: list[dict[str, Any]], field: str, *, descending: bool) -> list[dict[str, Any]]:
    """Sort by a field, rows without it last; ties keep their order."""
    having = [row for row in rows if field in row]
    having.sort(key=lambda row: row[field], reverse=descending)
    return having + [row for row in rows if field not in row]
