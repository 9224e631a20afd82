"""The warm scan's benchmark: its ratios by hand, and TA-Lib's loop over every symbol."""

from __future__ import annotations

import pytest
import talib
from benchmarks import warm_scan
from benchmarks.timing import Spent

from technic.bench.talib_loop import series_of
from technic.testing import make_panel


def test_ratios_are_of_processor_time_for_all_symbols():
    """A scan of 40 symbols in 0.5 s; pandas takes 50 ms a symbol, TA-Lib 25."""
    found = warm_scan.WarmScan(Spent(9.0, 0.5), 50.0, 25.0, 10.0, 3, None, make_panel(40, 2), 0.0)
    assert found.ratio == pytest.approx(4.0)
    assert found.over_talib == pytest.approx(2.0)


def test_the_loop_scores_every_symbol(monkeypatch):
    """Each once a round, all columns of it."""
    panel, scored = make_panel(3, 60), []
    monkeypatch.setattr(
        warm_scan, "talib_columns", lambda _, bars: scored.append(bars["close"][-1])
    )
    warm_scan.talib_loop([series_of(panel.frame(symbol)) for symbol in panel.symbols])()
    assert scored == panel.close[-1].tolist()


def test_the_calls_alone_are_those_of_the_loop(monkeypatch):
    """With the same series, without what lies between them."""
    panel, called = make_panel(2, 60), []
    sma = talib.SMA
    monkeypatch.setattr(talib, "SMA", lambda *given: called.append(given[1]) or sma(*given))
    calls = warm_scan.calls_alone([series_of(panel.frame(symbol)) for symbol in panel.symbols])
    noted = called.copy()
    called.clear()
    calls()
    assert called == noted == 2 * [10, 20, 50, 100, 150, 200]


def test_without_talib_there_is_no_ratio(monkeypatch):
    """Not zero, and not that of pandas."""
    monkeypatch.setattr(warm_scan, "talib_there", lambda: None)
    found = warm_scan.measure(20, 60, 2, rounds=1)
    assert found.over_talib != found.over_talib
    assert found.ratio > 0


def test_both_sides_take_turns():
    """First one, then the other, and so on."""
    order = []
    warm_scan.least_in_turn([lambda: order.append("a"), lambda: order.append("b")], 3)
    assert order == ["a", "b"] * 3
