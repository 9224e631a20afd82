"""SEC's companyfacts: all facts without dimensions that one company has ever filed.

Each fact says which filing it comes from: a restatement is a fact of a later filing, and what was
known before stays beside it. ``fy``, ``fp`` and ``frame`` are of no use: the first two are the
filing's, the third stands on the latest filing of a period alone. A filing that says of a concept
and a period what the one before it said, tag by tag, is no news and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.rows import ACCOUNTING_FORMS
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.forms import (
    NO_TIME,
    Times,
    cik_of,
    could_be_filing,
    days_of,
    known_at,
)
from technic.facts.sources.lists import read_list, require_few
from technic.typing import BoolArray, DateArray, FloatArray, IntArray

__all__ = ["ATTRIBUTION", "SOURCE", "UNITS", "ConceptOf", "FactCount", "add_companyfacts"]

SOURCE = "sec companyfacts"
ATTRIBUTION = "Filings: U.S. Securities and Exchange Commission, EDGAR."
UNITS = ("USD", "shares", "USD/shares", "pure")
"""Units in which facts are kept; others (EUR) are no less true, and nothing here compares them."""
ConceptOf = Callable[[str, str, str], str | None]
"""(taxonomy, tag, unit) → canonical name, None for what is not kept."""


class _Fact(msgspec.Struct):
    end: str
    val: float | None
    accn: str
    form: str | None
    filed: str
    start: str | None = None


class _Company(msgspec.Struct):
    cik: int | str
    facts: dict[str, dict[str, msgspec.Raw] | None] = {}


class _Tag(msgspec.Struct):
    units: dict[str, msgspec.Raw]


@dataclass(slots=True)
class FactCount:
    """What became of a company's facts: ``kept`` as rows, ``repeated`` and of ``other_forms``.

    ``unreadable``: without a value, or with a day or a filing that is none. ``filings``: numbers of
    those that count, whether they say anything new or not.
    """

    kept: int = 0
    repeated: int = 0
    other_forms: int = 0
    unreadable: int = 0
    filings: set[str] = field(default_factory=set)

    def __iadd__(self, other: FactCount) -> FactCount:
        for name in ("kept", "repeated", "other_forms", "unreadable"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.filings |= other.filings
        return self


_read_company = msgspec.json.Decoder(_Company).decode
_read_tag = msgspec.json.Decoder(_Tag).decode
_read_facts = msgspec.json.Decoder(list[_Fact]).decode


def add_companyfacts(
    rows: FactBlocks,
    body: bytes,
    concept_of: ConceptOf,
    *,
    symbol: str | None = None,
    accepted: Mapping[str, np.datetime64] | None = None,
    cik: int | None = None,
) -> FactCount:
    """Add the facts of one company's JSON to ``rows``.

    ``accepted``: when each filing was, by its number, in UTC; a filing that is not named is known
    after the close of the day it was filed. ``cik``: whose it has to be. Raises BadAnswerError for
    what is no JSON of this shape or another company's; then no row is added.
    """
    require_few(body)
    try:
        company = _read_company(body)
        own = cik_of(company.cik)
        if cik is not None and own != cik:
            raise BadAnswerError(f"is of CIK {own}, not of {cik}")
        total = FactCount()
        wanted = _wanted(company, concept_of, total)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(f"not the JSON expected: {error}") from error
    for (concept, unit), tagged in wanted.items():
        fixed = {"cik": own, "symbol": symbol, "concept": concept, "unit": unit}
        total += _add(rows, tagged, accepted or {}, fixed)
    return total


_Tagged = list[tuple[str, list[_Fact]]]


def _wanted(
    company: _Company, concept_of: ConceptOf, count: FactCount
) -> dict[tuple[str, str], _Tagged]:
    """Decode the facts that are kept, by concept and unit, with their tags.

    A fact, or the facts of a tag, that are none are counted as unreadable.
    """
    found: dict[tuple[str, str], _Tagged] = {}
    for taxonomy, tags in company.facts.items():
        for tag, raw in (tags or {}).items():
            if not _may_be_wanted(concept_of, taxonomy, tag):
                continue
            for unit, facts in _units(raw, count).items():
                concept = concept_of(taxonomy, tag, unit)
                if concept is not None:
                    tagged = found.setdefault((concept, unit), [])
                    tagged.append((f"{taxonomy}:{tag}", _facts(facts, count)))
    return found


def _units(raw: msgspec.Raw, count: FactCount) -> dict[str, msgspec.Raw]:
    try:
        return _read_tag(raw).units
    except msgspec.ValidationError:
        count.unreadable += 1
        return {}


def _facts(raw: msgspec.Raw, count: FactCount) -> list[_Fact]:
    try:
        read = read_list(raw, _read_facts, _Fact)
    except msgspec.ValidationError:
        read = [None]
    facts = [fact for fact in read if fact is not None]
    count.unreadable += len(read) - len(facts)
    return facts


def _may_be_wanted(concept_of: ConceptOf, taxonomy: str, tag: str) -> bool:
    """Tell whether a tag has a concept in any unit, so that most tags are never decoded."""
    return any(concept_of(taxonomy, tag, unit) is not None for unit in UNITS)


def _add(
    rows: FactBlocks,
    tagged: _Tagged,
    accepted: Mapping[str, np.datetime64],
    fixed: dict[str, Any],
) -> FactCount:
    """Add the facts of one concept and unit, which may have several tags."""
    count = FactCount()
    counted = [
        (fact, at) for at, (_, facts) in enumerate(tagged) for fact in facts
        if fact.form in ACCOUNTING_FORMS
    ]  # fmt: skip
    facts = [fact for fact, _ in counted]
    count.filings = {fact.accn for fact in facts if could_be_filing(fact.accn)}
    count.other_forms = sum(len(one) for _, one in tagged) - len(facts)
    end, filed = days_of([fact.end for fact in facts]), days_of([fact.filed for fact in facts])
    start, no_start = (
        days_of([fact.start for fact in facts]),
        [fact.start is None for fact in facts],
    )
    value = np.array([np.nan if fact.val is None else fact.val for fact in facts], np.float64)
    good = np.isfinite(value) & ~np.isnat(end) & ~np.isnat(filed)
    good &= np.array([could_be_filing(fact.accn) for fact in facts], np.bool_)
    good &= ~np.isnat(start) | np.array(no_start, np.bool_)
    count.unreadable = int(len(good) - good.sum())
    times = np.array([accepted.get(fact.accn, NO_TIME) for fact in facts], "datetime64[us]")
    known = known_at(filed, times)
    accn = np.array([fact.accn for fact in facts], np.str_)
    tag = np.array([at for _, at in counted], np.int64)
    order = np.lexsort((value, tag, accn, known, end, start))
    order = order[good[order]]
    group = _Groups.of(start[order], end[order], known[order], accn[order])
    news = group.news(tag[order], value[order])
    count.kept, count.repeated = int(news.sum()), int(len(news) - news.sum())
    order = order[news]
    rows.add(
        start=start[order],
        end=end[order],
        value=value[order],
        form=[facts[at].form for at in order.tolist()],
        accn=accn[order].tolist(),
        known_at=known[order],
        tag=[tagged[at][0] for at in tag[order].tolist()],
        **fixed,
    )
    return count


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """Facts in order, grouped by period and filing; filings of a period follow each other.

    ``first``: where each group begins, and after the last how many facts there are.
    ``continues``: whether a group is of the same period as the one before it.
    """

    first: IntArray
    continues: BoolArray

    @classmethod
    def of(cls, start: DateArray, end: DateArray, known: Times, accn: Any) -> _Groups:
        """Group facts that are sorted by period, time and filing."""
        if not len(end):
            return cls(np.zeros(1, np.int64), np.zeros(0, np.bool_))
        same = end[1:] == end[:-1]
        same &= (start[1:] == start[:-1]) | (np.isnat(start[1:]) & np.isnat(start[:-1]))
        other = ~same | (known[1:] != known[:-1]) | (accn[1:] != accn[:-1])
        first = np.concatenate([[0], np.flatnonzero(other) + 1])
        return cls(np.append(first, len(end)), np.concatenate([[False], same])[first])

    def news(self, tag: IntArray, value: FloatArray) -> BoolArray:
        """Which facts are of a filing that says anything else than the one before it said."""
        size = np.diff(self.first)
        at = self.first[:-1]
        before = np.concatenate([[0], at[:-1]])[: len(at)]
        alike = self.continues & (size == np.concatenate([[0], size[:-1]])[: len(size)])
        for offset in range(int(size.max(initial=0))):
            inside = alike & (size > offset)
            here, there = at[inside] + offset, before[inside] + offset
            alike[inside] &= (tag[here] == tag[there]) & (value[here] == value[there])
        return np.repeat(~alike, size)
