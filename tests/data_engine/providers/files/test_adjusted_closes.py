"""Raw prices adjusted by a column of adjusted closes beside them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from technic import ScanConfig, run_scan
from technic.data_engine.providers.files.provider import FilesProvider
from technic.errors import InputFileError, ParameterError
from technic.panel import FIELDS, FRAME_COLUMNS, PRICES

DAYS = np.array(
    ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09"], "M8[D]"
)
RAW = pd.DataFrame(
    {
        "date": DAYS.astype(str),
        "open": [98.0, 100.0, 25.2, 25.5, 24.5, 25.0],
        "high": [102.0, 104.0, 26.0, 26.5, 25.0, 26.0],
        "low": [97.0, 99.0, 25.0, 25.25, 24.0, 24.5],
        "close": [100.0, 104.0, 25.5, 26.0, 24.5, 26.0],
        "volume": [1000.0, 1100.0, 4400.0, 4000.0, 4100.0, 4200.0],
    }
)
"""A 4:1 split on the third day, a dividend of 2 % of the price on the fifth."""
LATER = {"split": (2, 4.0), "dividend": (4, 1 / 0.98)}


def factors(*, last: int = len(RAW)) -> list[float]:
    """What one share of each day is worth on the last one, by hand: 1 / 4 and 0.98."""
    found = []
    for at in range(last):
        factor = 1.0
        for day, ratio in LATER.values():
            if at < day < last:
                factor /= ratio
        found.append(factor)
    return found


def raw_file(path: Path, frame: pd.DataFrame = RAW, *, named: str = "Adj Close") -> Path:
    """Write a symbol's raw bars with their adjusted closes."""
    frame.assign(**{named: frame["close"] * factors()[: len(frame)]}).to_csv(path, index=False)
    return path


def bars(path: Path, days: np.ndarray = DAYS, by: str = "adjclose") -> dict[str, list[float]]:
    """Return the fields of AAA that a provider of that path answers."""
    answer = FilesProvider(path, adjust_by=by).history(["AAA"], days).bars
    return {name: getattr(answer, name).tolist() for name in FIELDS}


def test_prices_and_volume_are_those_worked_out_by_hand(tmp_path):
    """Prices take split and dividend, volume the split alone, closes are the column bit for bit."""
    found = bars(raw_file(tmp_path / "AAA.csv"))
    for name in PRICES:
        expected = [price * f for price, f in zip(RAW[name], factors(), strict=True)]
        np.testing.assert_allclose(found[name], expected, rtol=1e-15)
    assert found["close"] == pd.read_csv(tmp_path / "AAA.csv")["Adj Close"].tolist()
    assert found["high"][1] == found["close"][1]  # the day's high is its close
    assert found["volume"] == [4000.0, 4400.0, 4400.0, 4000.0, 4100.0, 4200.0]


@pytest.mark.parametrize("count", range(1, 7))
def test_a_day_in_the_middle_is_in_the_basis_of_its_own(tmp_path, count):
    """What happens after it changes nothing: not in the whole file, not in one cut there."""
    whole = bars(raw_file(tmp_path / "AAA.csv"), DAYS[:count])
    (tmp_path / "cut").mkdir()
    cut = bars(raw_file(tmp_path / "cut" / "AAA.csv", RAW[:count]))
    assert whole == cut
    expected = [c * f for c, f in zip(RAW["close"], factors(last=count), strict=False)]
    np.testing.assert_allclose(whole["close"], expected[:count], rtol=1e-15)
    assert whole["close"][-1] == RAW["close"][count - 1]


@pytest.mark.parametrize(
    ("ratio", "scaled"),
    [
        (1.25, 1.25), (4 / 3, 4 / 3), (1.5, 1.5), (2.0, 2.0), (7.0, 7.0), (20.0, 20.0),
        (0.1, 0.1), (2 / 15, 2 / 15),
        (1.004, 1.0), (1.05, 1.0), (1.2, 1.0), (1.29, 1.0), (1.43, 1.0), (0.99, 1.0),
    ],
)  # fmt: skip
def test_what_scales_volume_is_told_by_the_ratio(tmp_path, ratio, scaled):
    """5:4 and more in ratios that splits have do, reverse splits do, dividends do not."""
    frame = RAW[:2].assign(close=[10.0, 10.0 / ratio], volume=[300.0, 300.0])
    for name in ("open", "high", "low"):
        frame[name] = frame["close"]
    frame["adj_close"] = 10.0 / ratio
    frame.to_csv(tmp_path / "AAA.csv", index=False)
    assert bars(tmp_path / "AAA.csv")["volume"] == pytest.approx([300.0 * scaled, 300.0])


def test_closes_rounded_to_cents_name_the_same_splits(tmp_path):
    """The factors of rounded closes are near the ratio, and volume takes the ratio itself."""
    path = raw_file(tmp_path / "AAA.csv")
    frame = pd.read_csv(path)
    frame.assign(**{"Adj Close": frame["Adj Close"].round(2)}).to_csv(path, index=False)
    assert bars(path)["volume"][:2] == [4000.0, 4400.0]


def test_a_row_without_an_adjusted_close_is_no_bar_and_a_wrong_price_stays_wrong(tmp_path):
    """The panel leaves the first out and the gate sees the second; their neighbours are right."""
    path = raw_file(tmp_path / "AAA.csv")
    frame = pd.read_csv(path)
    frame.loc[1, "Adj Close"], frame.loc[3, "close"] = math.nan, 0.0
    frame.to_csv(path, index=False)
    found = bars(path)
    assert math.isnan(found["close"][1])
    assert found["close"][3] == 0.0
    assert found["close"][0] == 100.0 * 0.25 * 0.98
    assert found["volume"][0] == 4000.0


def test_layouts_agree(tmp_path):
    """Parquet, a folder, rows in any order and two symbols together: the same bars."""
    expected = bars(raw_file(tmp_path / "AAA.csv"))
    frame = pd.read_csv(tmp_path / "AAA.csv")
    (tmp_path / "folder").mkdir()
    raw_file(tmp_path / "folder" / "AAA.csv")
    frame.assign(close=1.0).to_csv(tmp_path / "folder" / "BBB.csv", index=False)
    both = pd.concat([frame.assign(symbol="AAA"), frame.assign(symbol="BBB", volume=7.0)])
    both.sample(frac=1, random_state=3).to_parquet(tmp_path / "both.parquet")
    for name in ("folder", "both.parquet"):
        assert bars(tmp_path / name) == expected


def test_the_basis_is_total_return_unless_told(tmp_path):
    """A column that holds splits alone can be named so; raw it cannot be."""
    path = raw_file(tmp_path / "AAA.csv")
    assert FilesProvider(path, adjust_by="Adj Close").price_basis == "total_return_adjusted"
    told = FilesProvider(path, adjust_by="Adj Close", price_basis="split_adjusted")
    assert told.price_basis == "split_adjusted"
    assert told.notes == ()
    with pytest.raises(ParameterError, match="price_basis is 'raw', allowed: split_adjusted"):
        FilesProvider(path, adjust_by="Adj Close", price_basis="raw")


@pytest.mark.parametrize("column", ["adjusted", "close", "Volume"])
def test_a_column_that_is_not_there_or_is_another_one_is_refused(tmp_path, column):
    """The error names it and those that are there."""
    path = raw_file(tmp_path / "AAA.csv")
    with pytest.raises(InputFileError, match=f"closes '{column}'.*its columns are .*'Adj Close'"):
        FilesProvider(path, adjust_by=column)


def test_only_files_have_such_a_column(tmp_path):
    """Another provider and price frames refuse the option, they do not skip it."""
    with pytest.raises(ParameterError, match="adjust_by is 'adj_close', allowed: none with the"):
        run_scan(ScanConfig(provider="demo", adjust_by="adj_close"))
    frame = pd.DataFrame(columns=list(FRAME_COLUMNS), index=pd.DatetimeIndex([]))
    with pytest.raises(ParameterError, match="allowed: none with a price cache"):
        run_scan(ScanConfig(adjust_by="adj_close"), price_cache={"AAA": frame})


def test_a_scan_by_the_column_equals_one_of_adjusted_prices(tmp_path):
    """Splits and a reverse split of whole price walks: every value but rounding is the same."""
    sessions = np.busday_offset("2024-03-08", np.arange(-299, 1), roll="backward")
    adjusted, raw = _market(sessions)
    adjusted.to_csv(tmp_path / "adjusted.csv", index=False)
    raw.to_csv(tmp_path / "raw.csv", index=False)
    one = run_scan(ScanConfig(provider="files", data=tmp_path / "adjusted.csv"))
    other = run_scan(ScanConfig(provider="files", data=tmp_path / "raw.csv", adjust_by="ADJ_CLOSE"))
    assert list(other.table["symbol"]) == list(one.table["symbol"])
    numbers = one.table.select_dtypes("number").columns
    pd.testing.assert_frame_equal(one.table[numbers], other.table[numbers], rtol=1e-9, atol=1e-9)
    assert one.ledger.counts == other.ledger.counts == {"kept": 4}


def _market(sessions: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return four symbols' adjusted prices, and the same as they were traded before splits."""
    rng, adjusted, raw = np.random.default_rng(5), [], []
    for symbol, ratio in (("S4", 4.0), ("S54", 1.25), ("R10", 0.1), ("NONE", 1.0)):
        close = 50.0 * np.exp(np.cumsum(rng.normal(0.0, 0.015, len(sessions))))
        frame = pd.DataFrame({"symbol": symbol, "date": sessions, "close": close})
        frame["open"] = close * np.exp(rng.normal(0.0, 0.004, len(sessions)))
        frame["high"] = frame[["open", "close"]].max(axis=1) * 1.01
        frame["low"] = frame[["open", "close"]].min(axis=1) * 0.99
        frame["volume"] = np.round(2e6 * np.exp(rng.normal(0.0, 0.3, len(sessions)))) * 20.0
        scale = np.where(np.arange(len(sessions)) < 240, ratio, 1.0)
        traded = frame.assign(volume=frame["volume"] / scale, adj_close=close)
        traded[list(PRICES)] = frame[list(PRICES)].mul(scale, axis=0)
        adjusted.append(frame)
        raw.append(traded)
    return pd.concat(adjusted), pd.concat(raw)


def test_dividends_of_real_stocks_scale_no_volume(real_data):
    """Closes that are split-adjusted already: but for one special dividend of 5:4 volume stays."""
    path = real_data / "us_daily_sample.parquet"
    sessions = pd.read_parquet(path, columns=["date"])["date"].unique()
    days = np.sort(np.array(sessions, "M8[D]"))
    plain, adjusted = (FilesProvider(path, adjust_by=by) for by in (None, "adj_close"))
    symbols = plain.listings().symbols
    one, other = (provider.history(symbols, days).bars for provider in (plain, adjusted))
    scaled = (one.volume != other.volume) & np.isfinite(one.volume)
    assert {one.symbols[at] for at in one.column[scaled]} == {"HR"}
    frame = pd.read_parquet(path).sort_values(["symbol", "date"], kind="stable")
    factor = (frame["adj_close"] / frame["close"]).groupby(frame["symbol"])
    expected = frame["close"] * (frame["adj_close"] / frame["close"]) / factor.transform("last")
    by_row = pd.Series(other.close, pd.MultiIndex.from_arrays([
        np.array(other.symbols)[other.column], other.session.astype("M8[ns]")
    ]))  # fmt: skip
    index = pd.MultiIndex.from_arrays([frame["symbol"], pd.to_datetime(frame["date"])])
    np.testing.assert_allclose(by_row.reindex(index).to_numpy(), expected.to_numpy(), rtol=1e-12)
