"""What the user says about files whose layout nobody can tell: names, dates, symbols."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from technic.errors import ParameterError
from technic.tables.column_names import BENCHMARK, PRICES, UNIVERSE

__all__ = ["UNITS", "FileOptions"]

UNITS = {"dollars": 1.0, "thousands": 1e3, "millions": 1e6, "billions": 1e9}
FIELDS = tuple(dict.fromkeys((*PRICES, *BENCHMARK, *UNIVERSE)))
MAX_LENGTH = 500
_TRIED = dt.date(2003, 11, 25)
"""A day that no two formats read alike: year, month, day and their order differ."""


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What was said, checked.

    ``columns``: the file's own name of each of our columns; ``date_format``: as strptime reads
    it; ``symbol_from``: what of a file's name is its symbol; ``market_cap_unit``: one of
    ``UNITS``.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    date_format: str | None = None
    symbol_from: re.Pattern[str] | None = None
    market_cap_unit: str | None = None

    @classmethod
    def of(
        cls,
        columns_map: str | None = None,
        date_format: str | None = None,
        symbol_from: str | None = None,
        market_cap_unit: str | None = None,
    ) -> FileOptions:
        """Check what was typed; ParameterError names what is allowed."""
        for name, text in (
            ("columns_map", columns_map), ("date_format", date_format), ("symbol_from", symbol_from)
        ):  # fmt: skip
            if text is not None and (not isinstance(text, str) or len(text) > MAX_LENGTH):
                raise ParameterError(name, text, f"text of up to {MAX_LENGTH} characters")
        if market_cap_unit is not None and market_cap_unit not in UNITS:
            raise ParameterError("market_cap_unit", market_cap_unit, ", ".join(UNITS))
        return cls(
            _columns(columns_map), _date_format(date_format), _pattern(symbol_from), market_cap_unit
        )


def _columns(text: str | None) -> dict[str, str]:
    """Read ``date=Datum,close=Schluss``."""
    columns: dict[str, str] = {}
    for part in (text or "").split(","):
        ours, equals, theirs = (piece.strip() for piece in part.partition("="))
        if not part.strip():
            continue
        if not equals or not theirs or ours not in FIELDS or ours in columns:
            what = f"OURS=THEIRS,... such as date=Datum,close=Schluss; ours are {', '.join(FIELDS)}"
            raise ParameterError("columns_map", text, what, f"{part.strip()!r} is not of that form")
        columns[ours] = theirs
    return columns


def _date_format(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        read = dt.datetime.strptime(_TRIED.strftime(text), text).replace(tzinfo=dt.UTC)
        good = read.date() == _TRIED
    except ValueError:
        good = False
    if not good:
        what = "a format with day, month and year, such as %d.%m.%Y or %m/%d/%y"
        raise ParameterError("date_format", text, what)
    return text


def _pattern(text: str | None) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        pattern = re.compile(text)
    except re.error as error:
        what = "a regular expression with one group, such as '^prices_(.+)$'"
        raise ParameterError("symbol_from", text, what, f"it is none: {error}") from error
    if pattern.groups != 1:
        what = "a regular expression with one group, the symbol, such as '^prices_(.+)$'"
        raise ParameterError("symbol_from", text, what)
    return pattern
