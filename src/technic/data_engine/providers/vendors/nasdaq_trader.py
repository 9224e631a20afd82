"""The directory of symbols that Nasdaq Trader publishes: two text files, no key, no bars.

``nasdaqlisted.txt`` has what Nasdaq lists, ``otherlisted.txt`` what the other exchanges do. Values
stand between bars, and the last line says when the file was made: without it the file was cut off.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from technic.data_engine.interfaces.ceilings import MAX_ROWS_A_PAGE
from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.providers.vendors.http import checked_base_url, endpoint, require_ok
from technic.wording.counts import count_of

__all__ = ["BASE_URL", "FILES", "DirectoryFile", "NasdaqTrader"]

BASE_URL = "https://www.nasdaqtrader.com/dynamic/SymDir"

FILES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "nasdaqlisted": ("Symbol", "Security Name", "Market Category", "Test Issue", "ETF"),
        "otherlisted": (
            "ACT Symbol", "Security Name", "Exchange", "ETF", "Test Issue", "NASDAQ Symbol",
        ),
    }
)  # fmt: skip
"""Each file, and the columns that it has at least."""

_FOOTER = re.compile(rb"File Creation Time: ?(\d{8}\d\d:\d\d)[|\s]*")


@dataclass(frozen=True, slots=True)
class DirectoryFile:
    """One file, as it came; ``made``: when, by New York's clock; ``rows``: of securities."""

    name: str
    made: dt.datetime
    rows: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NasdaqTrader:
    """Where the files are; ``simulated``: whether what they list is made up."""

    base_url: str = BASE_URL
    simulated: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", checked_base_url(self.base_url))

    def file(self, name: str) -> Endpoint[DirectoryFile]:
        """One of ``FILES``."""

        def asked_for(_: str | None) -> HttpRequest:
            return HttpRequest(f"{self.base_url}/{name}.txt")

        return endpoint(f"{name}.txt", asked_for, lambda response: (_read(name, response), None))


def _read(name: str, response: HttpResponse) -> DirectoryFile:
    """Check that an answer is the whole file; BadAnswerError says why it is not."""
    require_ok(response)
    lines = response.body.rstrip().splitlines()
    columns = lines[0].split(b"|") if lines else []
    there = {column.strip().decode("utf-8", "replace") for column in columns}
    missing = [column for column in FILES[name] if column not in there]
    if missing:
        raise BadAnswerError(f"{name}.txt is no directory: it has no column {missing[0]!r}")
    footer = _FOOTER.fullmatch(lines[-1])
    if footer is None:
        what = "was cut off: its last line does not say when it was made"
        raise BadAnswerError(f"{name}.txt {what}")
    rows = lines[1:-1]
    if not 0 < len(rows) <= MAX_ROWS_A_PAGE:
        raise BadAnswerError(f"{name}.txt has {count_of(len(rows), 'row')}")
    for number, row in enumerate(rows, 2):
        if row.count(b"|") != len(columns) - 1:
            raise BadAnswerError(
                f"{name}.txt, line {number}: not {count_of(len(columns), 'value')}"
            )
    return DirectoryFile(name, _moment(name, footer[1].decode()), len(rows), response.body)


def _moment(name: str, text: str) -> dt.datetime:
    try:
        return dt.datetime.strptime(text, "%m%d%Y%H:%M")  # noqa: DTZ007 - New York's, as it stands
    except ValueError:
        raise BadAnswerError(f"{name}.txt was made at {text}, which is no time") from None
