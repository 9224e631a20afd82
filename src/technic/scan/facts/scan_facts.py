"""Facts of the symbols of a scan, laid down for panels: in the sessions and the shares of each.

A value a share, or a number of shares, is restated by the splits between its filing and the day
whose shares a panel counts in, as prices are. What travels to workers are steps alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.known_actions import SplitsBySymbol
from technic.facts.reader import FactSteps, SplitIndex
from technic.language import Node
from technic.language.evaluation.panel_facts import FactSeries, PanelFacts, Reading
from technic.scan.facts.access import FactStepper, splits_of
from technic.scan.facts.terms import term_of
from technic.typing import BoolArray, DateArray

__all__ = ["ScanFacts"]

IndexArray = NDArray[np.intp]
_READINGS: Mapping[str, Reading] = {
    "level": "level",
    "sessions_since": "since",
    "sessions_until": "until",
}
_ALWAYS = np.datetime64("2200-01-01", "D")
"""After every split."""


@dataclass(frozen=True, slots=True, eq=False)
class _Fact:
    """One fact of all symbols; ``basis_day``, ``per_share``: as in FactSteps."""

    series: FactSeries
    basis_day: DateArray
    per_share: int

    def filed(self, columns: IndexArray) -> DateArray:
        """Return the day whose shares each step of some columns counts in."""
        days: DateArray = self.basis_day[self.series.steps_of(columns)]
        return days


@dataclass(frozen=True, slots=True, eq=False)
class ScanFacts:
    """The facts that a scan names, of its symbols, on some sessions.

    ``place``: the position of each symbol. ``sessions``: those of the calendar. ``splits``: by that
    position, None where none are known; ``adjusted``: ``(n_symbols,)`` whether all of a symbol's
    are in its prices, whatever the day of the panel.
    """

    place: Mapping[str, int]
    sessions: DateArray
    facts: Mapping[str, _Fact]
    splits: SplitIndex | None
    adjusted: BoolArray

    @classmethod
    def of(
        cls,
        reader: FactStepper,
        leaves: Iterable[Node],
        symbols: Sequence[str],
        sessions: DateArray,
        since: np.datetime64 | None = None,
    ) -> ScanFacts:
        """Ask a reader for all ``leaves``, as filed.

        ``sessions``: those of the calendar that the reader counts by; ``since``: the first of them
        that is read, the first of all unless given.
        """
        names = tuple(dict.fromkeys(symbols))
        facts = {
            str(leaf): _fact(reader.steps(term_of(leaf), names, since), sessions) for leaf in leaves
        }
        place = {name: at for at, name in enumerate(names)}
        return cls(place, sessions, facts, None, np.zeros(len(names), np.bool_))

    def updated(self, others: ScanFacts) -> ScanFacts:
        """Return the same facts, those of some symbols taken from ``others``."""
        columns = np.arange(len(self.place))
        for name, at in others.place.items():
            columns[self.place[name]] = len(self.place) + at
        facts = {
            text: _joined(fact, others.facts[text], columns) for text, fact in self.facts.items()
        }
        return replace(self, facts=facts)

    def within(self, window: DateArray, splits: SplitsBySymbol) -> ScanFacts:
        """Return what the sessions of a window read, ascending; ``splits``: what is known of them.

        Steps that are over before it, or begin after it, are dropped. Prices that a column of
        adjusted closes has adjusted are in the shares of the last day of the data; those that the
        splits of a feed have, in the shares of the panel's day.
        """
        facts = {text: _cut(fact, self.sessions, window) for text, fact in self.facts.items()}
        names = tuple(self.place)
        index = SplitIndex(splits_of(names, splits), names)
        adjusted = np.zeros(len(names), np.bool_)
        for name, record in splits.items():
            if name in self.place and record.witness == "column":
                adjusted[self.place[name]] = record.applied
        return replace(self, facts=facts, splits=index, adjusted=adjusted)

    def on(
        self, symbols: Sequence[str], sessions: DateArray, basis: np.datetime64 | DateArray
    ) -> PanelFacts:
        """Return the facts of a panel's columns.

        ``symbols``: that of each column; ``sessions``: the panel's; ``basis``: the day whose shares
        its prices count in, one for all columns or one for each.
        """
        columns = np.array([self.place[symbol] for symbol in symbols], np.intp)
        days = np.broadcast_to(np.asarray(basis, "datetime64[D]"), len(symbols))
        days = np.where(self.adjusted[columns], _ALWAYS, days)
        found = {text: self._taken(fact, columns, days) for text, fact in self.facts.items()}
        return PanelFacts(np.searchsorted(self.sessions, sessions).astype(np.int64), found)

    def _taken(self, fact: _Fact, columns: IndexArray, days: DateArray) -> FactSeries:
        """Return a fact of some columns, in the shares of each column's day."""
        series = fact.series.take(columns)
        if not fact.per_share or self.splits is None or not len(series.value):
            return series
        counts = np.diff(series.offsets)
        filed, upto = fact.filed(columns), np.repeat(days, counts).astype(np.int64)
        value = self.splits.restated(
            series.value,
            np.repeat(columns, counts).astype(np.int64),
            np.where(np.isnat(filed), upto, filed.astype(np.int64)),
            upto,
            fact.per_share,
        )
        return FactSeries(series.begins, value, series.offsets, series.reading)


def _fact(steps: FactSteps, sessions: DateArray) -> _Fact:
    """Count the steps on the sessions of the calendar."""
    begins = np.searchsorted(sessions, steps.known_from).astype(np.int64)
    offsets = steps.offsets.astype(np.intp)
    series = FactSeries(begins, steps.value, offsets, _READINGS[steps.reading])
    return _Fact(series, steps.basis_day.astype("datetime64[D]"), steps.per_share)


def _joined(fact: _Fact, other: _Fact, columns: IndexArray) -> _Fact:
    """Return some columns of two facts that stand side by side."""
    one, two = fact.series, other.series
    both = FactSeries(
        np.concatenate([one.begins, two.begins]),
        np.concatenate([one.value, two.value]),
        np.concatenate([one.offsets, one.offsets[-1] + two.offsets[1:]]),
        one.reading,
    )
    basis_day = np.concatenate([fact.basis_day, other.basis_day])
    return _Fact(both.take(columns), basis_day[both.steps_of(columns)], fact.per_share)


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
