"""What each side of a comparison does alike: read the bars, time the work, hand back the values.

Needs numpy alone: it is imported in every peer's environment.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FIELDS",
    "Report",
    "arguments",
    "best_of",
    "check_last",
    "columns_of",
    "last_of",
    "per_symbol",
    "read_bars",
]

FIELDS = ("open", "high", "low", "close", "volume")
Array = NDArray[np.float64]


def arguments() -> argparse.Namespace:
    """Folder of the run, rounds, and how many symbols a slow peer is timed on."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--names", nargs="*", default=[])
    parser.add_argument("--label", default="")
    return parser.parse_args()


def read_bars(folder: Path) -> dict[str, Array]:
    """Fields of the bars, each ``(n_bars, n_symbols)``, oldest row first, no bar missing."""
    with np.load(folder / "bars.npz") as stored:
        return {name: stored[name] for name in FIELDS}


def per_symbol(bars: Mapping[str, Array]) -> list[dict[str, Array]]:
    """Contiguous series of each symbol: what a library for one symbol wants to be given."""
    rows = {name: np.ascontiguousarray(values.T) for name, values in bars.items()}
    return [{name: values[i] for name, values in rows.items()} for i in range(len(rows["close"]))]


def columns_of(found: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """Series of each symbol as columns: ``(n_bars, n_symbols)`` for each indicator."""
    return {name: np.column_stack([each[name] for each in found]) for name in found[0]}


def last_of(series: Mapping[str, Array]) -> dict[str, float]:
    """Last value of each indicator of one symbol."""
    return {name: values[-1] for name, values in series.items()}


def check_last(last: Sequence[Mapping[str, float]], values: Mapping[str, Array]) -> None:
    """Raise unless the last rows, one for each symbol, are those of all bars."""
    for name, of_all in values.items():
        found = np.array([each[name] for each in last])
        if not np.allclose(found, of_all[-1], rtol=1e-9, atol=1e-9):
            raise SystemExit(f"{name}: the last row differs from that of all bars")


def best_of(rounds: int, work: Callable[[], object]) -> tuple[dict[str, float], object]:
    """Least wall and processor time of a few rounds, and what the work came to."""
    wall, processor = [], []
    found: object = None
    for _ in range(rounds):
        found = None
        started, worked = time.perf_counter(), time.process_time()
        found = work()
        processor.append(time.process_time() - worked)
        wall.append(time.perf_counter() - started)
    return {"wall": min(wall), "processor": min(processor)}, found


@dataclass
class Report:
    """What a worker hands back: timings of its variants by name, versions, remarks."""

    versions: dict[str, str]
    timings: dict[str, dict[str, float]] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    share: float = 1.0
    """Share of the symbols that was timed."""

    def save(self, folder: Path, label: str, values: Mapping[str, Array]) -> None:
        """Write values and report next to the bars."""
        np.savez(folder / f"{label}.npz", **dict(values))
        (folder / f"{label}.json").write_text(json.dumps(self.__dict__))
