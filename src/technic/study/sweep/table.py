"""A sweep as a table: one row a point, for notebooks and for whoever draws it otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from technic.study.sweep.run import SweepResult
from technic.study.table import write_rows

__all__ = ["sweep_table", "write_sweep"]

_NUMBERS = ("mean", "low", "high", "standard_error", "t", "detectable", "blocks")


def sweep_table(result: SweepResult) -> pa.Table:
    """Return one row for each point, in the order of the grid. Null: not known.

    A column for each parameter; hits, days, episodes and the verdict's word; by horizon the mean
    excess with its interval (``mean_21``, ``low_21`` …), and ``known_21``, the hits behind it;
    ``best``, ``neighbour`` of the best, ``better`` by StepM; ``chosen``: in how many folds.
    """
    points, grid = result.points, result.grid
    columns: dict[str, Any] = {
        axis.name: [one.values[axis.name] for one in points] for axis in grid.axes
    }
    columns |= {name: [getattr(one, name) for one in points] for name in ("hits", "days")}
    columns["episodes"] = [one.episodes for one in points]
    columns["verdict"] = [one.word for one in points]
    for horizon in result.config.horizons:
        each = [one.excess[horizon] for one in points]
        columns[f"known_{horizon}"] = [one.hits for one in each]
        for name in _NUMBERS:
            values = np.array([getattr(one, name) for one in each], np.float64)
            columns[f"{name}_{horizon}"] = pa.array(values, mask=~np.isfinite(values))
    near = () if result.plateau is None else result.plateau.neighbours
    better = result.comparison.better
    columns["best"] = [at == result.best for at in range(len(points))]
    columns["neighbour"] = [at in near for at in range(len(points))]
    columns["better"] = [grid.label(at) in better for at in range(len(points))]
    chosen = [fold.point for fold in result.walk_forward.folds]
    columns["chosen"] = [chosen.count(at) for at in range(len(points))]
    return pa.table(columns)


def write_sweep(result: SweepResult, path: Path) -> None:
    """Write the table, as CSV where the path ends so, else as Parquet; whole, or not at all."""
    write_rows(sweep_table(result), path, simulated=result.simulated)
