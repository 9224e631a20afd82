"""Where facts come from: addresses, and how each file is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from technic.data_engine.interfaces.ceilings import header_number
from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import (
    AccountRefusedError,
    BadAnswerError,
    NotYetError,
)
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.providers.vendors.http import checked_base_url, endpoint, require_ok
from technic.data_engine.providers.vendors.polygon import PolygonProvider
from technic.errors import ParameterError
from technic.facts.sources.company_tickers import CompanyTickers, read_company_tickers
from technic.facts.sources.short_interest import (
    PAGE,
    ShortRow,
    query,
    read_partitions,
    read_short_interest,
)
from technic.typing import DateArray
from technic.wording.counts import count_of

__all__ = ["AGENT_SETTING", "FactHosts", "checked_agent"]

AGENT_SETTING = "facts_user_agent"
SEC = "https://www.sec.gov"
FINRA = "https://api.finra.org"
SHORT_INTEREST = "group/otcMarket/name/consolidatedShortInterest"
LONGEST_AGENT = 200


def checked_agent(agent: str | None) -> str:
    """Return the User-Agent; ParameterError where it does not say who asks."""
    text = (agent or "").strip()
    named, _, address = text.rpartition(" ")
    shaped = named.strip() and "@" in address.strip("@") and "." in address.rpartition("@")[2]
    if not (shaped and text.isascii() and text.isprintable() and len(text) <= LONGEST_AGENT):
        raise ParameterError(
            f"setting {AGENT_SETTING}",
            agent,
            "a name and a mail address, which SEC demands of everybody who asks",
            f'set TECHNIC_{AGENT_SETTING.upper()}="Your Name you@your.mail"',
        )
    return text


@dataclass(frozen=True, slots=True)
class FactHosts:
    """``agent``: who asks; ``sec`` and ``finra``: other addresses, of a simulated market.

    ``massive``: a vendor's interface with a key, None without one.
    """

    agent: str = field(repr=False)
    sec: str = SEC
    finra: str = FINRA
    simulated: bool = False
    massive: PolygonProvider | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "agent", checked_agent(self.agent))
        for name in ("sec", "finra"):
            object.__setattr__(self, name, checked_base_url(getattr(self, name)))

    @classmethod
    def loopback(cls, base_url: str, agent: str | None = None) -> FactHosts:
        """Those of a simulated market, which wants to know who asks as well."""
        return cls(agent or "Technic loopback@example.com", base_url, base_url, simulated=True)

    def file_url(self, name: str) -> str:
        """Address of a file by its name: the two of all companies, and ``2024q1.zip``."""
        daily = "Archives/edgar/daily-index"
        folders = {
            "submissions.zip": f"{daily}/bulkdata",
            "companyfacts.zip": f"{daily}/xbrl",
        }
        folder = folders.get(name, "files/dera/data/financial-statement-data-sets")
        return f"{self.sec}/{folder}/{name}"

    def file(self, name: str) -> Endpoint[None]:
        """One of the files; its answer goes to the disk, and only its status is read."""

        def asked_for(_: str | None) -> HttpRequest:
            return HttpRequest(self.file_url(name), headers={"User-Agent": self.agent})

        def read(response: HttpResponse) -> tuple[None, None]:
            if response.status == 404:
                raise NotYetError(f"{name} is not there")
            if response.status != 206:
                _require_sec(name, response)
            return None, None

        return endpoint(name, asked_for, read, (self.agent,))

    def tickers(self) -> Endpoint[tuple[bytes, CompanyTickers]]:
        """The companies and symbols of today, as they came and as they are read."""
        url = f"{self.sec}/files/company_tickers_exchange.json"

        def read(response: HttpResponse) -> tuple[tuple[bytes, CompanyTickers], None]:
            _require_sec("the list of companies", response)
            return (response.body, read_company_tickers(response.body)), None

        headers = {"User-Agent": self.agent}
        return endpoint("companies", lambda _: HttpRequest(url, headers=headers), read,
                        (self.agent,))  # fmt: skip

    def settlements(self) -> Endpoint[DateArray]:
        """The settlement days of which there is short interest."""
        url = f"{self.finra}/partitions/{SHORT_INTEREST}"

        def read(response: HttpResponse) -> tuple[DateArray, None]:
            require_ok(response)
            return read_partitions(response.body), None

        return endpoint("settlement days", lambda _: HttpRequest(url, headers=self._json), read,
                        (self.agent,))  # fmt: skip

    def short_interest(self, settlement: np.datetime64) -> Endpoint[list[ShortRow]]:
        """Short interest of one settlement day, page by page."""
        url = f"{self.finra}/data/{SHORT_INTEREST}"

        offset = 0

        def asked_for(cursor: str | None) -> HttpRequest:
            nonlocal offset
            offset = int(cursor or 0)
            headers = {**self._json, "Content-Type": "application/json"}
            return HttpRequest(url, headers=headers, method="POST", body=query(settlement, offset))

        def read(response: HttpResponse) -> tuple[list[ShortRow], str | None]:
            if response.status == 204:
                return [], None
            require_ok(response)
            page = read_short_interest(response.body)
            if len(page) > PAGE:
                raise BadAnswerError(f"{count_of(len(page), 'row')} in one page")
            total = header_number(response.headers.get("record-total"))
            after = offset + len(page)
            more = len(page) == PAGE if total is None else after < total
            return page, str(after) if page and more else None

        return endpoint(f"short interest {settlement}", asked_for, read, (self.agent,))

    @property
    def _json(self) -> dict[str, str]:
        return {"User-Agent": self.agent, "Accept": "application/json"}


def _require_sec(what: str, response: HttpResponse) -> None:
    """Raise the error of a status; 403 is about who asks, whatever was asked for."""
    if response.status == 403:
        raise AccountRefusedError(
            f"SEC refuses {what} (status 403): it wants a name and a mail address in the setting "
            f"{AGENT_SETTING}, and shuts out for ten minutes who asks too often"
        )
    require_ok(response)
