"""Columns that begin late: NaN above their first bar, as young listings have beside old ones.

The kernels, which the scan calls directly, want columns packed from the top. The public functions
take both: a column that begins late is moved up to the first row, computed there, and moved back,
so each begins where its own bars begin, as in TA-Lib's wrapper. Columns that are packed cost one
look at the first row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from technic.typing import FloatArray

__all__ = ["from_first_bar"]

P = ParamSpec("P")
R = TypeVar("R")
_ARRAY = "FloatArray"


def from_first_bar(kernel: Callable[P, R]) -> Callable[P, R]:
    """Return ``kernel`` for columns that may begin late.

    A column begins in the first row in which every array that the kernel reads has a value; above
    it the result is NaN. The arrays are the arguments that the kernel annotates ``FloatArray``.
    """
    kinds = {name: kind for name, kind in kernel.__annotations__.items() if name != "return"}
    inputs = [name for name, kind in kinds.items() if kind == _ARRAY]
    call: Callable[..., Any] = kernel

    @wraps(kernel)
    def indicator(*args: P.args, **kwargs: P.kwargs) -> R:
        by_place: list[Any] = list(args[: len(inputs)])
        by_name: dict[str, Any] = {name: kwargs[name] for name in inputs if name in kwargs}
        shapes = {np.shape(array) for array in (*by_place, *by_name.values())}
        if len(shapes) != 1 or len(shapes.pop()) != 2:
            return kernel(*args, **kwargs)  # which refuses them
        arrays = [np.asarray(array, np.float64) for array in (*by_place, *by_name.values())]
        first = _first_rows(arrays)
        packed = arrays if first is None else [_moved(array, first) for array in arrays]
        n = len(by_place)
        by_name = {**kwargs, **dict(zip(by_name, packed[n:], strict=True))}
        found = call(*packed[:n], *args[n:], **by_name)
        return found if first is None else _each_moved(found, -first)  # type: ignore[no-any-return]

    return indicator


def _first_rows(arrays: list[FloatArray]) -> NDArray[np.intp] | None:
    """Return the first row of each column in which all arrays have a value, 0 where none has.

    None where no column begins late: the first row says so.
    """
    if not len(arrays[0]) or not any(bool(np.isnan(array[0]).any()) for array in arrays):
        return None
    there = ~np.isnan(arrays[0])
    for array in arrays[1:]:
        there &= ~np.isnan(array)
    first: NDArray[np.intp] = there.argmax(axis=0)
    return first


def _each_moved(found: Any, rows: NDArray[np.intp]) -> Any:
    if isinstance(found, tuple):
        return tuple(_moved(array, rows) for array in found)
    return _moved(found, rows)


def _moved(array: FloatArray, rows: NDArray[np.intp]) -> FloatArray:
    """Return the columns moved up by ``rows``, down where negative; NaN where nothing comes in."""
    n_bars = len(array)
    moved = array.copy()
    columns = np.flatnonzero(rows)
    source = np.arange(n_bars)[:, None] + rows[columns]
    part = np.take_along_axis(array[:, columns], np.clip(source, 0, n_bars - 1), axis=0)
    part[(source < 0) | (source >= n_bars)] = np.nan
    moved[:, columns] = part
    return moved
