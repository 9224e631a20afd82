"""All peers on one page: whole histories and last rows, beside the floor. Processor time alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.timing import best_of

__all__ = ["ALL_BARS", "LAST_ROW", "Line", "floors", "indicators", "page"]

ALL_BARS, LAST_ROW = "all bars", "last row"
FIELDS_READ = 3
"""High, low and close: what the indicators read of a bar."""
SEVERAL = {"macd": "macd", "bb": "bbands"}
"""Values that one indicator has several of, by how their names begin."""

Timings = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """A peer beside Technic: processor seconds for all symbols, by what was asked.

    A peer's last row is the quicker of its two ways: cutting series may take longer than it saves.
    """

    title: str
    indicators: int
    ours: Mapping[str, float]
    theirs: Mapping[str, float]

    @classmethod
    def of(
        cls, title: str, names: Sequence[str], ours: Timings, theirs: Timings, share: float
    ) -> Line:
        """Return the line of what two workers reported; ``share`` of the symbols was timed."""
        found = {way: timing["processor"] / share for way, timing in theirs.items()}
        found[LAST_ROW] = min(found.values())
        mine = {way: timing["processor"] for way, timing in ours.items()}
        return cls(title, len(indicators(names)), mine, found)

    def ratio(self, way: str) -> float | None:
        """How many times as fast Technic is; None where the peer has no such thing."""
        return self.theirs[way] / self.ours[way] if way in self.theirs else None


def indicators(names: Sequence[str]) -> set[str]:
    """Return the indicators that values of these names are of."""
    return {SEVERAL.get(name.split("_")[0], name) for name in names}


def floors(n_symbols: int, n_bars: int, n_values: int) -> dict[str, float]:
    """Seconds of the processor that no program can undercut here.

    All bars: the bars read once, the values written once into memory that nobody has touched. Last
    row: the bars read once.
    """
    bars = np.ones((FIELDS_READ, n_bars, n_symbols))
    read = best_of(3, bars.sum)[0].processor
    shape = n_values, n_bars, n_symbols
    write = best_of(3, lambda: np.empty(shape).fill(1.0))[0].processor
    return {ALL_BARS: read + write, LAST_ROW: read}


def page(lines: Sequence[Line], floor: Mapping[str, float], all_names: int) -> Iterator[str]:
    """Yield the table: of each peer its seconds and Technic's, and how many times as fast it is."""
    ways = ALL_BARS, LAST_ROW
    yield f"{'milliseconds of the processor':48}" + "".join(f"{way:>32}" for way in ways)
    yield f"{'':38}{'indicators':>10}" + 2 * f"{'its':>12}{'Technic':>10}{'':>10}"
    for line in lines:
        cells = "".join(_cells(line, way) for way in ways)
        yield f"{line.title:38}{line.indicators:10}{cells}"
    whole = [line for line in lines if line.indicators == all_names]
    if whole:
        ours = {way: min(line.ours[way] for line in whole) for way in ways}
        cells = "".join(
            f"{1e3 * floor[way]:12,.1f}{1e3 * ours[way]:10,.1f}{floor[way] / ours[way]:8.2f} x"
            for way in ways
        )
        yield f"{'floor':38}{all_names:10}{cells}"


def _cells(line: Line, way: str) -> str:
    ratio = line.ratio(way)
    if ratio is None:
        return f"{'-':>12}{1e3 * line.ours[way]:10,.1f}{'-':>10}"
    return f"{1e3 * line.theirs[way]:12,.1f}{1e3 * line.ours[way]:10,.1f}{ratio:8.2f} x"
