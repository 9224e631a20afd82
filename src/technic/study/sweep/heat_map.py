"""The grid as a heat map: mean excess by point, two axes at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from technic.study.sweep.grid import Axis
from technic.study.sweep.run import SweepResult
from technic.typing import FloatArray

__all__ = ["HeatMap", "heat_maps"]


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """``rows`` and ``columns``: the axes; ``columns`` is None for a grid of one axis.

    ``title``: what a third axis has here, empty without one. ``mean``, ``t``, ``hits``:
    ``(n_rows, n_columns)`` of the main horizon, NaN where nothing is known. ``best``: row and
    column of the best point of the grid, None where it is not here.
    """

    title: str
    rows: Axis
    columns: Axis | None
    mean: FloatArray
    t: FloatArray
    hits: FloatArray
    best: tuple[int, int] | None


def heat_maps(result: SweepResult) -> Iterator[HeatMap]:
    """Yield one map; of three axes one for each value of the third."""
    grid, main = result.grid, result.config.horizon
    axes, shape = grid.axes, (*grid.shape, 1, 1)[:3]
    each = [point.excess[main] for point in result.points]
    mean, t, hits = (
        np.array(values, np.float64).reshape(shape)
        for values in ([e.mean for e in each], [e.t for e in each], [e.hits for e in each])
    )
    best = None if result.best is None else (*grid.place(result.best), 0, 0)
    for at in range(shape[2]):
        title = f"{axes[2].name}={axes[2].values[at]:.12g}" if len(axes) > 2 else ""
        yield HeatMap(
            title=title,
            rows=axes[0],
            columns=axes[1] if len(axes) > 1 else None,
            mean=mean[:, :, at],
            t=t[:, :, at],
            hits=hits[:, :, at],
            best=(best[0], best[1]) if best is not None and best[2] == at else None,
        )
