"""Parts of a scan that are timed for two commits."""

from __future__ import annotations

from benchmarks.parts import columns_of, of_prices, scans_with_setups

from technic.study.all_setups import all_setup_names


def test_columns_of_a_day_and_of_several_take_some_time():
    """Both shapes of rows are taken."""
    assert columns_of(3, 40, 1) > 0
    assert columns_of(3, 40, 40) > 0


def test_all_setups_of_prices_are_scanned():
    """Those that the study's benchmark has, and no facts are asked for."""
    assert [one.name for one in of_prices()] == all_setup_names(benchmark=True)
    assert scans_with_setups(20, 1) > 0
