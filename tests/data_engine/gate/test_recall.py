"""Splits that were not applied, in real bars that are taken back to the units before them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from technic.data_engine.gate.breaks import find_breaks
from technic.data_engine.gate.rules import DEFAULT_RULES
from technic.panel import FIELDS, BarPanel, LongBars

HALF_A_YEAR = 126


@pytest.fixture(scope="module")
def liquid(real_data: Path) -> BarPanel:
    """The symbols of the sample that trade two million dollars a day all along, at 5 and more."""
    frame = pd.read_parquet(real_data / "us_daily_sample.parquet")
    frame["dollars"] = frame["close"] * frame["volume"]
    of = frame.groupby("symbol")
    good = (of["dollars"].quantile(0.1) > 2e6) & (of["close"].min() > 5) & (of.size() == 548)
    frame = frame[frame["symbol"].isin(good[good].index)]
    symbols = frame["symbol"].astype("category").cat
    day = frame["date"].to_numpy().astype("datetime64[D]")
    values = [frame[name].to_numpy(np.float64) for name in FIELDS]
    column = symbols.codes.to_numpy().astype(np.int32)
    return BarPanel.from_long(
        LongBars(tuple(symbols.categories), column, day, *values), np.unique(day)
    )


def before_split(panel: BarPanel, bar: np.ndarray, ratio: float) -> BarPanel:
    """The bars as a vendor has them that did not apply a split on each column's ``bar``."""
    scale = np.where(np.arange(panel.n_bars)[:, None] < bar, ratio, 1.0)
    prices = {name: getattr(panel, name) * scale for name in FIELDS[:4]}
    return dataclasses.replace(panel, **prices, volume=panel.volume / scale)


@pytest.mark.parametrize("ratio", [5 / 4, 3 / 2, 2.0, 3.0, 7.0, 1 / 2, 1 / 10])
def test_nine_of_ten_raw_splits_are_found_on_their_day_and_cut_from_the_next(liquid, ratio):
    """On random days, whatever else happened on them."""
    random = np.random.default_rng(7)
    named = cut = 0
    for _ in range(6):
        bar = random.integers(HALF_A_YEAR, liquid.n_bars - 2, liquid.n_symbols)
        raw = before_split(liquid, bar, ratio)
        named += np.mean(find_breaks(raw, bar, DEFAULT_RULES).last_code == "unadjusted_split")
        cut += np.mean(find_breaks(raw, bar + 1, DEFAULT_RULES).first == bar)
    assert named / 6 >= 0.9
    assert cut / 6 >= 0.9


def test_history_of_liquid_stocks_is_whole(liquid):
    """Their bars are adjusted: over two years nobody is cut and nothing is left out."""
    assert liquid.n_symbols >= 180
    breaks = find_breaks(liquid, liquid.length - 1, DEFAULT_RULES)
    cut = [liquid.symbols[i] for i in np.flatnonzero(breaks.first)]
    assert len(cut) <= 1, cut
