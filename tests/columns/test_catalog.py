"""The columns of a scan."""

import numpy as np
import pytest

from reference.bars import fields, load_panel, random_bars
from technic import indicators as ours
from technic.columns import COLUMNS, evaluate
from technic.errors import ParameterError
from technic.panel import FIELDS, BarPanel

CONTRACT = """
bars open high low close volume dollar_volume avg_dollar_volume_20 avg_volume_50 rel_volume_20
return_1_pct return_5_pct return_21_pct return_63_pct return_126_pct return_189_pct return_252_pct
gap_pct sma_10 sma_20 sma_50 sma_100 sma_150 sma_200 ema_10 ema_20 ema_50 ema_200 wma_20 hma_9
vwma_20 sma_50_change_21_pct sma_200_change_21_pct linreg_slope_20 linreg_20 ichimoku_conversion
ichimoku_base ichimoku_lead1 ichimoku_lead2 rsi_14 stoch_k stoch_d stochrsi_k stochrsi_d cci_20
mom_10 roc_10 willr_14 ultosc ao macd macd_signal macd_hist mfi_14 adx_14 plus_di_14 minus_di_14
atr_14 natr_14 bb_upper bb_middle bb_lower bb_width_pct bb_percent_b kc_upper kc_lower
donchian_high_20 donchian_low_20 stddev_20 volatility_20_pct volatility_63_pct obv ad
obv_change_20 low_10 low_20 high_20 high_252 low_252 prior_high_20 prior_high_55 prior_high_252
prior_low_20 from_high_252_pct from_low_252_pct
"""
HLC, HLCV = ("high", "low", "close"), ("high", "low", "close", "volume")
FUNCTIONS = {
    "sma_200": (ours.sma, ("close",), (200,), 0),
    "ema_50": (ours.ema, ("close",), (50,), 0),
    "wma_20": (ours.wma, ("close",), (20,), 0),
    "hma_9": (ours.hma, ("close",), (9,), 0),
    "vwma_20": (ours.vwma, ("close", "volume"), (20,), 0),
    "linreg_20": (ours.linearreg, ("close",), (20,), 0),
    "linreg_slope_20": (ours.linearreg_slope, ("close",), (20,), 0),
    "ichimoku_conversion": (ours.ichimoku, ("high", "low"), (), 0),
    "ichimoku_base": (ours.ichimoku, ("high", "low"), (), 1),
    "ichimoku_lead1": (ours.ichimoku, ("high", "low"), (), 2),
    "ichimoku_lead2": (ours.ichimoku, ("high", "low"), (), 3),
    "rsi_14": (ours.rsi, ("close",), (14,), 0),
    "stoch_k": (ours.stoch, HLC, (14, 3, 0, 3, 0), 0),
    "stoch_d": (ours.stoch, HLC, (14, 3, 0, 3, 0), 1),
    "stochrsi_k": (ours.stochrsi, ("close",), (14, 14, 3), 1),
    "cci_20": (ours.cci, HLC, (20,), 0),
    "mom_10": (ours.mom, ("close",), (10,), 0),
    "roc_10": (ours.roc, ("close",), (10,), 0),
    "willr_14": (ours.willr, HLC, (14,), 0),
    "ultosc": (ours.ultosc, HLC, (), 0),
    "ao": (ours.ao, ("high", "low"), (), 0),
    "macd": (ours.macd, ("close",), (), 0),
    "macd_signal": (ours.macd, ("close",), (), 1),
    "macd_hist": (ours.macd, ("close",), (), 2),
    "mfi_14": (ours.mfi, HLCV, (14,), 0),
    "adx_14": (ours.adx, HLC, (14,), 0),
    "plus_di_14": (ours.plus_di, HLC, (14,), 0),
    "minus_di_14": (ours.minus_di, HLC, (14,), 0),
    "atr_14": (ours.atr, HLC, (14,), 0),
    "natr_14": (ours.natr, HLC, (14,), 0),
    "bb_upper": (ours.bbands, ("close",), (20, 2.0, 2.0), 0),
    "bb_middle": (ours.bbands, ("close",), (20, 2.0, 2.0), 1),
    "bb_lower": (ours.bbands, ("close",), (20, 2.0, 2.0), 2),
    "kc_upper": (ours.kc, HLC, (), 0),
    "kc_lower": (ours.kc, HLC, (), 2),
    "donchian_high_20": (ours.donchian, ("high", "low"), (20,), 0),
    "donchian_low_20": (ours.donchian, ("high", "low"), (20,), 2),
    "stddev_20": (ours.stddev, ("close",), (20,), 0),
    "volatility_63_pct": (ours.realised_volatility, ("close",), (63,), 0),
    "obv": (ours.obv, ("close", "volume"), (), 0),
    "ad": (ours.ad, HLCV, (), 0),
    "obv_change_20": (ours.obv_change, ("close", "volume"), (20,), 0),
    "high_252": (ours.highest, ("high",), (252,), 0),
    "low_10": (ours.lowest, ("low",), (10,), 0),
    "return_189_pct": (ours.returns_pct, ("close",), (189,), 0),
    "gap_pct": (ours.gap_pct, ("open", "close"), (), 0),
    "avg_volume_50": (ours.sma, ("volume",), (50,), 0),
}


def panel_of(bars):
    """Build a panel around arrays; sessions are made up."""
    n_bars, n_symbols = bars["close"].shape
    present = ~np.isnan(bars["close"])
    days = np.datetime64("2020-01-01") + np.arange(n_bars)
    return BarPanel(
        symbols=tuple(f"S{i}" for i in range(n_symbols)),
        sessions=days,
        session=np.where(present, np.arange(n_bars)[:, None], -1).astype(np.int32),
        length=present.sum(axis=0),
        left_out=np.zeros(n_symbols, np.int64),
        **{name: bars[name].copy() for name in FIELDS},
    )


@pytest.fixture(scope="module")
def panel():
    """Columns of different lengths, so that their last rows differ."""
    bars = random_bars(320, 40, seed=2)
    for array in bars.values():
        for column, length in {3: 0, 4: 1, 5: 40, 6: 253, 7: 319}.items():
            array[length:, column] = np.nan
    return panel_of(bars)


@pytest.fixture(scope="module")
def real_panel(real_data):
    """The real sample, with its halts and short histories."""
    return load_panel(real_data / "us_daily_sample.parquet")


def assert_same(found, wanted):
    """Compare two sets of columns bit for bit."""
    assert list(found) == list(wanted)
    for name in found:
        np.testing.assert_array_equal(found[name], wanted[name], err_msg=name)


def test_the_catalog_has_the_columns_that_others_build_on():
    """The names are a contract, which grows and does not shrink."""
    assert set(CONTRACT.split()) <= set(COLUMNS)
    assert all(name == column.name for name, column in COLUMNS.items())
    assert all(column.unit and column.description.endswith(".") for column in COLUMNS.values())


def test_one_row_and_many_rows_give_the_same_bits(panel):
    """What a scan of one day computes is what a replay over all days computes."""
    days = panel.sessions[[0, 1, 13, 14, 33, 77, 130, 252, 300, 319]]
    rows = np.array([panel.rows_at(day) for day in days])
    replay = evaluate(panel, rows)
    for i, row in enumerate(rows):
        assert_same(evaluate(panel, row), {name: array[i] for name, array in replay.items()})


def test_real_symbols_give_the_same_bits_in_scan_and_replay(real_panel):
    """Also with halts, missing days and symbols that were listed on the way."""
    rows = np.array([real_panel.rows_at(day) for day in real_panel.sessions[[40, 320, 547]]])
    replay = evaluate(real_panel, rows)
    for i, row in enumerate(rows):
        assert_same(evaluate(real_panel, row), {name: array[i] for name, array in replay.items()})


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_column_is_its_function_at_the_row(name, panel):
    """The shortcuts of the catalog change no digit of what the function gives."""
    function, inputs, parameters, output = FUNCTIONS[name]
    whole = function(*(getattr(panel, field) for field in inputs), *parameters)
    whole = whole[output] if isinstance(whole, tuple) else whole
    rows = panel.rows_at(panel.sessions[290])
    wanted = np.where(rows >= 0, whole[np.maximum(rows, 0), np.arange(panel.n_symbols)], np.nan)
    np.testing.assert_array_equal(evaluate(panel, rows, [name])[name], wanted)


def test_a_column_begins_with_the_bars_it_says():
    """Not a bar earlier, not a bar later; nothing is rounded away by a short window."""
    bars = random_bars(300, 3, seed=8, decimals=6)
    panel = panel_of({name: array[:, [2, 2]] for name, array in bars.items()})
    rows = np.repeat(np.arange(300)[:, None], 2, axis=1)
    for name, values in evaluate(panel, rows).items():
        first = int(np.flatnonzero(np.isfinite(values[:, 0]))[0])
        assert first == COLUMNS[name].lookback - 1, name
        assert np.isfinite(values[first:]).all(), name


@pytest.mark.parametrize("width", [1, 2, 7, 256])
def test_other_symbols_change_nothing(real_panel, width):
    """A symbol alone or in any block has the same bits as in the whole panel."""
    rows = real_panel.rows_at(real_panel.sessions[-1])
    whole = evaluate(real_panel, rows)
    for start in range(0, real_panel.n_symbols, max(width, 60)):
        block = slice(start, start + width)
        found = evaluate(real_panel.take(block), rows[block])
        assert_same(found, {name: array[block] for name, array in whole.items()})


def test_later_bars_change_nothing(panel):
    """A scan as of a day is the same with and without the bars after it."""
    for day in panel.sessions[[60, 255]]:
        rows = panel.rows_at(day)
        cut = panel.window(panel.sessions[0], day)
        assert_same(evaluate(cut, cut.rows_at(day)), evaluate(panel, rows))


def test_the_panel_is_not_written_to(panel):
    """Its arrays are read-only and stay as they were."""
    before = {name: array.copy() for name, array in fields(panel).items()}
    evaluate(panel, panel.rows_at(panel.sessions[-1]))
    for name, array in fields(panel).items():
        np.testing.assert_array_equal(array, before[name])


def test_no_row_no_value(panel):
    """A negative row is NaN in every column, also next to rows that have values."""
    rows = np.full(panel.n_symbols, -1)
    rows[0] = 300
    for name, values in evaluate(panel, rows).items():
        assert np.isfinite(values[0]), name
        assert np.isnan(values[1:]).all(), name
    for values in evaluate(panel, np.full((2, panel.n_symbols), -1)).values():
        assert np.isnan(values).all()


def test_names_are_answered_in_the_order_asked(panel):
    """Only what was asked for, also twice the same intermediate."""
    rows = panel.rows_at(panel.sessions[-1])
    found = evaluate(panel, rows, ["stochrsi_d", "close", "rsi_14"])
    assert list(found) == ["stochrsi_d", "close", "rsi_14"]
    whole = evaluate(panel, rows)
    for name, values in found.items():
        np.testing.assert_array_equal(values, whole[name])


def test_an_unknown_column_is_refused(panel):
    """The message has the name."""
    with pytest.raises(ParameterError, match="'sma_7'"):
        evaluate(panel, panel.rows_at(panel.sessions[-1]), ["close", "sma_7"])


def test_rows_of_another_panel_are_refused(panel):
    """The shape is named, and what it has to be."""
    with pytest.raises(ParameterError, match=r"\(3,\).*\(40,\)"):
        evaluate(panel, np.zeros(3, np.intp))


def test_a_row_that_is_not_there_is_an_error(panel):
    """Among several rows as well: nothing is read from another place."""
    rows = np.full((2, panel.n_symbols), panel.n_bars)
    with pytest.raises(ParameterError, match="rows is"):
        evaluate(panel, rows, ["close"])


def test_an_empty_panel_gives_empty_columns(panel):
    """No symbols, no bars: no error."""
    none = panel.take(slice(0, 0))
    assert all(array.shape == (0,) for array in evaluate(none, np.empty(0, np.intp)).values())
    bare = panel.take(slice(3, 4)).window(panel.sessions[0], panel.sessions[5])
    assert all(np.isnan(array).all() for array in evaluate(bare, np.array([-1])).values())


def test_columns_worked_out_by_hand():
    """Twenty-two bars that a reader can check: close 1 to 22, volume 10 and today 30."""
    close = np.arange(1.0, 23.0)[:, None]
    volume = np.full((22, 1), 10.0)
    volume[-1] = 30.0
    panel = panel_of(
        {"open": close - 0.5, "high": close + 1, "low": close - 1, "close": close, "volume": volume}
    )
    names = {
        "bars": 22,
        "close": 22,
        "dollar_volume": 660,
        "avg_dollar_volume_20": (sum(range(3, 22)) * 10 + 660) / 20,
        "rel_volume_20": 3.0,
        "return_1_pct": 100 / 21,
        "return_21_pct": 2100.0,
        "gap_pct": 100 * 0.5 / 21,
        "sma_10": 17.5,
        "high_20": 23,
        "low_10": 12,
        "prior_high_20": 22,
        "prior_low_20": 1,
        "obv_change_20": 220 / 11,
        "linreg_slope_20": 1.0,
        "linreg_20": 22.0,
        "bb_middle": 12.5,
        "stddev_20": np.sqrt((400 - 1) / 12),
        "bb_percent_b": 0.5 + 9.5 / (4 * np.sqrt((400 - 1) / 12)),
        "atr_14": 2.0,
        "natr_14": 100 * 2 / 22,
        "rsi_14": 100.0,
        "ichimoku_conversion": 18.0,
    }
    found = evaluate(panel, np.array([21]), list(names))
    assert {name: float(array[0]) for name, array in found.items()} == pytest.approx(names)


def test_a_quotient_of_nothing_is_no_value():
    """No volume for 20 bars, a band without width: NaN, not infinity."""
    flat = {name: np.full((60, 1), 10.1) for name in FIELDS}
    flat["volume"] = np.zeros((60, 1))
    flat["volume"][-1] = 500.0
    found = evaluate(panel_of(flat), np.array([59]))
    for name in ("rel_volume_20", "bb_percent_b"):
        assert np.isnan(found[name][0]), name
    for name, values in found.items():
        assert not np.isinf(values).any(), name
