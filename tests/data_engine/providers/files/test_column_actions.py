"""What a file's adjusted closes say of splits, used by --adjust-by or not, as far as the scan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reference.gate_bars import ordinary, scaled, sessions
from technic import ScanConfig, run_scan
from technic.data_engine.gate.rules import GateRules
from technic.data_engine.providers.files.provider import FilesProvider
from technic.panel import FIELDS
from technic.result.scan_result import ScanResult

DAYS = sessions(80)
DAY = 60
KINDS = {
    "move": (0.75, 1.0, 1.0),  # both columns have it
    "split": (0.5, 2.0, 30.0),  # a 2:1 split on a busy day, in the adjusted closes alone
    "five_three": (0.6, 5 / 3, 1.0),
    "reverse": (1.4, 1 / 1.4, 1.0),
    "dividend": (0.8, 1.2437, 1.0),
    "flat": (1.0, 1.0, 1.0),
}
"""Name → the change of the price on the day, that of the factor, and the day's turnover."""


def table(names: tuple[str, ...] = tuple(KINDS), missing: int | None = None) -> pd.DataFrame:
    """Rows of stocks at 40 dollars, each with one event; closes and adjusted closes in cents."""
    parts = []
    for i, name in enumerate(names):
        price, factor, turnover = KINDS[name]
        bars = scaled(ordinary(seed=2), slice(DAY, None), price, 1 / price)
        bars["volume"][DAY] = 1e6 / price * turnover
        frame = pd.DataFrame(bars).round(2)
        frame["high"] = frame[list(FIELDS[:4])].max(axis=1)
        frame["low"] = frame[list(FIELDS[:4])].min(axis=1)
        before = np.where(np.arange(80) < DAY, 1 / factor, 1.0)
        frame["adj_close"] = (frame["close"] * before).round(2)
        if missing is not None:
            frame.loc[missing, "adj_close"] = np.nan
        frame.insert(0, "date", DAYS.astype("datetime64[D]").astype(str))
        frame.insert(0, "symbol", name.upper())
        parts.append(frame.sample(frac=1.0, random_state=i))
    return pd.concat(parts)


def write(frame: pd.DataFrame, path: Path) -> Path:
    """Write it in the format that the name says."""
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False)
    return path


def scan(path: Path, day: int = 79, by: str | None = None) -> ScanResult:
    """Scan all of the file as of a day."""
    rules = GateRules(min_bars=5)
    config = ScanConfig(
        provider="files", data=str(path), adjust_by=by, as_of=str(DAYS[day]), gate=rules
    )
    return run_scan(config)


def outcomes(result: ScanResult) -> dict[str, tuple[object, object]]:
    """Outcome and detail of each symbol."""
    ledger = result.ledger
    rows = zip(ledger.symbols, ledger.outcome, ledger.detail, strict=True)
    return {symbol: (outcome, detail) for symbol, outcome, detail in rows}


def cuts(result: ScanResult) -> dict[str, str]:
    """Symbol → the first usable day, of those whose history was cut."""
    table = result.table
    cut = table[table["usable_since"].notna() & (table["usable_since"].astype(str) != "")]
    return dict(zip(cut["symbol"], cut["usable_since"].astype(str).str[:10], strict=True))


@pytest.mark.parametrize("name", ["bars.csv", "bars.parquet"])
def test_a_column_beside_the_prices_tells_splits_from_moves(tmp_path, name):
    """A split is found at any ratio and turnover, what the column has as well stays whole."""
    day = str(DAYS[DAY])
    path = write(table(), tmp_path / name)
    assert cuts(scan(path)) == dict.fromkeys(("SPLIT", "FIVE_THREE", "REVERSE"), day)
    found = outcomes(scan(path, DAY))
    assert {s for s, (o, _) in found.items() if o == "gate.unadjusted_split"} == {
        "SPLIT", "FIVE_THREE", "REVERSE",
    }  # fmt: skip
    assert "unadjusted 5:3 split" in found["FIVE_THREE"][1]
    without = write(table().drop(columns="adj_close"), tmp_path / f"flat_{name}")
    assert "MOVE" in cuts(scan(without))
    assert "SPLIT" not in cuts(scan(without))


@pytest.mark.parametrize("name", ["bars.csv", "bars.parquet"])
def test_prices_that_were_adjusted_by_the_column_are_whole(tmp_path, name):
    """What moved then moves in the adjusted prices, and no split is left."""
    path = write(table(), tmp_path / name)
    for day in (DAY, DAY + 1, 79):
        result = scan(path, day, "adj_close")
        assert cuts(result) == {}
        assert {outcome for outcome, _ in outcomes(result).values()} == {"kept"}


def test_raw_prices_that_had_the_split_already_are_cut_where_the_column_applies_it_again(tmp_path):
    """The closes do not move on the day, the factor does: adjusted by it they jump."""
    frame = table(("flat",))
    old = frame["date"] < str(DAYS[DAY])
    frame.loc[old, "adj_close"] = (frame.loc[old, "close"] / 4).round(2)
    path = write(frame, tmp_path / "bars.csv")
    assert cuts(scan(path)) == {}
    result = scan(path, by="adj_close")
    assert cuts(result) == {"FLAT": str(DAYS[DAY])}
    assert "adjusted twice" in outcomes(result)["FLAT"][1]


@pytest.mark.parametrize("missing", [DAY, DAY - 1])
def test_a_row_without_an_adjusted_close_leaves_trading_to_judge(tmp_path, missing):
    """Neither for nor against; the day after has its factor again."""
    path = write(table(missing=missing), tmp_path / "bars.csv")
    found = cuts(scan(path))
    assert "MOVE" in found
    assert "SPLIT" not in found


@pytest.mark.parametrize("by", [None, "adj_close"])
def test_a_file_cut_at_a_day_and_the_whole_one_as_of_it_are_judged_alike(tmp_path, by):
    """Around the day, with a second split later that changes every factor before it."""
    frame = table()
    later = frame["date"] >= str(DAYS[75])
    for name in ("open", "high", "low", "close", "adj_close"):
        frame.loc[later, name] /= 3.0
    frame.loc[later, "volume"] *= 3.0
    frame["adj_close"] = np.where(later, frame["adj_close"], frame["adj_close"] / 3.0)
    whole = write(frame, tmp_path / "whole.csv")
    for day in (DAY - 1, DAY, DAY + 1, 74, 75, 76):
        cut = write(frame[frame["date"] <= str(DAYS[day])], tmp_path / f"cut{day}.csv")
        then, now = scan(whole, day, by), scan(cut, day, by)
        assert outcomes(then) == outcomes(now)
        assert cuts(then) == cuts(now)


def test_alone_a_symbol_is_judged_as_in_company(tmp_path):
    """A file of one and a file of all."""
    together = outcomes(scan(write(table(), tmp_path / "all.csv")))
    for name in KINDS:
        alone = outcomes(scan(write(table((name,)), tmp_path / f"{name}.csv")))
        assert alone[name.upper()] == together[name.upper()]


def test_in_a_folder_only_some_files_have_the_column(tmp_path):
    """The others are judged by trading alone."""
    for name in ("move", "split"):
        for has in (True, False):
            frame = table((name,)).drop(columns="symbol")
            frame = frame if has else frame.drop(columns="adj_close")
            write(frame, tmp_path / f"{name}{'' if has else 'x'}.csv")
    assert set(cuts(scan(tmp_path))) == {"SPLIT", "MOVEX"}


@pytest.mark.parametrize(
    ("change", "ratio"),
    [
        (4.0, 4.0), (1.25, 1.25), (5 / 3, 1.666667), (25.0, 25.0), (0.1, 0.1), (0.731, 0.731),
        (4.02, 4.0), (2.01, 2.0), (20.3, 20.0), (1.51, np.nan), (1.34, np.nan),
        (1.02, None), (0.9, None), (1.2437, None), (1.331719, None), (1.4, None), (2.37, None),
    ],
)  # fmt: skip
def test_which_changes_of_the_factor_are_splits(tmp_path, change, ratio):
    """1.3317 is a dividend of nearly a quarter of the price; rounding does not part it from 4:3."""
    days = DAYS[:6].astype("datetime64[D]")
    frame = pd.DataFrame({"date": days.astype(str), "symbol": "A", "volume": 1.0})
    for name in ("open", "high", "low", "close"):
        frame[name] = 50.0
    frame["adj_close"] = np.where(np.arange(6) < 3, 50.0 / change, 50.0)
    path = write(frame, tmp_path / "one.csv")
    for by, applied in ((None, False), ("adj_close", True)):
        record = FilesProvider(path, adjust_by=by).history(["A"], days).split_records["A"]
        assert record.applied == applied
        assert record.session.tolist() == ([] if ratio is None else [days[3].item()])
        expected = [] if ratio is None else [ratio]
        np.testing.assert_allclose(record.ratio, expected, atol=1e-6)


def dividends_of(frame: pd.DataFrame, path: Path, by: str | None = None) -> list[tuple[str, float]]:
    """Ex-dates and amounts that a file's columns tell."""
    write(frame, path)
    days = np.unique(frame["date"].to_numpy().astype("datetime64[D]"))
    found = FilesProvider(path, adjust_by=by).history(["A"], days).dividends
    return [(str(day), amount) for day, amount in zip(found.session, found.amount, strict=True)]


def paying(factors: list[float], price: float = 50.0) -> pd.DataFrame:
    """Closes of one price, and adjusted closes that are these times the factors, unrounded."""
    days = DAYS[: len(factors)].astype("datetime64[D]").astype(str)
    frame = pd.DataFrame({"date": days, "symbol": "A", "volume": 1.0})
    for name in ("open", "high", "low", "close"):
        frame[name] = price
    return frame.assign(adj_close=price * np.array(factors))


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        ([0.7, 0.7, 1.0, 1.0], [(2, 15.0)]),  # three tenths of 50
        ([0.45, 0.9, 0.9, 1.0], [(3, 5.0)]),  # a 2:1 split, then a tenth
        ([0.95, 0.95, 1.0, 1.0], [(2, 2.5)]),
        ([0.97, 0.97, 1.0, 1.0], []),  # an ordinary dividend
        ([0.9, np.nan, 1.0, 1.0], []),  # nothing known of the night
        ([1.0, 1.0, 1.25, 1.0, 1.0], []),  # the factor came back: an error in the column
        ([1.0, 0.8, 0.8, 1.0, 1.0], []),
        ([0.7, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9], [(1, 15.0)]),  # a fall long after is no matter
        ([0.75, 1.0], []),  # 4:3
    ],
)
def test_which_changes_of_the_factor_are_special_dividends(tmp_path, factors, expected):
    """A rise of 4 % of the price and more that is no split; none where prices hold them already."""
    frame = paying(factors)
    found = dividends_of(frame, tmp_path / "a.csv")
    assert [day for day, _ in found] == [frame["date"][row] for row, _ in expected]
    np.testing.assert_allclose([amount for _, amount in found], [paid for _, paid in expected])
    assert dividends_of(frame, tmp_path / "b.csv", "adj_close") == []


def test_rounding_of_cheap_prices_is_no_dividend(tmp_path):
    """At 11 cents an adjusted close of 10 may be 10.5: as large as what is looked for."""
    assert dividends_of(paying([10 / 11, 1.0], 0.11), tmp_path / "a.csv") == []
    assert len(dividends_of(paying([10 / 11, 1.0], 11.0), tmp_path / "b.csv")) == 1


def test_relative_strength_counts_what_the_column_says_was_paid(tmp_path):
    """As it does where prices are adjusted by the column; whole, cut at the day, and before it."""
    days, parts = sessions(300).astype("datetime64[D]").astype(str), []
    for name, share in (("PAID", 0.3), ("FLAT", 0.0), ("FELL", 0.0)):
        price = 1.0 if name == "FLAT" else 0.7
        bars = scaled(ordinary(300, seed=3), slice(280, None), price)
        frame = pd.DataFrame(bars).assign(symbol=name, date=days)
        before = np.where(np.arange(300) < 280, 1.0 - share, 1.0)
        parts.append(frame.assign(adj_close=frame["close"] * before))
    frame = pd.concat(parts)

    def scanned(rows: pd.DataFrame, last: int, by: str | None = None) -> pd.DataFrame:
        path = write(rows, tmp_path / f"{len(rows)}{by}.csv")
        rules = GateRules(min_bars=5)
        config = ScanConfig(
            provider="files", data=str(path), adjust_by=by, as_of=days[last], gate=rules
        )
        return run_scan(config).table.set_index("symbol").sort_index()

    plain, adjusted = scanned(frame, 299), scanned(frame, 299, "adj_close")
    assert plain["special_dividends_pct"].tolist() == [0.0, 0.0, pytest.approx(30.0)]
    assert plain["rs_score"].tolist() == pytest.approx(adjusted["rs_score"].tolist())
    assert plain["rs_score"]["PAID"] == pytest.approx(plain["rs_score"]["FLAT"])
    assert plain["rs_score"]["FELL"] < plain["rs_score"]["PAID"] - 20
    cut = frame[frame["date"] <= days[280]]
    assert scanned(frame, 280).equals(scanned(cut, 280))
    assert not scanned(frame, 279)["special_dividends_pct"].any()
    without = scanned(frame.drop(columns="adj_close"), 299)
    assert not without["special_dividends_pct"].any()
