"""Bars of a block of days, each symbol once for each split basis that was in force on a day of it.

A scan reads prices in the basis in force on its day. Within a block of days a symbol with k splits
has k + 1 bases, and each day reads that of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.adjust import restated_dividends, split_adjust
from technic.data_engine.interfaces.known_actions import KnownActions, SplitsBySymbol
from technic.data_engine.interfaces.records import Dividends, Failure, Splits
from technic.data_engine.store.bar_source import StoredBars
from technic.panel import BarPanel, LongBars
from technic.scan.special_dividends import by_symbol
from technic.typing import BoolArray, DateArray

__all__ = ["BasisPanel", "BlockBars", "FetchedBars", "Refusal", "StreamedBars", "in_force"]

IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A symbol that the provider refuses before the day ``first`` and from ``until`` on, and why.

    Before: for what it has of sessions that later days do not read any more. From a day on: for
    what it has of that day.
    """

    first: np.datetime64
    until: np.datetime64
    why: Failure

    def on(self, day: np.datetime64 | DateArray) -> BoolArray:
        """Tell whether it is refused on a day, or on which of many."""
        return np.asarray((day < self.first) | (day >= self.until))


@dataclass(frozen=True, slots=True, eq=False)
class BasisPanel:
    """Bars of some symbols, each in one basis.

    ``days``: ``(n_days, n_symbols)``, the days of the block on which a column's basis is in force.
    ``known``: splits and dividends, in the basis of the prices. ``first_row``: ``(n_symbols,)`` the
    session of each symbol's first row from a given session on, whether it is a bar or lacks a
    price; None: that of its first bar. From there on a symbol is one of which there is data, though
    it may have no bar. ``basis``: ``(n_symbols,)`` a day on which each column's basis is in force,
    the first of the block unless a split begins it.
    """

    panel: BarPanel
    days: BoolArray
    known: KnownActions
    first_row: Callable[[np.datetime64], DateArray] | None = None
    basis: DateArray | None = None


class BlockBars(Protocol):
    """The bars of a block of days, taken a few symbols at a time; it travels to other processes."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """Everybody who may have bars, in the order of the slices."""

    @property
    def sessions(self) -> DateArray:
        """The trading days of the window, up to the last day of the block."""

    @property
    def records(self) -> SplitsBySymbol:
        """What is known of splits."""

    @property
    def failures(self) -> Mapping[str, Failure]:
        """Why a symbol has no bars on any day of the block."""

    @property
    def refusals(self) -> Mapping[str, Refusal]:
        """Symbols that are refused on some days of the block."""

    def take(self, cut: slice, days: DateArray) -> list[BasisPanel]:
        """Return the bars of some symbols in every basis that is in force on one of ``days``."""


@dataclass(frozen=True, slots=True, eq=False)
class FetchedBars:
    """Raw bars in memory, ascending by column: what a provider answered for a whole block.

    ``starts``: where the rows of each symbol begin, and where the last end. ``adjusted``: whether
    ``splits`` are to be applied. ``volume``: False for a scan of prices alone.
    """

    bars: LongBars
    starts: NDArray[np.int64]
    sessions: DateArray
    splits: Splits
    dividends: Dividends
    records: SplitsBySymbol
    failures: Mapping[str, Failure]
    refusals: Mapping[str, Refusal]
    volume: bool = True

    @classmethod
    def of(
        cls,
        bars: LongBars,
        sessions: DateArray,
        splits: Splits,
        dividends: Dividends,
        records: SplitsBySymbol,
        failures: Mapping[str, Failure],
        refusals: Mapping[str, Refusal],
        *,
        volume: bool = True,
    ) -> FetchedBars:
        """Lay the rows of each symbol together; their order among themselves stays."""
        if np.any(np.diff(bars.column) < 0):
            bars = bars.rows(np.argsort(bars.column, kind="stable"))
        starts = np.searchsorted(bars.column, np.arange(len(bars.symbols) + 1))
        return cls(bars, starts, sessions, splits, dividends, records, failures, refusals, volume)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Those that have bars."""
        return self.bars.symbols

    def take(self, cut: slice, days: DateArray) -> list[BasisPanel]:
        """Return the bars of some symbols in every basis that is in force on one of ``days``."""
        symbols = self.symbols[cut]
        first, stop, _ = cut.indices(len(self.symbols))
        rows = slice(int(self.starts[first]), int(self.starts[max(stop, first)]))
        own = LongBars(
            symbols,
            (self.bars.column[rows] - first).astype(np.int32),
            *(
                getattr(self.bars, name)[rows]
                for name in ("session", "open", "high", "low", "close", "volume")
            ),
        )

        def panel(names: Sequence[str], splits: Splits) -> BarPanel:
            some = _of_symbols(own, names)
            adjusted = split_adjust(some, splits, days[-1])
            return BarPanel.from_long(adjusted, self.sessions, volume=self.volume)

        made = _bases(
            symbols, self.splits, self.dividends, self.records, days, self.sessions, panel
        )
        place = {name: at for at, name in enumerate(symbols)}
        return [
            replace(
                one,
                first_row=partial(_first_rows, own, [place[name] for name in one.panel.symbols]),
            )
            for one in made
        ]


_NEVER = np.datetime64("9999-12-31", "D")


def _first_rows(bars: LongBars, columns: list[int], start: np.datetime64) -> DateArray:
    """Return the session of the first row of some columns from a session on.

    ``bars``: ascending by column.
    """
    session = np.where(bars.session >= start, bars.session, _NEVER)
    begins = np.flatnonzero(np.diff(bars.column, prepend=-1))
    found = np.full(len(bars.symbols), _NEVER)
    if len(begins):
        found[bars.column[begins]] = np.minimum.reduceat(session, begins)
    return found[columns]


@dataclass(frozen=True, slots=True, eq=False)
class StreamedBars:
    """Bars that stay in the store until some symbols of them are taken."""

    stored: StoredBars
    dividends: Dividends
    records: SplitsBySymbol
    failures: Mapping[str, Failure]

    @property
    def refusals(self) -> Mapping[str, Refusal]:
        """A store refuses nobody for what it has of a later day."""
        return {}

    @property
    def symbols(self) -> tuple[str, ...]:
        """Those that were answered, in the order of the store."""
        return self.stored.symbols

    @property
    def sessions(self) -> DateArray:
        """The trading days of the window."""
        return self.stored.sessions

    def take(self, cut: slice, days: DateArray) -> list[BasisPanel]:
        """Read some symbols, those with splits once for each basis."""
        symbols = self.symbols[cut]

        def panel(names: Sequence[str], splits: Splits) -> BarPanel:
            some = replace(self.stored.of(names), splits=_sorted(splits))
            return some.take(slice(0, some.n_symbols))

        splits = self.stored.splits
        return _bases(symbols, splits, self.dividends, self.records, days, self.sessions, panel)


class _PanelOf(Protocol):
    def __call__(self, names: Sequence[str], splits: Splits) -> BarPanel:
        """Return the panel of some symbols, adjusted by these splits."""


def _bases(
    symbols: tuple[str, ...],
    splits: Splits,
    dividends: Dividends,
    records: SplitsBySymbol,
    days: DateArray,
    sessions: DateArray,
    panel: _PanelOf,
) -> list[BasisPanel]:
    """Make a panel of the first basis of all symbols, then one of each later basis."""
    split_days = _split_days(symbols, splits, days)
    found: list[BasisPanel] = []
    names: Sequence[str] = symbols
    for basis in range(1 + max(map(len, split_days.values()), default=0)):
        begins = {name: split_days[name][basis - 1] for name in names} if basis else {}
        latest = np.array(
            [begins.get(str(name), days[0]) for name in splits.symbol], "datetime64[D]"
        )
        own = in_force(splits, splits.session <= latest)
        made = panel(names, own)
        force = np.ones((len(days), made.n_symbols), dtype=np.bool_)
        for column, name in enumerate(made.symbols):
            ends = split_days.get(name, [])
            if basis:
                force[:, column] &= days >= ends[basis - 1]
            if basis < len(ends):
                force[:, column] &= days < ends[basis]
        restated = restated_dividends(_paid_to(dividends, names), own, sessions[0], days[-1])
        actions = KnownActions(records, by_symbol(restated))
        of_day = np.array([begins.get(name, days[0]) for name in made.symbols], "datetime64[D]")
        found.append(BasisPanel(made, force, actions, basis=of_day))
        names = [name for name in names if len(split_days.get(name, [])) > basis]
    return found


def _split_days(
    symbols: Sequence[str], splits: Splits, days: DateArray
) -> dict[str, list[np.datetime64]]:
    """Return the days of each symbol's splits that come into force within the block, ascending."""
    there, found = set(symbols), dict[str, list[np.datetime64]]()
    inside = (splits.session > days[0]) & (splits.session <= days[-1])
    for at in np.flatnonzero(inside).tolist():
        name = str(splits.symbol[at])
        if name in there:
            found.setdefault(name, []).append(splits.session[at])
    return {name: sorted(own) for name, own in found.items()}


def in_force(splits: Splits, keep: BoolArray) -> Splits:
    """Return some of the splits."""
    return Splits(splits.symbol[keep], splits.session[keep], splits.ratio[keep])


def _sorted(splits: Splits) -> Splits:
    order = np.lexsort((splits.session, splits.symbol.astype(str)))
    return Splits(splits.symbol[order], splits.session[order], splits.ratio[order])


def _paid_to(dividends: Dividends, symbols: Sequence[str]) -> Dividends:
    """Return the dividends of some symbols."""
    if not len(dividends.symbol):
        return dividends
    own = np.isin(dividends.symbol.astype(str), np.array(list(symbols), dtype=str))
    return Dividends(
        dividends.symbol[own], dividends.session[own], dividends.amount[own], dividends.asked
    )


def _of_symbols(bars: LongBars, names: Sequence[str]) -> LongBars:
    """Return the bars of some symbols, in their order."""
    if len(names) == len(bars.symbols):
        return bars
    place = {name: at for at, name in enumerate(names)}
    column_of = np.array([place.get(name, -1) for name in bars.symbols], dtype=np.int32)
    column = column_of[bars.column]
    kept = column >= 0
    return replace(bars.rows(kept), symbols=tuple(names), column=column[kept])
