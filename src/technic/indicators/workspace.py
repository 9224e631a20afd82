"""A panel ready for many columns: what two columns both need is computed once.

Only the rows that are asked for matter, so work is saved where it can be:

1. An indicator that looks at a window (``over``) is computed on the last bars of each column,
   just as many as its window needs. Its kernels see only what lies inside a window, so the value
   has the same bits as in the full history.
2. An indicator with a memory runs from the first bar to the last row asked for: as a stream, of
   which only the rows asked for are kept (``streamed``), or as an array (``from_start``).
3. When several rows of a column are asked for (a replay), both run over the full history.

The last few results are kept, no more: memory stays flat whatever number of columns is computed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.indicators.streams import LastRows, Stream, whole
from technic.panel import BarPanel
from technic.panel.ragged import common_row, gather_last, last_bars
from technic.panel.windows import lagged
from technic.typing import FloatArray
from technic.wording.counts import count_of

__all__ = ["Workspace"]

R = TypeVar("R")
KEPT_RESULTS = 6
KEPT_OF_ONE_ROW = 64
"""With one row asked for nearly all results are a row or a few."""
_DEPTHS = tuple(4**power for power in range(2, 12))
"""How many bars of a field are gathered at once: the next call rarely needs more."""


class Workspace:
    """Indicators of one panel at ``rows``, each computed once.

    ``rows``: ``(n_symbols,)``, the row to read in each column, or ``(k, n_symbols)`` for several;
    negative: no row. What ``over``, ``earlier`` and ``last`` return is aligned: with one row asked
    for it is that row of each column, ``(1, n_symbols)`` unless ``last`` was asked for more, else
    the full history.
    """

    def __init__(self, panel: BarPanel, rows: NDArray[np.intp]) -> None:
        if rows.ndim not in (1, 2) or rows.shape[-1] != panel.n_symbols:
            raise ParameterError(
                "rows", rows.shape, f"({panel.n_symbols},) or (k, {panel.n_symbols})"
            )
        self.panel = panel
        self.rows = rows
        self._height = min(int(rows.max(initial=-1)) + 1, panel.n_bars)
        self._one_row = rows.ndim == 1
        self._most_kept = KEPT_OF_ONE_ROW if self._one_row else KEPT_RESULTS
        self._common = common_row(rows) if self._one_row else -1
        self._odd = np.flatnonzero(rows != self._common) if self._one_row else np.empty(0, np.intp)
        self._tails: dict[str, FloatArray] = {}
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._several = None if self._one_row else _SeveralRows(rows)

    def field(self, name: str) -> FloatArray:
        """One of the panel's arrays, from the first bar to the last row asked for."""
        return cast("FloatArray", getattr(self.panel, name))[: self._height]

    def recent(self, name: str, lag: int = 0) -> FloatArray:
        """One field ``lag`` bars ago, aligned."""
        if not self._one_row:
            return lagged(self.field(name), lag) if lag else self.field(name)
        return self.once((name, lag), lambda: last_bars(self.field(name), self.rows, 1, lag))

    def over(self, bars: int, function: Callable[..., R], *inputs: str | float) -> R:
        """Call ``function`` on the last ``bars`` bars; strings in ``inputs`` name fields."""
        return self.once((function, inputs, bars), lambda: self._call(bars, 0, function, inputs))

    def earlier(
        self, lag: int, bars: int, function: Callable[..., FloatArray], *inputs: str | float
    ) -> FloatArray:
        """Return what ``over`` returns, as it was ``lag`` bars ago."""
        if not lag:
            return self.over(bars, function, *inputs)
        if not self._one_row:
            return lagged(self.over(bars, function, *inputs), lag)
        key = (function, inputs, bars, lag)
        return self.once(key, lambda: self._call(bars, lag, function, inputs))

    def from_start(self, function: Callable[..., R], *inputs: str | float) -> R:
        """Call ``function`` on the whole history; give its result to ``last`` to align it."""
        return self.once(
            (function, inputs),
            lambda: function(*(self.field(x) if isinstance(x, str) else x for x in inputs)),
        )

    def last(self, values: FloatArray, bars: int = 1) -> FloatArray:
        """Last ``bars`` rows of an array that begins with the first bar, aligned."""
        if not self._one_row:
            return values
        return last_bars(values, self.rows, bars)

    def bar_count(self) -> FloatArray:
        """Bars of each symbol from the start of the panel, aligned."""
        shape = self.field("close").shape
        return self.last(
            np.broadcast_to(np.arange(1.0, len(self.field("close")) + 1.0)[:, None], shape)
        )

    def streamed(self, stream: Stream, bars: int = 1) -> FloatArray:
        """Last ``bars`` rows of a stream, aligned: ``(rows, *stream.shape)``."""
        if not self._one_row:
            return whole(stream, self._height)
        return LastRows(self.rows).read(stream, bars)

    def streamed_both(
        self, stream: Stream, then: Callable[[Iterable[FloatArray]], Stream]
    ) -> tuple[FloatArray, FloatArray]:
        """Rows of a stream, and of the stream that is built on them, in one pass; aligned."""
        if not self._one_row:
            below = whole(stream, self._height)
            return below, whole(then(below[stream.first :]), self._height)
        ends, kept = LastRows(self.rows), np.full((1, *stream.shape), np.nan)
        return kept, ends.read(then(ends.kept(stream, kept)))

    def windows_of(self, rows: FloatArray, function: Callable[[FloatArray], R]) -> R:
        """Call a function that looks at windows on the last rows of a stream."""
        return self.bottom(function(rows))

    def tail(self, values: FloatArray, bars: int) -> FloatArray:
        """Last ``bars`` rows of an aligned array."""
        return values[-bars:] if self._one_row else values

    def read(self, values: FloatArray) -> FloatArray:
        """Return the asked-for rows of an aligned array, NaN where a row is negative."""
        if self._several is not None:
            return self._several.of(values)
        only: FloatArray = values[-1]
        return only

    def once(self, key: Hashable, make: Callable[[], R]) -> R:
        """Return what ``make`` made for this key, or make it now."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return cast("R", self._kept[key])
        made = make()
        self._kept[key] = made
        if len(self._kept) > self._most_kept:
            self._kept.popitem(last=False)
        return made

    def bottom(self, values: R) -> R:
        """Cut an aligned array, or each of a tuple, to what is read in the end."""
        if not self._one_row:
            return values
        if isinstance(values, tuple):
            return cast("R", tuple(self.bottom(one) for one in values))
        return cast("R", cast("FloatArray", values)[-1:].copy())

    def _call(
        self, bars: int, lag: int, function: Callable[..., R], inputs: tuple[str | float, ...]
    ) -> R:
        """Call ``function`` on windows that end ``lag`` bars before the rows asked for.

        Most columns share one row (everything that traded on the day): the function sees them as
        a slice of the panel, nothing is copied. The other columns are gathered and computed apart.

        Kept: the last row of every window is the row asked for in its column, less ``lag``, and no
        kernel sees a row below. In the slice that is not so for the odd columns, whose values are
        of another day there: they are overwritten before anyone reads them. Each window has
        ``bars`` rows, with NaN above a column's first bar, so a young column has no value rather
        than one of fewer bars.
        """
        fields = {x: self.field(x) for x in inputs if isinstance(x, str)}
        if not self._one_row:
            return function(*(fields[x] if isinstance(x, str) else x for x in inputs))

        def computed(arrays: Mapping[str, FloatArray]) -> R:
            given = (arrays[x] if isinstance(x, str) else x for x in inputs)
            return self.bottom(function(*given))

        end = self._common - lag + 1
        if end < bars:
            return computed({x: last_bars(fields[x], self.rows, bars, lag) for x in fields})
        result = computed({x: array[end - bars : end] for x, array in fields.items()})
        if len(self._odd):
            _overwrite(result, self._odd, computed({x: self._apart(x, bars, lag) for x in fields}))
        return result

    def _apart(self, name: str, bars: int, lag: int) -> FloatArray:
        """Last bars of a field in the columns that do not end with the others."""
        tail = self._tails.get(name)
        if tail is None or len(tail) < bars + lag:
            # Deeper than asked for, so that the next indicators find their bars gathered already.
            depth = next(depth for depth in _DEPTHS if depth >= bars + lag)
            ends = self.rows[self._odd]
            tail = self._tails[name] = gather_last(self.field(name), self._odd, ends, depth)
        end = len(tail) - lag
        return tail[end - bars : end]


class _SeveralRows:
    """Reads ``(k, n_symbols)`` rows from one array after the other: where they lie is found once.

    Where all rows of all columns are asked for, as on the whole history of a block, that is a copy.
    """

    def __init__(self, rows: NDArray[np.intp]) -> None:
        n_rows, n_symbols = rows.shape
        self._shape, self._height = rows.shape, int(rows.max(initial=-1)) + 1
        self._all = bool((rows == np.arange(n_rows)[:, None]).all())
        self._places, self._absent = rows, None
        if not self._all:
            absent = rows < 0
            self._absent = absent if absent.any() else None
            self._places = np.maximum(rows, 0) * n_symbols + np.arange(n_symbols)

    def of(self, values: FloatArray) -> FloatArray:
        """Return the rows of ``values``, the caller's own; NaN where a row is negative."""
        if not len(values):
            return np.full(self._shape, np.nan)
        if len(values) < self._height:
            raise IndexError(
                f"row {self._height - 1} of an array of {count_of(len(values), 'row')}"
            )
        if self._all:
            return np.array(values[: self._shape[0]])
        found: FloatArray = np.ascontiguousarray(values).ravel().take(self._places, mode="clip")
        if self._absent is not None:
            np.copyto(found, np.nan, where=self._absent)
        return found


def _overwrite(result: object, columns: NDArray[np.intp], part: object) -> None:
    """Put the columns computed apart into a result, or into each of a tuple."""
    if isinstance(result, tuple) and isinstance(part, tuple):
        for one, its_part in zip(result, part, strict=True):
            _overwrite(one, columns, its_part)
    else:
        cast("FloatArray", result)[:, columns] = cast("FloatArray", part)
