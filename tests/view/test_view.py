"""What a view shows: tradeable stocks on a terminal, every row everywhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from support.made_up_market import SESSIONS, SYMBOLS, scan
from technic import ScanConfig
from technic.cli.render.ranking.table import ranking_lines
from technic.cli.render.report import headline, report_lines
from technic.scan.config import FilterRules
from technic.testing import make_bars
from technic.view.number_formats import formatter, unit_of_column
from technic.view.view import View, view_of

TABLE = pd.DataFrame(
    {"close": [4.99, 5.0, 50.0, np.nan], "avg_dollar_volume_20": [9e6, 5e6, 4.9e6, np.nan]}
)


def filtered(**rules) -> ScanConfig:
    """A scan with these filters."""
    return ScanConfig(filters=FilterRules(**rules))


def test_rows_under_a_floor_are_not_shown():
    """The floor itself is shown, and so is what is unknown."""
    assert view_of(ScanConfig()).shows(TABLE).tolist() == [False, True, False, True]


@pytest.mark.parametrize(
    ("config", "says", "shown"),
    [
        (ScanConfig(), "price >= 5, dollar volume >= 5M", 2),
        (filtered(min_price=0.0), "dollar volume >= 5M", 3),
        (filtered(min_price=10.0), "price >= 10, dollar volume >= 5M", 1),
        (filtered(min_dollar_volume=0.0), "price >= 5", 3),
        (filtered(max_price=5.0), "dollar volume >= 5M", 3),
        (ScanConfig(symbols=("AAPL",)), "", 4),
        (ScanConfig(watchlist="mine.txt"), "", 4),
    ],
)
def test_what_the_scan_says_takes_the_place_of_the_floor(config, says, shown):
    """One option changes one floor; who names symbols sees them all."""
    view = view_of(config)
    assert str(view) == says
    assert int(view.shows(TABLE).sum()) == shown


def test_a_terminal_says_what_it_leaves_out_and_the_result_keeps_it():
    """Heading and foot name floors and options; table and ranks are whole."""
    result = scan(make_bars(SYMBOLS, SESSIONS))
    floor = float(result.table["close"].median())
    view, whole = View(min_price=floor), len(result.table)
    below = int((result.table["close"] < floor).sum())
    assert f"view   price >= {floor:g} (--min-price)" in [
        str(line) for line in headline(result, view)
    ]
    table, *foot = ranking_lines(result, None, 200, view=view)
    assert table.row_count == whole - below
    assert f" … and {below:,} not in view (--min-price 0 shows all)" in map(str, foot)
    assert len(result.table) == whole
    none = View(min_price=1e9)
    assert list(ranking_lines(result, None, 200, view=none)) == []
    said = [str(line) for line in report_lines(result, None, 200, none)]
    assert f"{whole} symbols qualify, none in view (price >= 1e+09)" in said[0]


@pytest.mark.parametrize(
    ("name", "expression", "value", "text"),
    [
        ("volume", "", 1234567.0, "1,234,567"),
        ("market_cap", "", 2.5e9, "2.5B"),
        ("avg_dollar_volume_20", "", 5e6, "5M"),
        ("liquidity", "close * volume", 640e3, "640K"),
        ("bars_up", "bars_since(close > open)", 3.0, "3"),
        ("atr_14", "", 1.239, "1.24"),
        ("gap_pct", "", 5.126, "5.13"),
        ("rs_rating", "", 87.0, "87"),
        ("spread", "(close - open) * 3", 1.5, "1.50"),
        ("revenue_ttm", "", 38.5e9, "38.5B"),
        ("net_income", "", -2.25e6, "-2.2M"),
        ("eps", "", -0.3, "-0.30"),
        ("was", "fq(eps, 4)", 0.7, "0.70"),
        ("shares_outstanding", "", 2e8, "200M"),
        ("shares_more", "shares_outstanding - fq(shares_diluted, 4)", 1.5e6, "1.5M"),
        ("pe_ttm", "", 9.789, "9.79"),
        ("gross_margin", "", 28.169, "28.17"),
        ("days_to_earnings", "", 12.0, "12"),
        ("age(eps_ttm)", "age(eps_ttm)", 84.0, "84"),
        ("eps", "", float("nan"), "-"),
    ],
)
def test_a_column_reads_by_what_it_counts_in(name, expression, value, text):
    """Counts without decimals, money in K, M and B, prices with cents."""
    assert formatter(unit_of_column(name, expression), [value])(value) == text


def test_numbers_that_are_all_whole_are_counts():
    """Where nobody knows the unit."""
    assert formatter("", [1.0, float("nan"), 1200.0])(1200.0) == "1,200"
    assert formatter("", [1.0, 2.5])(1.0) == "1.00"
    assert formatter("", [None])(None) == "-"
