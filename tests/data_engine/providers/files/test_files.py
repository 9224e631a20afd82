import contextlib
import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic.data_engine.providers.files.provider import FilesProvider
from technic.errors import InputFileError, ParameterError
from technic.panel import FIELDS, BarPanel
from technic.universe import universe_of

DAYS = np.array(["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07", "2024-03-08"], "M8[D]")


def bars(symbols=("AAA", "BBB"), days=DAYS):
    """Return long bars with prices that tell symbol and day."""
    rows = [
        (
            symbol,
            str(day),
            10.0 * at + on,
            10.0 * at + on + 1,
            10.0 * at + on - 0.5,
            10.0 * at + on + 0.25,
            100.0 + on,
        )
        for at, symbol in enumerate(symbols, 1)
        for on, day in enumerate(days)
    ]
    return pd.DataFrame(rows, columns=["symbol", "date", *FIELDS])


def write(path, text):
    """Write text or bytes, return the path."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def fetch(path, symbols=("AAA", "BBB"), sessions=DAYS):
    """Return what a provider of that path answers."""
    return FilesProvider(path).history(symbols, sessions)


def assert_same_bars(one, other):
    """Both answers hold the same bars, bit for bit."""
    assert one.bars.symbols == other.bars.symbols
    for name in ("column", "session", *FIELDS):
        np.testing.assert_array_equal(getattr(one.bars, name), getattr(other.bars, name))


@pytest.fixture
def plain(tmp_path):
    """One long CSV file with two symbols."""
    path = tmp_path / "plain.csv"
    bars().to_csv(path, index=False)
    return path


LAYOUTS = {
    "parquet": lambda d, f: f.to_parquet(d / "x.parquet"),
    "parquet dates": lambda d, f: f.assign(date=pd.to_datetime(f.date)).to_parquet(d / "x.parquet"),
    "parquet zoned": lambda d, f: f.assign(
        date=pd.to_datetime(f.date).dt.tz_localize("America/New_York")
    ).to_parquet(d / "x.parquet"),
    "parquet ints": lambda d, f: f.assign(
        date=f.date.str.replace("-", "").astype(int), volume=f.volume.astype(int)
    ).to_parquet(d / "x.parquet"),
    "parquet categories": lambda d, f: f.astype({"symbol": "category"}).to_parquet(d / "x.parquet"),
    "parquet text": lambda d, f: f.astype(str).to_parquet(d / "x.parquet"),
    "parquet float32": lambda d, f: f.astype(dict.fromkeys(FIELDS, "float32")).to_parquet(
        d / "x.parquet"
    ),
    "small row groups": lambda d, f: f.to_parquet(d / "x.parquet", row_group_size=3),
    "gzip": lambda d, f: write(d / "x.csv.gz", gzip.compress(f.to_csv(index=False).encode())),
    "semicolons": lambda d, f: f.to_csv(d / "x.csv", sep=";", index=False),
    "mark": lambda d, f: f.to_csv(d / "x.csv", index=False, encoding="utf-8-sig"),
    "shuffled": lambda d, f: f.sample(frac=1, random_state=1).to_csv(d / "x.csv", index=False),
    "by day": lambda d, f: f.sort_values(["date", "symbol"]).to_csv(d / "x.csv", index=False),
    "other names": lambda d, f: f.rename(
        columns={"symbol": "Ticker", "date": "Date", "close": "CLOSE", "volume": "Vol"}
    ).to_csv(d / "x.csv", index=False),
    "angle brackets": lambda d, f: f.rename(
        columns={"symbol": "<TICKER>", "volume": "<VOL>"}
        | {n: f"<{n}>" for n in ("date", *FIELDS[:4])}
    ).to_csv(d / "x.txt", index=False),
    "US dates and dollars": lambda d, f: (
        pd.concat([f, f.tail(1).assign(date="2024-03-13")])
        .assign(
            date=lambda g: pd.to_datetime(g.date).dt.strftime("%m/%d/%Y"),
            close=lambda g: "$" + g.close.astype(str),
            volume=lambda g: "1," + g.volume.astype(int).sub(100).astype(str).str.zfill(3),
        )
        .to_csv(d / "x.csv", index=False)
    ),
    "times": lambda d, f: f.assign(date=f.date + " 00:00:00-05:00").to_csv(
        d / "x.csv", index=False
    ),
    "compact dates": lambda d, f: f.assign(date=f.date.str.replace("-", "")).to_csv(
        d / "x.csv", index=False
    ),
    "epoch ms": lambda d, f: f.assign(
        date=pd.to_datetime(f.date).astype("datetime64[ms]").astype("int64")
    ).to_csv(d / "x.csv", index=False),
    "repeated rows": lambda d, f: pd.concat([f, f.iloc[2:5]]).to_csv(d / "x.csv", index=False),
    "small letters": lambda d, f: f.assign(symbol=f.symbol.str.lower()).to_csv(
        d / "x.csv", index=False
    ),
    "windows": lambda d, f: write(d / "x.csv", f.to_csv(index=False).replace("\n", "\r\n")),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_bars(tmp_path, layout, plain):
    """Formats, spellings, dates, order and repeated rows do not change what is read."""
    frame = bars()
    if layout == "US dates and dollars":
        frame = frame.assign(volume=frame.volume + 900)
        frame.to_csv(plain, index=False)
        frame["volume"] -= 900
    folder = tmp_path / "layout"
    folder.mkdir()
    LAYOUTS[layout](folder, frame)
    (path,) = folder.iterdir()
    assert_same_bars(fetch(path), fetch(plain))


@pytest.mark.parametrize("ending", ["AAA.csv", "aaa.us.txt", "AAA.parquet", "AAA.csv.gz"])
def test_a_folder_of_one_file_per_symbol_gives_the_same_bars(tmp_path, plain, ending):
    """The file's name is the symbol; hidden and other files are passed over."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for symbol, frame in bars().groupby("symbol"):
        path = folder / ending.replace("AAA", symbol).replace("aaa", symbol.lower())
        frame = frame.drop(columns="symbol")
        if ending.endswith("parquet"):
            frame.to_parquet(path, index=False)
        else:
            frame.to_csv(path, index=False)
    write(folder / ".hidden.csv", "x")
    write(folder / "README.md", "x")
    assert_same_bars(fetch(folder), fetch(plain))


def test_a_folder_may_hold_parts_of_a_long_file(tmp_path, plain):
    """Files with a symbol column are put together, whatever their names."""
    folder = tmp_path / "parts"
    folder.mkdir()
    for part, frame in bars().groupby("date"):
        frame.to_parquet(folder / f"{part}.parquet")
    assert_same_bars(fetch(folder), fetch(plain))


def test_one_file_of_one_symbol_is_named_after_it(tmp_path):
    """``BRK-B.csv`` without a symbol column holds BRK.B."""
    path = tmp_path / "BRK-B.csv"
    bars(["x"]).drop(columns="symbol").to_csv(path, index=False)
    provider = FilesProvider(path)
    assert provider.listings().symbols == ("BRK.B",)
    assert len(provider.history(["BRK.B"], DAYS).bars) == 5


def test_symbols_come_canonical_and_in_the_order_asked(tmp_path):
    """Vendors' spellings are one symbol; a symbol asked for twice comes once."""
    path = tmp_path / "x.csv"
    bars(["BRK/B", "BAC^L", "NA"]).to_csv(path, index=False)
    provider = FilesProvider(path)
    assert provider.listings().symbols == ("BRK.B", "BACpL", "NA")
    answer = provider.history(["NA", "BRK.B", "NA"], DAYS)
    assert answer.bars.symbols == ("NA", "BRK.B")
    assert answer.bars.close[answer.bars.column == 0].tolist() == [
        30.25,
        31.25,
        32.25,
        33.25,
        34.25,
    ]


def test_only_the_sessions_asked_for_come(plain):
    """Both ends are included; symbols without bars there are failures that say so."""
    answer = fetch(plain, ["AAA", "ZZZ"], DAYS[1:3])
    assert answer.bars.session.tolist() == DAYS[1:3].tolist()
    assert answer.failures["ZZZ"].reason == "no_data"
    assert answer.failures["ZZZ"].detail == "ZZZ is not in the data"
    late = fetch(plain, ["AAA"], DAYS + np.timedelta64(30, "D"))
    missing = "the data has no bars of AAA from 2024-04-03 to 2024-04-07"
    assert late.failures["AAA"].detail == missing
    assert fetch(plain, ["AAA"], DAYS[:0]).failures["AAA"].reason == "no_data"


def test_no_symbols_give_an_empty_answer(plain):
    """Zero symbols are answered with nothing, not with an error."""
    answer = fetch(plain, [])
    assert (len(answer.bars), answer.bars.symbols, answer.failures) == (0, (), {})


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_prices_that_cannot_be_are_handed_on_as_they_are(tmp_path, suffix):
    """NaN, infinite, negative and absurd prices are the gate's to judge, not dropped here."""
    frame = bars(["AAA"])
    frame.loc[0, "open"] = np.nan
    frame.loc[1, "high"] = np.inf
    frame.loc[2, "low"] = -5.0
    frame.loc[3, "close"] = 0.0
    frame.loc[4, "volume"] = -np.inf
    path = tmp_path / f"x.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    answer = fetch(path, ["AAA"])
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(answer.bars, name), frame[name])
    panel = BarPanel.from_long(answer.bars, DAYS)
    assert (panel.length.tolist(), panel.left_out.tolist()) == ([2], [3])


def test_two_different_rows_for_one_day_fail_their_symbol_only(tmp_path):
    """The failure names the day; the other symbols keep their bars; repeats are counted."""
    frame = bars(["AAA", "BBB", "CCC"])
    clash = frame[(frame.symbol == "BBB") & (frame.date == "2024-03-06")].assign(close=1.0)
    repeat = frame[(frame.symbol == "CCC")].assign(open=np.nan)
    frame.loc[frame.symbol == "CCC", "open"] = np.nan
    pd.concat([clash, frame, repeat]).to_csv(tmp_path / "x.csv", index=False)
    answer = fetch(tmp_path / "x.csv", ["AAA", "BBB", "CCC"])
    assert answer.bars.symbols == ("AAA", "CCC")
    assert len(answer.bars) == 10
    assert answer.failures["BBB"].reason == "duplicate_rows"
    assert "2024-03-06" in answer.failures["BBB"].detail
    assert answer.notes == ("x.csv: 5 rows repeat another and were read once",)
    assert fetch(tmp_path / "x.csv", ["AAA"]).notes == ()


def test_one_broken_file_in_a_folder_fails_its_symbol_only(tmp_path):
    """The others are read; the failure is the sentence about the file."""
    bars(["x"]).drop(columns="symbol").to_csv(tmp_path / "AAA.csv", index=False)
    write(tmp_path / "BBB.csv", "")
    write(tmp_path / "CCC.csv", b"\x00\x01")
    provider = FilesProvider(tmp_path)
    assert set(provider.listings().symbols) == {"AAA", "BBB", "CCC"}
    answer = provider.history(["AAA", "BBB", "CCC"], DAYS)
    assert answer.bars.symbols == ("AAA",)
    assert answer.failures["BBB"].reason == "unreadable_file"
    assert answer.failures["BBB"].detail == "its file: is empty"


HEAD = "symbol,date,open,high,low,close,volume\n"
ROW = "AAA,2024-03-04,1,2,1,2,100\n"


def test_a_broken_part_of_a_long_file_is_said_and_the_others_are_read(tmp_path):
    """Nobody can say which symbols it held: the note names the file, three of them at most."""
    bars().to_csv(tmp_path / "2024-03.csv", index=False)
    write(tmp_path / "2024-04.csv", "")
    provider = FilesProvider(tmp_path)
    assert provider.listings().symbols == ("AAA", "BBB")
    note = f"{tmp_path.name}: 1 of 2 files is not read: 2024-04.csv: is empty"
    assert provider.notes == (note,)
    for month in "5678":
        write(tmp_path / f"2024-0{month}.csv", HEAD)
    (note,) = FilesProvider(tmp_path).notes
    assert note.startswith(f"{tmp_path.name}: 5 of 6 files are not read: 2024-04.csv: is empty; ")
    assert note.endswith("2024-06.csv: has a header but no rows ...")


@pytest.mark.parametrize("inside", ["AAA", "AAA.US"])
@pytest.mark.parametrize(
    "content",
    ["", HEAD, b"\x00\x01", HEAD + "AAA,2024-03-04,1,2,1"],
    ids=["empty", "header", "binary", "cut off"],
)
def test_a_broken_file_is_its_symbols_though_the_others_name_theirs_inside(
    tmp_path, inside, content
):
    """As in a folder of Stooq's: one file for each symbol, which stands in a column too."""
    bars([inside]).to_csv(tmp_path / "aaa.us.txt", index=False)
    write(tmp_path / "ddd.us.txt", content)
    provider = FilesProvider(tmp_path)
    answer = provider.history([*provider.listings().symbols], DAYS)
    assert answer.failures["DDD"].reason == "unreadable_file"
    assert len(answer.bars) == 5


HOSTILE = {
    "empty": ("", "is empty"),
    "header only": (HEAD, "has a header but no rows"),
    "wrong columns": ("a,b\n1,2\n", "has no column for date, open, high"),
    "no volume": ("symbol,date,open,high,low,close\nA,2024-03-04,1,1,1,1\n", "for volume; its"),
    "two closes": (HEAD.replace("\n", ",Close\n") + ROW, "2 columns for close: close, Close"),
    "bad date": (HEAD + ROW + ROW.replace("03-04", "02-30"), "row 3, column 'date': '2024-02-30'"),
    "word date": (HEAD + ROW.replace("2024-03-04", "soon"), "row 2, column 'date': 'soon' is no"),
    "day first": (HEAD + ROW.replace("2024-03-04", "25/12/2023"), "is no date; write dates as"),
    "no date": (HEAD + ROW.replace("2024-03-04", ""), "row 2, column 'date'"),
    "far date": (HEAD + ROW.replace("2024", "9999"), "'9999-03-04' is no date"),
    "bad price": (HEAD + ROW + "\n" + ROW.replace(",2,100", ",x,1"), "row 4, column 'close': 'x'"),
    "no symbol": (HEAD + ROW + ROW[3:], "row 3, column 'symbol': has no symbol"),
    "long symbol": (HEAD + ROW.replace("AAA", "A" * 99), "is no symbol"),
    "short row": (HEAD + ROW + "AAA,2024-03-05\n", "row 3: has 2 values where the header has 7"),
    "not UTF-8": (HEAD.encode() + b"\xc4\xd6,2024-03-04,1,2,1,2,3\n", "row 2: is not UTF-8 text"),
    "not UTF-8 and short": (HEAD.encode() + b"\xc4\xd6,2024-03-04\n", "row 2: is not UTF-8 text"),
    "stray line end": (HEAD + ROW + "A\rA,1\n", "row 3: cannot be read as CSV: new-line"),
    "UTF-16": (HEAD.encode("utf-16")[:-1], "is UTF-16 text that breaks off or is damaged"),
    "UTF-16 without a mark": (HEAD.encode("utf-16-le"), "is neither CSV nor text"),
    "JSON": ('[{"date": "2024-03-08"}]', "is JSON, not a table"),
    "an error in JSON": ('{\n "Note": "Thank you"}', "is JSON, not a table"),
    "HTML": ("\n<!DOCTYPE html><html>", "is a page of HTML or XML, not a table"),
    "Feather": (b"ARROW1\0\0" + bytes(50), "is a Feather (Arrow) file"),
    "xz": (b"\xfd7zXZ\0" + bytes(50), "is packed as xz"),
    "bzip2": (b"BZh91AY&SY" + bytes(50), "is packed as bzip2"),
    "Git LFS": ("version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS"),
    "blanks": ((HEAD + ROW).replace(",", "  "), "has one column: blanks part its columns"),
    "lines in quotes": ('"' + (HEAD + ROW).strip().replace("\n", '"\n"') + '"',
                        "has one column: each line stands in quotes"),
    "prices in nanodollars": (
        "symbol,ts,open,high,low,close,volume,x\nA,now,1,1,1,1,1,1\n", "'now' is no date"),
    "binary": (bytes(range(256)) * 20, "is neither CSV nor text"),
    "false Parquet": (b"PAR1" + bytes(50), "cannot be read as Parquet"),
    "Excel": (b"PK\x03\x04....", "is a zip or Excel file"),
    "no symbol column": (
        HEAD.replace("symbol,", "") + ROW[4:] * 4, "has no column for symbol; its columns are"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_holds_no_prices_gets_one_sentence(tmp_path, case):
    """The sentence names the file, and row and column where there is one."""
    content, message = HOSTILE[case]
    path = write(tmp_path / "prices.csv", content)
    with pytest.raises(InputFileError) as caught:
        FilesProvider(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["csv", "parquet"]),
    st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=6)), min_size=1, max_size=3),
)
def test_damage_anywhere_never_ends_in_another_error(tmp_path_factory, suffix, damage):
    """Bytes overwritten in a good file: it is still read, or refused in one sentence."""
    path = tmp_path_factory.mktemp("damage") / f"x.{suffix}"
    bars().to_csv(path, index=False) if suffix == "csv" else bars().to_parquet(path)
    data = bytearray(path.read_bytes())
    for at, patch in damage:
        data[at % len(data) : at % len(data) + len(patch)] = patch
    write(path, bytes(data))
    with contextlib.suppress(InputFileError):
        FilesProvider(path).history(["AAA", "BBB"], DAYS)


def test_parquet_that_is_broken_or_of_wrong_types_gets_one_sentence(tmp_path):
    """Cut off anywhere, holes in who and when, or columns of the wrong type."""
    whole = tmp_path / "whole.parquet"
    bars().to_parquet(whole)
    data = whole.read_bytes()
    for cut in (10, len(data) // 2, len(data) - 3):
        with pytest.raises(InputFileError):
            FilesProvider(write(tmp_path / "cut.parquet", data[:cut]))
    wrong = {
        "has no date": {"date": pd.Series([pd.Timestamp("2024-03-04"), pd.NaT] * 5)},
        "has no value": {"symbol": ["AAA", None] * 5},
        "holds int64, not text": {"symbol": range(10)},
        "row 2, column 'close': 'x' is no number": {"close": ["1", "x"] * 5},
        "holds bool, not numbers": {"volume": [True] * 10},
    }
    for message, columns in wrong.items():
        bars().assign(**columns).to_parquet(whole)
        with pytest.raises(InputFileError, match=message):
            fetch(whole)


@pytest.mark.parametrize(
    ("text", "number"),
    [("$1,234,567.5", 1234567.5), (" 12,345 ", 12345.0), ("-1,234", -1234.0), ("1e3", 1000.0)],
)
def test_commas_between_thousands_are_read(tmp_path, text, number):
    """As people and spreadsheets write them."""
    bars(["AAA"]).assign(volume=[text] * 5).to_csv(tmp_path / "x.csv", index=False)
    np.testing.assert_array_equal(fetch(tmp_path / "x.csv", ["AAA"]).bars.volume, number)


@pytest.mark.parametrize("text", ["20,5", "1.234,5", "1,23,456", ",5", "1234,567"])
def test_a_decimal_comma_is_refused_not_dropped(tmp_path, text):
    """20,5 is not 205: the row is named, and what to write instead."""
    frame = bars(["AAA"]).astype({"close": str})
    frame.loc[2, "close"] = text
    frame.to_csv(tmp_path / "x.csv", index=False, sep=";")
    with pytest.raises(InputFileError, match=f"row 4, column 'close': '{text}' is no number.*poi"):
        fetch(tmp_path / "x.csv", ["AAA"])


def test_parquet_text_that_is_not_utf8_gets_one_sentence(tmp_path):
    """The column is named."""
    table = pa.Table.from_pandas(bars())
    bad = pa.array([b"A\xff"] * len(table), pa.binary()).view(pa.string())
    for column in ("symbol", "date", "close"):
        at = table.column_names.index(column)
        pq.write_table(table.set_column(at, column, bad), tmp_path / "x.parquet")
        with pytest.raises(InputFileError, match=f"column '{column}': is damaged: .*Invalid UTF8"):
            fetch(tmp_path / "x.parquet")


def test_a_path_without_files_gets_one_sentence(tmp_path):
    """Missing paths, empty folders, and folders in which nothing can be read."""
    with pytest.raises(InputFileError, match="there is no such file"):
        FilesProvider(tmp_path / "absent.csv")
    with pytest.raises(InputFileError, match="holds no CSV or Parquet file"):
        FilesProvider(tmp_path)
    write(tmp_path / "AAA.csv", "")
    with pytest.raises(InputFileError, match=r"AAA\.csv: is empty"):
        FilesProvider(tmp_path)


def test_the_last_session_is_one_that_most_symbols_have(tmp_path):
    """A single row that came early makes no session and is named; one symbol has its last day."""
    frame = bars(["AAA", "BBB", "CCC", "DDD"])
    early = frame[frame.symbol == "AAA"].tail(1).assign(date="2024-03-11")
    pd.concat([frame, early]).to_csv(tmp_path / "x.csv", index=False)
    provider = FilesProvider(tmp_path / "x.csv")
    assert provider.last_session() == np.datetime64("2024-03-08")
    assert provider.notes == (
        "x.csv: rows after 2024-03-08, up to 2024-03-11, are not used: 1, where a day has 4 as a "
        "rule; less than half of that is no session",
    )
    bars(["AAA"], DAYS[:1]).to_csv(tmp_path / "x.csv", index=False)
    assert FilesProvider(tmp_path / "x.csv").last_session() == np.datetime64("2024-03-04")


def test_the_price_basis_is_unknown_unless_the_user_says(plain):
    """And it is one of the four there are."""
    assert FilesProvider(plain).price_basis == "unknown"
    assert FilesProvider(plain, price_basis="split_adjusted").price_basis == "split_adjusted"
    with pytest.raises(ParameterError, match="price_basis is 'adjusted'"):
        FilesProvider(plain, price_basis="adjusted")


def test_raw_prices_are_noted_to_come_without_splits(plain):
    """Those of a store are adjusted on the way in; those of a file cannot be."""
    (note,) = FilesProvider(plain, price_basis="raw").notes
    assert "no splits are known" in note
    assert FilesProvider(plain, price_basis="split_adjusted").notes == ()


def test_an_adjusted_close_is_noted_and_not_used(tmp_path):
    """The note names the column and the option that uses it."""
    bars().assign(**{"Adj Close": 1.0}).to_csv(tmp_path / "x.csv", index=False)
    provider = FilesProvider(tmp_path / "x.csv")
    assert provider.notes == (
        "x.csv: column 'Adj Close' is not used, prices are taken as they are; "
        "--adjust-by 'Adj Close' adjusts them by it",
    )


def test_a_universe_that_is_given_is_what_is_listed(plain):
    """The provider lists it instead of the symbols in the data."""
    assert FilesProvider(plain, universe_of(["QQQ"], "mine")).listings().source == "mine"


def test_progress_ends_with_all_symbols(plain):
    """The last call says that everything is done."""
    seen = []
    FilesProvider(plain).history(
        ["AAA", "ZZZ"], DAYS, lambda done, total: seen.append((done, total))
    )
    assert seen[-1] == (2, 2)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(0, 4), st.sampled_from([1.0, 2.0])),
        min_size=1,
        max_size=25,
    )
)
def test_rows_in_any_order_agree_with_a_plain_loop(tmp_path_factory, rows):
    """Each symbol has its distinct days, unless two of its rows for a day differ."""
    path = tmp_path_factory.mktemp("any") / "x.csv"
    lines = [f"{s},{DAYS[d]},{p},{p},{p},{p},{p}" for s, d, p in rows]
    write(path, HEAD + "\n".join(lines) + "\n")
    expected = {}
    clashing = set()
    for symbol, day, price in rows:
        if expected.setdefault((symbol, day), price) != price:
            clashing.add(symbol)
    answer = fetch(path, ["C", "A", "B"])
    got = {
        (answer.bars.symbols[column], list(DAYS).index(day)): price
        for column, day, price in zip(
            answer.bars.column, answer.bars.session, answer.bars.close, strict=True
        )
    }
    assert got == {key: price for key, price in expected.items() if key[0] not in clashing}
    assert len(answer.bars) == len(got)
    reasons = {symbol: failure.reason for symbol, failure in answer.failures.items()}
    there = {symbol for symbol, _, _ in rows}
    assert reasons == {
        s: "duplicate_rows" if s in clashing else "no_data"
        for s in "ABC"
        if s in clashing or s not in there
    }


def test_the_real_sample_is_read_whole(real_data):
    """Every row comes back, and one symbol alone gives what it gives among all."""
    path = real_data / "us_daily_sample.parquet"
    provider = FilesProvider(path)
    frame = pd.read_parquet(path)
    sessions = np.unique(frame["date"].to_numpy().astype("datetime64[D]"))
    answer = provider.history(provider.listings().symbols, sessions)
    assert len(answer.bars) == len(frame)
    assert provider.last_session() == np.datetime64("2024-03-08")
    alone = provider.history(["AAPL"], sessions).bars
    among = answer.bars.rows(answer.bars.column == answer.bars.symbols.index("AAPL"))
    np.testing.assert_array_equal(alone.close, among.close)
    np.testing.assert_array_equal(alone.close, frame.loc[frame.symbol == "AAPL", "close"])


@pytest.mark.parametrize(("listed", "there"), [("BRKB", "BRK.B"), ("BRK.B", "BRKB")])
def test_a_class_of_shares_that_is_written_otherwise_is_named(tmp_path, listed, there):
    """A list of a fund's holdings writes BRKB: the ledger and a warning say what it is called."""
    other = tmp_path / "prices.csv"
    rows = ["2024-03-07,{},10,11,9,10,1000", "2024-03-08,{},10,11,9,10,1000"]
    names = (there, "AAA", "A.AB")  # two that AAB could be
    lines = [row.format(name) for name in (*names, "AA.B") for row in rows]
    other.write_text("date,symbol,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
    answer = FilesProvider(other).history(
        (listed, "AAA", "AAB", "ZZZ"), np.array(["2024-03-07", "2024-03-08"], "M8[D]")
    )
    details = {name: why.detail for name, why in answer.failures.items()}
    assert details == {
        listed: f"{listed} is not in the data, which has {there}: write it alike in both",
        "AAB": "AAB is not in the data",
        "ZZZ": "ZZZ is not in the data",
    }
    said = f"1 symbol is written otherwise in the data: {listed} is {there} there"
    assert said in answer.notes
    both = FilesProvider(other).history((listed, there), np.array(["2024-03-08"], "M8[D]"))
    assert both.failures[listed].detail == f"{listed} is not in the data"
