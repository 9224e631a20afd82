"""The simulated market as Nasdaq Trader's two directories of symbols; needs no key.

What is listed on the current day, each as the real files spell it: flags for ETFs and test issues,
three spellings of what other exchanges list, and a last line that says when the file was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from technic.data_engine.interfaces.transport import HttpResponse
from technic.loopback.wire import Call, Route
from technic.loopback.world import World
from technic.universe.symbols import format_symbol, parse

__all__ = ["Directory"]

NASDAQ = (
    "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares"
)
OTHER = "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol"
CODES = {"NYSE": "N", "AMEX": "A", "NYSE ARCA": "P"}
CATEGORIES = "QGS"
STATUSES = {11: "D", 17: "E", 23: "H"}
"""Every 97th row of Nasdaq's, by its remainder, is deficient, delinquent or both."""
DESCRIBED = ("company", "type", "exchange")
PLAIN_TEXT = {"content-type": "text/plain"}


class Directory:
    """Answers for ``/dynamic/SymDir/*.txt``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return what this answers."""
        return [
            Route(name, "nasdaqtrader", ("dynamic", "SymDir", f"{name}.txt"), answer)
            for name, answer in (
                ("nasdaqlisted", partial(self._answer, NASDAQ, self._nasdaq)),
                ("otherlisted", partial(self._answer, OTHER, self._other)),
            )
        ]

    def _answer(self, header: str, rows: Callable[[], Iterator[str]], _call: Call) -> HttpResponse:
        made = f"File Creation Time: {self._world.now:%m%d%Y%H:%M}"
        last = made + "|" * header.count("|")
        lines = [header, *sorted(rows(), key=lambda line: line.split("|")), last, ""]
        return HttpResponse(200, PLAIN_TEXT, "\r\n".join(lines).encode())

    def _nasdaq(self) -> Iterator[str]:
        for row, symbol, name, kind, exchange in self._listed():
            if exchange == "NASDAQ":
                category = CATEGORIES[row % len(CATEGORIES)]
                status = STATUSES.get(row % 97, "N")
                flags = _flag(kind == "test_issue"), _flag(kind == "etf")
                yield f"{symbol}|{name}|{category}|{flags[0]}|{status}|100|{flags[1]}|N"

    def _other(self) -> Iterator[str]:
        for _, symbol, name, kind, exchange in self._listed():
            if exchange in CODES:
                parts = parse(symbol, "cqs")
                act, nasdaq = format_symbol(parts, "act"), format_symbol(parts, "nasdaq")
                flags = _flag(kind == "etf"), _flag(kind == "test_issue")
                yield (
                    f"{act}|{name}|{CODES[exchange]}|{symbol}|{flags[0]}|100|{flags[1]}|{nasdaq}"
                )

    def _listed(self) -> Iterator[tuple[int, str, str, str, str]]:
        """Yield row, symbol, name, kind and exchange of what is listed today."""
        world, at = self._world, self._world.now_position
        names, said = world.symbols_on(at), world.descriptions
        for row in range(len(world.market)):
            if world.is_listed(row, at):
                name, kind, exchange = (said[what][row] or "" for what in DESCRIBED)
                yield row, names[row], name, kind, exchange


def _flag(value: bool) -> str:
    return "Y" if value else "N"
