"""How many unadjusted splits the data gate finds in real bars, and how many it finds by mistake.

    python -m benchmarks.gate_recall FILE [--rounds 4] [--half unseen|tuned|both] [--names]
        [--known nothing|feed|column]

FILE: daily bars in Parquet, split-adjusted, with columns symbol, date, open, high, low, close and
volume. Recall: each symbol is taken back to the prices and volumes before a split on a random day,
by each ratio in turn; where it was liquid that day the gate looks from that day (found: named on
its own day) and from the next bar (found: history is cut there). False: what the gate does to the
bars as they are, as of each session in turn. A column adj_close tells which of them were ex-days
of dividends of more than 10 %. With --known feed a feed of splits was asked for every day and has
none, the splits looked for neither; with --known column the file's adjusted closes stand beside the
prices, and have the splits looked for. Liquid: the median dollar volume of the 20 bars before is at
least a million, the close before at least 3. The thresholds were tuned on the half of the symbols
with an even CRC-32.
"""

from __future__ import annotations

import argparse
import dataclasses
import zlib
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from benchmarks.timing import machine_line
from technic.data_engine.gate.breaks import find_breaks
from technic.data_engine.gate.rules import DEFAULT_RULES
from technic.data_engine.interfaces.known_actions import NOTHING_KNOWN, KnownActions
from technic.data_engine.interfaces.records import SplitRecord
from technic.data_engine.providers.files.column_actions import column_actions
from technic.panel import FIELDS, BarPanel, LongBars
from technic.panel.windows import lagged
from technic.typing import BoolArray, FloatArray

RATIOS = {
    "5:4": 5 / 4,
    "4:3": 4 / 3,
    "3:2": 3 / 2,
    "2:1": 2.0,
    "3:1": 3.0,
    "4:1": 4.0,
    "7:1": 7.0,
    "10:1": 10.0,
    "20:1": 20.0,
    "1:2": 1 / 2,
    "1:5": 1 / 5,
    "1:10": 1 / 10,
    "1:20": 1 / 20,
    "1:50": 1 / 50,
}
LEAST_DOLLARS, LEAST_CLOSE, LOOKBACK = 1e6, 3.0, 20
SESSIONS_PER_YEAR = 252
YEARS = 500
EX_DIVIDEND = 1.1

Witness = Callable[[BarPanel, FloatArray], KnownActions]
"""What is known beside some bars whose adjusted closes are a factor times their closes."""


def main() -> None:
    """Print recall by ratio and false cuts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--half", choices=("unseen", "tuned", "both"), default="unseen")
    parser.add_argument("--names", action="store_true", help="name the false ones")
    parser.add_argument("--known", choices=("nothing", "feed", "column"), default="nothing")
    args = parser.parse_args()

    panel, factor = read(args.file, args.half)
    witness = {"nothing": None, "feed": silent_feed, "column": beside_adjusted_closes}[args.known]
    liquid = liquid_bars(panel)
    years = np.count_nonzero(liquid) / SESSIONS_PER_YEAR
    print(machine_line())
    print(f"known: {args.known}")
    print(f"{args.half}: {panel.n_symbols:,} symbols, {years:,.0f} liquid symbol-years")
    print_recall(panel, liquid, args.rounds, factor, witness)
    print_false(panel, liquid, factor, years, witness, names=args.names)


def read(path: str, half: str) -> tuple[BarPanel, FloatArray]:
    """Return the bars of half of the symbols, and their adjusted closes over their closes."""
    frame = pd.read_parquet(path)
    even = frame["symbol"].map(lambda symbol: zlib.crc32(symbol.encode()) % 2 == 0)
    if half != "both":
        frame = frame[even if half == "tuned" else ~even]
    symbols = frame["symbol"].astype("category").cat
    names, column = tuple(symbols.categories), symbols.codes.to_numpy().astype(np.int32)
    day = pd.to_datetime(frame["date"]).to_numpy().astype("datetime64[D]")
    values = [frame[name].to_numpy(np.float64) for name in FIELDS]
    panel = BarPanel.from_long(LongBars(names, column, day, *values), np.unique(day))
    if "adj_close" not in frame:
        return panel, np.ones(panel.close.shape)
    values[4] = frame["adj_close"].to_numpy(np.float64)
    adjusted = BarPanel.from_long(LongBars(names, column, day, *values), np.unique(day)).volume
    return panel, adjusted / panel.close


def silent_feed(panel: BarPanel, _: FloatArray) -> KnownActions:
    """A feed that was asked for all days and lists no split."""
    none = np.empty(0, "datetime64[D]"), np.empty(0)
    return KnownActions(
        dict.fromkeys(panel.symbols, SplitRecord("feed", *none, True, panel.sessions))
    )


def beside_adjusted_closes(panel: BarPanel, factor: FloatArray) -> KnownActions:
    """What a column of adjusted closes says that prices are not adjusted by."""
    column = np.repeat(np.arange(panel.n_symbols, dtype=np.int32), panel.length)
    row = np.concatenate([np.arange(length) for length in panel.length])
    values = [getattr(panel, name)[row, column] for name in FIELDS]
    bars = LongBars(panel.symbols, column, panel.sessions[panel.session[row, column]], *values)
    adjusted = bars.close * factor[row, column]
    records, _ = column_actions(bars, adjusted, applied=False)
    return KnownActions(records)


def liquid_bars(panel: BarPanel) -> BoolArray:
    """Tell before which bars a symbol was liquid."""
    dollars, median = panel.close * panel.volume, np.full(panel.close.shape, np.nan)
    windows = sliding_window_view(dollars, LOOKBACK, axis=0)
    for row in range(LOOKBACK, panel.n_bars):
        median[row] = np.median(windows[row - LOOKBACK], axis=-1)
    return (median >= LEAST_DOLLARS) & (lagged(panel.close, 1) >= LEAST_CLOSE)


def print_recall(
    panel: BarPanel, liquid: BoolArray, rounds: int, factor: FloatArray, witness: Witness | None
) -> None:
    """Print, for each ratio, which part of the splits is found on the day and on the next bar."""
    random = np.random.default_rng(1)
    column = np.arange(panel.n_symbols)
    last = np.maximum(panel.length - 1, 1)
    days = [random.integers(0, last) for _ in range(rounds)]
    days = [np.where(liquid[bar, column], bar, -1) for bar in days]
    total = sum(np.count_nonzero(bar >= 0) for bar in days)
    print(f"{'ratio':>6}  on the day  next bar   of {total:,} splits each")
    for name, ratio in RATIOS.items():
        today = later = 0
        for bar in days:
            raw, there = taken_back(panel, bar, ratio), bar >= 0
            # its adjusted closes are those of the bars as they are
            own = factor * panel.close / raw.close
            known = NOTHING_KNOWN if witness is None else witness(raw, own)
            on_day = find_breaks(raw, bar, DEFAULT_RULES, known).last_code == "unadjusted_split"
            rows = np.where(there, bar + 1, -1)
            cut = find_breaks(raw, rows, DEFAULT_RULES, known).first == bar
            today += np.count_nonzero(on_day & there)
            later += np.count_nonzero(cut & there)
        print(f"{name:>6}  {100 * today / total:8.1f} %  {100 * later / total:6.1f} %")


def taken_back(panel: BarPanel, bar: NDArray[np.intp], ratio: float) -> BarPanel:
    """Return the bars in the units before a split that takes place on each column's ``bar``."""
    before = np.arange(panel.n_bars)[:, None] < bar
    prices = {
        name: np.where(before, getattr(panel, name) * ratio, getattr(panel, name))
        for name in FIELDS[:4]
    }
    volume = np.where(before, panel.volume / ratio, panel.volume)
    return dataclasses.replace(panel, **prices, volume=volume)


def print_false(
    panel: BarPanel,
    liquid: BoolArray,
    factor: FloatArray,
    years: float,
    witness: Witness | None,
    *,
    names: bool,
) -> None:
    """Print what the gate finds in the bars as they are, as of each session in turn."""
    found: dict[str, list[tuple[int, int]]] = {"named on the day": [], "cut from the next bar": []}
    dividend = factor / lagged(factor, 1)
    known = NOTHING_KNOWN if witness is None else witness(panel, factor)
    for day in panel.sessions:
        rows = panel.rows_at(day)
        held = (rows > 0) & (panel.session[np.maximum(rows, 0), np.arange(panel.n_symbols)]
                             == np.searchsorted(panel.sessions, day))  # fmt: skip
        breaks = find_breaks(panel, rows, DEFAULT_RULES, known)
        named = np.flatnonzero(held & (breaks.last_code == "unadjusted_split"))
        cut = np.flatnonzero(held & (breaks.first > 0) & (breaks.first == rows - 1))
        found["named on the day"] += [(int(rows[i]), int(i)) for i in named]
        found["cut from the next bar"] += [(int(rows[i]) - 1, int(i)) for i in cut]
    for what, places in found.items():
        among = [place for place in places if liquid[place]]
        paid = sum(dividend[place] > EX_DIVIDEND for place in among)
        rate = YEARS * len(among) / years
        print(f"{what}: {len(among)}, {rate:.2f} in {YEARS} symbol-years"
              f" ({paid} on ex-days of large dividends)")  # fmt: skip
        for bar, column in among if names else ():
            day = panel.sessions[panel.session[bar, column]]
            before, after = panel.close[bar - 1, column], panel.close[bar, column]
            print(f"    {panel.symbols[column]} {day} {before:.4g} -> {after:.4g}")


if __name__ == "__main__":
    main()
