"""What blocks of bars are taken from: a panel in memory, or something that reads them on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from technic.panel.bar_panel import BarPanel
from technic.typing import DateArray

__all__ = ["BarSource", "BlockSource"]


class BlockSource(Protocol):
    """A market that can be scanned in blocks; a BarPanel is one.

    It travels to other processes, so it pickles; blocks of several threads are taken at once.
    """

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols in the order of their columns."""

    @property
    def n_symbols(self) -> int:
        """How many there are."""

    def take(self, columns: slice, /) -> BarPanel:
        """Return the bars of these columns; a column that has none at all may be left out."""


class BarSource(BlockSource, Protocol):
    """A market that also knows its days and can be restricted to some of its symbols."""

    @property
    def sessions(self) -> DateArray:
        """The trading days of the window, ascending."""

    def newest(self) -> BarPanel:
        """Return a panel that has at least the bars of the last few sessions."""

    def of(self, symbols: Sequence[str], /) -> BarSource:
        """Return the bars of ``symbols``, in whatever order reads best."""
