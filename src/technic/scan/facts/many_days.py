"""Facts of a replay: asked once for all of its days, cut to the blocks of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from technic.data_engine.interfaces.known_actions import SplitsBySymbol
from technic.data_engine.interfaces.records import Splits
from technic.language import Node
from technic.scan.facts.access import FactAccess, FactReading, splits_of
from technic.sessions import SessionCalendar
from technic.typing import DateArray

if TYPE_CHECKING:
    from technic.scan.facts.scan_facts import ScanFacts

__all__ = ["FactsOfBlocks"]

_Splits: TypeAlias = dict[str, tuple[tuple[int, float], ...]]


class FactsOfBlocks:
    """Opens the facts of ``symbols`` when the first block needs them.

    Where a block knows of other splits of some symbols than the one before, what these have filed
    is worked out again, and nothing of the others.
    """

    def __init__(
        self,
        access: FactAccess,
        leaves: Sequence[Node],
        symbols: Sequence[str],
        calendar: SessionCalendar,
    ) -> None:
        self._access, self._leaves = access, tuple(leaves)
        self._symbols, self._calendar = tuple(dict.fromkeys(symbols)), calendar
        self._opened: _Opened | None = None

    def of_block(self, window: DateArray, splits: SplitsBySymbol) -> ScanFacts:
        """Return what the sessions of a block read; ``splits``: what came with its bars.

        Raises what ``FactAccess.open`` raises.
        """
        own = _by_symbol(splits_of(self._symbols, splits))
        if self._opened is None:
            found = self._access.open(self._leaves, self._symbols, self._calendar, splits)
            self._opened = _Opened(found.reader, own, self._every(found.reader, self._symbols))
        elif own != self._opened.splits:
            self._opened = self._again(self._opened, own, splits)
        return self._opened.facts.within(window, splits)

    def _again(self, opened: _Opened, own: _Splits, splits: SplitsBySymbol) -> _Opened:
        resplit = getattr(opened.reader, "with_splits", None)
        if self._access.given is opened.reader or resplit is None:  # it has splits of its own
            return replace(opened, splits=own)
        other = [name for name in self._symbols if own.get(name) != opened.splits.get(name)]
        reader = resplit(splits_of(self._symbols, splits))
        return _Opened(reader, own, opened.facts.updated(self._every(reader, other)))

    def _every(self, reader: FactReading, symbols: Sequence[str]) -> ScanFacts:
        from technic.scan.facts.scan_facts import ScanFacts

        return ScanFacts.of(reader, self._leaves, symbols, self._calendar.sessions)


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """A reader, the splits it was opened with, and all that it says of all days."""

    reader: FactReading
    splits: _Splits
    facts: ScanFacts


def _by_symbol(splits: Splits) -> _Splits:
    """Return the days and the ratios of each symbol that has splits."""
    found: _Splits = {}
    rows = zip(
        splits.symbol.tolist(),
        splits.session.astype(np.int64).tolist(),
        splits.ratio.tolist(),
        strict=True,
    )
    for symbol, session, ratio in rows:
        found[symbol] = (*found.get(symbol, ()), (session, ratio))
    return found
