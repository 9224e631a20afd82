"""What every provider answers, and what it promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from technic.panel import BarSource, LongBars
from technic.typing import DateArray, FloatArray
from technic.universe import Universe

__all__ = [
    "Dividends",
    "Failure",
    "Fetched",
    "PriceBasis",
    "Progress",
    "Provider",
    "Splits",
    "Streamed",
    "StreamingProvider",
]

PriceBasis = Literal["raw", "split_adjusted", "total_return_adjusted", "unknown"]
"""How prices come: ``raw`` ones are adjusted on the way in, the others are only labelled."""

Progress = Callable[[int, int], None]
"""Called with (symbols done, symbols in all) while a long fetch runs."""


@dataclass(frozen=True, slots=True)
class Splits:
    """Splits, one row each: from ``session`` on, one old share is ``ratio`` new ones.

    A 4:1 split has ratio 4.0, a 1:10 reverse split 0.1. ``symbol`` is an object array of str.
    """

    symbol: NDArray[np.object_]
    session: DateArray
    ratio: FloatArray

    @classmethod
    def none(cls) -> Splits:
        """No splits at all: what providers of adjusted prices answer."""
        return cls(np.empty(0, object), np.empty(0, "datetime64[D]"), np.empty(0))


@dataclass(frozen=True, slots=True)
class Dividends:
    """Cash dividends, one row each: ``amount`` in $ a share as of ``session``, the ex-date."""

    symbol: NDArray[np.object_]
    session: DateArray
    amount: FloatArray

    @classmethod
    def none(cls) -> Dividends:
        """No dividends at all."""
        return cls(np.empty(0, object), np.empty(0, "datetime64[D]"), np.empty(0))


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a symbol has no bars: a short code for the ledger and a sentence for people."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a provider answered; each symbol asked for has bars or is in ``failures``.

    ``bars.symbols`` holds the symbols that have bars, in the order they were asked for. ``notes``:
    sentences about the data that a reader of the result should see. The counts are those of
    ``BatchStats``.
    """

    bars: LongBars
    splits: Splits
    failures: Mapping[str, Failure] = field(default_factory=dict)
    dividends: Dividends = field(default_factory=Dividends.none)
    requests: int = 0
    requests_by_kind: Mapping[str, int] = field(default_factory=dict)
    retries: int = 0
    bytes: int = 0
    from_store: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Streamed:
    """Bars that are read when a block of them is taken.

    ``account``: all that ``Fetched`` says but the bars. ``absent``: the failure of a symbol that
    turns out to have no bar in the window.
    """

    bars: BarSource
    account: Fetched
    absent: Failure


class Provider(Protocol):
    """A source of daily bars."""

    @property
    def name(self) -> str:
        """Name as on the command line (``demo``, ``files``)."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether the market is made up; then SIMULATED is shown wherever its data is."""
        ...

    @property
    def price_basis(self) -> PriceBasis:
        """How the prices that ``history`` answers are adjusted."""
        ...

    def listings(self) -> Universe:
        """Return what the provider lists: the universe when the user names none."""
        ...

    def last_session(self) -> np.datetime64:
        """Return the last trading day that the provider has."""
        ...

    def history(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        progress: Progress | None = None,
    ) -> Fetched:
        """Return the bars of ``symbols`` from the first to the last of ``sessions``.

        Splits come for the same days. A symbol without bars there is a failure ``no_data``.
        """
        ...


@runtime_checkable
class StreamingProvider(Provider, Protocol):
    """A provider that can hand out a market larger than memory."""

    def stream(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        as_of: np.datetime64,
        progress: Progress | None = None,
    ) -> Streamed:
        """Do what ``history`` does, but leave the bars where they are, to be taken in blocks.

        What a block holds is what the panel of all bars, split-adjusted as of ``as_of``, would.
        """
        ...
