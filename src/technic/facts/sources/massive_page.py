"""Pages of Massive's answers: rows with the fields that are of use, and where the next page is."""

from __future__ import annotations

import math
from typing import TypeVar

import msgspec
import numpy as np

from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.sources.forms import days_of
from technic.facts.sources.lists import read_list
from technic.text.outside import could_be_symbol
from technic.universe.symbols import canonical

__all__ = ["SOURCE", "day_of", "number_of", "read_page", "symbol_of"]

SOURCE = "massive"
GOOD = ("OK", "DELAYED", None)

NO_ROWS = msgspec.Raw(b"[]")

Row = TypeVar("Row")


class _Page(msgspec.Struct):
    status: str | None = None
    results: msgspec.Raw = NO_ROWS
    next_url: str | None = None


def read_page(body: bytes, kind: type[Row]) -> tuple[list[Row | None], str | None]:
    """Read rows and the address of the next page, None for a row that is broken.

    Raises BadAnswerError for what is no such page.
    """
    try:
        page = msgspec.json.decode(body, type=_Page)
        results = NO_ROWS if bytes(page.results) == b"null" else page.results
        rows = read_list(results, msgspec.json.Decoder(list[kind]).decode, kind)  # type: ignore[valid-type]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(f"not the JSON expected: {error}") from error
    if page.status not in GOOD:
        raise BadAnswerError(f"status {page.status!r} in a good answer")
    return rows, page.next_url


def symbol_of(ticker: str | None) -> str | None:
    """Return a ticker's canonical form, None for what could be none."""
    text = ticker or ""
    return canonical(text, "cqs") if could_be_symbol(text) else None


def number_of(value: float | None) -> float | None:
    """Return a finite number, None for anything else."""
    return value if value is not None and math.isfinite(value) else None


def day_of(text: str | None) -> np.datetime64 | None:
    """Return a day, None for what is none."""
    day = days_of([text])[0]
    return None if np.isnat(day) else np.datetime64(day, "D")
