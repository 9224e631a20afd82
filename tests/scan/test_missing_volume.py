"""Rows with prices and no volume are counted, named in the ledger and left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from support.made_up_market import NOW, SESSIONS
from technic import ScanConfig, ScanResult, run_scan
from technic.cli.entry import run
from technic.panel import FIELDS
from technic.testing import make_bars

SYMBOLS = ("GONE", "PART", "WHOLE")
DAYS = SESSIONS[-300:]


def market() -> pd.DataFrame:
    """Long bars: GONE has no volume at all, PART lacks it on 30 days, WHOLE has all."""
    bars = make_bars(SYMBOLS, DAYS)
    frame = pd.DataFrame({"symbol": np.array(SYMBOLS)[bars.column], "date": bars.session})
    for name in FIELDS:
        frame[name] = getattr(bars, name)
    frame.loc[frame["symbol"] == "GONE", "volume"] = np.nan
    frame.loc[(frame["symbol"] == "PART") & frame["date"].isin(DAYS[100:130]), "volume"] = np.nan
    return frame


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """The market in a file."""
    market().to_csv(tmp_path / "prices.csv", index=False)
    return tmp_path / "prices.csv"


def scan(prices: Path, **config: object) -> ScanResult:
    """Scan the file."""
    return run_scan(ScanConfig(provider="files", data=str(prices), **config), now=NOW)


def frames() -> dict[str, pd.DataFrame]:
    """The market as price frames."""
    return {
        symbol: own.set_index(pd.DatetimeIndex(own["date"]))[list(FIELDS)].rename(columns=str.title)
        for symbol, own in market().groupby("symbol")
    }


def test_the_ledger_counts_them_for_each_symbol_whatever_comes_of_it(prices):
    """Beside the gate's reason, and of a symbol that is kept."""
    ledger = scan(prices).ledger
    assert ledger.of("PART") == ("kept", "30 of 300 rows without volume")
    assert ledger.of("WHOLE") == ("kept", "")
    few = "0 bars, at least 20 are needed; 300 of 300 rows without volume"
    assert ledger.of("GONE") == ("gate.few_bars", few)


def test_only_the_days_up_to_the_scan_are_counted(prices):
    """A file that ends on the day and the whole file say the same."""
    day = DAYS[119]
    whole = scan(prices, as_of=str(day))
    frame = market()
    frame[frame["date"] <= day].to_csv(prices, index=False)
    cut = scan(prices, as_of=str(day))
    assert whole.ledger.of("PART")[1].endswith("; 20 of 120 rows without volume")
    pd.testing.assert_frame_equal(whole.ledger.frame(), cut.ledger.frame())


def test_one_line_on_the_terminal_names_them(prices, capsys):
    """How many rows, of how many symbols, and which."""
    run(["scan", "--data", str(prices)])
    out = " ".join(capsys.readouterr().out.split())
    assert out.count("left out") == 1
    assert "left out 330 rows: 330 without volume; the ledger has the count" in out
    assert "(GONE, PART), --no-volume scans prices alone" in out


def test_price_frames_are_counted_as_files_are(prices):
    """Up to the day of the scan, too."""
    for day in (DAYS[119], DAYS[-1]):
        config = ScanConfig(symbols=SYMBOLS, as_of=str(day))
        found = run_scan(config, price_cache=frames(), now=NOW)
        expected = scan(prices, as_of=str(day)).ledger.frame()
        pd.testing.assert_frame_equal(found.ledger.frame(), expected)


def test_rows_without_prices_are_counted_apart(prices):
    """A row that lacks a price as well is no bar for that reason."""
    frame = market()
    frame.loc[(frame["symbol"] == "PART") & (frame["date"] == DAYS[100]), "close"] = np.nan
    frame.to_csv(prices, index=False)
    why = "left out 30 of 300 rows: 1 without a price, 29 without volume"
    assert scan(prices).ledger.of("PART") == ("kept", why)
