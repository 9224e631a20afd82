"""What TA-Lib has under a name, a function of the language is: on random bars and on real ones.

Where a window has no volume or no movement TA-Lib's running sums keep a residue: the random bars
that stand still are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import talib

from reference.bars import fields, load_panel, random_bars
from support.packed_panel import packed_panel
from technic.language import BASE, read
from technic.language.evaluation.evaluate import evaluate_bars
from technic.panel import BarPanel
from technic.typing import FloatArray

H, L, C, V = "high", "low", "close", "volume"
OHLC = ("open", H, L, C)
Library = Callable[..., FloatArray]


def part(function: Library, output: int) -> Library:
    """One of the arrays that a function gives."""
    return lambda *series: np.asarray(function(*series)[output], np.float64)


def of_changes(close: FloatArray, other: FloatArray) -> FloatArray:
    """TA-Lib's correlation, of the changes."""
    rates = [np.append(np.nan, x[1:] / x[:-1] - 1.0) for x in (close, other)]
    return talib.CORREL(*rates, 20)


def of_window(high: FloatArray, low: FloatArray, close: FloatArray, volume: FloatArray):
    """TA-Lib's VWAP, which runs from the start, of each ten bars."""
    out = np.full(len(close), np.nan)
    for i in range(9, len(close)):
        rows = slice(i - 9, i + 1)
        out[i] = talib.VWAP(high[rows], low[rows], close[rows], volume[rows])[-1]
    return out


def connors(close: FloatArray) -> FloatArray:
    """Three of TA-Lib's lines."""
    runs, rates = [0.0], np.append(np.nan, (close[1:] / close[:-1] - 1.0) * 100.0)
    for step in np.sign(np.diff(close)):
        runs.append(runs[-1] + step if runs[-1] * step > 0 else step)
    lines = talib.RSI(close, 3), talib.RSI(np.array(runs), 2), talib.PERCENTRANK(rates, 100)
    return sum(lines) / 3.0


LIBRARY: dict[str, tuple[Library, Sequence[str]]] = {
    "rma(close, 14)": (lambda x: talib.RMA(x, 14), (C,)),
    "dema(close, 20)": (lambda x: talib.DEMA(x, 20), (C,)),
    "tema(close, 20)": (lambda x: talib.TEMA(x, 20), (C,)),
    "kama(close, 10)": (lambda x: talib.KAMA(x, 10), (C,)),
    "cmo(close, 14)": (lambda x: talib.CMO(x, 14), (C,)),
    "dpo(close, 20)": (lambda x: talib.DPO(x, 20), (C,)),
    "ppo(close, 12, 26)": (lambda x: talib.PPO(x, 12, 26, 1), (C,)),
    "trix(close, 9)": (lambda x: talib.TRIX(x, 9), (C,)),
    "tsi(close, 25, 13)": (lambda x: talib.TSI(x, 25, 13), (C,)),
    "percentrank(close, 50)": (lambda x: talib.PERCENTRANK(x, 50), (C,)),
    "connors_rsi(close)": (connors, (C,)),
    "aroon_up(25)": (part(lambda h, low: talib.AROON(h, low, 25), 1), (H, L)),
    "aroon_down(25)": (part(lambda h, low: talib.AROON(h, low, 25), 0), (H, L)),
    "aroon_osc(14)": (lambda h, low: talib.AROONOSC(h, low, 14), (H, L)),
    "100 * (25 - bars_since_highest(high, 26)) / 25": (
        part(lambda h, low: talib.AROON(h, low, 25), 1),
        (H, L),
    ),
    "100 * (25 - bars_since_lowest(low, 26)) / 25": (
        part(lambda h, low: talib.AROON(h, low, 25), 0),
        (H, L),
    ),
    "cumsum(close)": (talib.CUMSUM, (C,)),
    "sar()": (talib.SAR, (H, L)),
    "sar(0.05, 0.1)": (lambda h, low: talib.SAR(h, low, 0.05, 0.1), (H, L)),
    "supertrend()": (part(talib.SUPERTREND, 0), (H, L, C)),
    "supertrend(7, 2)": (part(lambda h, low, c: talib.SUPERTREND(h, low, c, 7, 2), 0), (H, L, C)),
    "where(is_missing(supertrend_direction()), 0, supertrend_direction())": (
        part(talib.SUPERTREND, 1),
        (H, L, C),
    ),
    "nvi()": (talib.NVI, (C, V)),
    "pvi()": (talib.PVI, (C, V)),
    "cmf(20)": (talib.CMF, (H, L, C, V)),
    "adosc(3, 10)": (talib.ADOSC, (H, L, C, V)),
    "adosc(10, 3)": (lambda *bar: talib.ADOSC(*bar, 10, 3), (H, L, C, V)),
    "vwap(10)": (of_window, (H, L, C, V)),
    "beta(high, close, 20)": (lambda x, y: talib.BETA(y, x, 20), (H, C)),
    "correlation(high, close, 20)": (of_changes, (H, C)),
    "ha_open()": (part(talib.HA, 0), OHLC),
    "ha_high()": (part(talib.HA, 1), OHLC),
    "ha_low()": (part(talib.HA, 2), OHLC),
    "ha_close()": (part(talib.HA, 3), OHLC),
}
"""Expression → TA-Lib's function, and what it reads."""

CANDLES: dict[str, tuple[Library, int]] = {
    "doji": (talib.CDLDOJI, 1),
    "hammer": (talib.CDLHAMMER, 1),
    "inverted_hammer": (talib.CDLINVERTEDHAMMER, 1),
    "hanging_man": (talib.CDLHANGINGMAN, -1),
    "shooting_star": (talib.CDLSHOOTINGSTAR, -1),
    "bullish_engulfing": (talib.CDLENGULFING, 1),
    "bearish_engulfing": (talib.CDLENGULFING, -1),
    "bullish_harami": (talib.CDLHARAMI, 1),
    "bearish_harami": (talib.CDLHARAMI, -1),
    "morning_star": (talib.CDLMORNINGSTAR, 1),
    "evening_star": (talib.CDLEVENINGSTAR, -1),
    "piercing_line": (talib.CDLPIERCING, 1),
    "dark_cloud_cover": (talib.CDLDARKCLOUDCOVER, -1),
    "three_white_soldiers": (talib.CDL3WHITESOLDIERS, 1),
    "three_black_crows": (talib.CDL3BLACKCROWS, -1),
}
"""Pattern → TA-Lib's function, and the sign of what it finds."""


@pytest.fixture(scope="module")
def random_panel() -> BarPanel:
    """Rounded to cents, with flat stretches and days without volume."""
    return packed_panel(random_bars(400, 6, seed=21))


@pytest.fixture(scope="module")
def choppy_panel() -> BarPanel:
    """Bars whose opens and closes jump about, so that every pattern is met; prices are halves."""
    rng = np.random.default_rng(3)
    steps = rng.choice([-2.0, -1.0, 0.0, 1.0, 2.0], (6_000, 4)) * rng.choice([0.25, 1.0, 3.0])
    close = 200.0 + 20.0 * np.sin(np.arange(6_000) / 40.0)[:, None] + np.round(steps, 2)
    open_ = np.vstack([close[:1], close[:-1]]) + rng.choice(
        [-1.5, -0.5, 0.0, 0.5, 1.5], close.shape
    )
    high = np.maximum(open_, close) + rng.choice([0.0, 0.01, 0.5, 3.0], close.shape)
    low = np.minimum(open_, close) - rng.choice([0.0, 0.01, 0.5, 3.0], close.shape)
    return packed_panel({"open": open_, H: high, L: low, C: close, V: np.ones(close.shape)})


@pytest.fixture(scope="module")
def real_panel(real_data) -> BarPanel:
    """Twenty symbols of the real sample."""
    return load_panel(real_data / "us_daily_sample.parquet").take(slice(0, 400, 20))


def by_library(panel: BarPanel, function: Library, inputs: Sequence[str]) -> FloatArray:
    """Apply a function to each column up to its end."""
    out = np.full(panel.close.shape, np.nan)
    bars = fields(panel)
    for column, length in enumerate(panel.length):
        series = [np.ascontiguousarray(bars[name][:length, column]) for name in inputs]
        out[:length, column] = function(*series)
    return out


def differ(panel: BarPanel, text: str) -> np.ndarray:
    """Tell where an expression is not what TA-Lib says, by 1e-9 of it and of the close."""
    node = read(text, BASE).node
    mine = evaluate_bars([node], panel, BASE)[node]
    theirs = by_library(panel, *LIBRARY[text])
    biggest = np.nanmax(np.abs(np.where(np.isfinite(theirs), theirs, 0.0)), axis=0)
    with np.errstate(invalid="ignore"):
        near = np.abs(mine - theirs) <= 1e-8 * np.abs(theirs) + 1e-9 * biggest
    bad = ~(near | (np.isnan(mine) & ~np.isfinite(theirs)))
    return bad & (panel.session >= 0)


@pytest.mark.parametrize("text", LIBRARY)
def test_random_bars_give_what_the_library_gives(text, random_panel):
    """Bar by bar, the first ones too; columns 0 and 4 stand still for 66 bars without volume."""
    bad = differ(random_panel, text)
    bad[133:223, [0, 4]] = False
    assert not bad.any()


@pytest.mark.parametrize("text", LIBRARY)
def test_real_bars_give_what_the_library_gives(text, real_panel):
    """Defects, halts and short histories included."""
    assert not differ(real_panel, text).any()


def pattern_differs(name: str, panel: BarPanel) -> tuple[int, int]:
    """Count the bars on which a pattern is not TA-Lib's, and those on which it is there."""
    node = read(f"{name}()", BASE).node
    mine = evaluate_bars([node], panel, BASE)[node]
    function, sign = CANDLES[name]
    theirs = np.sign(by_library(panel, function, OHLC)) == sign
    known = np.isfinite(mine)
    known[:2] = False  # TA-Lib begins with bar 2, also where two bars are enough
    different = known & ((mine == 1.0) != theirs)
    return int(different.sum()), int((mine == 1.0).sum())


@pytest.mark.parametrize("name", CANDLES)
def test_choppy_bars_show_the_patterns_that_the_library_sees(name, choppy_panel):
    """Every pattern is met, and on the same bars."""
    different, met = pattern_differs(name, choppy_panel)
    assert met >= 5
    assert different == 0


@pytest.mark.parametrize("name", CANDLES)
def test_real_bars_show_the_patterns_that_the_library_sees(name, real_panel):
    """On the same bars."""
    assert pattern_differs(name, real_panel)[0] == 0
