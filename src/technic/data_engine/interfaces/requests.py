"""What can be asked of a provider, what it promises, what it answers, how it fails.

A ``BarRequest`` is one thing to ask (which may take several pages of HTTP); ``Capabilities`` say
which kinds a provider offers and within which limits, so that a plan can be made without asking.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from technic.panel import LongBars

__all__ = [
    "FREQUENCIES",
    "KINDS",
    "AccountRefusedError",
    "BadAnswerError",
    "BadBarsError",
    "BarRequest",
    "Capabilities",
    "Frequency",
    "Kind",
    "NotYetError",
    "Page",
    "PlanLimitError",
    "RefusedError",
    "RequestError",
    "ThrottledError",
    "UnavailableError",
    "UnknownSymbolError",
]

Kind = Literal["symbol_range", "multi_symbol", "market_day", "snapshot"]
"""One symbol's range, many symbols' range, the whole market on one day, the current session."""

KINDS: tuple[Kind, ...] = get_args(Kind)

Frequency = Literal["daily", "1min", "5min", "15min", "30min", "60min"]

FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)


LATE_TRADING_ENDS = dt.timedelta(hours=4)
"""After the close: at 20:00 in New York a day's bar has all its volume."""


@dataclass(frozen=True, slots=True)
class BarRequest:
    """One thing to ask: bars of ``symbols`` (none: the whole market) from ``first`` to ``last``.

    Both days are sessions and included. ``market_day`` and ``snapshot`` have ``first == last``.
    """

    kind: Kind
    first: np.datetime64
    last: np.datetime64
    symbols: tuple[str, ...] = ()
    freq: Frequency = "daily"

    @property
    def label(self) -> str:
        """Short text for messages: ``AAPL 2024-01-02…2024-03-08``, ``market 2024-03-08``."""
        who = "market" if not self.symbols else self.symbols[0]
        if len(self.symbols) > 1:
            who += f"+{len(self.symbols) - 1}"
        when = str(self.first) if self.first == self.last else f"{self.first}…{self.last}"
        return f"{who} {when}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider offers with the user's plan.

    ``bars_per_page``: bars that one HTTP answer holds for ``symbol_range`` and ``multi_symbol``
    (over all its symbols). ``symbols_per_request``: most symbols of a ``multi_symbol`` request.
    ``history_days``: calendar days before today that may be asked, None for all.
    ``requests_per_minute``: None where nothing limits it. ``max_concurrent``: requests in flight.
    ``same_day``: whether a session can be asked once it has closed, on its own day.
    ``least_market_rows``: a whole-market day with fewer rows is not an answer. ``final_after``:
    this long after its close a session is surely complete; what is missing before is asked again.
    """

    kinds: frozenset[Kind]
    bars_per_page: int = 50_000
    symbols_per_request: int = 1
    history_days: int | None = None
    requests_per_minute: float | None = None
    max_concurrent: int = 50
    same_day: bool = True
    least_market_rows: int = 100
    intraday: bool = False
    final_after: dt.timedelta = LATE_TRADING_ENDS


@dataclass(frozen=True, slots=True)
class Page:
    """One HTTP answer, read: its bars, and the cursor of the next page if there is one.

    ``bars`` holds what the answer holds: duplicates and NaN are the caller's to judge.
    """

    bars: LongBars
    next_cursor: str | None = None


class RequestError(Exception):
    """Why one request failed; ``reason`` is the ledger's code (``fetch.<reason>``)."""

    reason = "failed"

    def __init__(self, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail, retry_after)
        self.detail, self.retry_after = detail, retry_after

    def __str__(self) -> str:
        return self.detail


class ThrottledError(RequestError):
    """Over the rate limit (429, or a 200 that says so); ``retry_after`` in seconds if told."""

    reason = "throttled"


class UnavailableError(RequestError):
    """A passing fault: 5xx, connection reset, timeout. Worth another try."""

    reason = "unavailable"


class BadAnswerError(RequestError):
    """An answer that is no data: truncated, wrong type, wrong shape, too few rows. Worth a try."""

    reason = "bad_answer"


class BadBarsError(BadAnswerError):
    """The bars of one symbol cannot be right; the others can be had without it."""

    def __init__(self, symbol: str, detail: str) -> None:
        super().__init__(detail)
        self.args = (symbol, detail)
        self.symbol = symbol


class RefusedError(RequestError):
    """The provider will not give this (403, 400, 404); asking again is vain.

    Whether the symbol, the request or the account is at fault, its status does not say.
    """

    reason = "refused"


class AccountRefusedError(RefusedError):
    """The provider gives nothing to this account now: key, subscription or the day's allowance."""

    reason = "account_refused"


class PlanLimitError(RefusedError):
    """The user's plan leaves this out, and nothing is wrong with the symbol."""

    reason = "plan_limit"


class NotYetError(RefusedError):
    """The provider has the session later; nothing is wrong with the symbol or the account."""

    reason = "not_yet"


class UnknownSymbolError(RequestError):
    """The provider does not know a symbol; in a multi-symbol request it must be taken out."""

    reason = "unknown_symbol"

    def __init__(self, symbol: str, detail: str = "") -> None:
        super().__init__(detail or f"unknown symbol {symbol}")
        self.args = (symbol, detail)
        self.symbol = symbol
