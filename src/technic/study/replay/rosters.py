"""Who is scanned on which day: listings, pre-screen and peers, as the scan of each day has them.

Only a universe file can have days; of a provider the listings are those that it has. A file is read
once, and what the pre-screen makes of a row of it does not hang on the other rows, so that days on
which listings come and go cost little. What is kept of a day is a byte for each symbol.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.provider import Provider, StreamingProvider
from technic.scan.config import ScanConfig
from technic.scan.context import choose_peers, choose_universe, load_listings, named_symbols
from technic.scan.expressions.scan_expressions import ScanExpressions
from technic.study.replay.basis_bars import Refusal
from technic.study.replay.listed_names import ListedNames
from technic.typing import BoolArray, DateArray
from technic.universe import PrescreenRules, Universe, prescreen
from technic.universe.listing_file import Listed, ListingFile
from technic.wording.counts import count_of

__all__ = ["Roster", "Rosters"]

MISSING_PART = 0.05
"""Of those who left so many may lack bars: a symbol is renamed, or never traded."""


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Who is scanned from one day on, until the listings change.

    ``universe``: those shown; ``rule``: by which the pre-screen took out each of them, None where
    none did; ``listed``: universe and listings together; ``shown``: whom the pre-screen left;
    ``peers``: who is only compared with.
    """

    universe: Universe
    rule: NDArray[np.object_]
    listed: Universe
    shown: tuple[str, ...]
    peers: tuple[str, ...]


@dataclass(slots=True, eq=False)
class _Screen:
    """The pre-screen of the rows of a file, each row once."""

    rules: PrescreenRules
    found: dict[int, str | None] = field(default_factory=dict)

    def of(self, listed: Listed) -> NDArray[np.object_]:
        """Return the rule by which each listing is taken out, None where none is.

        A row that is of a later day lacks its market cap then, so that it is screened anew.
        """
        rows = listed.rows.tolist()
        later = listed.later if listed.later is not None else np.zeros(len(rows), np.bool_)
        new = np.array([row not in self.found for row in rows], np.bool_) | later
        rule = np.array([self.found.get(row) for row in rows], dtype=object)
        if new.any():
            rule[new] = prescreen(listed.universe.take(new), self.rules).rule
            for at in np.flatnonzero(new & ~later).tolist():
                self.found[rows[at]] = rule[at]
        return rule


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """Where rosters come from: the scan's steps, on a file that is open."""

    config: ScanConfig
    provider: Provider
    expressions: ScanExpressions
    file: ListingFile | None
    named: tuple[str, ...]
    shown: _Screen
    market: _Screen

    @classmethod
    def of(cls, config: ScanConfig, provider: Provider, expressions: ScanExpressions) -> _Source:
        rules = config.prescreen
        file = None
        if config.universe:
            file = ListingFile.open(config.universe, config.file_options())
        named = named_symbols(config)
        market = _Screen(rules.of_the_market)
        return cls(config, provider, expressions, file, named, _Screen(rules), market)

    def listed(self, day: np.datetime64) -> Listed:
        """Return the listings of a day; of a provider the rows are those that it lists."""
        if self.file is not None:
            return self.file.listed(day)
        listings = load_listings(self.config, self.provider, day)
        return Listed(listings, np.arange(len(listings)), None)

    def universe(self, listings: Universe) -> Universe:
        """Return those that the scan is asked about."""
        found = choose_universe(self.config, listings, self.named)
        self.expressions.require_sources(found)
        return found

    def roster(self, day: np.datetime64) -> Roster:
        """Return who is scanned on a day."""
        listed = self.listed(day)
        listings = listed.universe
        universe = self.universe(listings)
        if universe is listings:
            rule = self.shown.of(listed)
        else:
            rule = prescreen(universe, self.config.prescreen).rule
        shown = tuple(np.array(universe.symbols, dtype=object)[_none(rule)].tolist())
        free = isinstance(self.provider, StreamingProvider) or getattr(
            self.provider, "local", False
        )

        def kept(other: BoolArray) -> BoolArray:
            return _none(self.market.of(listed)[other])

        peers = choose_peers(self.config, listings, universe, rule, kept) if free else ()
        return Roster(universe, rule, universe.union(listings), shown, peers)


def _none(rule: NDArray[np.object_]) -> BoolArray:
    return np.array([one is None for one in rule.tolist()], dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Rosters:
    """Who is scanned on each day of a replay.

    ``days``: those of the replay; ``names``: everybody who is scanned on one of them, each once.
    A span is days in a row with one roster: ``span_of`` names that of each day, ``begins`` its
    first day. ``member``: ``(n_spans, n_names)`` what each is: outside, compared with, shown.
    """

    days: DateArray
    names: tuple[str, ...]
    span_of: NDArray[np.intp]
    begins: DateArray
    member: NDArray[np.int8]
    source: _Source

    @classmethod
    def of(
        cls, config: ScanConfig, provider: Provider, expressions: ScanExpressions, days: DateArray
    ) -> Rosters:
        """Settle who is scanned on each of ``days``, ascending."""
        source = _Source.of(config, provider, expressions)
        changes = np.empty(0, "M8[D]") if source.file is None else source.file.changes
        _, first, span_of = np.unique(
            np.searchsorted(changes, days, side="right"), return_index=True, return_inverse=True
        )
        place: dict[str, int] = {}
        parts = []
        for day in days[first]:
            roster = source.roster(day)
            at = [
                np.array([place.setdefault(name, len(place)) for name in some], np.intp)
                for some in (roster.shown, roster.peers)
            ]
            parts.append(at)
        member = np.zeros((len(first), len(place)), np.int8)
        for own, (shown, peers) in zip(member, parts, strict=True):
            own[peers], own[shown] = ListedNames.COMPARED, ListedNames.SHOWN
        return cls(days, tuple(place), span_of, days[first], member, source)

    def on(self, day: np.datetime64) -> Roster:
        """Return the roster of one of the days."""
        return self.source.roster(self.begins[self.span(day)])

    def span(self, day: np.datetime64) -> int:
        """Return the number of a day's span."""
        return int(self.span_of[np.searchsorted(self.days, day)])

    def of_block(
        self, days: DateArray, columns: Sequence[str], refusals: Mapping[str, Refusal]
    ) -> ListedNames:
        """Return who is what on some of the days, with ``columns`` of the listings of each."""
        spans, of_day = np.unique(
            self.span_of[np.searchsorted(self.days, days)], return_inverse=True
        )
        member = self.member[spans]
        own = np.flatnonzero(member.any(axis=0))
        names = {self.names[at]: number for number, at in enumerate(own.tolist())}
        said = {
            name: np.full((len(spans), len(names)), np.nan if name == "market_cap" else None)
            for name in columns
        }
        for row, day in enumerate(self.begins[spans]) if columns else ():
            listings = self.source.listed(day).universe
            listed = self.source.universe(listings).union(listings)
            at = np.array([names.get(symbol, -1) for symbol in listed.symbols], np.intp)
            for name, values in said.items():
                column = listed.market_cap if name == "market_cap" else listed.text(name)
                if name == "symbol":
                    column = np.array(listed.symbols, dtype=object)
                values[row, at[at >= 0]] = column[at >= 0]
        return ListedNames(days, names, member[:, own], of_day, refusals, said)

    def missing_warning(self, without_bars: Collection[str]) -> str | None:
        """Say that the data lack those who left the listings on the way; None where they have them.

        ``without_bars``: symbols of which the data have no bar from the first day on.
        """
        left = np.flatnonzero(self.member[:-1].any(axis=0) & (self.member[-1] == 0))
        missing = len({self.names[at] for at in left.tolist()}.intersection(without_bars))
        if missing <= MISSING_PART * len(left):
            return None
        return (
            f"{missing:,} of {count_of(len(left), 'symbol')} that left the listings during the "
            "study have no bars: the data are those of the survivors, and who is missing did worse "
            "than who is there"
        )

    @property
    def survivorship_warning(self) -> str | None:
        """Say that who was delisted before may be missing; None where the listings have them."""
        file = self.source.file
        if file is None:
            what = f"{self.source.provider.name} does not say who was listed on a past day"
        elif file.known_from is None:
            what = f"{file.file.path.name} does not say who was delisted and when"
        elif file.known_from > self.days[0]:
            what = (
                f"{file.file.path.name} says who was delisted from {file.known_from} on, not before"
            )
        else:
            return None
        return (
            f"{what}: symbols that were delisted since may be missing, and who is missing did "
            "worse than who is there; take the results as those of the survivors (a universe file "
            "with the listings of several days in a column as_of, or with the days of delisting, "
            "says who was listed when)"
        )
