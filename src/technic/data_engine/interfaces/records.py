"""What providers answer with: bars and corporate actions, what they cost, why a symbol has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from technic.panel import BarSource, LongBars
from technic.typing import DateArray, FloatArray
from technic.wording.counts import count_of

__all__ = [
    "Dividends",
    "Failure",
    "FetchResult",
    "LeftOutRows",
    "PriceBasis",
    "Progress",
    "Renames",
    "SplitRecord",
    "Splits",
    "StreamResult",
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
    """Cash dividends, one row each: ``amount`` in $ a share as of ``session``, the ex-date.

    ``asked``: the days whose dividends have been asked for, of all symbols; None: nobody says.
    """

    symbol: NDArray[np.object_]
    session: DateArray
    amount: FloatArray
    asked: DateArray | None = None

    @classmethod
    def none(cls) -> Dividends:
        """No dividends at all."""
        return cls(np.empty(0, object), np.empty(0, "datetime64[D]"), np.empty(0))


SplitWitness = Literal["feed", "column"]
"""Who says so: a feed of splits, which may lack one, or adjusted closes beside the closes."""


@dataclass(frozen=True, slots=True, eq=False)
class SplitRecord:
    """One symbol's splits, as a witness has them.

    ``session``, ascending, and ``ratio``, new shares for an old one: the splits; a ratio of NaN is
    a day of which the witness knows nothing. ``covered``: the days of which it knows all else,
    ascending; None: every day. ``applied``: prices are adjusted by these splits.
    """

    witness: SplitWitness
    session: DateArray
    ratio: FloatArray
    applied: bool
    covered: DateArray | None = None


@dataclass(frozen=True, slots=True)
class Renames:
    """Symbol changes: from ``session`` on, ``old`` trades as ``new``."""

    old: NDArray[np.object_]
    new: NDArray[np.object_]
    session: DateArray


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a symbol has no bars: a short code for the ledger and a sentence for people."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class LeftOutRows:
    """How many of a symbol's ``rows`` are no bars, and why.

    Each counts once: it lies on no session, else it lacks a price, else it has no volume.
    """

    rows: int
    without_price: int = 0
    without_volume: int = 0
    off_session: int = 0

    @property
    def count(self) -> int:
        """How many are left out."""
        return self.without_price + self.without_volume + self.off_session

    def __add__(self, other: LeftOutRows) -> LeftOutRows:
        """Return the counts of both."""
        return LeftOutRows(
            self.rows + other.rows,
            self.without_price + other.without_price,
            self.without_volume + other.without_volume,
            self.off_session + other.off_session,
        )

    @property
    def reasons(self) -> str:
        """The reasons that occur, each with its count."""
        named = {
            "without a price": self.without_price,
            "without volume": self.without_volume,
            "on no session": self.off_session,
        }
        return ", ".join(f"{count:,} {reason}" for reason, count in named.items() if count)

    def __str__(self) -> str:
        if self.count in (self.without_price, self.without_volume, self.off_session):
            count, _, reason = self.reasons.partition(" ")
            return f"{count} of {count_of(self.rows, 'row')} {reason}"
        return f"left out {self.count:,} of {count_of(self.rows, 'row')}: {self.reasons}"


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What a provider answered; each symbol asked for has bars or is in ``failures``.

    ``bars.symbols`` holds the symbols that have bars, in the order they were asked for. ``notes``:
    sentences about the data that a reader of the result should see. ``left_out``: of the symbols
    that have rows which are no bars. ``splits_asked``: the days of which ``splits`` holds all that
    a feed lists, none where there is no feed; ``split_records``: what came with the bars of splits.
    The counts are those of ``BatchStats``.
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
    left_out: Mapping[str, LeftOutRows] = field(default_factory=dict)
    splits_asked: DateArray = field(default_factory=lambda: np.empty(0, "datetime64[D]"))
    split_records: Mapping[str, SplitRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StreamResult:
    """Bars that are read when a block of them is taken.

    ``account``: all that ``FetchResult`` says but the bars. ``absent``: the failure of a symbol
    that turns out to have no bar in the window.
    """

    bars: BarSource
    account: FetchResult
    absent: Failure
