"""Precision and recall of the chart patterns' setups on charts that were judged by eye.

    python -m benchmarks.pattern_labels tests/setups/pattern_labels.csv --data FOLDER

``--data`` names the folder with ``us_daily_2022_2024.parquet`` and ``universe_2024-03-08.parquet``,
else TECHNIC_TEST_DATA does. Each labelled day is scanned as of that day with the setup as it comes;
a setup that asks for a rank scans the whole market, another one the labelled symbols alone, out
of a cache that has no others: nobody else is rated for it.
``--misses`` also lists every label that the setup contradicts.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from technic import ScanConfig, run_scan
from technic.data_engine.price_cache import PriceCache
from technic.panel import FIELDS, BarPanel, LongBars
from technic.setups import Library, load_setups

__all__ = ["Label", "Score", "judged", "read_labels", "scores"]

BARS = "us_daily_2022_2024.parquet"
UNIVERSE = "universe_2024-03-08.parquet"
NOW = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Label:
    """A chart that was looked at: is the pattern there on that day, and why.

    ``drawn_from``: ``net``, looser rules than the setup's, or ``setup``, its own hits.
    """

    pattern: str
    symbol: str
    day: str
    is_pattern: bool
    drawn_from: str
    reason: str


@dataclass(frozen=True, slots=True)
class Score:
    """How a setup fares on the labels of its pattern."""

    found: int
    missed: int
    wrong: int
    right_no: int

    @property
    def precision(self) -> float:
        """Share of what the setup found that is the pattern."""
        return self.found / (self.found + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the patterns that the setup found."""
        return self.found / (self.found + self.missed)


def read_labels(file: Path) -> tuple[Label, ...]:
    """Read the labels; columns as ``Label``, is_pattern as yes or no."""
    with file.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Label(**row | {"is_pattern": row["is_pattern"] == "yes"})
            for row in csv.DictReader(lines)
        )


def judged(labels: Iterable[Label], folder: Path) -> Iterator[tuple[Label, bool]]:
    """Each label, and whether the setup of its pattern is met on its day."""
    market = _load(folder / BARS)
    labels = tuple(labels)
    alone = sorted({label.symbol for label in labels if not _ranks(label.pattern)})
    caches = {True: PriceCache(market), False: PriceCache(market.of(alone))}
    by_day: defaultdict[tuple[str, bool], list[Label]] = defaultdict(list)
    for label in labels:
        by_day[label.day, _ranks(label.pattern)].append(label)
    for (day, ranks), group in sorted(by_day.items()):
        names = sorted({label.pattern for label in group})
        symbols = () if ranks else tuple(sorted({label.symbol for label in group}))
        config = ScanConfig(
            universe=str(folder / UNIVERSE) if ranks else None,
            symbols=symbols,
            as_of=day,
            setups=load_setups(*names),
        )
        result = run_scan(config, price_cache=caches[ranks], now=NOW)
        met = {name: set(result.met(name)) for name in names}
        yield from ((label, label.symbol in met[label.pattern]) for label in group)


def scores(answers: Iterable[tuple[Label, bool]]) -> dict[str, Score]:
    """Count the answers of each pattern, by its name."""
    counts: defaultdict[str, dict[tuple[bool, bool], int]] = defaultdict(lambda: defaultdict(int))
    for label, met in answers:
        counts[label.pattern][label.is_pattern, met] += 1
    return {
        name: Score(one[True, True], one[True, False], one[False, True], one[False, False])
        for name, one in sorted(counts.items())
    }


def _ranks(pattern: str) -> bool:
    """Whether the setup of a pattern asks for a rank, and so for the whole market."""
    return any("rs_rating" in one.where for one in Library().get(pattern).conditions)


def _load(file: Path) -> BarPanel:
    table = pq.read_table(file, columns=["symbol", "date", *FIELDS])
    codes = pc.dictionary_encode(table["symbol"].combine_chunks())
    symbols, place = np.unique(codes.dictionary.to_numpy(zero_copy_only=False), return_inverse=True)
    column = place[codes.indices.to_numpy()]
    days = pc.cast(table["date"], "date32").to_numpy().astype("datetime64[D]")
    prices = (table[name].to_numpy().astype(np.float64) for name in FIELDS)
    bars = LongBars(tuple(map(str, symbols)), column.astype(np.int32), days, *prices)
    return BarPanel.from_long(bars, np.unique(days))


def main() -> None:
    """Print a row for each pattern."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("TECHNIC_TEST_DATA"))
    parser.add_argument("--misses", action="store_true")
    args = parser.parse_args()
    if args.data is None:
        parser.error("--data: name the folder of the market data, or set TECHNIC_TEST_DATA")

    answers = list(judged(read_labels(args.labels), Path(args.data)))
    nets = scores((label, met) for label, met in answers if label.drawn_from == "net")
    print(f"{'pattern':<16} {'yes':>4} {'no':>4} {'found':>6} {'wrong':>6} precision  recall"
          "  of nets alone")  # fmt: skip
    for name, one in scores(answers).items():
        yes, no, net = one.found + one.missed, one.wrong + one.right_no, nets.get(name)
        alone = f"{net.precision:>9.2f}{net.recall:>6.2f}" if net else ""
        print(f"{name:<16} {yes:>4} {no:>4} {one.found:>6} {one.wrong:>6} {one.precision:>9.2f} "
              f"{one.recall:>7.2f} {alone}")  # fmt: skip
    for label, met in answers if args.misses else ():
        if met != label.is_pattern:
            print(f"{label.pattern} {label.symbol} {label.day} "
                  f"{'missed' if label.is_pattern else 'wrong'}: {label.reason}")  # fmt: skip


if __name__ == "__main__":
    main()
