"""Files that no data vendor should sell, made by code: names, and what is in them."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from technic.sessions import build_calendar
from technic.testing import make_bars

__all__ = ["HOSTILE", "bombs", "good_frame"]

LAST = np.datetime64("2024-03-08")
PRICES = ["open", "high", "low", "close", "volume"]


def good_frame() -> pd.DataFrame:
    """Return three symbols over 120 sessions."""
    bars = make_bars(["AAA", "BBB", "CCC"], build_calendar(2024).last(120, LAST))
    frame = pd.DataFrame({"symbol": np.array(bars.symbols)[bars.column],
                          "date": bars.session.astype(str)})  # fmt: skip
    return frame.assign(**{name: getattr(bars, name) for name in PRICES})


FRAME = good_frame()
GOOD = FRAME.to_csv(index=False)
LINES = GOOD.splitlines()
BODY = LINES[1:]


def _cells(column: str, value: object, rows: int = 360) -> bytes:
    frame = FRAME.astype({column: object})
    frame.loc[: rows - 1, column] = value
    return frame.to_csv(index=False).encode()


def _shuffled() -> bytes:
    body = list(BODY)
    random.Random(1).shuffle(body)
    return "\n".join([LINES[0], *body]).encode()


TEXTS: dict[str, bytes] = {
    "nothing": b"",
    "a line end": b"\n",
    "a header": LINES[0].encode(),
    "a header twice": "\n".join([LINES[0], *BODY[:200], *LINES[:1], *BODY[200:]]).encode(),
    "NUL": bytes(10_000),
    "NUL in the middle": GOOD.encode()[:5_000] + bytes(500) + GOOD.encode()[5_000:],
    "noise": random.Random(2).randbytes(50_000),
    "cut in a row": GOOD.encode()[:-37],
    "UTF-8 with a mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "UTF-16": GOOD.encode("utf-16"),
    "UTF-16 without a mark": GOOD.encode("utf-16-le"),
    "UTF-32": GOOD.encode("utf-32"),
    "bytes that are no UTF-8": GOOD.replace("BBB", "B\xfcB").encode("latin-1"),
    "a quote that never ends": GOOD.replace("BBB", '"BBB', 1).encode(),
    "a cell of a million characters": _cells("symbol", "A" * 1_000_000, 1),
    "a line of ten million characters": b"x" * 10_000_000,
    "a million empty lines": b"\n" * 1_000_000,
    "ten thousand columns": ("\n".join([",".join([LINES[0], *(f"c{i}" for i in range(10_000))]),
                             *(line + "," * 10_000 for line in BODY[:50])])).encode(),
    "columns named alike": GOOD.replace("high", "open", 1).encode(),
    "columns without names": ("," * 6 + "\n" + "\n".join(BODY)).encode(),
    "no close": FRAME.drop(columns="close").to_csv(index=False).encode(),
    "no price at all": FRAME[["symbol", "date"]].to_csv(index=False).encode(),
    "prices that are none": _cells("close", "nan"),
    "prices without end": _cells("close", "inf"),
    "prices of 5,000 digits": _cells("close", "9" * 5_000),
    "prices of superscripts": _cells("close", "²³"),
    "prices below zero": _cells("close", -1.5),
    "prices of nothing": _cells("close", 0),
    "prices near the largest number": _cells("close", "1e308"),
    "prices near the smallest number": _cells("close", "5e-324"),
    "prices that are words": _cells("close", "high"),
    "volumes beyond all": _cells("volume", "1e300"),
    "volumes below zero": _cells("volume", -5),
    "the year 1": _cells("date", "0001-01-01"),
    "the year 9999": _cells("date", "9999-12-31", 120),
    "the year 10000": _cells("date", "10000-01-01"),
    "30 February": _cells("date", "2024-02-30"),
    "stamps beyond all": _cells("date", "9" * 30),
    "stamps below zero": _cells("date", "-86400"),
    "dates that are none": _cells("date", "yesterday"),
    "no dates": _cells("date", ""),
    "one date for all": _cells("date", "2024-03-08"),
    "time zones of two kinds": _cells("date", "2024-03-07T23:00:00+14:00", 120),
    "symbols that clear the screen": GOOD.replace("BBB", "\x1b[2JB").encode(),
    "symbols that turn the writing": GOOD.replace("BBB", "\u202eBBB").encode(),
    "symbols that are formulas": GOOD.replace("BBB", "=1+1").encode(),
    "symbols that are paths": GOOD.replace("BBB", "../../etc/passwd").encode(),
    "symbols of blanks": GOOD.replace("BBB", "   ").encode(),
    "symbols that are numbers": GOOD.replace("BBB", "12").encode(),
    "twenty thousand symbols": "\n".join([LINES[0], *(f"X{i},2024-03-08,1,1,1,1,1"
                                          for i in range(20_000))]).encode(),
    "each row twice": "\n".join([LINES[0], *BODY, *BODY]).encode(),
    "each row twice, other prices": "\n".join([LINES[0], *BODY, *(line + "1" for line in BODY)]
                                              ).encode(),
    "newest first": "\n".join([LINES[0], *BODY[::-1]]).encode(),
    "in no order": _shuffled(),
    "line ends of old": GOOD.replace("\n", "\r").encode(),
    "line ends of others": GOOD.replace("\n", "\u2028").encode(),
    "rows of other lengths": "\n".join([LINES[0], *(line + ",x" * (i % 5)
                                        for i, line in enumerate(BODY))]).encode(),
    "JSON": json.dumps(FRAME.to_dict("list")).encode(),
    "HTML": b"<!doctype html><html><body>Access denied</body></html>",
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "a database": b"SQLite format 3\x00" + bytes(4_000),
    "a pickle that would run": b"cos\nsystem\n(S'false'\ntR.",
    "semicolons and commas": GOOD.replace(",", ";").replace(".", ",").encode(),
    "blanks between": GOOD.replace(",", " ").encode(),
    "quotes around all": "\n".join(",".join(f'"{cell}"' for cell in line.split(","))
                                   for line in LINES).encode(),
    "an error of a vendor": b'{"status":"ERROR","error":"You have exceeded the limit"}',
    "a pointer to a file elsewhere": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
}  # fmt: skip


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


def _parquet(table: pa.Table) -> bytes:
    packed = io.BytesIO()
    pq.write_table(table, packed)
    return packed.getvalue()


TABLE = pa.Table.from_pandas(FRAME, preserve_index=False)
PARQUET = _parquet(TABLE)


def _column(name: str, values: object) -> bytes:
    return _parquet(TABLE.set_column(TABLE.column_names.index(name), name, values))


DAYS = pd.to_datetime(FRAME.date)
CLOSE = FRAME.close.to_numpy()
PARQUETS: dict[str, Callable[[], bytes]] = {
    "as it should be": lambda: PARQUET,
    "nothing": lambda: b"",
    "its first bytes": lambda: b"PAR1",
    "first and last bytes": lambda: b"PAR1PAR1",
    "cut": lambda: PARQUET[:-100],
    "without its beginning": lambda: PARQUET[100:],
    "a footer beyond all": lambda: PARQUET[:-8] + b"\xff\xff\xff\x7fPAR1",
    "no rows": lambda: _parquet(TABLE.slice(0, 0)),
    "no columns": lambda: _parquet(TABLE.select([])),
    "lists": lambda: _column("close", pa.array([[v] for v in CLOSE])),
    "structures": lambda: _column("close", pa.array([{"v": v} for v in CLOSE])),
    "decimals": lambda: _column("close", pa.array(CLOSE).cast(pa.decimal128(20, 6))),
    "texts": lambda: _column("close", pa.array(FRAME.close.astype(str))),
    "truth values": lambda: _column("close", pa.array([True] * 360)),
    "nothing but gaps": lambda: _column("close", pa.nulls(360)),
    "bytes": lambda: _column("symbol", pa.array([s.encode() for s in FRAME.symbol])),
    "broken bytes": lambda: _column("symbol", pa.array([b"\xff\xfe"] * 360)),
    "symbols by number": lambda: _column("symbol", pa.array(range(360))),
    "a dictionary": lambda: _column("symbol", pa.array(FRAME.symbol).dictionary_encode()),
    "stamps": lambda: _column("date", pa.array(DAYS.astype("datetime64[ns]"))),
    "stamps of a zone": lambda: _column("date", pa.array(DAYS.dt.tz_localize("Asia/Tokyo"))),
    "stamps beyond all": lambda: _column("date", pa.array([2**62] * 360, pa.timestamp("us"))),
    "dates beyond all": lambda: _column("date", pa.array([2**31 - 1] * 360, pa.date32())),
    "times of day": lambda: _column("date", pa.array([1] * 360, pa.time64("us"))),
    "dates by number": lambda: _column("date", pa.array(range(360))),
    "columns named alike": lambda: _parquet(TABLE.append_column("close", TABLE["open"])),
    "a name of a megabyte": lambda: _parquet(TABLE.append_column("x" * (1 << 20), TABLE["open"])),
    "a CSV": lambda: GOOD.encode(),
}


def _flipped(content: bytes, seed: int) -> bytes:
    draw, wrong = random.Random(seed), bytearray(content)
    for _ in range(3):
        wrong[draw.randrange(len(wrong))] ^= 1 << draw.randrange(8)
    return bytes(wrong)


def _xlsx() -> bytes:
    packed = io.BytesIO()
    FRAME.to_excel(packed, index=False)
    return packed.getvalue()


def _in_sheet(old: bytes, new: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_xlsx())) as read, zipfile.ZipFile(packed, "w") as written:
        for name in read.namelist():
            content = read.read(name)
            written.writestr(name, content.replace(old, new) if "sheet1" in name else content)
    return packed.getvalue()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]>"
)
PACKED: dict[str, Callable[[], tuple[str, bytes]]] = {
    "an xlsx": lambda: ("x.xlsx", _xlsx()),
    "an xlsx, cut": lambda: ("x.xlsx", _xlsx()[:-500]),
    "an xlsx that is a CSV": lambda: ("x.xlsx", GOOD.encode()),
    "an xlsx that is another zip": lambda: ("x.xlsx", _zip({"a.csv": GOOD.encode()})),
    "an xlsx of entities in entities": lambda: (
        "x.xlsx", _in_sheet(b"<worksheet", LAUGHS + b"<worksheet")),
    "an xlsx of a sheet that breaks off": lambda: ("x.xlsx", _in_sheet(b"</worksheet>", b"")),
    "an xlsx of a row far down": lambda: ("x.xlsx", _in_sheet(b'r="3"', b'r="1048576"')),
    "a zip of nothing": lambda: ("x.zip", _zip({})),
    "a zip, cut": lambda: ("x.zip", _zip({"a.csv": GOOD.encode()})[:-50]),
    "a zip that leads out": lambda: ("x.zip", _zip({"../../a.csv": GOOD.encode()})),
    "a zip in a zip": lambda: ("x.zip", _zip({"a.zip": _zip({"a.csv": GOOD.encode()})})),
    "a zip of a thousand files": lambda: (
        "x.zip", _zip({f"{i}.csv": b"x" for i in range(1_000)})),
    "a zip of a folder": lambda: ("x.zip", _zip({"a/": b""})),
    "a zip that is gzip": lambda: ("x.zip", gzip.compress(GOOD.encode())),
    "gzip, cut": lambda: ("x.csv.gz", gzip.compress(GOOD.encode())[:-30]),
    "gzip twice": lambda: ("x.csv.gz", gzip.compress(gzip.compress(GOOD.encode()))),
    "gzip that is none": lambda: ("x.csv.gz", GOOD.encode()),
    "gzip in two parts": lambda: (
        "x.csv.gz", gzip.compress(GOOD[:5_000].encode()) + gzip.compress(GOOD[5_000:].encode())),
}  # fmt: skip


def bombs() -> Iterator[tuple[str, str, bytes]]:
    """Yield three of a few megabytes that unpack to three gigabytes."""
    zeros = bytes(1 << 20)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as file:
        for _ in range(3 << 10):
            file.write(zeros)
    yield "a bomb in gzip", "x.csv.gz", packed.getvalue()
    held = io.BytesIO()
    with (
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("a.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(3 << 10):
            member.write(zeros)
    yield "a bomb in a zip", "x.zip", held.getvalue()
    yield "a bomb in a zip that says it is small", "x.zip", _said_small(held.getvalue())


def _said_small(content: bytes) -> bytes:
    """Let the directory of a zip say that its member unpacks to a thousand bytes."""
    at = content.rindex(b"PK\x01\x02") + 24
    return content[:at] + (1_000).to_bytes(4, "little") + content[at + 4 :]


def _all() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    for name, text in TEXTS.items():
        yield f"CSV: {name}", "x.csv", lambda text=text: text
        yield f"CSV in gzip: {name}", "x.csv.gz", lambda text=text: gzip.compress(text, 1)
        yield f"CSV in a zip: {name}", "x.zip", lambda text=text: _zip({"x.csv": text})
    for name, make in PARQUETS.items():
        yield f"Parquet: {name}", "x.parquet", make
    for seed in range(20):
        yield (f"Parquet: three bits flipped, {seed}", "x.parquet",
               lambda seed=seed: _flipped(PARQUET, seed))  # fmt: skip
        yield (f"xlsx: three bits flipped, {seed}", "x.xlsx",
               lambda seed=seed: _flipped(_xlsx(), seed))  # fmt: skip
    for name, packed in PACKED.items():
        file, _ = packed()
        yield f"packed: {name}", file, lambda packed=packed: packed()[1]


HOSTILE = tuple(_all())
"""What it is, the name of the file, and how its content is made."""
