from __future__ import annotations

import pytest

from reference.gate_bars import at_end, on, one, ordinary, panel_of, scaled
from technic.data_engine.gate.gate import GateRules
from technic.panel import FIELDS


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("day", [30, 60, 79], ids=["middle", "later", "today"])
@pytest.mark.parametrize("ratio", [2.0, 3.0, 4.0, 10.0, 100.0, 0.25, 0.1, 0.01])
def test_an_unadjusted_split_is_caught(ratio, day, seed):
    """Prices before the split day are in the old shares, on the day itself and ever after."""
    bars = ordinary(seed=seed)
    bars["volume"][day] = 1e6
    bars = scaled(bars, slice(day, None), 1 / ratio, ratio)
    assert one(bars) == "unadjusted_split"


@pytest.mark.parametrize(("ratio", "busy"), [(4.0, 2.0), (10.0, 3.0), (0.1, 15.0)])
def test_a_split_day_may_be_busy(ratio, busy):
    """Splits draw traders: more turnover than usual does not hide one."""
    bars = scaled(ordinary(), slice(60, None), 1 / ratio, ratio)
    assert one(scaled(bars, 60, 1.0, busy)) == "unadjusted_split"


@pytest.mark.parametrize("back", [1, 2, 5])
def test_bars_in_other_units_that_return_are_caught(back):
    """One or several days in units × 25, as before a reverse split that was applied too late."""
    bars = scaled(ordinary(), slice(50, 50 + back), 1 / 25, 25.0)
    assert one(bars) == "unadjusted_split"


@pytest.mark.parametrize(
    ("move", "volume"), [(4.0, 60.0), (4.0, 10.0), (10.0, 300.0), (0.25, 50.0), (0.1, 120.0)]
)
def test_a_true_jump_with_real_volume_passes(move, volume):
    """Good or bad news moves the price for good and brings several times the usual trading."""
    bars = scaled(scaled(ordinary(), slice(60, None), move), 60, 1.0, volume)
    bars = scaled(bars, slice(61, 70), 1.0, volume / 5)
    for length in (61, 62, 80):
        assert one({name: values[:length] for name, values in bars.items()}) is None


def test_a_true_jump_within_the_day_passes():
    """A bar that reaches from the old price to the new one is no change of units."""
    bars = scaled(ordinary(), slice(60, None), 4.0)
    bars["open"][60] /= 4.0
    bars["low"][60] = bars["open"][60] * 0.99
    assert one(bars) is None


def test_a_fall_between_two_split_factors_passes():
    """A spin-off or an offering at 2.5 or 3.45 to one, on ordinary turnover, is no split."""
    for factor in (2.5, 3.45):
        bars = scaled(ordinary(), slice(60, None), 1 / factor, factor)
        for name in FIELDS[:4]:
            bars[name][60] = bars["close"][59] / factor
        assert one(bars) is None


def test_a_jump_after_days_without_trading_is_not_judged():
    """The first trade of a new listing has no ordinary volume to be compared with."""
    bars = ordinary()
    for name in FIELDS[:4]:
        bars[name][:40] = 40.0
        bars[name][40:] *= 5.0
    bars["volume"][:40] = 0.0
    assert one(bars) is None


@pytest.mark.parametrize("day", [5, 40, 78, 79], ids=["early", "middle", "yesterday", "today"])
@pytest.mark.parametrize("factor", [100.0, 0.01])
def test_a_price_times_100_for_one_day_is_caught(factor, day):
    """The volume of such a bar is ordinary; only the prices are wrong."""
    assert one(scaled(ordinary(), day, factor)) == "price_x100"


@pytest.mark.parametrize(("field", "factor"), [("high", 100.0), ("low", 0.01)])
def test_a_single_price_times_100_is_caught(field, factor):
    """One of the four prices is enough."""
    bars = ordinary()
    bars[field][50] = bars["close"][49] * factor
    assert one(bars) == "price_x100"


@pytest.mark.parametrize("field", FIELDS)
def test_impossible_values_are_caught_anywhere_in_the_window(field):
    """Prices of 0, below and beyond belief, such volumes; a volume of zero is possible."""
    for value in (0.0, -1.0, 1.1e15, 1e308):
        bars = ordinary()
        bars[field][3] = value
        fine = field == "volume" and value == 0.0
        assert one(bars) == (None if fine else "bad_price")
    everywhere = ordinary()
    everywhere[field][:] = 1.1e15
    assert one(everywhere) == "bad_price"


@pytest.mark.parametrize(
    ("field", "factor", "code"),
    [
        ("low", 1.2, "high_below_low"),
        ("high", 0.8, "high_below_low"),
        ("close", 1.05, "high_below_low"),
        ("open", 1.2, "high_below_low"),
        ("open", 0.8, "high_below_low"),
        ("open", 1.05, None),
        ("close", 1.0 + 1e-9, None),
    ],
)
def test_prices_out_of_order_are_caught(field, factor, code):
    """A close outside [low, high] is; rounding is not, nor an open that is a little off."""
    bars = ordinary()
    for name in FIELDS[:4]:
        bars[name][10] = bars["close"][10]
    bars[field][10] *= factor
    assert one(bars) == code


def test_bars_after_the_row_are_not_read():
    """A defect of tomorrow does not gate today."""
    panel = panel_of({"A": scaled(ordinary(), 70, 100.0), "B": scaled(ordinary(), 70, -1.0)})
    assert on(panel, panel.sessions[69]).passed.all()
    assert on(panel, panel.sessions[70]).code.tolist() == ["price_x100", "bad_price"]


def test_bars_after_the_row_of_a_younger_column_are_not_read():
    """Columns differ in their last row on a day: each has its own limit, for medians too."""
    young = {name: values[:40] for name, values in ordinary().items()}
    columns = {
        "OLD": ordinary(),
        "TICK": scaled(young, 20, 100.0),
        "EARLY": scaled(young, 2, 100.0),
    }
    panel, rules = panel_of(columns), GateRules(min_bars=1)
    first = len(panel.sessions) - 40
    expected = {1: [None, None], 2: [None, None], 6: [None, None], 7: [None, "price_x100"],
                19: [None, "price_x100"], 20: ["price_x100"] * 2}  # fmt: skip
    for bar, codes in expected.items():
        assert on(panel, panel.sessions[first + bar], rules).code.tolist() == [None, *codes]


def test_a_bar_is_found_wherever_it_lies():
    """One defect in each column, each on another bar, in a panel of several chunks."""
    columns = {str(i): scaled(ordinary(300), slice(i, None), 0.1, 10.0) for i in range(5, 300)}
    assert set(at_end(panel_of(columns)).code) == {"unadjusted_split"}
    columns = {str(i): scaled(ordinary(300), i, -1.0) for i in range(300)}
    assert set(at_end(panel_of(columns)).code) == {"bad_price"}


@pytest.mark.parametrize(("volume", "code"), [(7.9e6, "unadjusted_split"), (8.1e6, None)])
def test_ordinary_volume_is_the_median_of_the_twenty_bars_before(volume, code):
    """Half of them at one million shares, half at three: a rise is judged by four times two."""
    bars = ordinary()
    bars["volume"][:60:2], bars["volume"][1:60:2] = 1e6, 3e6
    bars = scaled(bars, slice(60, None), 4.0)
    bars["volume"][60] = volume
    assert one(bars) == code
