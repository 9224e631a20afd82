"""All companies of the two bulk files, one by one: facts, results, who they are.

A company whose file is broken is an entry of its own; all others go on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.concepts import concept_of
from technic.facts.rows import ACCOUNTING_FORMS, LISTED_AS, SIC
from technic.facts.sources import companyfacts, submissions
from technic.facts.sources.company_tickers import CompanyTickers
from technic.facts.sources.companyfacts import FactCount, add_companyfacts
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.forms import NO_DAY, could_be_filing
from technic.facts.sources.submissions import (
    Company,
    add_earnings,
    read_older_page,
    read_submissions,
)
from technic.facts.sources.zip_index import ZipIndex
from technic.facts.store import FactStore
from technic.facts.sync.ingest import MANY, Ingest
from technic.facts.sync.journal import Filings, Problem

__all__ = ["ingest_companies"]

FEED = "companies"
_MEMBER = re.compile(r"CIK(\d{10})(?:-submissions-\d{3})?\.json", re.ASCII)
Progress = Callable[[int, int], None]


def ingest_companies(
    ingest: Ingest, facts: Path, filed: Path, tickers: CompanyTickers, progress: Progress
) -> Filings:
    """Store facts and events of every company of companyfacts.zip and of the list of symbols.

    ``facts``, ``filed``: the two bulk files. Returns which filings companyfacts has. Raises
    BadAnswerError where a file as a whole is none.
    """
    in_facts = ZipIndex.of(facts)
    wanted = {*_ciks(in_facts.members), *tickers.symbol}
    in_filed = ZipIndex.of(filed, lambda name: not wanted.isdisjoint(_ciks([name])))
    by_facts, events = FactBlocks(companyfacts.SOURCE), FactBlocks(submissions.SOURCE)
    identity = _Identity.of(ingest.store, ingest.now)
    identity.add_listings(tickers)
    found = _Collected()
    with facts.open("rb") as facts_file, filed.open("rb") as filed_file:
        for at, cik in enumerate(sorted(wanted)):
            reader = _Reader(ingest, cik, tickers.symbol.get(cik))
            company = reader.company(in_filed, filed_file)
            if company is not None:
                add_earnings(events, company, reader.symbol)
                identity.add_sic(company, reader.symbol)
            count = reader.facts(in_facts, facts_file, by_facts, company)
            ingest.drop("its value or a day of it cannot be read", count.unreadable)
            found.take(company, count)
            ingest.flush(by_facts, events, least=MANY)
            progress(at + 1, len(wanted))
    ingest.flush(by_facts, events, identity.blocks)
    return found.filings()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one company; what cannot be read is a problem of it alone."""

    ingest: Ingest
    cik: int
    symbol: str | None

    @property
    def name(self) -> str:
        """Name of its members."""
        return f"CIK{self.cik:010d}.json"

    def company(self, index: ZipIndex, file: BinaryIO) -> Company | None:
        """Who it is and what it has filed, older pages included."""
        if self.name not in index.members:
            return None
        try:
            company = read_submissions(index.read(file, self.name))
            if company.cik != self.cik:
                self._trouble(self.name, f"is of CIK {company.cik}")
                return None
        except BadAnswerError as error:
            self._trouble(self.name, str(error))
            return None
        filings = company.filings
        for page in dict.fromkeys(company.pages):
            if page not in index.members:
                continue
            try:
                _require_of(page, self.cik)
                filings = filings.with_page(read_older_page(index.read(file, page)))
            except BadAnswerError as error:
                self._trouble(page, str(error))
        return replace(company, filings=filings)

    def facts(
        self, index: ZipIndex, file: BinaryIO, blocks: FactBlocks, company: Company | None
    ) -> FactCount:
        """Add its facts, known since their filings were accepted."""
        if self.name not in index.members:
            return FactCount()
        accepted: dict[str, np.datetime64] = {}
        if company is not None:
            times = company.filings.accepted
            for accn, time in zip(company.filings.accn, times, strict=True):
                # of a filing that is listed twice the later time counts, none before any
                accepted[accn] = np.maximum(accepted.get(accn, time), time)
        try:
            body = index.read(file, self.name)
            return add_companyfacts(
                blocks, body, concept_of, symbol=self.symbol, accepted=accepted, cik=self.cik
            )
        except BadAnswerError as error:
            self._trouble(self.name, str(error))
            return FactCount()

    def _trouble(self, item: str, why: str) -> None:
        self.ingest.problems.append(Problem(FEED, item, why))


@dataclass(slots=True)
class _Identity:
    """Rows that say who companies are: those that the store does not have yet."""

    sic: dict[int, float]
    listed: dict[str, int]
    now: np.datetime64
    blocks: FactBlocks = field(default_factory=lambda: FactBlocks(submissions.SOURCE))

    @classmethod
    def of(cls, store: FactStore, now: np.datetime64) -> _Identity:
        """Start from what the store has."""
        held = store.rows(concepts=[SIC, LISTED_AS]).sort_by("known_at")
        columns = (held[name].to_pylist() for name in ("concept", "cik", "symbol", "value"))
        rows = list(zip(*columns, strict=True))
        return cls(
            {cik: value for concept, cik, _, value in rows if concept == SIC},
            {symbol: cik for concept, cik, symbol, _ in rows if concept == LISTED_AS},
            now,
        )

    def add_sic(self, company: Company, symbol: str | None) -> None:
        """The first code counts for all that the company has filed, another one from now on."""
        if not company.sic or self.sic.get(company.cik) == company.sic:
            return
        times = company.filings.accepted
        times = times[~np.isnat(times)]
        first = self.now if company.cik in self.sic or not len(times) else times.min()
        self._add(company.cik, symbol, SIC, float(company.sic), first)

    def add_listings(self, tickers: CompanyTickers) -> None:
        """Each symbol that the company did not have last, from now on."""
        for symbol, cik in tickers.cik.items():
            if self.listed.get(symbol) != cik:
                self._add(cik, symbol, LISTED_AS, 1.0, self.now)

    def _add(
        self, cik: int, symbol: str | None, concept: str, value: float, known: np.datetime64
    ) -> None:
        self.blocks.add(
            cik=cik, symbol=symbol, concept=concept, tag=None, unit="code",
            start=np.full(1, NO_DAY), end=np.array([known], "datetime64[D]"),
            value=np.array([value]), form=None, accn=None, known_at=np.array([known]),
        )  # fmt: skip


@dataclass(slots=True)
class _Collected:
    """Filings as companies are read: which have facts, and what days the other reports are of."""

    with_facts: list[str] = field(default_factory=list)
    reporting: list[str] = field(default_factory=list)
    reported: list[np.datetime64] = field(default_factory=list)

    def take(self, company: Company | None, count: FactCount) -> None:
        """Take over a company's."""
        self.with_facts += count.filings
        if company is None:
            return
        filings = company.filings
        rows = zip(filings.accn, filings.form, filings.reported, strict=True)
        for accn, form, day in rows:
            if form not in ACCOUNTING_FORMS or not could_be_filing(accn):
                continue
            if accn not in count.filings and not np.isnat(day):
                self.reporting.append(accn)
                self.reported.append(day)

    def filings(self) -> Filings:
        """Return them, sorted."""
        reporting = np.array(self.reporting, "S20")
        order = np.argsort(reporting, kind="stable")
        days = np.array(self.reported, "datetime64[D]")
        return Filings(np.unique(np.array(self.with_facts, "S20")), reporting[order], days[order])


def _require_of(page: str, cik: int) -> None:
    """Raise BadAnswerError for a member of another company, whose filings are none of its own."""
    for other in _ciks([page]):
        if other != cik:
            raise BadAnswerError(f"is of CIK {other}, not of {cik}")


def _ciks(names: Iterable[str]) -> Iterator[int]:
    """Numbers of the companies that members are of."""
    for name in names:
        found = _MEMBER.fullmatch(name)
        if found is not None:
            yield int(found[1])
