"""Every row of docs/your-files.md, run on made-up files of that shape."""

import gzip
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from technic.sessions import build_calendar

PAGE = Path(__file__).resolve().parents[2] / "docs" / "your-files.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.read_text(encoding="utf-8").split("## ")[0].splitlines()
    if line.startswith("| ") and "technic scan" in line
]
SYMBOLS = ("AAA", "BBB")
DAYS = build_calendar(2024).last(320, np.datetime64("2024-03-08"))
NAMES = ["open", "high", "low", "close", "volume"]
TITLES = ["Open", "High", "Low", "Close", "Volume"]


def bars(symbol, *, date="date", names=NAMES, form="%Y-%m-%d"):
    """Return prices in whole cents that rise, with some waves, and tell symbols apart."""
    at = np.arange(len(DAYS))
    close = np.round(30.0 + 10 * SYMBOLS.index(symbol) + 0.02 * at + np.sin(at / 5), 2)
    values = [close - 0.1, close + 0.5, close - 0.5, close, 1_000_000 + 1_000 * (at % 90)]
    frame = pd.DataFrame({date: pd.to_datetime(DAYS).strftime(form)})
    return frame.assign(**{n: np.round(v, 2) for n, v in zip(names, values, strict=True)})


def put(path, frame, **how):
    """Write a frame as CSV, folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, **how)


def each(make):
    """Write a file for each symbol."""
    return lambda: [make(symbol) for symbol in SYMBOLS]


def yahoo():
    """A download with an adjusted close and a dividend between bars."""
    frame = bars("AAA", date="Date", names=TITLES)
    frame.insert(5, "Adj Close", frame.Close)
    lines = frame.to_csv(index=False).splitlines()
    lines.insert(200, f"{lines[200][:10]},0.24 Dividend")
    Path("AAA.csv").write_text("\n".join(lines) + "\n")


def two_level():
    """What yf.download answers."""
    frames = {s: bars(s, names=TITLES).set_index("date") for s in SYMBOLS}
    wide = pd.concat(frames, axis=1, names=["Ticker", "Price"])
    wide.index = pd.DatetimeIndex(wide.index, name="Date")
    return wide.swaplevel(axis=1).sort_index(axis=1)


def nasdaq():
    """Dollars and US dates, newest first."""
    frame = bars("AAA", date="Date", names=["Open", "High", "Low", "Close/Last", "Volume"],
                 form="%m/%d/%Y")  # fmt: skip
    money = {n: "$" + frame[n].astype(str) for n in ("Open", "High", "Low", "Close/Last")}
    put(Path("AAA.csv"), frame.assign(**money)[::-1])


def stooq(symbol):
    """A file of the archive."""
    frame = bars(symbol, form="%Y%m%d")
    frame.insert(0, "ticker", f"{symbol}.US")
    frame.columns = [f"<{name.upper()}>" for name in frame.columns]
    put(Path(f"data/daily/us/nasdaq stocks/1/{symbol.lower()}.us.txt"), frame)


def polygon():
    """A file for each day, with stamps in nanoseconds."""
    both = pd.concat([bars(s).assign(ticker=s) for s in SYMBOLS])
    stamp = pd.to_datetime(both.date).dt.tz_localize("America/New_York").astype("int64")
    both = both.assign(window_start=stamp)
    for day, rows in both.groupby("date"):
        path = Path(f"day_aggs_v1/{day[:4]}/{day[5:7]}/{day}.csv.gz")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = rows.drop(columns="date").to_csv(index=False)
        path.write_bytes(gzip.compress(text.encode(), 1))


def metatrader(symbol):
    """An export with tick volume alone."""
    frame = bars(symbol, names=[*NAMES[:4], "tickvol"], form="%Y.%m.%d").assign(vol=0, spread=1)
    frame.columns = [f"<{name.upper()}>" for name in frame.columns]
    put(Path(f"mt5/{symbol}_Daily_202212280000_202403080000.csv"), frame, sep="\t")


def investing(symbol):
    """Volume in millions."""
    frame = bars(symbol, date="Date", names=["Open", "High", "Low", "Price", "Vol."],
                 form="%m/%d/%Y")  # fmt: skip
    frame["Vol."] = (frame["Vol."] / 1e6).map("{:.2f}M".format)
    put(Path(f"investing/{symbol} Historical Data.csv"), frame.assign(**{"Change %": "0.1%"}))


def partitioned(symbol):
    """One folder for each symbol."""
    path = Path(f"prices/symbol={symbol}")
    path.mkdir(parents=True)
    bars(symbol).to_parquet(path / "part-0.parquet")


def german():
    """Semicolons, decimal commas, German names and dates."""
    names = ["Eröffnung", "Hoch", "Tief", "Schluss", "Volumen"]
    put(Path("kurse.csv"), bars("AAA", date="Datum", names=names, form="%d.%m.%Y"), sep=";",
        decimal=",")  # fmt: skip


def one(name, **how):
    """A plain file for each symbol."""
    return each(lambda s: put(Path(name.format(s)), bars(s, **how)))


def adjusted(name, column):
    """A file for each symbol, with an adjusted close."""
    return each(lambda s: put(Path(name.format(s)), bars(s).assign(**{column: bars(s).close})))


MAKE = {
    "Yahoo": yahoo,
    "yfinance": lambda: two_level().to_csv("prices.csv"),
    "yfinance, Parquet": lambda: two_level().to_parquet("prices.parquet"),
    "Nasdaq": nasdaq,
    "Stooq, all": each(stooq),
    "Stooq, one": lambda: put(Path("aaa_us_d.csv"), bars("AAA", date="Date", names=TITLES)),
    "Kaggle": one("archive/{}/daily.csv"),
    "Alpha Vantage": one("alphavantage/daily_{}.csv", date="timestamp",
                         names=["1. open", "2. high", "3. low", "4. close", "5. volume"]),
    "EODHD": adjusted("eodhd/{}.US.csv", "Adjusted_close"),
    "Tiingo": adjusted("tiingo/{}.csv", "adjClose"),
    "Polygon flat files": polygon,
    "TradingView": one("tradingview/BATS_{}, 1D.csv", date="time", names=[*NAMES[:4], "Volume"]),
    "MetaTrader": each(metatrader),
    "investing.com": each(investing),
    "FirstRate, daily": each(lambda s: put(Path(f"firstrate/{s}_full_1day_adjsplit.txt"), bars(s),
                                           header=False)),
    "Partitioned Parquet": each(partitioned),
    "Excel": lambda: pd.concat([bars(s).assign(symbol=s) for s in SYMBOLS]).assign(
        date=lambda f: pd.to_datetime(f.date)).to_excel("prices.xlsx", index=False),
    "A German bank": german,
}  # fmt: skip
ALONE = {"Yahoo": "AAA", "Nasdaq": "AAA", "Stooq, one": "AAA", "A German bank": "KURSE"}


def test_the_page_and_the_tests_name_the_same_sources():
    """A row that no test runs could be wrong."""
    assert [row[0] for row in ROWS] == list(MAKE)


@pytest.mark.parametrize("source", MAKE)
def test_what_the_page_says_to_type_scans_the_symbols(technic, tmp_path, monkeypatch, source):
    """Symbol and last close of each, as they were made."""
    monkeypatch.chdir(tmp_path)
    MAKE[source]()
    (command,) = [re.findall(r"`([^`]+)`", row[2])[-1] for row in ROWS if row[0] == source]
    words = shlex.split(command)[1:]
    ran = technic(*words, "--format", "csv", "--columns", "symbol,close", "--quiet")
    assert ran.code == 0, ran.err
    lines = [line.split(",") for line in ran.out.splitlines()]
    places = [lines[0].index(name) for name in ("symbol", "close")]
    got = {line[places[0]]: float(line[places[1]]) for line in lines[1:]}
    wanted = (ALONE[source],) if source in ALONE else SYMBOLS
    made = {"KURSE": "AAA"}
    expected = {s: bars(made.get(s, s)).close.iloc[-1] for s in wanted}
    assert got == pytest.approx(expected, rel=1e-12)


def test_minutes_are_refused_and_the_page_makes_days_of_them(technic, tmp_path, monkeypatch):
    """The Python of the page, against the bars that the minutes were made of."""
    monkeypatch.chdir(tmp_path)
    daily = bars("AAA")
    text = []
    for day, o, h, low, c, v in daily.itertuples(index=False):
        text += [f"{day} 04:00:00,1,99,1,99,5", f"{day} 09:30:00,{o},{h},{o - 0.01},{o},{v - 2}",
                 f"{day} 12:00:00,{o},{c},{low},{c},1", f"{day} 15:59:00,{c},{c},{c},{c},1",
                 f"{day} 18:00:00,1,99,1,99,5"]  # fmt: skip
    Path("AAA_1min.txt").write_text("\n".join(text))
    ran = technic("scan", "--data", "AAA_1min.txt")
    assert ran.code == 2
    assert "holds bars within days (5 rows on " in ran.err
    page = PAGE.read_text(encoding="utf-8")
    exec(re.search(r"```python\n(import pandas.*?)```", page, re.DOTALL)[1], {})
    got = pd.read_csv("AAA.csv")
    np.testing.assert_allclose(got[NAMES].to_numpy(), daily[NAMES].to_numpy(), rtol=1e-12)
