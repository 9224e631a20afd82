"""Symbols, moments, page tokens and refusals of Alpaca's format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from technic.errors import ParameterError
from technic.loopback.vendor_plans import WireOptions
from technic.loopback.wire import Call, WireError, as_day, as_number
from technic.loopback.world import NEW_YORK, Span, World
from technic.universe.symbols import format_symbol, parse

__all__ = ["AlpacaFormat", "alpaca_name", "bad_request", "limit_of", "moment"]

FEEDS = ("sip", "iex", "delayed_sip", "otc", "boats", "overnight")
RECENT = dt.timedelta(minutes=15)


class AlpacaFormat:
    """What the answers of one key have in common: symbols, and what the plan lets see."""

    def __init__(self, world: World, options: WireOptions) -> None:
        self._world, self._options = world, options
        self._names: tuple[int, dict[str, str]] = (-1, {})

    def canonical(self, name: str) -> str | None:
        """Return our spelling of a symbol the vendor knows today; None for any other."""
        world = self._world
        if self._names[0] != world.edition:
            names = {alpaca_name(symbol): symbol for symbol in world.all_symbols}
            self._names = (world.edition, names)
        symbol = self._names[1].get(name)
        if symbol is None:
            return None
        begun = (max(span.first, int(world.first[span.row])) for span in world.spans(symbol))
        return symbol if min(begun) <= world.now_position else None

    def asked(self, call: Call) -> dict[str, str]:
        """Symbols of a request, the vendor's to ours; the first unknown one fails all of them."""
        names = [name for name in call.query.get("symbols", "").split(",") if name]
        if not names:
            raise bad_request("symbols is required")
        found = {}
        for name in dict.fromkeys(names):
            symbol = self.canonical(name)
            if symbol is None:
                raise bad_request(f"invalid symbol: {name}")
            found[name] = symbol
        return found

    def spans(self, symbol: str, asof: str | None) -> Sequence[Span]:
        """What counts as the history of a symbol, as it is known on the day ``asof``.

        Its owner on that day takes the bars from before a change of symbol along; ``-`` means
        nobody does.
        """
        world = self._world
        spans = world.spans(symbol)
        if asof == "-":
            return spans
        at = world.now_position
        if asof:
            day = as_day(asof)
            if day is None:
                raise bad_request(f"invalid asof: {asof}")
            at = int(world.sessions.searchsorted(day, side="right")) - 1
        owners = [span for span in spans if span.first <= at < span.stop]
        return [Span(owner.row, 0, len(world.sessions)) for owner in owners] or spans

    def require_plan(self, call: Call, end: dt.datetime) -> None:
        """Refuse an unknown feed, and the last minutes of all exchanges without a subscription."""
        feed = call.query.get("feed", "sip")
        if feed not in FEEDS:
            raise bad_request(f"invalid feed: {feed}")
        recent = end > self._world.now - RECENT
        if recent and feed == "sip" and not self._options.alpaca.recent:
            text = "subscription does not permit querying recent SIP data"
            raise WireError(403, {"message": text})


def alpaca_name(symbol: str) -> str:
    """Return the vendor's spelling of a canonical symbol; its own where none is known."""
    try:
        return format_symbol(parse(symbol), "alpaca")
    except ParameterError:
        return symbol


def bad_request(text: str) -> WireError:
    """Return a 400 in the vendor's words."""
    return WireError(400, {"message": text})


def limit_of(query: Mapping[str, str], default: int, highest: int) -> int:
    """Rows that a page may hold."""
    limit = as_number(query.get("limit", str(default)), 1, highest)
    if limit is None:
        raise bad_request(f"invalid limit: {query['limit']}")
    return limit


def moment(text: str | None, default: dt.datetime, time: dt.time) -> dt.datetime:
    """Read a day (``time`` of it in New York counts) or a moment; without a zone it is UTC."""
    if not text:
        return default
    try:
        if len(text) == len("2026-06-30"):
            return dt.datetime.combine(dt.date.fromisoformat(text), time, NEW_YORK)
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f"invalid time: {text}") from None
    return read if read.tzinfo else read.replace(tzinfo=dt.UTC)
