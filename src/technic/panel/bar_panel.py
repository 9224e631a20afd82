"""BarPanel: the bars of all symbols as packed, time-major arrays.

Packed from the top: row 0 of a column is its symbol's first bar in the loaded window, the cells
after its last bar are NaN. A bar with a missing or infinite value is not a bar: it is left out
of its column and counted. So no NaN is ever inside an indicator, holes in a listing never break
a window, and every recursion starts at row 0. ``session`` says which trading day a cell is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.panel.long_bars import LongBars
from technic.panel.packing import Packing, positions
from technic.panel.ragged import common_row
from technic.panel.symbol_bars import SymbolBars
from technic.text.short_repr import short_repr
from technic.typing import DateArray, FloatArray, SessionArray
from technic.wording.counts import count_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FIELDS", "FRAME_COLUMNS", "BarPanel"]

FIELDS = ("open", "high", "low", "close", "volume")
FRAME_COLUMNS = ("Open", "High", "Low", "Close", "Volume")

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class BarPanel:
    """All bars of a window: five float64 arrays ``(n_bars, n_symbols)``, C order, read-only.

    ``sessions``: the trading days of the window, ascending. ``session``: int32, same shape as the
    prices, position in ``sessions`` of each cell, -1 after a column's last bar. ``length``: bars
    in each column. ``left_out``: bars of each column that were incomplete or fell on no session.
    """

    symbols: tuple[str, ...]
    sessions: DateArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    session: SessionArray
    length: NDArray[np.int64]
    left_out: NDArray[np.int64]

    def __post_init__(self) -> None:
        shape = (self.close.shape[0], len(self.symbols))
        for name in (*FIELDS, "session"):
            array = getattr(self, name)
            if array.shape != shape:
                raise ValueError(f"{name} has shape {array.shape}, the panel is {shape}")
            array.flags.writeable = False

    def __repr__(self) -> str:
        days = f"{self.sessions[0]} to {self.sessions[-1]}" if len(self.sessions) else "no session"
        return short_repr(self, count_of(self.n_symbols, "symbol"), days)

    @property
    def n_bars(self) -> int:
        """Rows: the length of the longest column."""
        return int(self.close.shape[0])

    @property
    def n_symbols(self) -> int:
        """Columns."""
        return len(self.symbols)

    @classmethod
    def from_long(cls, bars: LongBars, sessions: DateArray, *, volume: bool = True) -> BarPanel:
        """Pack rows into columns, in the order of ``bars.symbols``.

        ``sessions``: the trading days of the window, ascending; rows outside its first and last
        day are ignored, rows inside that are no session or lack a value are left out and counted.
        ``volume``: False packs prices alone; volume is NaN then, and no row lacks it.
        Raises ParameterError when a symbol has two bars for one session.
        """
        if not volume:
            bars = replace(bars, volume=np.full(len(bars), np.nan))
        n_symbols = len(bars.symbols)
        position, inside = positions(bars.session, sessions)
        on_a_session = position >= 0
        complete = on_a_session & bars.complete(volume=volume)
        kept: slice | NDArray[np.intp] = slice(None)  # all of them, and nothing is copied
        left_out = np.zeros(n_symbols, dtype=np.int64)
        if not complete.all():
            kept = np.flatnonzero(complete)
            left_out = np.bincount(bars.column[inside & ~complete], minlength=n_symbols)

        column, position = bars.column[kept], position[kept]
        key = column.astype(np.int64) * max(len(sessions), 1) + position
        step = np.diff(key)
        if np.any(step <= 0):
            order = np.argsort(key, kind="stable")
            kept = order if isinstance(kept, slice) else kept[order]
            column, position, key = column[order], position[order], key[order]
            step = np.diff(key)
        if np.any(step == 0):
            at = int(np.flatnonzero(step == 0)[0])
            raise ParameterError(
                "bars",
                f"{bars.symbols[column[at]]} {sessions[position[at]]} twice",
                "one bar for each symbol and session",
            )
        length = np.bincount(column, minlength=n_symbols)
        packing = Packing.of(length)
        arrays = {name: packing.packed(getattr(bars, name)[kept], np.nan) for name in FIELDS}
        session = packing.packed(position, -1)
        return cls(
            symbols=bars.symbols,
            sessions=sessions,
            session=session,
            length=length,
            left_out=left_out,
            **arrays,
        )

    @classmethod
    def from_frames(
        cls, frames: Mapping[str, pd.DataFrame], sessions: DateArray, *, volume: bool = True
    ) -> BarPanel:
        """Pack price frames (``DatetimeIndex``, columns Open High Low Close Volume).

        ``volume``: False packs prices alone, with frames that have no Volume too.
        Raises ParameterError when a frame has not these columns, no dates as its index or a value
        that is no number.
        """
        import pandas as pd  # only here: configs know panels and need no pandas

        names = FRAME_COLUMNS if volume else FRAME_COLUMNS[:-1]
        for symbol, frame in frames.items():
            missing = [name for name in names if name not in frame.columns]
            if missing or not isinstance(frame.index, pd.DatetimeIndex):
                raise ParameterError(
                    f"price_cache[{symbol!r}]",
                    f"columns {list(frame.columns)}, index {type(frame.index).__name__}",
                    f"a DatetimeIndex and columns {' '.join(names)}",
                )
        counts = np.array([len(frame) for frame in frames.values()], dtype=np.int64)
        days = [
            frame.index.tz_localize(None).to_numpy().astype("datetime64[D]")
            if isinstance(frame.index, pd.DatetimeIndex)
            else np.empty(0, "datetime64[D]")
            for frame in frames.values()
        ]
        values = {
            field: _joined([_numbers(symbol, frame, name) for symbol, frame in frames.items()])
            for field, name in zip(FIELDS, names, strict=False)
        }
        values.setdefault("volume", np.full(int(counts.sum()), np.nan))
        bars = LongBars(
            symbols=tuple(frames),
            column=np.repeat(np.arange(len(frames), dtype=np.int32), counts),
            session=np.concatenate(days) if days else np.empty(0, "datetime64[D]"),
            **values,
        )
        return cls.from_long(bars, sessions, volume=volume)

    def rows_at(self, day: np.datetime64) -> NDArray[np.intp]:
        """Row of each column's last bar at or before ``day``; -1 where there is none yet."""
        last = int(np.searchsorted(self.sessions, day, side="right")) - 1
        held = (self.session >= 0) & (self.session <= last)
        rows: NDArray[np.intp] = np.count_nonzero(held, axis=0) - 1
        return rows

    def take(self, columns: NDArray[np.intp] | slice) -> BarPanel:
        """Return the columns asked for, with the same rows and sessions; a slice gives views."""
        picked = range(self.n_symbols)[columns] if isinstance(columns, slice) else columns
        return BarPanel(
            symbols=tuple(self.symbols[i] for i in picked),
            sessions=self.sessions,
            session=_columns_of(self.session, columns),
            length=self.length[columns],
            left_out=self.left_out[columns],
            **{name: _columns_of(getattr(self, name), columns) for name in FIELDS},
        )

    def newest(self) -> BarPanel:
        """Return a panel that has at least the bars of the last few sessions: itself."""
        return self

    def of(self, symbols: Sequence[str]) -> BarPanel:
        """Return the columns of ``symbols``, in that order; KeyError for one that is not there."""
        if tuple(symbols) == self.symbols:
            return self
        at = {symbol: i for i, symbol in enumerate(self.symbols)}
        return self.take(np.array([at[symbol] for symbol in symbols], dtype=np.intp))

    @classmethod
    def side_by_side(cls, panels: Sequence[BarPanel]) -> BarPanel:
        """Join panels over the same sessions; ValueError when the sessions differ."""
        first = panels[0]
        if any(not np.array_equal(first.sessions, panel.sessions) for panel in panels[1:]):
            raise ValueError("panels over different sessions cannot stand side by side")
        n_bars = max(panel.n_bars for panel in panels)

        def concat(name: str, fill: float, dtype: type[np.generic]) -> NDArray[Any]:
            out = np.empty((n_bars, sum(panel.n_symbols for panel in panels)), dtype=dtype)
            at = 0
            for panel in panels:
                own = out[:, at : at + panel.n_symbols]
                own[: panel.n_bars], own[panel.n_bars :] = getattr(panel, name), fill
                at += panel.n_symbols
            return out

        return cls(
            symbols=tuple(symbol for panel in panels for symbol in panel.symbols),
            sessions=first.sessions,
            session=concat("session", -1, np.int32),
            length=np.concatenate([panel.length for panel in panels]),
            left_out=np.concatenate([panel.left_out for panel in panels]),
            **{name: concat(name, np.nan, np.float64) for name in FIELDS},
        )

    def window(self, start: np.datetime64, end: np.datetime64) -> BarPanel:
        """Return the bars from ``start`` to ``end``, both included, packed anew.

        The same bars as a panel loaded with just these sessions, whatever lies before and after.
        """
        low = int(np.searchsorted(self.sessions, start))
        high = int(np.searchsorted(self.sessions, end, side="right"))
        inside = self.session >= 0
        first = np.count_nonzero(inside & (self.session < low), axis=0)
        length = np.count_nonzero(inside & (self.session < high), axis=0) - first
        length = np.maximum(length, 0)
        n_bars = int(length.max(initial=0))
        session = _shifted(self.session, first, length, n_bars, np.int32(-1))
        session = np.where(session >= 0, session - np.int32(low), np.int32(-1))
        return BarPanel(
            symbols=self.symbols,
            sessions=self.sessions[low:high],
            session=session,
            length=length,
            left_out=self.left_out,
            **{
                name: _shifted(getattr(self, name), first, length, n_bars, np.float64(np.nan))
                for name in FIELDS
            },
        )

    def without_volume(self) -> BarPanel:
        """Return the prices alone: volume is NaN."""
        return replace(self, volume=np.full(self.volume.shape, np.nan))

    def frame(self, symbol: str) -> pd.DataFrame:
        """Return one symbol's bars as a price frame; KeyError when it is not in the panel."""
        return self.bars_of(symbol).frame()

    def bars_of(self, symbol: str) -> SymbolBars:
        """Return one symbol's bars as arrays; KeyError when it is not in the panel."""
        try:
            column = self.symbols.index(symbol)
        except ValueError:
            raise KeyError(symbol) from None
        length = int(self.length[column])
        values = {name: getattr(self, name)[:length, column] for name in FIELDS}
        return SymbolBars(self.sessions[self.session[:length, column]], values)


def _columns_of(array: NDArray[T], columns: NDArray[np.intp] | slice) -> NDArray[T]:
    """Return some columns, row after row in memory: indexing would lay them column after column."""
    if isinstance(columns, slice):
        return array[:, columns]
    return np.take(array, columns, axis=1)


def _numbers(symbol: str, frame: pd.DataFrame, column: str) -> FloatArray:
    try:
        return frame[column].to_numpy(np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        where = f"price_cache[{symbol!r}][{column!r}]"
        raise ParameterError(where, str(error), "numbers, NaN where there is none") from error


def _joined(parts: list[FloatArray]) -> FloatArray:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.float64)


def _shifted(
    array: NDArray[T],
    first: NDArray[np.intp],
    length: NDArray[np.intp],
    n_bars: int,
    fill: T,
) -> NDArray[T]:
    """Move each column up by ``first`` rows and keep ``length`` of them.

    Most columns share one shift (everything listed since before the window): those are sliced,
    only the others are gathered.
    """
    n_symbols = array.shape[1]
    out = np.full((n_bars, n_symbols), fill, dtype=array.dtype)
    if not n_bars or not n_symbols:
        return out
    common = common_row(np.where(length > 0, first, -1))
    block = array[common : common + n_bars]
    out[: len(block)] = block
    odd = np.flatnonzero(first != common)
    row = np.arange(n_bars)[:, None] + first[odd]
    out[:, odd] = array[np.minimum(row, len(array) - 1), odd]
    out[np.arange(n_bars)[:, None] >= length] = fill
    return out
