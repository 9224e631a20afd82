"""The fewest HTTP requests that fill the gaps, from what a provider offers. Asks nobody anything.

1. Sessions that the provider cannot answer (older than its history, not yet final, still to come)
   are set aside and counted.
2. A whole-market day (or, for today, a snapshot) covers a column of symbols × sessions, a symbol's
   range a row: ``pages`` finds the cheapest mix, exactly where a range fits one page.
3. Where many symbols can share a request, ``packing`` packs them instead of single rows.
4. What days leave open becomes ranges that begin and end on missing sessions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from technic.data_engine.interfaces.coverage import Gaps
from technic.data_engine.interfaces.requests import KINDS, BarRequest, Capabilities, Frequency, Kind
from technic.data_engine.planning.packing import pack_symbols
from technic.data_engine.planning.pages import PageSize, cheapest_days, fewest_pieces, spans
from technic.errors import ParameterError
from technic.text.short_repr import short_repr
from technic.typing import BoolArray
from technic.wording.counts import count_of

__all__ = ["MINUTES_OF_A_DAY", "Plan", "make_plan"]

MINUTES_OF_A_DAY = 960
"""Trading with the hours before and after the session: what intraday answers may hold."""

MINUTES: Mapping[Frequency, int] = {"1min": 1, "5min": 5, "15min": 15, "30min": 30, "60min": 60}


@dataclass(frozen=True, slots=True)
class Plan:
    """Requests that fill the gaps; days come first, oldest first, then ranges.

    ``by_kind``: HTTP requests of each kind, pages included, every kind named. ``lower_bound``: HTTP
    requests that no plan can go below; ``one_request_per_symbol``: what asking each symbol alone
    would take. ``out_of_reach``: the gaps that no request of this provider can fill.
    ``seconds_at_rate_limit``: requests ÷ documented rate, None where nothing limits it.
    """

    requests: tuple[BarRequest, ...]
    by_kind: Mapping[Kind, int]
    lower_bound: int
    one_request_per_symbol: int
    out_of_reach: Gaps
    seconds_at_rate_limit: float | None

    def __repr__(self) -> str:
        least = f"at least {self.lower_bound:,}"
        return short_repr(self, count_of(self.http_requests, "HTTP request"), least)

    @property
    def http_requests(self) -> int:
        """HTTP requests, pages included."""
        return sum(self.by_kind.values())

    @property
    def gap(self) -> int:
        """HTTP requests above the lower bound; 0 proves that there is no better plan."""
        return self.http_requests - self.lower_bound

    @property
    def unreachable(self) -> int:
        """Cells that no request of this provider can fill."""
        return self.out_of_reach.cells

    def summary(self) -> dict[str, object]:
        """The numbers under the keys that ``technic plan --format json`` promises."""
        return {
            "requests": self.http_requests,
            "lower_bound": self.lower_bound,
            "gap": self.gap,
            "by_kind": dict(self.by_kind),
            "one_request_per_symbol": self.one_request_per_symbol,
            "seconds_at_rate_limit": self.seconds_at_rate_limit,
            "unreachable": self.unreachable,
        }


@dataclass(frozen=True, slots=True)
class _PlannedRequest:
    """A request and the HTTP requests it takes."""

    request: BarRequest
    pages: int


def make_plan(
    gaps: Gaps,
    capabilities: Capabilities,
    today: np.datetime64,
    *,
    freq: Frequency = "daily",
    bars_per_session: int | None = None,
    running: bool = False,
) -> Plan:
    """Plan the fewest HTTP requests for ``gaps``.

    ``today`` is the date in New York when the requests will be made. ``gaps.sessions`` must be an
    unbroken stretch of the calendar, as ranges are counted in it. ``bars_per_session``: bars that
    count towards a page for one symbol and session; left out, 1 for daily bars, else as many as
    fit the day with its early and late hours. ``running``: today's session is not over, so that
    only a snapshot can answer it; once it is over, the day itself is the better answer.
    """
    per_session = _bars_per_session(freq) if bars_per_session is None else bars_per_session
    if per_session < 1:
        raise ParameterError("bars_per_session", per_session, "a whole number from 1")
    page = PageSize(capabilities.bars_per_page, per_session)
    offered = _offered_days(gaps, capabilities, today, freq)
    allowed = _allowed(gaps, capabilities, today)
    if not capabilities.kinds & {"symbol_range", "multi_symbol"}:
        allowed &= offered
    wanted = gaps.where(allowed)
    by_snapshot = running or "market_day" not in capabilities.kinds
    snapshot = today if "snapshot" in capabilities.kinds and by_snapshot else None
    asked, bound = _requests(wanted, capabilities, offered, page, freq, snapshot)
    count: Counter[Kind] = Counter()
    for planned in asked:
        count[planned.request.kind] += planned.pages
    total, rate = count.total(), capabilities.requests_per_minute
    return Plan(
        requests=tuple(planned.request for planned in asked),
        by_kind={kind: count[kind] for kind in KINDS},
        lower_bound=bound,
        one_request_per_symbol=_one_by_one(wanted, page),
        out_of_reach=gaps.where(~allowed),
        seconds_at_rate_limit=None if rate is None else total * 60 / rate,
    )


def _bars_per_session(freq: Frequency) -> int:
    return 1 if freq == "daily" else MINUTES_OF_A_DAY // MINUTES[freq]


def _allowed(gaps: Gaps, capabilities: Capabilities, today: np.datetime64) -> BoolArray:
    """Sessions within the provider's history: not too old, not still to come."""
    allowed = gaps.sessions <= today if capabilities.same_day else gaps.sessions < today
    if capabilities.history_days is not None:
        allowed &= gaps.sessions >= today - np.timedelta64(capabilities.history_days, "D")
    return allowed


def _offered_days(
    gaps: Gaps, capabilities: Capabilities, today: np.datetime64, freq: Frequency
) -> BoolArray:
    """Sessions that one request can answer for the whole market."""
    if freq != "daily":
        return np.zeros(len(gaps.sessions), bool)
    days = np.full(len(gaps.sessions), "market_day" in capabilities.kinds)
    if "snapshot" in capabilities.kinds:
        days |= gaps.sessions == today
    return days & _allowed(gaps, capabilities, today)


def _requests(
    wanted: Gaps,
    capabilities: Capabilities,
    offered: BoolArray,
    page: PageSize,
    freq: Frequency,
    snapshot: np.datetime64 | None,
) -> tuple[list[_PlannedRequest], int]:
    """Return the requests and the lower bound of the HTTP requests."""
    if not wanted.groups:
        return [], 0
    if "multi_symbol" in capabilities.kinds:
        most = capabilities.symbols_per_request
        days, bundles, bound = pack_symbols(wanted.missing, wanted.sizes, offered, page, most)
        names, sessions = wanted.symbols, wanted.sessions
        ranges = [
            _PlannedRequest(
                BarRequest(
                    "multi_symbol",
                    sessions[bundle.first],
                    sessions[bundle.last],
                    tuple(names[member] for member in bundle.members),
                    freq,
                ),
                bundle.pages,
            )
            for bundle in bundles
        ]
    elif "symbol_range" in capabilities.kinds:
        days, bound = cheapest_days(wanted.missing, wanted.sizes, offered, page)
        ranges = _single_ranges(wanted.where(~days), page, freq)
    else:
        days, ranges = np.asarray(wanted.missing.any(axis=0), bool), []
        bound = int(np.count_nonzero(days))
    asked = [
        _PlannedRequest(BarRequest("snapshot" if day == snapshot else "market_day", day, day), 1)
        for day in wanted.sessions[days]
    ]
    return asked + ranges, bound


def _single_ranges(left: Gaps, page: PageSize, freq: Frequency) -> list[_PlannedRequest]:
    """One symbol's ranges each, group by group."""
    return [
        _PlannedRequest(
            BarRequest("symbol_range", left.sessions[first], left.sessions[last], (symbol,), freq),
            pages,
        )
        for group, missing in zip(left.groups, left.missing, strict=True)
        for first, last, pages in fewest_pieces(np.flatnonzero(missing), page)
        for symbol in group
    ]


def _one_by_one(wanted: Gaps, page: PageSize) -> int:
    """HTTP requests if each symbol with gaps were asked alone, from its first to its last."""
    if not wanted.groups:
        return 0
    first, last = spans(wanted.missing)
    pages = -(-(last - first + 1) * page.per_session // page.bars)
    return int(wanted.sizes @ pages)
