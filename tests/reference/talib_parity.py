"""Compare every indicator with TA-Lib on every bar; run as a script it does so for a whole file.

Equal is what SYSTEM section 4 says: the same NaN pattern and |a - b| <= 1e-9 |ref| + 1e-9 unit.
TA-Lib's running sums keep a residue of all that went through them: after a fall from 656 to 1 its
STDDEV is off by 2e-9, and its VWMA divides by a volume of 0. Where the two differ and the window
can be computed in exact fractions, the exact value is the judge.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from reference.bars import fields, load_panel
from reference.calls import ORACLE_CALLS, Call, outputs
from technic import indicators as ours
from technic.typing import BoolArray, FloatArray

__all__ = ["Difference", "differences"]


@dataclass(frozen=True)
class Difference:
    """One bar on which ours is not what it should be."""

    output: int
    row: int
    column: int
    ours: float
    talib: float


def differences(call: Call, bars: dict[str, FloatArray]) -> Iterator[Difference]:
    """Every cell on which ``call`` differs from TA-Lib and is not exactly right itself."""
    n_bars, n_symbols = bars["close"].shape
    mine = call(bars)
    theirs = [np.full((n_bars, n_symbols), np.nan) for _ in mine]
    for column in range(n_symbols):
        length = int(np.flatnonzero(~np.isnan(bars["close"][:, column])).max(initial=-1)) + 1
        if length:  # NaN at the head of a series is the wrapper's own business
            series = (np.ascontiguousarray(bars[x][:length, column]) for x in call.inputs)
            for whole, part in zip(
                theirs, outputs(call.oracle(*series, *call.parameters)), strict=True
            ):
                whole[:length, column] = part
    for output, (a, b) in enumerate(zip(mine, theirs, strict=True)):
        for row, column in np.argwhere(~_equal(a, b, _unit(call, bars, b))):
            value = float(a[row, column])
            window = {x: bars[x][max(row - call.bars + 1, 0) : row + 1, column] for x in bars}
            if not _is_exact(call, output, value, window):
                yield Difference(output, int(row), int(column), value, float(b[row, column]))


def _unit(call: Call, bars: dict[str, FloatArray], reference: FloatArray) -> FloatArray | float:
    if call.unit == "column":
        finite = np.where(np.isfinite(reference), np.abs(reference), 0.0)
        return np.max(finite, axis=0, initial=0.0)
    return np.abs(bars["close"]) if call.unit == "close" else float(call.unit)


def _equal(a: FloatArray, b: FloatArray, unit: FloatArray | float) -> BoolArray:
    with np.errstate(invalid="ignore"):
        near = np.abs(a - b) <= 1e-9 * np.abs(b) + 1e-9 * unit
    return near | (a == b) | (np.isnan(a) & np.isnan(b))


def _is_exact(call: Call, output: int, value: float, window: dict[str, FloatArray]) -> bool:
    """Tell whether ``value`` is the exact one, for the functions whose windows can be judged."""
    close = [Fraction(x) for x in window["close"] if np.isfinite(x)]
    if len(close) < call.bars:
        return False
    if call.function is ours.vwma:
        volume = [Fraction(x) for x in window["volume"]]
        if not sum(volume):
            return math.isnan(value)
        exact = float(sum(c * v for c, v in zip(close, volume, strict=True)) / sum(volume))
    elif call.function is ours.rvol:
        *before, today = [Fraction(x) for x in window["volume"]]
        if not sum(before):
            return math.isinf(value) if today else math.isnan(value)
        exact = float(today / sum(before) * len(before))
    elif call.function is ours.stddev or (call.function is ours.bbands and call.parameters[3] == 0):
        mean = sum(close) / len(close)
        spread = math.sqrt(sum((c - mean) ** 2 for c in close) / len(close))
        if call.function is ours.stddev:
            exact = spread * call.parameters[1]
        else:
            exact = float(mean) + spread * (call.parameters[1], 0.0, -call.parameters[2])[output]
    else:
        return False
    return abs(value - exact) <= 1e-12 * (abs(exact) + float(close[-1]))


def main(path: str) -> None:
    """Write one line for each call: cells compared, cells that differ."""
    panel = load_panel(Path(path))
    bars = fields(panel)
    for call in ORACLE_CALLS:
        found = list(differences(call, bars))
        names = sorted({panel.symbols[one.column] for one in found})
        sys.stdout.write(
            f"{call.name:22s} {panel.n_symbols} symbols, {int(panel.length.sum()):,} bars,"
            f" {len(found)} differ {names[:5]}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
