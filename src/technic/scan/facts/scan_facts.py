"""Facts of the symbols of a scan, laid down for panels: in the sessions and the shares of each.

A value a share, or a number of shares, is restated by the splits between its filing and the day
whose shares a panel counts in, as prices are. What travels to workers are steps alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.known_actions import SplitsBySymbol
from technic.facts.reader.steps import FactSteps
from technic.facts.terms import FactTerm
from technic.language import Node
from technic.language.evaluation.panel_facts import FactSeries, PanelFacts, Reading
from technic.scan.facts.terms import term_of
from technic.typing import DateArray, FloatArray

__all__ = ["FactStepper", "ScanFacts"]

IndexArray = NDArray[np.intp]
_READINGS: Mapping[str, Reading] = {
    "level": "level",
    "sessions_since": "since",
    "sessions_until": "until",
}


class FactStepper(Protocol):
    """What of a reader of facts a scan needs."""

    def steps(self, term: FactTerm, symbols: Sequence[str]) -> FactSteps:
        """Return the step functions of symbols; one that is unknown has no step."""


@dataclass(frozen=True, slots=True, eq=False)
class _Fact:
    """One fact of all symbols; ``basis_day``, ``per_share``: as in FactSteps."""

    series: FactSeries
    basis_day: DateArray
    per_share: int


@dataclass(frozen=True, slots=True, eq=False)
class ScanFacts:
    """The facts that a scan names, of its symbols, on some sessions.

    ``place``: the position of each symbol. ``sessions``: those of the calendar. ``splits``: symbol
    → ex-dates, ascending, new shares for an old one, and whether all of them are in the prices
    whatever the day of the panel.
    """

    place: Mapping[str, int]
    sessions: DateArray
    facts: Mapping[str, _Fact]
    splits: Mapping[str, tuple[DateArray, FloatArray, bool]]

    @classmethod
    def of(
        cls,
        reader: FactStepper,
        leaves: Iterable[Node],
        symbols: Sequence[str],
        sessions: DateArray,
    ) -> ScanFacts:
        """Ask a reader for all ``leaves``, on all sessions, as filed.

        ``sessions``: those of the calendar that the reader counts by.
        """
        names = tuple(dict.fromkeys(symbols))
        facts = {str(leaf): _fact(reader.steps(term_of(leaf), names), sessions) for leaf in leaves}
        return cls({name: at for at, name in enumerate(names)}, sessions, facts, {})

    def within(self, window: DateArray, splits: SplitsBySymbol) -> ScanFacts:
        """Return what the sessions of a window read, ascending; ``splits``: what is known of them.

        Steps that are over before it, or begin after it, are dropped.
        """
        facts = {text: _cut(fact, self.sessions, window) for text, fact in self.facts.items()}
        return replace(self, facts=facts, splits=_known(tuple(self.place), splits))

    def on(
        self, symbols: Sequence[str], sessions: DateArray, basis: np.datetime64 | DateArray
    ) -> PanelFacts:
        """Return the facts of a panel's columns.

        ``symbols``: that of each column; ``sessions``: the panel's; ``basis``: the day whose shares
        its prices count in, one for all columns or one for each.
        """
        columns = np.array([self.place[symbol] for symbol in symbols], np.intp)
        days = np.broadcast_to(np.asarray(basis, "datetime64[D]"), len(symbols))
        restated = [at for at, symbol in enumerate(symbols) if symbol in self.splits]
        found = {}
        for text, fact in self.facts.items():
            own = fact.series.take(columns)
            if fact.per_share and restated:
                own = self._restated(own, fact, columns, symbols, days, restated)
            found[text] = own
        return PanelFacts(np.searchsorted(self.sessions, sessions).astype(np.int64), found)

    def _restated(
        self,
        series: FactSeries,
        fact: _Fact,
        columns: IndexArray,
        symbols: Sequence[str],
        days: DateArray,
        restated: Sequence[int],
    ) -> FactSeries:
        """Return values a share, or numbers of shares, in the shares of each column's day."""
        value = series.value.copy()
        for at in restated:
            first, stop = int(series.offsets[at]), int(series.offsets[at + 1])
            source = int(fact.series.offsets[columns[at]])
            filed = fact.basis_day[source : source + stop - first]
            dates, ratios, every = self.splits[symbols[at]]
            own = value[first:stop]
            for day, ratio in zip(dates, ratios, strict=True):
                if every or day <= days[at]:
                    early = filed < day  # not where no day is known
                    own[early] = own[early] / ratio if fact.per_share < 0 else own[early] * ratio
        return FactSeries(series.begins, value, series.offsets, series.reading)


def _known(
    symbols: Sequence[str], splits: SplitsBySymbol
) -> dict[str, tuple[DateArray, FloatArray, bool]]:
    """Return the splits of who has any.

    Prices that a column of adjusted closes has adjusted are in the shares of the last day of the
    data; those of a feed are in the shares of the panel's day.
    """
    found = {}
    for symbol in symbols:
        record = splits.get(symbol)
        if record is None or not len(record.session):
            continue
        sure = np.isfinite(record.ratio)
        every = record.witness == "column" and record.applied
        days = record.session[sure].astype("datetime64[D]")
        if len(days):
            found[symbol] = (days, record.ratio[sure].astype(np.float64), every)
    return found


def _fact(steps: FactSteps, sessions: DateArray) -> _Fact:
    """Count the steps on the sessions of the calendar."""
    begins = np.searchsorted(sessions, steps.known_from).astype(np.int64)
    offsets = steps.offsets.astype(np.intp)
    series = FactSeries(begins, steps.value, offsets, _READINGS[steps.reading])
    return _Fact(series, steps.basis_day.astype("datetime64[D]"), steps.per_share)


def _cut(fact: _Fact, sessions: DateArray, window: DateArray) -> _Fact:
    """Return the steps that hold on some session of a window."""
    series = fact.series
    kept = _held(series.begins, series.offsets, sessions, window)
    before = np.concatenate([[0], np.cumsum(kept)])
    offsets = before[series.offsets].astype(np.intp)
    held = FactSeries(series.begins[kept], series.value[kept], offsets, series.reading)
    return _Fact(held, fact.basis_day[kept], fact.per_share)


def _held(
    begins: NDArray[np.int64], offsets: IndexArray, sessions: DateArray, window: DateArray
) -> NDArray[np.bool_]:
    """Tell which steps begin by the window's end and are not over before its first session."""
    if not len(window):
        return np.zeros(len(begins), np.bool_)
    first, last = np.searchsorted(sessions, window[[0, -1]])
    ends = np.append(begins[1:], np.iinfo(np.int64).max)
    last_of = offsets[1:][np.diff(offsets) > 0] - 1
    ends[last_of] = np.iinfo(np.int64).max
    held: NDArray[np.bool_] = (begins <= last) & (ends > first)
    return held
