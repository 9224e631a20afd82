"""A scan of prices alone: what needs volume is missing, all else is as with volume, bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from support.made_up_market import NOW, SESSIONS
from technic import FilterRules, ScanConfig, ScanResult, run_scan
from technic.columns import COLUMNS
from technic.data_engine.gate.rules import GateRules
from technic.data_engine.interfaces.records import StreamResult
from technic.errors import InputFileError, ParameterError
from technic.panel import FIELDS
from technic.testing import FakeProvider, make_bars

SYMBOLS = tuple(f"S{i:02d}" for i in range(12))
DAYS = SESSIONS[-320:]
OF_VOLUME = {
    "volume", "dollar_volume", "avg_dollar_volume_20", "avg_volume_50", "rel_volume_20", "mfi_14",
    "obv", "obv_change_20", "ad", "vwma_20",
}  # fmt: skip
"""Columns whose definition reads volume, by hand."""


@pytest.fixture(scope="module")
def market() -> pd.DataFrame:
    """Long bars of a dozen symbols."""
    bars = make_bars(SYMBOLS, DAYS)
    frame = pd.DataFrame({"symbol": np.array(SYMBOLS)[bars.column], "date": bars.session})
    return frame.assign(**{name: getattr(bars, name) for name in FIELDS})


@pytest.fixture(scope="module")
def folder(market: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The market with volume, without the column, and with one that is empty."""
    folder = tmp_path_factory.mktemp("prices")
    market.to_csv(folder / "whole.csv", index=False)
    market.drop(columns="volume").to_csv(folder / "prices.csv", index=False)
    market.drop(columns="volume").to_parquet(folder / "prices.parquet")
    market.assign(volume=np.nan).to_csv(folder / "empty.csv", index=False)
    return folder


def scan(path: Path, **config: object) -> ScanResult:
    """Scan a file, with every column there is."""
    asked = ScanConfig(
        provider="files", data=str(path), columns=(*COLUMNS, "close > 0 and volume > 0"), **config
    )
    return run_scan(asked, now=NOW)


def assert_same_table(one: ScanResult, other: ScanResult) -> None:
    """Both rank the same symbols by the same values, bit for bit."""
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)


def test_columns_of_prices_keep_every_bit_and_those_of_volume_are_missing(folder):
    """Column by column, against the scan that reads volume."""
    whole = scan(folder / "whole.csv").table.set_index("symbol").sort_index()
    alone = scan(folder / "whole.csv", no_volume=True).table.set_index("symbol").sort_index()
    assert list(alone.index) == list(SYMBOLS)
    for name in COLUMNS:
        if name in OF_VOLUME:
            assert alone[name].isna().all(), name
            assert whole[name].notna().all(), name
        else:
            pd.testing.assert_series_equal(alone[name], whole[name], check_exact=True)
    for name in ("rs_rating", "score_trend", "score_momentum", "score_breakout"):
        pd.testing.assert_series_equal(alone[name], whole[name], check_exact=True)
    assert alone["score_volume"].isna().all()
    assert np.allclose(alone["rating_coverage"], whole["rating_coverage"] - 0.15)
    assert alone["tech_rating"].notna().all()


@pytest.mark.parametrize("name", ["prices.csv", "prices.parquet", "empty.csv"])
def test_files_without_volume_say_the_same_as_one_whose_volume_is_not_read(folder, name):
    """No column, or nothing in it."""
    result = scan(folder / name, no_volume=True)
    assert_same_table(result, scan(folder / "whole.csv", no_volume=True))
    assert result.ledger.counts == {"kept": 12}
    assert set(result.ledger.detail) == {""}
    assert not [text for text in result.warnings if "volume" in text]
    assert result.config.no_volume


def test_price_frames_need_no_volume(folder, market):
    """Nor do they lose a row whose volume is missing."""
    expected = scan(folder / "prices.csv", no_volume=True)
    whole = {
        symbol: own.set_index(pd.DatetimeIndex(own["date"]))[list(FIELDS)].rename(columns=str.title)
        for symbol, own in market.groupby("symbol")
    }
    alone = {symbol: frame.drop(columns="Volume") for symbol, frame in whole.items()}
    config = ScanConfig(symbols=SYMBOLS, no_volume=True, columns=expected.config.columns)
    for frames in (whole, alone):
        found = run_scan(config, price_cache=frames, now=NOW)
        assert_same_table(found, expected)


def test_no_check_of_volume_stops_a_symbol_and_the_others_still_do(folder):
    """The floor of dollar volume and the days without trade are off, the price floor is not."""
    rules = GateRules(dollar_volume_floor=1e15, max_zero_volume_bars=0)
    assert scan(folder / "whole.csv", gate=rules).ledger.counts == {"gate.dollar_volume_floor": 12}
    assert scan(folder / "prices.csv", gate=rules, no_volume=True).ledger.counts == {"kept": 12}
    dear = GateRules(price_floor=1e6)
    found = scan(folder / "prices.csv", gate=dear, no_volume=True)
    assert found.ledger.counts == {"gate.price_floor": 12}


def test_a_condition_on_volume_is_met_by_nobody(folder):
    """A value that is missing makes no condition true, and a plan that needs it says so."""
    found = scan(folder / "prices.csv", no_volume=True, where="volume >= 0 or close < 0")
    assert found.ledger.counts == {"filter.where": 12}


def test_a_file_without_the_column_names_the_option(folder):
    """Volume is needed unless the user says that it is not."""
    with pytest.raises(InputFileError, match="no column for volume.*--no-volume scans prices"):
        scan(folder / "prices.csv")


def test_a_filter_of_volume_is_refused():
    """Nothing could pass it."""
    with pytest.raises(ParameterError, match="min_dollar_volume is 1000000"):
        ScanConfig(no_volume=True, filters=FilterRules(min_dollar_volume=1_000_000))


def test_a_vendor_whose_bars_have_volume_is_refused():
    """Its store holds whole bars; nothing is fetched."""

    class Vendor(FakeProvider):
        def stream(self, *asked: object) -> StreamResult:
            raise AssertionError(asked)

    provider = Vendor(make_bars(SYMBOLS, DAYS), name="vendor")
    with pytest.raises(ParameterError, match="no_volume is True, allowed: False: the bars of vend"):
        run_scan(ScanConfig(no_volume=True), provider=provider, now=NOW)
    assert provider.asked == []


def test_trade_plans_and_splits_are_not_made_up_without_volume(folder, market):
    """Both are judged by trading: no plan, and a price that falls to a quarter stays in."""
    frame = market.copy()
    frame.loc[frame["date"] < DAYS[-50], ["open", "high", "low", "close"]] *= 4.0
    frame.drop(columns="volume").to_csv(folder / "split.csv", index=False)
    found = scan(folder / "split.csv", no_volume=True)
    assert found.ledger.counts == {"kept": 12}
    assert found.table["usable_since"].isna().all()
    table = scan(folder / "prices.csv", no_volume=True).table
    wanted = table["signal"].isin(["long", "strong_long"])
    assert wanted.any()
    assert table["entry"].isna().all()
    assert set(table.loc[wanted, "plan_note"]) == {"avg_dollar_volume_20 is not known"}
