"""Market caps of a later day than the scan's are warned of, in the heading too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from support.made_up_market import NOW, SESSIONS, SYMBOLS
from technic import ScanConfig, ScanResult, run_scan
from technic.testing import FakeProvider, make_bars
from technic.universe import PrescreenRules

DAY = SESSIONS[-60]


def scan(path: Path, days: dict[str, float], **prescreen: float) -> ScanResult:
    """Scan DAY with listings that name these market caps on these days."""
    rows = [(symbol, day, cap) for symbol in SYMBOLS for day, cap in days.items()]
    pd.DataFrame(rows, columns=["symbol", "as_of", "market_cap"]).to_csv(path, index=False)
    config = ScanConfig(universe=str(path), as_of=str(DAY), prescreen=PrescreenRules(**prescreen))
    return run_scan(config, provider=FakeProvider(make_bars(SYMBOLS, SESSIONS)), now=NOW)


@pytest.mark.parametrize(("later", "warned"), [(0, False), (20, False), (21, True)])
def test_market_caps_of_more_than_twenty_sessions_later_are_warned_of(tmp_path, later, warned):
    """The warning and the heading name their day; up to twenty sessions nothing is said."""
    day = str(SESSIONS[-60 + later])
    result = scan(tmp_path / "listings.csv", {day: 1e9})
    text = f"the market caps of the listings are of {day}, not of {DAY}"
    assert any(one.startswith(text) for one in result.warnings) is warned
    assert (f" · market caps of {day}" in result.headline()) is warned
    assert result.data.market_caps_of == (day if warned else None)


def test_a_column_of_days_gives_the_market_caps_of_the_scan_and_nothing_is_warned_of(tmp_path):
    """What the companies are worth later neither filters nor shows."""
    days = {str(SESSIONS[-200]): 1e9, str(SESSIONS[-1]): 9e9}
    result = scan(tmp_path / "listings.csv", days, max_market_cap=2e9)
    assert result.ledger.counts["kept"] == len(SYMBOLS)
    assert np.unique(result.table["market_cap"]).tolist() == [1e9]
    assert "market caps" not in result.headline()
    assert not [one for one in result.warnings if "market caps" in one]


def test_listings_without_market_caps_are_of_any_day(tmp_path):
    """There is nothing to be wrong about."""
    result = scan(tmp_path / "listings.csv", {str(SESSIONS[-1]): np.nan})
    assert "market caps" not in result.headline()
