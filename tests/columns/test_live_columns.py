"""Columns that are kept up to date bar by bar: those of the panel with all bars, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.bars import random_bars
from technic.columns import COLUMNS, DEFAULT_COLUMNS, LiveColumns, evaluate
from technic.errors import ParameterError
from technic.panel import FIELDS, BarPanel, LongBars

DAY = np.datetime64("2020-01-01")


def market(n_bars: int, n_symbols: int, seed: int, gaps: float, flat: float = 0.0):
    """Bars by calendar, ``(n_sessions, n_symbols)``: holes, young symbols, one that stops."""
    rng = np.random.default_rng(seed)
    bars = {name: array.copy() for name, array in random_bars(n_bars, n_symbols, seed).items()}
    absent = rng.random((n_bars, n_symbols)) < gaps
    begins = rng.integers(0, n_bars + 1, n_symbols) * (rng.random(n_symbols) < 0.4)
    absent |= np.arange(n_bars)[:, None] < begins
    if n_symbols > 2:
        absent[n_bars // 2 :, 1] = True
    for name in FIELDS:
        bars[name][absent] = np.nan
    partial = rng.random((n_bars, n_symbols)) < gaps / 4
    bars["low"][partial & ~absent] = np.nan
    bars["volume"][rng.random((n_bars, n_symbols)) < flat] = 0.0
    bars["volume"][absent] = np.nan
    return bars


def panel_of(bars, stop: int, volume: bool = True) -> BarPanel:
    """Pack the first sessions."""
    n_bars, n_symbols = bars["close"].shape
    days = DAY + np.arange(n_bars)
    column = np.tile(np.arange(n_symbols, dtype=np.int32), stop)
    long = LongBars(
        symbols=tuple(f"S{i}" for i in range(n_symbols)),
        column=column,
        session=np.repeat(days[:stop], n_symbols),
        **{name: bars[name][:stop].ravel() for name in FIELDS},
    )
    return BarPanel.from_long(long, days, volume=volume)


def stepped(bars, start: int, stop: int, names=DEFAULT_COLUMNS, volume: bool = True):
    """Begin with a panel of the first sessions, and apply the others."""
    live = LiveColumns(panel_of(bars, start, volume), names=names, volume=volume)
    for day in range(start, stop):
        live.step(DAY + day, *(bars[name][day] for name in FIELDS))
    return live


def assert_same_bits(found, wanted):
    """The same columns, NaN where NaN, and the sign of a zero too."""
    assert list(found) == list(wanted)
    for name in wanted:
        pair = (
            np.where(np.isnan(x), np.nan, x).view(np.int64) for x in (found[name], wanted[name])
        )
        np.testing.assert_array_equal(*pair, err_msg=name)


def assert_equals_batch(live, bars, stop: int, names=DEFAULT_COLUMNS, volume: bool = True):
    """The same bits as those of a panel of all bars."""
    panel = panel_of(bars, stop, volume)
    assert_same_bits(live.values, evaluate(panel, panel.length.astype(np.intp) - 1, names))


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 9_999),
    start=st.integers(0, 320),
    steps=st.integers(1, 30),
    gaps=st.sampled_from([0.0, 0.02, 0.5, 0.95]),
    n_symbols=st.sampled_from([1, 2, 5, 9]),
)
def test_steps_give_the_bits_of_the_batch(seed, start, steps, gaps, n_symbols):
    """Wherever the bars are split: holes, short histories, symbols that begin later or stop."""
    bars = market(start + steps, n_symbols, seed, gaps, flat=0.1)
    live = stepped(bars, start, start + steps)
    assert_equals_batch(live, bars, start + steps)


@pytest.mark.parametrize("gaps", [0.0, 0.3])
@pytest.mark.parametrize("start", [0, 300])
def test_every_step_on_the_way_equals_the_batch(start, gaps):
    """Long after every bar of the start has left; nothing that is remembered grows meanwhile."""
    n_bars = start + 530
    bars = market(n_bars, 4, 5, gaps, flat=0.05)
    live, sizes = LiveColumns(panel_of(bars, start)), set()
    for day in range(start, n_bars):
        found = live.step(DAY + day, *(bars[name][day] for name in FIELDS))
        if day % 61 == 0 or day == n_bars - 1:
            panel = panel_of(bars, day + 1)
            assert_same_bits(found, evaluate(panel, panel.length.astype(np.intp) - 1))
        if day >= start + 20:
            sizes.add(live.nbytes)
    assert len(sizes) == 1


def test_a_column_alone_is_what_it_is_in_company():
    """Every column of the catalog, those that only some ask for too."""
    bars = market(290, 4, 8, 0.05)
    everything = stepped(bars, 280, 290, list(COLUMNS))
    assert_equals_batch(everything, bars, 290, list(COLUMNS))
    for name in COLUMNS:
        live = stepped(bars, 280, 290, [name])
        assert_same_bits(live.values, {name: everything.values[name]})


def test_a_symbol_alone_is_what_it_is_in_company():
    """Neighbours change nothing, whether they have a bar or not."""
    bars = market(300, 5, 13, 0.2)
    together = stepped(bars, 280, 300)
    for column in range(5):
        own = {name: array[:, column : column + 1] for name, array in bars.items()}
        alone = stepped(own, 280, 300).values
        assert_same_bits(
            alone, {name: x[column : column + 1].copy() for name, x in together.values.items()}
        )


def test_bars_of_prices_alone():
    """Without volume a bar is its prices; columns of volume have no value, as in the batch."""
    bars = market(320, 3, 21, 0.1)
    live = stepped(bars, 280, 320, volume=False)
    assert_equals_batch(live, bars, 320, volume=False)
    assert np.isnan(live.values["mfi_14"]).all()
    assert np.isfinite(live.values["rsi_14"]).any()


def test_begins_at_any_row_of_the_panel():
    """As of an earlier day the bars below it are not there."""
    bars = market(330, 5, 2, 0.1)
    panel = panel_of(bars, 330)
    live = LiveColumns(panel, panel.rows_at(DAY + 279))
    assert live.session <= DAY + 279
    assert_equals_batch(live, bars, 280)
    for day in range(280, 330):
        live.step(DAY + day, *(bars[name][day] for name in FIELDS))
    assert_equals_batch(live, bars, 330)


def test_values_of_a_step_stay_as_they_were():
    """What a step returned is nobody else's, and cannot be written to."""
    bars = market(300, 3, 4, 0.0)
    live = stepped(bars, 280, 290)
    kept = live.values
    before = {name: values.copy() for name, values in kept.items()}
    for day in range(290, 300):
        live.step(DAY + day, *(bars[name][day] for name in FIELDS))
    assert_same_bits(kept, before)
    assert not any(values.flags.writeable for values in live.values.values())


def test_later_bars_of_one_symbol_leave_the_others_as_they_are():
    """A symbol without a bar keeps its values; an incomplete bar is none, and is counted."""
    bars = market(300, 3, 4, 0.0)
    live = LiveColumns(panel_of(bars, 299))
    before = live.values
    bar = {name: bars[name][299].copy() for name in FIELDS}
    bar["high"][0] = np.nan
    for array in bar.values():
        array[1] = np.nan
    after = live.step(DAY + 299, *bar.values())
    assert live.left_out.tolist() == [1, 0, 0]
    assert all(np.array_equal(after[n][:2], before[n][:2], equal_nan=True) for n in after)
    assert after["close"][2] == bars["close"][299, 2]
    assert after["bars"].tolist() == (before["bars"] + [0.0, 0.0, 1.0]).tolist()
    assert live.symbols == ("S0", "S1", "S2")


def test_a_panel_without_symbols():
    """Nothing in, nothing out."""
    live = stepped(market(5, 0, 0, 0.0), 3, 5)
    assert all(values.shape == (0,) for values in live.values.values())
    assert live.session == DAY + 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"session": DAY + 9}, r"session is .*2020-01-10.*, allowed: .* later than 2020-01-10"),
        ({"session": DAY + 4}, "session is .*later than 2020-01-10"),
        ({"session": np.datetime64("NaT")}, "session is .*later than 2020-01-10"),
        ({"session": "2020-01-11"}, "session is '2020-01-11', allowed: a numpy.datetime64"),
        ({"close": np.ones(3)}, r"close is .*3.*, allowed: a float64 array \(2,\)"),
        ({"open": np.ones((1, 2))}, r"open is .*, allowed: a float64 array \(2,\)"),
        ({"low": np.ones(2, np.float32)}, "low is .*float32.*, allowed: a float64 array"),
        ({"high": [1.0, 2.0]}, "high is .*list.*, allowed: a float64 array"),
        ({"volume": None}, "volume is None, allowed: "),
    ],
    ids=str,
)
def test_a_wrong_bar_is_refused_and_changes_nothing(change, said):
    """One sentence that names the parameter, what came and what is allowed."""
    bars = market(11, 2, 1, 0.0)
    live = LiveColumns(panel_of(bars, 10))
    bar = {"session": DAY + 10} | {name: bars[name][10] for name in FIELDS}
    with pytest.raises(ParameterError, match=said):
        live.step(**(bar | change))
    live.step(**bar)
    assert_equals_batch(live, bars, 11)


def test_wrong_names_and_rows_are_refused():
    """As ``evaluate`` refuses them."""
    panel = panel_of(market(5, 2, 0, 0.0), 5)
    with pytest.raises(ParameterError, match="names is 'nope', allowed: a column of the catalog"):
        LiveColumns(panel, names=["close", "nope"])
    with pytest.raises(ParameterError, match=r"rows is .*allowed: \(2,\)"):
        LiveColumns(panel, np.zeros(3, np.intp))
