"""Facts of a replay: asked once for all of its days, cut to the blocks of days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from technic.data_engine.interfaces.known_actions import SplitsBySymbol
from technic.data_engine.interfaces.records import Splits
from technic.language import Node
from technic.scan.facts.access import FactAccess, splits_of
from technic.sessions import SessionCalendar
from technic.typing import DateArray

if TYPE_CHECKING:
    from technic.scan.facts.scan_facts import ScanFacts

__all__ = ["FactsOfBlocks"]


class FactsOfBlocks:
    """Opens the facts of ``symbols`` when the first block needs them.

    They are opened again where a block knows of other splits than the one before: a store knows all
    of them at once.
    """

    def __init__(
        self,
        access: FactAccess,
        leaves: Sequence[Node],
        symbols: Sequence[str],
        calendar: SessionCalendar,
    ) -> None:
        self._access, self._leaves = access, tuple(leaves)
        self._symbols, self._calendar = tuple(symbols), calendar
        self._opened: tuple[Splits, ScanFacts] | None = None

    def of_block(self, window: DateArray, splits: SplitsBySymbol) -> ScanFacts:
        """Return what the sessions of a block read; ``splits``: what came with its bars.

        Raises what ``FactAccess.open`` raises.
        """
        from technic.scan.facts.scan_facts import ScanFacts

        known = splits_of(self._symbols, splits)
        if self._opened is None or not _same(self._opened[0], known):
            found = self._access.open(self._leaves, self._symbols, self._calendar, splits)
            sessions = self._calendar.sessions
            every = ScanFacts.of(found.reader, self._leaves, self._symbols, sessions)
            self._opened = known, every
        return self._opened[1].within(window, splits)


def _same(one: Splits, other: Splits) -> bool:
    return (
        np.array_equal(one.symbol, other.symbol)
        and np.array_equal(one.session, other.session)
        and np.array_equal(one.ratio, other.ratio)
    )
