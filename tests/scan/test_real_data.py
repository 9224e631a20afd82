"""Scans of the real market: past days stay as they were, known moves are judged as they must."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.providers.files.provider import FilesProvider
from technic.engine.local import LocalRunner
from technic.panel import BarPanel
from technic.scan.block_rows import concat_rows, scan_block
from technic.scan.special_dividends import known_actions
from technic.scan.windows import ScanWindows
from technic.sessions import build_calendar

NOW = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
PAST_DAYS = [
    "2022-06-17",
    "2023-01-03",
    "2023-06-08",
    "2023-06-09",
    "2023-11-24",
    "2024-03-07",
]


@pytest.fixture(scope="module")
def sample(real_data: Path) -> Path:
    """411 symbols: liquid, thin, short histories, known defects."""
    return real_data / "us_daily_sample.parquet"


@pytest.fixture(scope="module")
def listed(sample: Path, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The listings of the sample's symbols: others are in no file that is scanned with them."""
    table = pq.read_table(real_data / "universe_2024-03-08.parquet")
    own = pq.read_table(sample, columns=["symbol"])["symbol"].unique()
    path = tmp_path_factory.mktemp("listed") / "listings.parquet"
    pq.write_table(table.filter(pc.is_in(table["symbol"], own)), path)
    return path


def config(data: Path, listed: Path, **changes) -> ScanConfig:
    """A scan of real bars with the listings of their last day."""
    symbols = tuple(pq.read_table(data, columns=["symbol"])["symbol"].unique().to_pylist())
    settings = {"provider": "files", "data": str(data), "universe": str(listed), "symbols": symbols}
    return ScanConfig(**(settings | changes))


def scan(data: Path, listed: Path, **changes) -> ScanResult:
    """Run it with a clock that stands the day after the last bar."""
    return run_scan(config(data, listed, **changes), now=NOW)


@pytest.mark.parametrize("day", PAST_DAYS)
def test_a_past_day_reads_as_it_did_then(day: str, sample: Path, listed: Path, tmp_path: Path):
    """With only the bars known on the day, and with all later ones: one table, one ledger."""
    table = pq.read_table(sample)
    then = tmp_path / "then.parquet"
    known = pc.less_equal(table["date"], pa.scalar(dt.date.fromisoformat(day)))
    pq.write_table(table.filter(known), then)
    symbols = tuple(table["symbol"].unique().to_pylist())
    live = scan(then, listed, as_of=day, symbols=symbols)
    replayed = scan(sample, listed, as_of=day, symbols=symbols)
    pd.testing.assert_frame_equal(live.table, replayed.table, check_exact=True)
    entries, again = (one.ledger.frame().set_index("symbol") for one in (live, replayed))
    pd.testing.assert_series_equal(entries["outcome"], again["outcome"])
    had_bars = ~entries["outcome"].str.startswith("fetch.")  # these details name the file
    pd.testing.assert_series_equal(entries["detail"][had_bars], again["detail"][had_bars])
    assert live.regime == replayed.regime
    assert len(live.table) > 150


@pytest.mark.parametrize("day", ["2023-06-09", "2024-03-07"])
def test_a_longer_panel_gives_the_same_rows(day: str, sample: Path, listed: Path):
    """Reading day D inside a panel that goes on after D is reading D at the end of one."""
    alone = scan(sample, listed, as_of=day)
    calendar = build_calendar(2025)
    start = calendar.anchor(np.datetime64(day), 300)
    sessions = calendar.between(start, np.datetime64("2024-03-08"))
    provider = FilesProvider(sample)
    longer = BarPanel.from_long(provider.history(alone.scored, sessions).bars, sessions)
    windows = ScanWindows.whole(calendar.between(start, np.datetime64(day)))
    known = known_actions(alone.prices)
    scan_of_day = partial(scan_block, windows=windows, config=alone.config, known=known)
    rows = concat_rows(LocalRunner().run(longer, scan_of_day, 64).rows)
    assert rows.symbols == alone.scored
    for name, values in rows.columns.items():
        np.testing.assert_array_equal(values, alone.columns[name], err_msg=name)


def test_wild_but_true_moves_stay_whole_and_false_bars_are_out_for_a_day(
    sample: Path, listed: Path
):
    """The moves a second vendor confirms are scanned whole; what it denies is no bar."""
    then = scan(sample, listed, as_of="2023-06-08")
    for symbol in ("AUMN", "CNVS"):
        assert then.ledger.of(symbol)[0] == "gate.unadjusted_split"
        assert "on 2023-06-08 looks like an unadjusted 2" in then.ledger.of(symbol)[1]
    result = scan(sample, listed)
    assert result.ledger.of("AUMN")[0] == "gate.price_floor"
    assert result.ledger.of("CNVS")[0] == "kept"
    assert (
        "1 bar is left out, the last: close 0.26 after 6.00 on 2023-06-08"
        in (result.ledger.of("CNVS")[1])
    )
    for symbol in ("HOLO", "VVOS"):
        assert result.ledger.of(symbol) == ("kept", "")
    for symbol in ("BETR", "ATXG"):
        assert result.ledger.of(symbol)[0] in ("kept", "gate.price_floor")


RAW_SPLITS = {"AAPL": 2.0, "MSFT": 1.25, "AMZN": 0.1}
SPLIT_DAY = "2023-06-07"
DAYS_AROUND = {
    "2023-06-06": "kept",
    SPLIT_DAY: "gate.unadjusted_split",
    "2023-06-08": "gate.few_bars",
    "2023-07-05": "gate.few_bars",
    "2023-07-06": "kept",
}
"""The 20th bar from the split on is that of 6 July."""


@pytest.fixture(scope="module")
def raw(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with three large companies in the units before a split."""
    frame = pd.read_parquet(sample)
    frame = frame[frame["date"] <= dt.date(2023, 7, 7)]
    before = frame["date"] < dt.date.fromisoformat(SPLIT_DAY)
    for symbol, ratio in RAW_SPLITS.items():
        rows = before & (frame["symbol"] == symbol)
        frame.loc[rows, ["open", "high", "low", "close"]] *= ratio
        frame.loc[rows, "volume"] /= ratio
    path = tmp_path_factory.mktemp("raw") / "raw.parquet"
    frame.to_parquet(path)
    return path


@pytest.mark.parametrize("day", DAYS_AROUND)
def test_around_a_raw_split_a_day_reads_as_it_did_then(
    day: str, raw: Path, listed: Path, tmp_path: Path
):
    """Named on its day, too few bars after it, scanned again after twenty; never by later bars."""
    table = pq.read_table(raw)
    known = pc.less_equal(table["date"], pa.scalar(dt.date.fromisoformat(day)))
    pq.write_table(table.filter(known), tmp_path / "then.parquet")
    symbols = tuple(table["symbol"].unique().to_pylist())
    live = scan(tmp_path / "then.parquet", listed, as_of=day, symbols=symbols)
    replayed = scan(raw, listed, as_of=day, symbols=symbols)
    pd.testing.assert_frame_equal(live.table, replayed.table, check_exact=True)
    for symbol in RAW_SPLITS:
        assert live.ledger.of(symbol) == replayed.ledger.of(symbol)
        assert live.ledger.of(symbol)[0] == DAYS_AROUND[day]
    assert live.regime == replayed.regime


def test_after_a_cut_a_scan_is_that_of_the_bars_that_are_left(
    raw: Path, listed: Path, tmp_path: Path
):
    """Every number is what a file without the bars before the split gives, bit for bit."""
    result = scan(raw, listed, as_of="2023-07-06")
    table = pq.read_table(raw).to_pandas()
    gone = table["symbol"].isin([*RAW_SPLITS]) & (table["date"] < dt.date.fromisoformat(SPLIT_DAY))
    table[~gone].to_parquet(tmp_path / "left.parquet")
    left = scan(tmp_path / "left.parquet", listed, as_of="2023-07-06")
    cut = result.table.set_index("symbol").loc[[*RAW_SPLITS]]
    assert cut["usable_since"].tolist() == [SPLIT_DAY] * 3
    assert cut["bars"].tolist() == [20] * 3
    for symbol, ratio in (("AAPL", "2:1 split"), ("MSFT", "5:4 split"), ("AMZN", "1:10 reverse")):
        detail = result.ledger.of(symbol)[1]
        assert f"on {SPLIT_DAY} looks like an unadjusted {ratio}" in detail
        assert detail.endswith(f": bars before are not used, usable since {SPLIT_DAY}")
    pd.testing.assert_frame_equal(
        result.table.drop(columns="usable_since"),
        left.table.drop(columns="usable_since"),
        check_exact=True,
    )
    assert result.regime == left.regime


def test_the_whole_real_market_adds_up(real_data: Path):
    """7,242 listings, each with exactly one outcome; one-letter tickers are ordinary stocks."""
    result = run_scan(
        ScanConfig(
            provider="files",
            data=str(real_data / "us_daily_2022_2024.parquet"),
            universe=str(real_data / "universe_2024-03-08.parquet"),
            benchmark=f"{real_data / 'benchmarks_close.parquet'}:SPY",
        ),
        now=NOW,
    )
    assert sum(result.ledger.counts.values()) == result.universe.size == 7242
    assert result.ledger.counts["kept"] == len(result.table) > 3500
    assert result.as_of == "2024-03-08"
    assert result.regime.trend == "up"
    assert "SPY" in result.regime.source
    for symbol in ("F", "T", "V", "AAPL", "NVDA"):
        assert result.ledger.of(symbol)[0] == "kept"
    rated = result.table["rs_rating"].dropna()
    assert rated.between(1, 99).all()
    np.testing.assert_allclose(np.sort(rated.unique()), np.arange(1, 100))
    plans = result.table[result.table["has_plan"]]
    longs = plans[plans["plan_side"] == "long"]
    assert (longs["stop"] < longs["entry"]).all()
    assert (longs["entry"] < longs["target"]).all()
    assert len(longs) > 300
