"""TA-Lib's less obvious decisions, each pinned to a number that can be checked by hand."""

import numpy as np
import pytest
import talib

from reference.bars import edge_bars
from technic import indicators as ours

N = 80
FLAT = np.full((N, 1), 10.1)


def column(*values):
    """One symbol's values as a column."""
    return np.array(values, dtype=np.float64)[:, None]


def test_rsi_of_a_price_that_never_moved_is_0():
    """Neither 50 nor NaN."""
    assert (ours.rsi(FLAT, 14)[14:] == 0.0).all()
    assert (talib.RSI(FLAT[:, 0], 14)[14:] == 0.0).all()


def test_rsi_stays_where_it_was_when_the_price_stops():
    """Both means decay together; only a price that never moved counts as no movement."""
    close = np.vstack([column(10, 11, 10.5), np.full((400, 1), 10.5)])
    assert ours.rsi(close, 2)[-1, 0] == pytest.approx(200 / 3)


def test_rsi_has_the_bits_of_talib():
    """STOCHRSI of a nearly flat RSI is made of its last digits."""
    close = edge_bars("flat_after_moves")["close"]
    for i in range(3):
        np.testing.assert_array_equal(ours.rsi(close)[:, i], talib.RSI(close[:, i].copy()))


def test_stochrsi_treats_a_range_of_rounding_errors_as_nothing():
    """A price that stopped has an RSI that moves in its 16th digit: 0, not noise up to 100."""
    close = edge_bars("flat_after_moves")["close"]
    strength = ours.rsi(close)
    assert len(np.unique(strength[80:, 0])) > 1
    fast, slow = ours.stochrsi(close)
    assert (fast[80:] == 0.0).all()
    assert np.abs(slow[80:]).max() < 1e-9


def test_cci_of_a_flat_price_is_0():
    """10.1 and the mean of twenty of it differ in the last digit; that is no distance."""
    assert (ours.cci(FLAT, FLAT, FLAT, 20)[19:] == 0.0).all()


def test_mfi_counts_no_money_when_the_typical_price_differs_by_rounding_only():
    """Low one cent down, close one cent up: their sum differs in the last digit only."""
    high, low = column(*[10.6] * 40), column(*[10.0, 9.99] * 20)
    close = column(*[10.3, 10.31] * 20)
    assert len(np.unique((high + low) + close)) == 2
    volume = np.full(high.shape, 1000.0)
    assert (ours.mfi(high, low, close, volume, 14)[14:] == 0.0).all()


def test_oscillators_of_an_empty_range_are_0():
    """WILLR, STOCH, STOCHF, ULTOSC, ADX and both DI of a flat price."""
    flat = (FLAT, FLAT, FLAT)
    assert (ours.willr(*flat, 14)[13:] == 0.0).all()
    assert (ours.stoch(*flat, 14, 3, 0, 3, 0)[0][17:] == 0.0).all()
    assert (ours.stochf(*flat)[1][6:] == 0.0).all()
    assert (ours.ultosc(*flat)[28:] == 0.0).all()
    assert (ours.adx(*flat, 14)[27:] == 0.0).all()
    assert (ours.plus_di(*flat, 14)[14:] == 0.0).all()
    assert (ours.minus_di(*flat, 14)[14:] == 0.0).all()


def test_willr_never_leaves_its_scale():
    """A close outside its own bar is not below -100."""
    high, low, close = column(*[10.0] * 14), column(*[9.0] * 14), column(*[9.5] * 13, 8.0)
    assert ours.willr(high, low, close, 14)[-1, 0] == -100.0


def test_adx_begins_in_row_27_and_dx_sums_13_bars_first():
    """A steady rise of 1 with a range of 2: +DI 50, -DI 0, so DX and ADX are 100."""
    close = np.arange(10.0, 60.0)[:, None]
    high, low = close + 1, close - 1
    found = ours.adx(high, low, close, 14)
    assert np.isnan(found[:27]).all()
    np.testing.assert_allclose(found[27:], 100.0)
    np.testing.assert_allclose(ours.plus_di(high, low, close, 14)[14:], 50.0)


def test_adx_stays_where_neither_direction_moves():
    """Inside bars and equal moves give no DX; the average keeps its value bit for bit."""
    bars = {
        name: np.vstack([array, np.repeat(array[-1:], 3000, axis=0)])
        for name, array in edge_bars("rising").items()
    }
    found = ours.adx(bars["high"], bars["low"], bars["close"], 2)
    reference = talib.ADX(*(bars[x][:, 0].copy() for x in ("high", "low", "close")), 2)
    np.testing.assert_allclose(found[:, 0], reference, rtol=1e-9, atol=1e-7)
    assert found[-1, 0] == found[-1000, 0]


def test_macd_seeds_both_averages_in_row_25():
    """The fast mean covers rows 14 to 25; line, signal and histogram begin in row 33."""
    close = np.arange(0.0, 40.0)[:, None] ** 2
    line, signal, histogram = ours.macd(close)
    for array in (line, signal, histogram):
        assert np.isnan(array[:33]).all()
        assert np.isfinite(array[33:]).all()
    fast, slow = close[14:26].mean(), close[:26].mean()
    lines = [fast - slow]
    for x in close[26:34, 0]:
        fast += (x - fast) * 2 / 13
        slow += (x - slow) * 2 / 27
        lines.append(fast - slow)
    assert line[33, 0] == pytest.approx(lines[-1])
    assert signal[33, 0] == pytest.approx(np.mean(lines))
    assert histogram[33, 0] == pytest.approx(lines[-1] - np.mean(lines))


def test_bollinger_bands_take_the_deviation_of_all_n():
    """2, 4, 4, 4, 5, 5, 7, 9: mean 5, deviation 2 (divisor 8)."""
    close = column(2, 4, 4, 4, 5, 5, 7, 9)
    upper, middle, lower = ours.bbands(close, 8, 2.0, 1.0)
    assert (upper[-1, 0], middle[-1, 0], lower[-1, 0]) == (9.0, 5.0, 3.0)
    assert ours.stddev(close, 8, 3.0)[-1, 0] == 6.0


def test_bands_of_a_flat_price_have_no_width():
    """Nothing of the rounding of 10.1 shows."""
    upper, middle, lower = ours.bbands(FLAT, 20)
    assert np.nanmax(upper - lower) < 1e-13
    np.testing.assert_allclose(middle[19:], 10.1, rtol=1e-15)


def test_stddev_forgets_a_fall_that_talib_remembers():
    """After a fall from 656 to 1 TA-Lib's running sums keep a residue; a window has none."""
    rng = np.random.default_rng(1)
    close = np.concatenate([rng.uniform(500, 656, 50), rng.uniform(0.9, 1.1, 50)])
    found = ours.stddev(close[:, None], 5)[-1, 0]
    assert found == pytest.approx(float(np.std(close[-5:])), rel=1e-13)
    assert talib.STDDEV(close, 5)[-1] == pytest.approx(found, rel=1e-6)


def test_a_straight_line_is_its_own_regression():
    """The end point is today's value, the slope is the step."""
    close = (100.0 - 0.25 * np.arange(30.0))[:, None]
    np.testing.assert_allclose(ours.linearreg(close, 14)[13:], close[13:], rtol=1e-13)
    np.testing.assert_allclose(ours.linearreg_slope(close, 14)[13:], -0.25, rtol=1e-11)


def test_ultosc_gives_the_shortest_span_the_weight_4():
    """The order of the parameters does not matter."""
    bars = [edge_bars("rising")[x] for x in ("high", "low", "close")]
    walk = [edge_bars("huge")[x] for x in ("high", "low", "close")]
    np.testing.assert_array_equal(ours.ultosc(*walk, 28, 14, 7), ours.ultosc(*walk, 7, 14, 28))
    np.testing.assert_allclose(ours.ultosc(*bars)[28:], 100.0)


def test_keltner_begins_both_averages_in_one_row():
    """The ATR of the channel is seeded by the ten bars up to row 19, not by the first ten."""
    bars = [edge_bars("huge")[x] for x in ("high", "low", "close")]
    upper, middle, _ = ours.kc(*bars, 20, 10, 2.0)
    seed = ours.trange(*bars)[10:20].mean(axis=0)
    np.testing.assert_allclose((upper - middle)[19], 2.0 * seed)


def test_vwma_of_nothing_traded_is_nan():
    """TA-Lib gives NaN or infinity there, after what its running sums left behind."""
    bars = edge_bars("no_volume")
    assert np.isnan(ours.vwma(bars["close"], bars["volume"], 20)).all()


def test_relative_volume_after_nothing_traded_is_infinite():
    """And NaN while nothing trades, as in TA-Lib."""
    volume = column(5, 0, 0, 0, 0, 7)
    np.testing.assert_array_equal(ours.rvol(volume, 3)[:, 0], talib.RVOL(volume[:, 0], 3))
    assert ours.rvol(volume, 3)[-1, 0] == np.inf


def test_true_range_of_a_crossed_bar_is_talibs():
    """High below low: the largest of the three distances as they are written."""
    high, low, close = column(5, 3), column(4, 6), column(4.5, 4.5)
    assert ours.trange(high, low, close)[1, 0] == 1.5
    assert talib.TRANGE(high[:, 0], low[:, 0], close[:, 0])[1] == 1.5


def test_accumulation_ignores_bars_without_range():
    """A bar with high = low moves no money, whatever its volume."""
    line = ours.ad(column(2, 3), column(1, 3), column(2, 3), column(10, 99))
    np.testing.assert_array_equal(line[:, 0], [10.0, 10.0])
