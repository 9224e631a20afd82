"""Reference data in Polygon's format: tickers, their changes, splits, dividends, market status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from technic.data_engine.interfaces.transport import HttpResponse
from technic.loopback.polygon_format import (
    PolygonFormat,
    failed,
    not_found,
    with_cursor,
)
from technic.loopback.vendor_plans import WireOptions
from technic.loopback.wire import (
    Call,
    Route,
    as_day,
    as_number,
    encode_cursor,
    filter_rows,
    json_reply,
    sort_rows,
)
from technic.loopback.world import World

__all__ = ["PolygonReference"]

TYPES = {
    "common": "CS", "adr": "ADRC", "etf": "ETF", "closed_end_fund": "FUND", "preferred": "PFD",
    "warrant": "WARRANT", "unit": "UNIT", "right": "RIGHT", "note": "SP", "test_issue": "OTHER",
}  # fmt: skip
EXCHANGES = {"NASDAQ": "XNAS", "NYSE": "XNYS", "AMEX": "XASE", "NYSE ARCA": "ARCX"}
UNTYPED = (97, 13)
"""Every 97th row lacks its type, as happens at the vendor."""

TICKER_FIELDS = ("ticker", "type", "market", "exchange", "active")
SPLIT_FIELDS = ("ticker", "execution_date", "adjustment_type", "reverse_split")
DIVIDEND_FIELDS = ("ticker", "ex_dividend_date", "distribution_type", "frequency")


class PolygonReference:
    """Answers for everything that is no bar."""

    def __init__(self, world: World, options: WireOptions) -> None:
        self._world, self._options = world, options
        self._format = PolygonFormat(world, options)
        self._tickers: tuple[tuple[object, ...], list[dict[str, Any]]] = ((), [])

    def routes(self) -> list[Route]:
        """Return what this answers."""
        tickers = ("v3", "reference", "tickers")
        paths: dict[str, tuple[tuple[str, ...], Callable[..., HttpResponse]]] = {
            "tickers": (tickers, self.tickers),
            "ticker": ((*tickers, "*"), self.ticker),
            "events": (("vX", "reference", "tickers", "*", "events"), self.events),
            "splits": (("stocks", "v1", "splits"), self.splits),
            "dividends": (("stocks", "v1", "dividends"), self.dividends),
            "old_splits": (("v3", "reference", "splits"), self.old_splits),
            "old_dividends": (("v3", "reference", "dividends"), self.old_dividends),
            "ratios": (("stocks", "financials", "v1", "ratios"), self.ratios),
            "market_status": (("v1", "marketstatus", "now"), self.status),
        }
        return [Route(name, "polygon", path, answer) for name, (path, answer) in paths.items()]

    def tickers(self, call: Call) -> HttpResponse:
        """Answer ``/v3/reference/tickers``, page by page; ``date`` lists what was listed then."""
        query = {"active": "true", **with_cursor(call)}
        rows = self._rows_on(query.get("date"), call.path)
        if query.get("search"):
            wanted = query["search"].lower()
            rows = [row for row in rows if wanted in f"{row['ticker']} {row['name']}".lower()]
        query = {("primary_" + name if name == "exchange" else name): value
                 for name, value in query.items()}  # fmt: skip
        fields = (*TICKER_FIELDS, "primary_exchange")
        return self._page(call, query, filter_rows(rows, query, fields), "ticker.asc", (100, 1000))

    def ticker(self, call: Call, ticker: str) -> HttpResponse:
        """Answer ``/v3/reference/tickers/{ticker}``: one ticker with its market value."""
        rows = self._rows_on(call.query.get("date"), call.path)
        row = next((row for row in rows if row["ticker"] == ticker and row["active"]), None)
        if row is None:
            raise not_found("Ticker not found.", call.path)
        at = self._world.spans(ticker)[-1].row
        cap = float(self._world.market_caps[at])
        known = {"market_cap": cap} if cap == cap else {}
        listed = str(self._world.sessions[self._world.first[at]])
        results = {**row, **known, "list_date": listed, "round_lot": 100, "ticker_root": ticker}
        return json_reply(self._format.listing([], call.path, {"results": results}))

    def events(self, call: Call, ticker: str) -> HttpResponse:
        """Answer ``/vX/reference/tickers/{ticker}/events``: under which tickers it has traded."""
        world = self._world
        spans = world.spans(ticker)
        if not spans:
            raise not_found("Data not found.", call.path)
        row = spans[-1].row
        changes = [(rename.position, rename.new) for rename in world.renames
                   if rename.row == row and rename.position <= world.now_position]  # fmt: skip
        start = (int(world.first[row]), world.market.securities.symbol[row])
        events = [
            {"type": "ticker_change", "date": str(world.sessions[at]),
             "ticker_change": {"ticker": name}}
            for at, name in [*reversed(changes), start]
        ]  # fmt: skip
        results = {"name": world.descriptions["company"][row], "composite_figi": _figi(row),
                   "events": events}  # fmt: skip
        return json_reply(self._format.listing([], call.path, {"results": results}))

    def splits(self, call: Call) -> HttpResponse:
        """Answer ``/stocks/v1/splits``."""
        rows = filter_rows(self._splits(), query := with_cursor(call), SPLIT_FIELDS)
        return self._page(call, query, rows, "execution_date.desc", (100, 5000))

    def old_splits(self, call: Call) -> HttpResponse:
        """Answer ``/v3/reference/splits``, which the vendor calls deprecated."""
        query = with_cursor(call)
        rows = self._splits()
        for row in rows:
            row["reverse_split"] = row["adjustment_type"] == "reverse_split"
        rows = filter_rows(rows, query, SPLIT_FIELDS)
        names = ("id", "ticker", "execution_date", "split_from", "split_to")
        rows = [{name: row[name] for name in names} for row in rows]
        return self._page(call, query, rows, "execution_date.desc", (10, 1000))

    def dividends(self, call: Call) -> HttpResponse:
        """Answer ``/stocks/v1/dividends``."""
        query = with_cursor(call)
        rows = filter_rows(self._dividends(query), query, DIVIDEND_FIELDS)
        return self._page(call, query, rows, "ticker.asc", (100, 5000))

    def old_dividends(self, call: Call) -> HttpResponse:
        """Answer ``/v3/reference/dividends``, which the vendor calls deprecated."""
        query = with_cursor(call)
        rows = filter_rows(self._dividends(query), query, DIVIDEND_FIELDS)
        names = ("id", "ticker", "ex_dividend_date", "cash_amount", "currency", "frequency")
        rows = [{**{name: row[name] for name in names}, "dividend_type": "CD"} for row in rows]
        return self._page(call, query, rows, "ex_dividend_date.desc", (10, 1000))

    def ratios(self, call: Call) -> HttpResponse:
        """Answer ``/stocks/financials/v1/ratios`` as far as it holds market values."""
        query, world = with_cursor(call), self._world
        names, caps = world.symbols_on(world.now_position), world.market_caps.tolist()
        rows = [
            {
                "ticker": names[at],
                "date": str(world.sessions[world.now_position]),
                "market_cap": cap,
            }
            for at, cap in enumerate(caps)
            if cap == cap and world.is_listed(at, world.now_position)
        ]
        rows = filter_rows(rows, query, ("ticker", "market_cap"))
        return self._page(call, query, rows, "ticker.asc", (100, 50_000))

    def status(self, _call: Call) -> HttpResponse:
        """Answer ``/v1/marketstatus/now``."""
        world = self._world
        trades = world.position(world.today) is not None
        phase = {"pre_open": "extended-hours", "open": "open", "closed": "closed"}[world.phase]
        market = phase if trades else "closed"
        exchanges = dict.fromkeys(("nyse", "nasdaq", "otc"), market)
        early = {"earlyHours": trades and world.phase == "pre_open", "afterHours": False}
        return json_reply({"market": market, "serverTime": world.now.isoformat(), **early,
                           "exchanges": exchanges, "currencies": {}})  # fmt: skip

    # --- rows

    def _rows_on(self, date: str | None, path: str) -> list[dict[str, Any]]:
        """Every ticker there was up to a day, by ticker; ``active`` is told as of that day."""
        world, day = self._world, None
        if date is not None:
            day = as_day(date)
            if day is None:
                raise failed(400, f"Could not parse the date {date!r}", path)
        at = world.now_position
        if day is not None:
            at = min(at, int(world.sessions.searchsorted(day, side="right")) - 1)
        key = (at, world.edition)
        if self._tickers[0] != key:
            names = sorted(name for name in world.all_symbols if self._began(name, at))
            self._tickers = (key, [self._ticker_row(name, at) for name in names])
        return self._tickers[1]

    def _began(self, name: str, position: int) -> bool:
        spans = self._world.spans(name)
        return any(
            span.first <= position and self._world.first[span.row] <= position for span in spans
        )

    def _ticker_row(self, name: str, position: int) -> dict[str, Any]:
        world = self._world
        span = world.spans(name)[-1]
        row, entry = (
            span.row,
            {key: values[span.row] for key, values in world.descriptions.items()},
        )
        stop = min(span.stop, int(world.stop[row]))
        found: dict[str, Any] = {
            "ticker": name, "name": entry["company"], "market": "stocks", "locale": "us",
            "primary_exchange": EXCHANGES[entry["exchange"] or ""], "currency_name": "usd",
            "active": position < stop, "composite_figi": _figi(row),
            "cik": f"{row + 1_000_000:010d}",
            "last_updated_utc": f"{world.sessions[position]}T00:00:00Z",
        }  # fmt: skip
        if row % UNTYPED[0] != UNTYPED[1]:
            found["type"] = TYPES[entry["type"] or ""]
        if position >= stop:
            found["delisted_utc"] = f"{world.sessions[stop - 1]}T00:00:00Z"
        return found

    def _splits(self) -> list[dict[str, Any]]:
        world = self._world
        found = []
        for split in world.actions.splits(world.now_position):
            ratio = split.split_to / split.split_from
            kind = "forward_split" if ratio > 1 else "reverse_split"
            names = world.symbols_on(split.position)
            found.append({
                "id": f"S{split.row:04d}{split.position:05d}", "ticker": names[split.row],
                "execution_date": str(world.sessions[split.position]),
                "split_from": float(split.split_from), "split_to": float(split.split_to),
                "adjustment_type": kind, "historical_adjustment_factor": split.factor,
            })  # fmt: skip
        return found

    def _dividends(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        world = self._world
        low, high = 0, len(world.sessions)
        for key, value in query.items():
            day = as_day(value)
            if key.partition(".")[0] == "ex_dividend_date" and day is not None:
                if not key.endswith((".lt", ".lte")):
                    low = int(world.sessions.searchsorted(day))
                if not key.endswith((".gt", ".gte")):
                    high = int(world.sessions.searchsorted(day, side="right"))
        names, found = world.symbols_on(world.now_position), []
        for paid in world.actions.dividends(low, high, world.now_position):
            ex_date = str(world.sessions[paid.position])
            found.append({
                "id": f"D{paid.row:04d}{paid.position:05d}", "ticker": names[paid.row],
                "ex_dividend_date": ex_date, "record_date": ex_date, "pay_date": ex_date,
                "cash_amount": paid.amount, "split_adjusted_cash_amount": paid.amount,
                "currency": "USD", "frequency": 4, "distribution_type": "recurring",
                "historical_adjustment_factor": 1.0,
            })  # fmt: skip
        return found

    # --- pages

    def _page(
        self,
        call: Call,
        query: Mapping[str, str],
        rows: list[dict[str, Any]],
        sort: str,
        limits: tuple[int, int],
    ) -> HttpResponse:
        """Sort rows, cut out the page that a query asks for, and say where the next one is."""
        limit = as_number(query.get("limit", str(limits[0])), 1, limits[1])
        offset = as_number(query.get("offset", "0"), 0, 10**9)
        if limit is None or offset is None:
            raise failed(400, f"limit is a number from 1 to {limits[1]}", call.path)
        field, _, direction = query.get("sort", sort).partition(".")
        default = sort.partition(".")[2] if "sort" not in query else "asc"
        down = (direction or query.get("order") or default) == "desc"
        page = sort_rows(rows, field, descending=down)[offset : offset + limit]
        extra: dict[str, object] = {}
        if offset + limit < len(rows):
            cursor = encode_cursor({**query, "offset": offset + limit})
            extra["next_url"] = f"{self._options.next_host}{call.path}?cursor={cursor}"
        return json_reply(self._format.listing(page, call.path, {**extra, "count": len(page)}))


def _figi(row: int) -> str:
    return f"BBG{row:09d}"
