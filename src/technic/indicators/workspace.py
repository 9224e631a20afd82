"""A panel ready for many columns: what two columns both need is computed once.

Only the rows that are asked for matter, so work is saved where it can be:

1. An indicator that looks at a window (``over``) is computed on the last bars of each column,
   just as many as its window needs. Its kernels see only what lies inside a window, so the value
   has the same bits as in the full history.
2. An indicator with a memory (``from_start``) runs from the first bar to the last row asked for.
3. When several rows of a column are asked for (a replay), both run over the full history.

The last few results are kept, no more: memory stays flat whatever number of columns is computed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from technic.aliases import FloatArray
from technic.errors import ParameterError
from technic.panel import BarPanel
from technic.panel.windows import lagged

__all__ = ["Workspace"]

R = TypeVar("R")
KEPT_RESULTS = 8
_DEPTHS = tuple(4**power for power in range(2, 12))
"""How many rows are cut off a field at once: the next cut of it is rarely deeper."""


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
        self._common = int(np.bincount(rows[rows >= 0]).argmax()) if self._height else -1
        self._odd = np.flatnonzero(rows != self._common) if self._one_row else np.empty(0, np.intp)
        self._tails: dict[str, FloatArray] = {}
        self._kept: OrderedDict[Hashable, object] = OrderedDict()

    def field(self, name: str) -> FloatArray:
        """One of the panel's arrays, from the first bar to the last row asked for."""
        return cast("FloatArray", getattr(self.panel, name))[: self._height]

    def recent(self, name: str, bars: int = 1, lag: int = 0) -> FloatArray:
        """Last ``bars`` rows of a field, ``lag`` bars ago, aligned."""
        if not self._one_row:
            return lagged(self.field(name), lag) if lag else self.field(name)
        tail = self._tails.get(name)
        if tail is None or len(tail) < bars + lag:
            depth = next(depth for depth in _DEPTHS if depth >= bars + lag)
            tail = self._tails[name] = self._cut(self.field(name), depth)
        end = len(tail) - lag
        return tail[end - bars : end]

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
        return self._cut(values, bars) if self._one_row else values

    def read(self, values: FloatArray) -> FloatArray:
        """Return the asked-for rows of an aligned array, NaN where a row is negative."""
        if self._one_row:
            only: FloatArray = values[-1]
            return only
        if not len(values):
            return np.full(self.rows.shape, np.nan)
        out: FloatArray = np.take_along_axis(values, np.maximum(self.rows, 0), axis=0)
        np.copyto(out, np.nan, where=self.rows < 0)
        return out

    def once(self, key: Hashable, make: Callable[[], R]) -> R:
        """Return what ``make`` made for this key, or make it now."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return cast("R", self._kept[key])
        made = make()
        self._kept[key] = made
        if len(self._kept) > KEPT_RESULTS:
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
        arguments = [self.recent(x, bars, lag) if isinstance(x, str) else x for x in inputs]
        return self.bottom(function(*arguments))

    def _cut(self, values: FloatArray, bars: int) -> FloatArray:
        """Rows ``row - bars + 1`` to ``row`` of each column, NaN above its first bar.

        Most columns share one row (everything that traded on the day): those are sliced, only the
        others are gathered.
        """
        end = self._common + 1
        if not len(self._odd) and end >= bars:
            return values[end - bars : end]
        out = np.empty((bars, values.shape[1]))
        inside = min(bars, end)
        out[: bars - inside] = np.nan
        out[bars - inside :] = values[end - inside : end]
        if len(self._odd):
            row = self.rows[self._odd] + np.arange(1 - bars, 1)[:, None]
            found = values[np.maximum(row, 0), self._odd] if len(values) else np.nan
            out[:, self._odd] = np.where(row >= 0, found, np.nan)
        return out
