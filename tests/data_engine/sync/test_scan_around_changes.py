"""Scans around a split and a symbol change, against figures worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.vendor import CALENDAR, Vendor, syncer
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.sync.store_provider import StoredProvider
from technic.errors import UsageError
from technic.panel import LongBars
from technic.testing import make_bars

NOW = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
SESSIONS = CALENDAR.between(np.datetime64("2023-01-03"), np.datetime64("2024-03-08"))
SPLIT_DAY = np.datetime64("2024-03-05")
DAY_BEFORE = np.datetime64("2024-03-04")
SYMBOLS = [f"S{i:02d}" for i in range(8)]
RENAMED = np.datetime64("2024-02-26")


def scanned(vendor: Vendor, folder: Path, as_of: np.datetime64 | str) -> ScanResult:
    """A scan of everything as of a day, from a store in ``folder``."""
    provider = StoredProvider(syncer(vendor, folder, NOW))
    listings = folder.with_name("universe.csv")
    listings.write_text("\n".join(["symbol", *vendor.bars.symbols]), encoding="utf-8")
    config = ScanConfig(universe=str(listings), as_of=str(as_of), bars=120)
    return run_scan(config, provider=provider, now=NOW)


def row(result: ScanResult, symbol: str) -> dict[str, float]:
    """A symbol's row of the table."""
    return result.table.set_index("symbol").loc[symbol].to_dict()


@pytest.fixture
def bars() -> LongBars:
    """Eight symbols; S03 splits 4:1, so from that day on its raw price is a quarter."""
    whole = make_bars(SYMBOLS, SESSIONS)
    after = (whole.column == 3) & (whole.session >= SPLIT_DAY)
    share = np.where(after, 0.25, 1.0)
    return replace(
        whole,
        open=whole.open * share,
        high=whole.high * share,
        low=whole.low * share,
        close=whole.close * share,
        volume=whole.volume / share,
    )


def test_the_day_before_a_split_and_the_day_of_it_by_hand(bars: LongBars, tmp_path: Path):
    """Before: raw prices, as if the split were unknown; from it on: older ones are a quarter."""
    split = {"ticker": "S03", "execution_date": str(SPLIT_DAY), "split_from": 1, "split_to": 4}
    vendor = Vendor(bars, splits=[{"id": "1", "adjustment_type": "forward_split", **split}])
    mine = bars.column == 3
    raw = dict(zip(bars.session[mine].tolist(), bars.close[mine].tolist(), strict=True))
    days = sorted(raw)
    at = days.index(SPLIT_DAY.item())
    before = row(scanned(vendor, tmp_path / "store", DAY_BEFORE), "S03")
    assert before["close"] == raw[days[at - 1]]
    ten_raw = [raw[day] for day in days[at - 10 : at]]
    assert before["sma_10"] == pytest.approx(sum(ten_raw) / 10, rel=1e-12)
    after = row(scanned(vendor, tmp_path / "store", SPLIT_DAY), "S03")
    assert after["close"] == raw[days[at]]
    ten = [raw[day] / 4 for day in days[at - 9 : at]] + [raw[days[at]]]
    assert after["sma_10"] == pytest.approx(sum(ten) / 10, rel=1e-12)
    expected = 100 * (raw[days[at]] / (raw[days[at - 1]] / 4) - 1)
    assert after["return_1_pct"] == pytest.approx(expected, rel=1e-9)
    assert abs(expected) < 15


def test_a_changed_symbol_ends_as_stale_and_the_new_one_begins(bars: LongBars, tmp_path: Path):
    """No feed of this vendor names the change: each name has its own bars, and an outcome."""
    old = (bars.column != 5) | (bars.session < RENAMED)
    new = bars.rows((bars.column == 5) & (bars.session >= RENAMED))
    kept = bars.rows(old)
    both = LongBars(
        (*kept.symbols, "NEW"),
        np.concatenate([kept.column, np.full(len(new), 8, kept.column.dtype)]),
        *(
            np.concatenate([getattr(kept, name), getattr(new, name)])
            for name in ("session", "open", "high", "low", "close", "volume")
        ),
    )
    vendor = Vendor(both)
    result = scanned(vendor, tmp_path / "store", "2024-03-08")
    outcome = result.ledger.frame().set_index("symbol")["outcome"]
    assert outcome["S05"] == "gate.stale"
    assert outcome["NEW"] == "gate.few_bars"
    assert len(outcome) == 9
    still = scanned(vendor, tmp_path / "store", "2024-02-23")
    assert row(still, "S05")["close"] == bars.close[
        (bars.column == 5) & (bars.session == np.datetime64("2024-02-23"))
    ].item()  # fmt: skip
    assert still.ledger.frame().set_index("symbol")["outcome"]["NEW"] == "fetch.no_data"


def test_a_holiday_asked_as_a_session_is_refused_with_the_sessions_around_it(
    bars: LongBars, tmp_path: Path
):
    """Presidents' Day 2024: one sentence, and no request."""
    vendor = Vendor(bars)
    with pytest.raises(UsageError, match="2024-02-19.*2024-02-16 or 2024-02-20"):
        scanned(vendor, tmp_path / "store", "2024-02-19")
    assert vendor.log == []
