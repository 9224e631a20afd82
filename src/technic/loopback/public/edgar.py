"""The simulated market's companies as SEC's EDGAR shows them: who files, what, with which facts.

No key, but who asks has to say who he is: a User-Agent with a name and an address, else 403.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from technic.data_engine.interfaces.transport import HttpResponse
from technic.loopback.public.filers import Filers
from technic.loopback.vendor_plans import WireOptions
from technic.loopback.wire import Call, Route, json_reply
from technic.loopback.world import NEW_YORK
from technic.marketsim.companies.filings import Filing
from technic.marketsim.companies.profiles import Profile
from technic.universe.symbols import format_symbol, parse

__all__ = ["Edgar", "declared"]

RECENT = 25
"""Filings on the first page of a company; the real one has a thousand."""
EXCHANGES = {"NASDAQ": "Nasdaq", "NYSE": "NYSE", "AMEX": "NYSE", "NYSE ARCA": "NYSE"}
AGENT = re.compile(r"\S+.* \S+@\S+\.\S+")
UNDECLARED = (
    b"<html><head><title>Undeclared Automated Tool</title></head><body>Your Request Originates "
    b"from an Undeclared Automated Tool. Please declare your traffic.</body></html>"
)
NOT_FOUND = b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>NoSuchKey</Code></Error>"
ADDRESS = dict.fromkeys(
    ("street1", "street2", "city", "stateOrCountry", "zipCode", "stateOrCountryDescription")
)
NO_DETAILS = {
    "stateOfIncorporationDescription": "DE", "addresses": {"mailing": ADDRESS, "business": ADDRESS},
    "phone": "", "flags": "", "website": "", "investorWebsite": "", "description": "",
    "insiderTransactionForOwnerExists": 0, "insiderTransactionForIssuerExists": 0,
}  # fmt: skip
"""Nothing is known of where a simulated company lives."""
Answer = Callable[..., HttpResponse]


def declared(answer: Answer) -> Answer:
    """Refuse who does not say who he is."""

    def guarded(call: Call, *arguments: str) -> HttpResponse:
        if not AGENT.fullmatch(call.headers.get("user-agent", "")):
            return HttpResponse(403, {"content-type": "text/html"}, UNDECLARED)
        return answer(call, *arguments)

    return guarded


class Edgar:
    """Answers for the list of companies, submissions and companyfacts, a company at a time."""

    def __init__(self, filers: Filers, options: WireOptions, exchange_of: Callable[[int], str]):
        self._filers, self._options, self._exchange_of = filers, options, exchange_of

    def routes(self) -> list[Route]:
        """Return what this answers."""
        paths: dict[str, tuple[tuple[str, ...], Answer]] = {
            "company_tickers": (("files", "company_tickers_exchange.json"), self._tickers),
            "submissions": (("submissions", "*"), self._submissions),
            "companyfacts": (("api", "xbrl", "companyfacts", "*"), self._companyfacts),
        }
        return [
            Route(name, "sec", path, declared(answer)) for name, (path, answer) in paths.items()
        ]

    # --- documents, which the bulk files hold as well

    def tickers(self) -> dict[str, Any]:
        """The list of companies and their symbols."""
        rows = [
            [profile.cik, self._filers.name(profile), _ticker(symbol), self._exchange(profile)]
            for profile in self._filers.profiles.values()
            for symbol in self._filers.symbols(profile)
        ]
        return {"fields": ["cik", "name", "ticker", "exchange"], "data": rows}

    def submission_pages(self, profile: Profile) -> dict[str, bytes]:
        """Pages of a company's filings by name, the newest ones first."""
        filings = list(reversed(self._filers.filings(profile)))
        name = f"CIK{profile.cik:010d}"
        older = filings[RECENT:]
        page = f"{name}-submissions-001.json"
        files = [] if not older else [{
            "name": page, "filingCount": len(older),
            "filingFrom": str(older[-1].filed), "filingTo": str(older[0].filed),
        }]  # fmt: skip
        symbols = self._filers.symbols(profile)
        document = {
            "cik": f"{profile.cik:010d}", "entityType": "operating", "sic": str(profile.sic),
            "sicDescription": "", "name": self._filers.name(profile),
            "tickers": [_ticker(symbol) for symbol in symbols],
            "exchanges": [self._exchange(profile)] * len(symbols), "ein": None, "category": "",
            "fiscalYearEnd": f"{profile.fiscal.year_end(2024):%m%d}",
            "stateOfIncorporation": "DE", "formerNames": [], **NO_DETAILS,
            "filings": {"recent": self._columns(profile, filings[:RECENT]), "files": files},
        }  # fmt: skip
        pages = {f"{name}.json": msgspec.json.encode(document)}
        if older:
            pages[page] = msgspec.json.encode(self._columns(profile, older))
        return pages

    def facts(self, profile: Profile) -> bytes | None:
        """A company's facts; None where it has none yet."""
        tree: dict[str, dict[str, Any]] = {}
        latest: dict[tuple[object, ...], dict[str, object]] = {}
        for filing in self._filers.filings(profile):
            for number in self._filers.numbers(profile, filing):
                entry: dict[str, object] = {} if number.start is None else {"start": number.start}
                entry |= {
                    "end": number.end, "val": _plain(number.value), "accn": filing.accn,
                    "fy": filing.fiscal_year, "fp": filing.period, "form": filing.form,
                    "filed": filing.filed,
                }  # fmt: skip
                tags = tree.setdefault(number.taxonomy, {})
                empty: dict[str, Any] = {"label": number.tag, "description": None, "units": {}}
                units = tags.setdefault(number.tag, empty)["units"]
                units.setdefault(number.unit, []).append(entry)
                latest[(number.taxonomy, number.tag, number.unit, number.start, number.end)] = entry
        if not tree:
            return None
        for (_, _, _, start, end), entry in latest.items():
            entry["frame"] = _frame(start, end)
        body = msgspec.json.encode(
            {"cik": profile.cik, "entityName": self._filers.name(profile), "facts": tree}
        )
        return body[: len(body) // 2] if profile.cik in self._options.broken_ciks else body

    # --- answers

    def _tickers(self, _call: Call) -> HttpResponse:
        return json_reply(self.tickers())

    def _submissions(self, _call: Call, name: str) -> HttpResponse:
        profile = self._profile(name)
        body = None if profile is None else self.submission_pages(profile).get(name)
        return _missing() if body is None else json_reply(body)

    def _companyfacts(self, _call: Call, name: str) -> HttpResponse:
        profile = self._profile(name)
        body = None if profile is None else self.facts(profile)
        return _missing() if body is None else json_reply(body)

    def _profile(self, name: str) -> Profile | None:
        found = re.fullmatch(r"CIK(\d{10})(-submissions-\d{3})?\.json", name, re.ASCII)
        return None if found is None else self._filers.by_cik.get(int(found[1]))

    def _exchange(self, profile: Profile) -> str:
        return EXCHANGES.get(self._exchange_of(profile.row), "NYSE")

    def _columns(self, profile: Profile, filings: Iterable[Filing]) -> dict[str, list[Any]]:
        rows = [_row(profile, filing) for filing in filings]
        names = rows[0] if rows else _row(profile, None)
        return {name: [row[name] for row in rows] for name in names}


def _row(profile: Profile, filing: Filing | None) -> dict[str, Any]:
    if filing is None:
        return dict.fromkeys(COLUMNS)
    numbers = int(filing.has_numbers)
    reported = filing.accepted.date() if filing.form == "8-K" else filing.quarter.end
    values = (
        filing.accn, str(filing.filed), str(reported), _stamp(profile, filing), "34", filing.form,
        "001-00001", "", filing.items, 1_000, numbers, numbers, "report.htm", filing.form,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


COLUMNS = (
    "accessionNumber", "filingDate", "reportDate", "acceptanceDateTime", "act", "form",
    "fileNumber", "filmNumber", "items", "size", "isXBRL", "isInlineXBRL", "primaryDocument",
    "primaryDocDescription",
)  # fmt: skip


def _stamp(profile: Profile, filing: Filing) -> str:
    """When a filing was accepted; for some companies it is New York's clock that gets the Z."""
    moment = filing.accepted
    if not profile.new_york_clock:
        moment = moment.replace(tzinfo=NEW_YORK).astimezone(dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def _frame(start: object, end: object) -> str:
    """Name of the calendar period of a fact, roughly: its middle's."""
    if not isinstance(end, dt.date):
        return ""
    if not isinstance(start, dt.date):
        return f"CY{end.year}Q{(end.month + 2) // 3}I"
    middle, days = start + (end - start) / 2, (end - start).days
    return f"CY{middle.year}" if days > 300 else f"CY{middle.year}Q{(middle.month + 2) // 3}"


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _ticker(symbol: str) -> str:
    return format_symbol(parse(symbol, "cqs"), "yahoo")


def _missing() -> HttpResponse:
    return HttpResponse(404, {"content-type": "application/xml"}, NOT_FOUND)
