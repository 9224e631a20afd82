"""Bars that are none and breaks in history: what the gate leaves out, where it cuts, what it says.

All bars are made by hand: a stock at about 40 dollars and a million shares a day, then spoiled.
"""

from __future__ import annotations

import numpy as np
import pytest

from reference.gate_bars import Bars, at_end, on, one, ordinary, panel_of, scaled, sessions
from technic.data_engine.gate.gate import GateReport, GateRules, usable_bars
from technic.panel import FIELDS

ANY = GateRules(min_bars=1, price_floor=0.0)


def whole(bars: Bars, length: int | None = None) -> GateReport:
    """The report on the last of ``length`` bars of one symbol, which a single bar would pass."""
    return at_end(panel_of({"A": {name: bars[name][:length] for name in FIELDS}}), ANY)


def split(bars: Bars, day: int, ratio: float) -> Bars:
    """Bars whose prices up to ``day`` are in the old shares, on a day that trades as usual."""
    bars = {name: values.copy() for name, values in bars.items()}
    bars["volume"][day] = 1e6
    return scaled(bars, slice(day, None), 1 / ratio, ratio)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ratio", [1.25, 1.5, 2.0, 3.0, 4.0, 7.0, 100.0, 0.5, 0.25, 0.1, 0.01])
def test_an_unadjusted_split_ends_history(ratio, seed):
    """On its day it is named, from the next day on history begins with it."""
    bars, day = split(ordinary(seed=seed), 60, ratio), 60
    assert whole(bars, day).detail[0] is None
    today = whole(bars, day + 1)
    assert today.code[0] == "unadjusted_split"
    assert np.isnat(today.usable_since[0])
    for length in (day + 2, day + 3, 80):
        report = whole(bars, length)
        assert report.code[0] is None
        assert report.usable_since[0] == sessions(80)[day]
        assert report.usable_rows[0] == length - day - 1


def test_the_sentence_names_ratio_closes_and_day():
    """The ledger says what was found with its numbers."""
    bars = ordinary()
    for name in FIELDS[:4]:
        bars[name][59:] = 50.1
    bars = split(bars, 60, 4.0)
    text = "close 12.53 after 50.10 on 2020-03-30 looks like an unadjusted 4:1 split"
    dollars = 1e6 / np.median((bars["close"] * bars["volume"])[40:60] / 50.1)
    volume = f"(dollar volume x {dollars:.2g})"
    assert whole(bars, 61).detail[0] == f"{text} {volume}; the next bar tells whether it lasts"
    cut = f"{text} {volume}: bars before are not used, usable since 2020-03-30"
    assert whole(bars).detail[0] == cut
    few = at_end(panel_of({"A": {name: bars[name][:70] for name in FIELDS}}))
    assert few.code[0] == "few_bars"
    assert few.detail[0] == f"10 bars, at least 20 are needed; {cut}"
    reverse = whole(split(ordinary(), 60, 1 / 8)).detail[0]
    assert "an unadjusted 1:8 reverse split" in reverse


def test_a_symbol_is_scanned_as_soon_as_it_has_bars_enough():
    """Twenty bars from the split on, which counts; one less is too few."""
    bars = split(ordinary(), 60, 2.0)
    assert one(bars) is None
    assert one({name: values[:79] for name, values in bars.items()}) == "few_bars"


@pytest.mark.parametrize(("ratio", "busy"), [(4.0, 2.0), (10.0, 3.0), (0.1, 6.0)])
def test_a_split_day_may_be_busy(ratio, busy):
    """Splits draw traders: more turnover than usual does not hide one."""
    bars = scaled(split(ordinary(), 60, ratio), 60, 1.0, busy)
    assert whole(bars, 61).code[0] == "unadjusted_split"
    assert whole(bars).usable_since[0] == sessions(80)[60]


@pytest.mark.parametrize(
    ("move", "volume"),
    [(0.8, 4.0), (0.75, 6.0), (0.5, 12.0), (4.0, 60.0), (10.0, 300.0), (0.25, 50.0), (0.1, 120.0)],
)
def test_a_true_jump_with_real_volume_stays_whole(move, volume):
    """Good or bad news moves the price for good and brings many times the usual shares."""
    bars = scaled(scaled(ordinary(), slice(60, None), move), 60, 1.0, volume)
    bars = scaled(bars, slice(61, 70), 1.0, max(volume / 5, 2.0))
    bars["high"][60] *= 1.05
    bars["low"][60] /= 1.05
    for length in (61, 62, 80):
        report = whole(bars, length)
        assert (report.code[0], report.detail[0]) == (None, None)


def test_a_jump_within_the_day_stays_whole():
    """A bar that reaches from the old price to the new one is no change of units."""
    for move in (4.0, 0.5):
        bars = scaled(ordinary(), slice(60, None), move, 1 / move)
        bars["open"][60] /= move
        bars["low" if move > 1 else "high"][60] = bars["open"][60]
        assert whole(bars).detail[0] is None


@pytest.mark.parametrize("fall", [1.12, 1.72])
def test_a_fall_between_two_ratios_stays_whole(fall):
    """A price that moves by two percent overnight does not miss a split by ten."""
    bars = split(ordinary(), 60, fall)
    for name in FIELDS[:4]:
        bars[name][60] = bars["close"][59] / fall
    assert whole(bars).detail[0] is None


def test_a_small_shift_that_is_gone_the_next_day_stays_whole():
    """What a split looks like from its own day is what the next day says it was not."""
    bars = scaled(ordinary(), 60, 1 / 1.25, 1.25)
    bars["volume"][60] = 1.25e6
    assert whole(bars, 61).code[0] == "unadjusted_split"
    assert whole(bars, 62).detail[0] is None


def test_a_wild_stock_may_fall_by_a_fifth():
    """Eight percent a day: a fall by 5:4 on usual volume says nothing; 3:1 still does."""
    random = np.random.default_rng(1)
    factor = np.exp(np.cumsum(random.normal(0, 0.08, 80)))
    wild = {
        name: values * (1 if name == "volume" else factor) for name, values in ordinary().items()
    }
    assert whole(split(wild, 60, 1.25), 61).code[0] is None
    assert whole(split(wild, 60, 3.0), 61).code[0] == "unadjusted_split"


@pytest.mark.parametrize("factor", [25.0, 1 / 25, 4.0], ids=["up", "down", "four"])
def test_a_print_that_returns_is_no_bar(factor):
    """One day in other units, as before a reverse split that was applied too late."""
    bars = scaled(ordinary(), 50, factor, 1 / factor)
    assert whole(bars, 51).code[0] == "unadjusted_split"
    clean = {name: np.delete(values, 50) for name, values in bars.items()}
    for length in (52, 53, 80):
        panel = panel_of({"A": {name: bars[name][:length] for name in FIELDS}})
        report = at_end(panel, ANY)
        assert report.code[0] is None
        assert np.isnat(report.usable_since[0])
        assert "1 bar is left out, the last: close" in report.detail[0]
        usable, _ = usable_bars(panel, report.rows, report, np.array([0]))
        assert usable.left_out.tolist() == [1]
        assert usable.length.tolist() == [length - 1]
        assert report.usable_rows.tolist() == [length - 2]
        for name in FIELDS:
            np.testing.assert_array_equal(getattr(usable, name)[:, 0], clean[name][: length - 1])


def test_several_days_in_other_units_are_cut_out_with_what_is_before():
    """The level lasts, so history ends; it lasts no longer, so it ends again."""
    bars = scaled(ordinary(), slice(50, 53), 1 / 25, 25.0)
    assert whole(bars, 52).usable_since[0] == sessions(80)[50]
    assert whole(bars).usable_since[0] == sessions(80)[53]


def test_a_jump_after_days_without_trading_is_not_judged():
    """The first trade of a new listing has no ordinary volume to be compared with."""
    bars = ordinary()
    for name in FIELDS[:4]:
        bars[name][:40] = 40.0
        bars[name][40:] *= 5.0
    bars["volume"][:40] = 0.0
    assert whole(bars).detail[0] is None


@pytest.mark.parametrize("day", [5, 40, 78], ids=["early", "middle", "yesterday"])
@pytest.mark.parametrize("factor", [100.0, 0.01])
def test_a_price_times_100_for_a_day_is_no_bar(factor, day):
    """The volume of such a bar is ordinary; only the prices are wrong."""
    bars = scaled(ordinary(), day, factor)
    assert whole(bars, day + 1).code[0] == "price_x100"
    report = whole(bars)
    assert report.code[0] is None
    assert report.usable_rows[0] == 78


@pytest.mark.parametrize(("field", "factor"), [("high", 100.0), ("low", 0.01)])
def test_a_single_price_times_100_is_enough(field, factor):
    """One of the four prices is wrong: the bar is none."""
    bars = ordinary()
    bars[field][50] = bars["close"][49] * factor
    assert whole(bars, 51).code[0] == "price_x100"
    assert whole(bars).usable_rows[0] == 78


def test_prices_that_stay_times_100_end_history():
    """Pence for pounds: the units change, the shares do not."""
    bars = scaled(ordinary(), slice(50, None), 100.0)
    assert whole(bars, 51).code[0] == "price_x100"
    report = whole(bars)
    assert report.usable_since[0] == sessions(80)[50]
    assert "100 times it on usual volume" in report.detail[0]


@pytest.mark.parametrize("field", FIELDS)
def test_impossible_values_are_no_bars(field):
    """Prices of 0, below and beyond belief, such volumes; a volume of zero is possible."""
    for value in (0.0, -1.0, 1.1e15, 1e308):
        bars = ordinary()
        bars[field][30] = value
        fine = field == "volume" and value == 0.0
        assert whole(bars, 31).code[0] == (None if fine else "bad_price")
        assert whole(bars).usable_rows[0] == (79 if fine else 78)
    everywhere = ordinary()
    everywhere[field][:] = 1.1e15
    assert one(everywhere) == "few_bars"
    assert whole(everywhere).code[0] == "few_bars"


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
def test_bars_out_of_order_are_none(field, factor, code):
    """A close outside [low, high] is; rounding is not, nor an open that is a little off."""
    bars = ordinary()
    for name in FIELDS[:4]:
        bars[name][30] = bars["close"][30]
    bars[field][30] *= factor
    assert whole(bars, 31).code[0] == code
    assert whole(bars).usable_rows[0] == (79 if code is None else 78)


def test_bars_around_one_that_is_none_are_judged_without_it():
    """A split right after a bad print is found, and its ratio is that of the bars that are."""
    bars = split(ordinary(), 60, 3.0)
    bars = scaled(bars, 59, -1.0)
    report = whole(bars)
    assert report.usable_since[0] == sessions(80)[60]
    assert f"after {bars['close'][58]:.2f} on" in report.detail[0]
    assert "3:1 split" in report.detail[0]


@pytest.mark.parametrize(("missing", "cut"), [(30, False), (31, True)])
def test_a_long_hole_ends_history(missing, cut):
    """Thirty sessions are a halt; after more the symbol may be another company's."""
    panel = panel_of({"A": ordinary(100)}, {"A": slice(3, 3 + missing)})
    report = at_end(panel)
    assert report.code[0] is None
    expected = sessions(100)[3 + missing] if cut else np.datetime64("NaT")
    assert str(report.usable_since[0]) == str(expected)
    if cut:
        assert report.detail[0].startswith("no bar for 31 sessions before 2020-02-21: bars before")


def test_what_is_skipped_is_not_looked_for():
    """Neither cut nor left out."""
    bars = scaled(split(ordinary(), 60, 2.0), 30, -1.0)
    panel = panel_of({"A": bars})
    nothing = GateRules(skip=("unadjusted_split", "bad_price", "high_below_low"))
    assert at_end(panel, nothing).detail[0] is None
    levels = at_end(panel, GateRules(skip=("unadjusted_split",)))
    assert (levels.usable_rows[0], np.isnat(levels.usable_since[0])) == (78, True)
    hole = panel_of({"A": ordinary(100)}, {"A": slice(40, 80)})
    assert np.isnat(at_end(hole, GateRules(skip=("missing_sessions",))).usable_since[0])


def test_bars_after_the_row_are_not_read():
    """A defect of tomorrow does not gate today."""
    panel = panel_of({"A": scaled(ordinary(), 70, 100.0), "B": scaled(ordinary(), 70, -1.0)})
    assert on(panel, panel.sessions[69]).passed.all()
    assert on(panel, panel.sessions[70]).code.tolist() == ["price_x100", "bad_price"]
    assert on(panel, panel.sessions[71]).passed.all()


def test_bars_after_the_row_of_a_younger_column_are_not_read():
    """Columns differ in their last row on a day: each has its own limit, for medians too."""
    young = {name: values[:40] for name, values in ordinary().items()}
    columns = {"OLD": ordinary(), "TICK": scaled(young, 20, 100.0), "EARLY": split(young, 2, 8.0)}
    panel = panel_of(columns)
    first = len(panel.sessions) - 40
    for bar, cut in {1: False, 2: False, 6: False, 7: True, 19: True, 20: True, 39: True}.items():
        report = on(panel, panel.sessions[first + bar], ANY)
        assert report.code.tolist() == [None, "price_x100" if bar == 20 else None, None]
        assert np.isnat(report.usable_since).tolist() == [True, True, not cut]


def test_a_break_is_found_wherever_it_lies():
    """One in each column, each on another bar, in a panel of several chunks."""
    columns = {str(i): split(ordinary(300), i, 8.0) for i in range(5, 299)}
    report = at_end(panel_of(columns), ANY)
    assert report.breaks.first.tolist() == [*range(5, 299)]
    columns = {str(i): scaled(ordinary(300), i, -1.0) for i in range(299)}
    report = at_end(panel_of(columns), ANY)
    assert sorted(report.breaks.bar.tolist()) == [*range(299)]
    assert (report.usable_rows == 298).all()


def test_a_window_that_goes_back_further_loses_the_same_bars():
    """What the base window is found to be is what an expression with a longer window reads."""
    bars = scaled(split(ordinary(200), 150, 3.0), 170, -1.0)
    prints = scaled(ordinary(200, seed=2), 150, 1 / 25, 25.0)
    panel = panel_of({"CUT": bars, "PRINT": prints, "WHOLE": ordinary(200, seed=3)})
    day, everyone = panel.sessions[-1], np.arange(3)
    base = panel.window(panel.sessions[100], day)
    report = at_end(base, ANY)
    near, near_rows = usable_bars(base, base.rows_at(day), report, everyone)
    far, far_rows = usable_bars(panel, panel.rows_at(day), report, everyone)
    assert near_rows.tolist() == [48, 98, 99]
    assert far_rows.tolist() == [48, 198, 199]
    assert far.session[:49, 0].tolist() == [i for i in range(150, 200) if i != 170]
    assert far.session[:199, 1].tolist() == [i for i in range(200) if i != 150]
    for name in FIELDS:
        for i, length in enumerate(near.length.tolist()):
            longer = getattr(far, name)[: far.length[i], i]
            np.testing.assert_array_equal(getattr(near, name)[:length, i], longer[-length:])
