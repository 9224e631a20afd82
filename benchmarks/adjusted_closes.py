"""How many dividends in real adjusted closes have the size of a split, and would scale volume.

    python -m benchmarks.adjusted_closes FILE

FILE: daily bars in Parquet with columns symbol, date, close and adj_close, where close is adjusted
for splits: then every change of adj_close over close from one bar to the next is a dividend, and
each that is taken for a split is a mistake.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from technic.data_engine.providers.files.adjusted_closes import split_ratio

LEAST_CHANGE = 1e-4
"""Smaller changes are the rounding of closes."""


def main() -> None:
    """Print how many factors change, and those that look like a split."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file")
    path = parser.parse_args().file
    bars = pd.read_parquet(path, columns=["symbol", "date", "close", "adj_close"])
    bars = bars[(bars["close"] > 0.0) & (bars["adj_close"] > 0.0)].sort_values(["symbol", "date"])
    factor = bars["adj_close"] / bars["close"]
    change = (factor / factor.groupby(bars["symbol"]).shift()).to_numpy()
    bars, change = bars[np.isfinite(change)], change[np.isfinite(change)]
    ratio = split_ratio(change)
    changed = np.count_nonzero(np.abs(change - 1.0) > LEAST_CHANGE)
    print(f"{len(bars):,} bars of {bars['symbol'].nunique():,} symbols, {changed:,} changes")
    taken = np.flatnonzero(ratio != 1.0)
    print(f"{len(taken):,} taken for splits")
    for at in taken:
        row = bars.iloc[at]
        print(f"  {row['symbol']} {row['date']} x {change[at]:.4f}, a split of {ratio[at]:.4g}")


if __name__ == "__main__":
    main()
