"""Columns that begin late: NaN above their first bar, as young listings have beside old ones.

The kernels want columns packed from the top. A column that begins late is moved up to the first
row, computed there, and moved back, so each begins where its own bars begin, as in TA-Lib's
wrapper. Columns that begin together cost one look at the first row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from technic.panel.ragged import common_row, first_rows
from technic.typing import FloatArray

__all__ = ["from_first_bar", "from_first_value"]

P = ParamSpec("P")
R = TypeVar("R")
_ARRAY = "FloatArray"


def from_first_bar(kernel: Callable[P, R]) -> Callable[P, R]:
    """Return ``kernel`` for columns that may begin late.

    The arrays are the arguments that the kernel annotates ``FloatArray``.
    """
    kinds = {name: kind for name, kind in kernel.__annotations__.items() if name != "return"}
    inputs = [name for name, kind in kinds.items() if kind == _ARRAY]

    @wraps(kernel)
    def indicator(*args: P.args, **kwargs: P.kwargs) -> R:
        n = len(args[: len(inputs)])
        by_name = [name for name in inputs if name in kwargs]
        given: list[Any] = [*args[:n], *(kwargs[name] for name in by_name)]
        shapes = {np.shape(array) for array in given}
        if len(shapes) != 1 or len(shapes.pop()) != 2:
            return kernel(*args, **kwargs)  # which refuses them
        call: Callable[..., Any] = kernel

        def of_arrays(*arrays: FloatArray) -> Any:
            named = dict(zip(by_name, arrays[n:], strict=True))
            return call(*arrays[:n], *args[n:], **{**kwargs, **named})

        arrays = [np.asarray(array, np.float64) for array in given]
        return from_first_value(len(arrays), of_arrays, *arrays)  # type: ignore[no-any-return]

    return indicator


def from_first_value(count: int, function: Callable[..., Any], *inputs: Any) -> Any:
    """Call a function of columns, one array or several, each column from its first value on.

    The first ``count`` inputs are arrays ``(n_bars, n_symbols)``, which may begin with NaN: a
    column begins in the first row in which all of them have a value, as if it were row 0, and its
    results are put back where they belong. A NaN further down is the function's.
    """
    arrays, constants = inputs[:count], inputs[count:]
    first = first_rows(arrays)
    common = max(common_row(first), 0)
    odd = np.flatnonzero((first != common) & (first >= 0))
    if not common and not len(odd):
        return function(*inputs)
    found = function(*(array[common:] for array in arrays), *constants)
    others = found
    if len(odd):
        others = function(*(_moved(array[:, odd], first[odd]) for array in arrays), *constants)
    put = partial(_put_back, common=common, odd=odd, rows=-first[odd])
    return tuple(map(put, found, others)) if isinstance(found, tuple) else put(found, others)


def _put_back(
    found: FloatArray,
    others: FloatArray,
    common: int,
    odd: NDArray[np.intp],
    rows: NDArray[np.intp],
) -> FloatArray:
    """Return what was found below row ``common``, in the odd columns what was found of those."""
    out = np.empty((len(found) + common, *found.shape[1:]))
    out[:common] = np.nan
    out[common:] = found
    if len(odd):
        out[..., odd] = _moved(others, rows)
    return out


def _moved(array: FloatArray, rows: NDArray[np.intp]) -> FloatArray:
    """Return the columns moved up by ``rows``, down where negative; NaN where nothing comes in."""
    n_bars = len(array)
    source = np.arange(n_bars)[:, None] + rows
    source = source.reshape(n_bars, *(1,) * (array.ndim - 2), len(rows))
    moved = np.take_along_axis(array, np.clip(source, 0, n_bars - 1), axis=0)
    return np.where((source < 0) | (source >= n_bars), np.nan, moved)
