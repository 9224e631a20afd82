"""A sync of facts: asks what the plan says, stores it piece by piece, says what became of it.

1. The list of companies and symbols comes first; without it nothing can be named.
2. The two files of all companies go to the disk and from there, company by company, to the store.
3. The latest settlement day, then quarters' files, the newest first, then older settlement days.
4. What is stored is noted at once: an interrupted sync goes on with what is missing, a file that
   was cut off goes on where it broke. A file that is no archive is fetched once more by the next.
5. 403 is about who asks, not about a file: then everything stops.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from technic.data_engine.interfaces.ceilings import MIB
from technic.data_engine.interfaces.records import Failure
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.data_engine.network.aiohttp_transport import AiohttpTransport
from technic.data_engine.network.clock import Clock, SystemClock
from technic.data_engine.network.fetch import FetchRules
from technic.data_engine.network.saved_file import SavedFile
from technic.data_engine.providers.vendors.polygon import PolygonProvider
from technic.data_engine.sync.publication import new_york_date
from technic.errors import FactsError
from technic.facts.sources.company_tickers import CompanyTickers
from technic.facts.sources.massive_page import day_of
from technic.facts.store import FactStore
from technic.facts.sync.asking import RULES, Asker, FactTransport
from technic.facts.sync.companies import ingest_companies
from technic.facts.sync.hosts import FactHosts
from technic.facts.sync.ingest import Ingest, ingest_data_set, ingest_short_interest
from technic.facts.sync.journal import Entry, Journal, Problem, SyncFolder
from technic.facts.sync.massive_feed import ITEMS, ingest_massive, massive_endpoint, windows
from technic.facts.sync.plan import COMPANY_FILES, FEEDS, Feed, make_plan, settlements_to_ask
from technic.sessions import SessionCalendar

__all__ = ["FactSync", "SyncReport"]

MAX_FILE_BYTES = {"submissions.zip": 8_192 * MIB, "companyfacts.zip": 8_192 * MIB}
MAX_DATA_SET_BYTES = 1_024 * MIB

Progress = Callable[[str, int, int], None]
"""(stage, done, total)."""


@dataclass(slots=True)
class SyncReport:
    """What a sync brought.

    ``requests``: with retries, of which ``retries``. ``added``: rows by what they came with.
    ``unknown_symbols``: rows of short interest of nobody known. ``later``: what waits for the next
    sync because of the ceiling of requests. ``dropped``: rows that are no facts, by reason.
    """

    requests: int = 0
    retries: int = 0
    added: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    later: tuple[str, ...] = ()
    unknown_symbols: int = 0


@dataclass(slots=True)
class FactSync:
    """One sync; ``run`` it once.

    ``now``: the time it is. ``symbols``: canonical symbols that are known beside those of
    companies (of funds), by which short interest is named. ``progress`` gets (stage, done, total).
    """

    hosts: FactHosts
    store: FactStore
    folder: SyncFolder
    calendar: SessionCalendar
    now: Callable[[], dt.datetime]
    symbols: Sequence[str] = ()
    progress: Progress = lambda _stage, _done, _total: None
    open_transport: Callable[[], FactTransport] = AiohttpTransport
    rules: FetchRules = RULES
    clock: Clock = field(default_factory=SystemClock)
    report: SyncReport = field(default_factory=SyncReport)
    _asker: Asker = field(init=False)
    _vendors: list[Asker] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._asker = Asker(self.open_transport, self.rules, self.clock)

    def run(self, feeds: Sequence[Feed] = FEEDS) -> SyncReport:
        """Bring what is missing; raises FactsError where nothing more can be had.

        What could not be had of single companies, quarters and days is in the report. Raises
        FactsError, too, while another sync is at it: both would write to the same downloads.
        """
        with self.folder.alone():
            return self._run(feeds)

    def _run(self, feeds: Sequence[Feed]) -> SyncReport:
        if self.store.version() < 0:  # whoever deleted the facts alone wants all of them again
            self.folder.write(Journal())
        journal = self.folder.read()
        today = str(new_york_date(self.now()))
        done = {
            name for name, entry in journal.entries.items()
            if name not in COMPANY_FILES or entry.day == today
        }  # fmt: skip
        plan = make_plan(dt.date.fromisoformat(today), done, feeds)
        self.report.later = plan.later
        try:
            if plan.tickers:
                tickers = self._tickers(today)
                if plan.files:
                    self._companies(tickers, today)
                days = self._settlement_days(done, plan.settlements) if plan.settlement_days else []
                self._settlements(days[:1], tickers, today)
                self._data_sets(plan.data_sets, tickers, today)
                self._settlements(days[1:], tickers, today)
                if self.hosts.massive is not None and "massive" in feeds:
                    self._massive(self.hosts.massive, tickers, today)
        finally:
            asked = [self._asker.stats, *(one.stats for one in self._vendors)]
            self.report.requests = sum(stats.requests for stats in asked)
            self.report.retries = sum(stats.retries for stats in asked)
            journal = self.folder.read()
            journal.synced = f"{self.now().astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
            journal.problems = list(self.report.problems)
            self.folder.write(journal)
        return self.report

    # --- what is asked

    def _tickers(self, today: str) -> CompanyTickers:
        found = self._asker.ask(self.hosts.tickers())
        if isinstance(found, Failure):
            raise FactsError(f"the list of companies cannot be had: {found.detail}")
        body, tickers = found[0]
        self.folder.keep_tickers(today, body)
        return tickers

    def _companies(self, tickers: CompanyTickers, today: str) -> None:
        for name in COMPANY_FILES:
            if not self._download("companies", name, MAX_FILE_BYTES[name]):
                return
        filed, facts = (self.folder.download(name) for name in COMPANY_FILES)
        ingest = self._ingest()
        try:
            filings = ingest_companies(
                ingest, facts, filed, tickers,
                lambda done, total: self.progress("facts-companies", done, total),
            )  # fmt: skip
        except BadAnswerError as error:
            self._trouble("companies", "companyfacts.zip, submissions.zip", str(error))
        else:
            self.folder.write_filings(filings)
            self._done(COMPANY_FILES[0], today, None)
            self._done(COMPANY_FILES[1], today, ingest)
        self._close(ingest)
        for name in COMPANY_FILES:
            SavedFile(self.folder.download(name), 0).discard()

    def _data_sets(self, names: Sequence[str], tickers: CompanyTickers, today: str) -> None:
        filings = self.folder.read_filings()
        if names and not len(filings.known):
            why = "they wait for the file of all companies, which has exact days"
            self._trouble("data-sets", f"{names[-1]} to {names[0]}", why)
            return
        for at, name in enumerate(names):
            self.progress("facts-quarters", at, len(names))
            if not self._download("data-sets", name, MAX_DATA_SET_BYTES):
                continue
            path, ingest = self.folder.download(name), self._ingest()
            try:
                ingest_data_set(ingest, path, tickers, filings)
            except BadAnswerError as error:
                self._trouble("data-sets", name, str(error))
            else:
                self._done(name, today, ingest)
            self._close(ingest)
            SavedFile(path, 0).discard()
        if names:
            self.progress("facts-quarters", len(names), len(names))

    def _settlement_days(self, done: set[str], count: int) -> list[np.datetime64]:
        found = self._asker.ask(self.hosts.settlements())
        if isinstance(found, Failure):
            self._trouble("short-interest", "settlement days", found.detail)
            return []
        return list(settlements_to_ask(found[0], done, count))

    def _settlements(
        self, days: Sequence[np.datetime64], tickers: CompanyTickers, today: str
    ) -> None:
        for day in days:
            pages = self._asker.ask(self.hosts.short_interest(day))
            if isinstance(pages, Failure):
                self._trouble("short-interest", str(day), pages.detail)
                continue
            ingest = self._ingest()
            unknown = ingest_short_interest(ingest, pages, self.calendar, tickers, self.symbols)
            self.report.unknown_symbols += unknown
            self._done(f"short-interest/{day}", today, ingest)
            self._close(ingest)

    def _massive(self, provider: PolygonProvider, tickers: CompanyTickers, today: str) -> None:
        """Bring what a vendor has: what it refuses is an entry, the rest is there already."""
        asker = Asker(
            self.open_transport, self.rules, self.clock, provider.plan.requests_per_minute
        )
        self._vendors.append(asker)
        entries = self.folder.read().entries
        for item in ITEMS:
            entry = entries.get(f"massive/{item}")
            since = None if entry is None else day_of(entry.day)
            ingest = self._ingest()
            for window in windows(item, since, np.datetime64(today, "D")):
                try:
                    pages = asker.ask(massive_endpoint(provider, item, window))
                except FactsError as error:
                    self._trouble("massive", item, str(error))
                    return
                if isinstance(pages, Failure):
                    self._trouble("massive", f"{item} {window[0]}", pages.detail)
                    break
                ingest_massive(ingest, item, pages, self.calendar, tickers)
            else:
                self._done(f"massive/{item}", today, ingest)
            self._close(ingest)

    # --- how

    def _download(self, feed: Feed, name: str, most: int) -> bool:
        """Bring a file to the disk; False, and a problem, where it cannot be had."""
        file = SavedFile(
            self.folder.download(name), most,
            lambda done, total: self.progress(f"facts-download {name}", done, total),
        )  # fmt: skip
        if file.path.exists():  # an earlier sync got so far
            return True
        found = self._asker.ask(self.hosts.file(name), file)
        if isinstance(found, Failure):
            self._trouble(feed, name, found.detail)
        return not isinstance(found, Failure)

    def _ingest(self) -> Ingest:
        now = self.now().astimezone(dt.UTC).replace(tzinfo=None)
        return Ingest(self.store, np.datetime64(now, "us"))

    def _close(self, ingest: Ingest) -> None:
        self.report.problems += ingest.problems
        for reason, count in ingest.dropped.items():
            self.report.dropped[reason] = self.report.dropped.get(reason, 0) + count

    def _done(self, name: str, today: str, ingest: Ingest | None) -> None:
        """Note at once that something is stored."""
        journal = self.folder.read()
        rows = 0 if ingest is None else ingest.added
        journal.entries[name] = Entry(today, rows)
        self.folder.write(journal)
        if ingest is not None:
            self.report.added[name] = rows

    def _trouble(self, feed: Feed, item: str, why: str) -> None:
        self.report.problems.append(Problem(feed, item, why))
