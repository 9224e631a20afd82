"""Flat files: a day's file over S3 is as good as a whole-market answer."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.vendor import CALENDAR, Vendor
from technic.data_engine.interfaces.requests import BadAnswerError, BarRequest, RequestError
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.network.fetch import FetchRules
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.network.s3_transport import S3Access, S3Transport
from technic.data_engine.providers.vendors.polygon_files import FLAT_FILES, PolygonFiles, day_file
from technic.data_engine.store import BarStore
from technic.data_engine.sync.syncer import Syncer
from technic.panel import LongBars
from technic.testing import make_bars

SYMBOLS = [f"S{i:02d}" for i in range(20)]
SESSIONS = CALENDAR.last(5, np.datetime64("2024-03-07"))
NOW = dt.datetime(2024, 3, 8, 20, tzinfo=dt.UTC)
DAY = BarRequest("market_day", SESSIONS[-1], SESSIONS[-1])
KEYS = ("nobody", "hidden-word")
PLAN = replace(FLAT_FILES, least_market_rows=5)


def csv_of(bars: LongBars, day: np.datetime64) -> bytes:
    """The file of a day in the vendor's columns; midnight in New York is 05:00 UTC in winter."""
    lines = ["ticker,volume,open,close,high,low,window_start,transactions"]
    start = (day.astype("datetime64[s]").astype(int) + 5 * 3600) * 10**9
    for at in np.flatnonzero(bars.session == day):
        row = (bars.volume, bars.open, bars.close, bars.high, bars.low)
        values = ",".join(repr(float(field[at])) for field in row)
        lines.append(f"{bars.symbols[bars.column[at]]},{values},{start},7")
    return gzip.compress("\n".join(lines).encode())


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An S3-compatible server on this machine that holds the files of four of five days."""
    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=KEYS[0],
        aws_secret_access_key=KEYS[1],
    )
    client.create_bucket(Bucket="flatfiles")
    bars = make_bars(SYMBOLS, SESSIONS)
    for day in SESSIONS[:-1]:
        text = str(day)
        key = f"us_stocks_sip/day_aggs_v1/{text[:4]}/{text[5:7]}/{text}.csv.gz"
        client.put_object(Bucket="flatfiles", Key=key, Body=csv_of(bars, day))
    client.close()
    yield url
    server.stop()


def test_days_come_from_files_and_a_missing_one_is_named(endpoint: str, tmp_path: Path):
    """Four days are stored as they are; the fifth has no file yet, and the sync says so."""
    vendor = Vendor(make_bars(SYMBOLS, SESSIONS))
    store = BarStore.open(str(tmp_path / "store"))

    def connect() -> S3Transport:
        """Files over sockets, the rest from a function."""
        return S3Transport(S3Access(*KEYS, endpoint), FunctionTransport(vendor.answer))

    client = PolygonFiles("key", plan=PLAN)
    syncer = Syncer(client, store, CALENDAR, lambda: NOW, FetchRules(attempts=2), connect)
    report = asyncio.run(syncer.run(SYMBOLS, SESSIONS[:-1]))
    assert report.failures == {}
    assert vendor.kinds == {"splits": 1}
    held = store.read(SYMBOLS, SESSIONS[0], SESSIONS[-1])
    expected = make_bars(SYMBOLS, SESSIONS)
    expected = expected.rows(expected.session < SESSIONS[-1])
    np.testing.assert_array_equal(held.close, expected.close)
    np.testing.assert_array_equal(held.volume, expected.volume)
    missing = asyncio.run(syncer.run(SYMBOLS, SESSIONS))
    assert "no file of that day" in missing.failures["S00"].detail


def test_keys_are_not_shown():
    """Neither the provider nor its access prints them."""
    shown = repr(PolygonFiles("a-key")) + repr(S3Access(*KEYS))
    assert not any(secret in shown for secret in (*KEYS, "a-key"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"not gzip", "cannot be unpacked"),
        (gzip.compress(b"ticker,open\nA,1\n"), "not the file expected"),
        (csv_of(make_bars(SYMBOLS, SESSIONS), SESSIONS[0]), "other days"),
        (csv_of(make_bars(SYMBOLS[:2], SESSIONS), SESSIONS[-1]), "2 rows, fewer than 5"),
        (csv_of(make_bars(SYMBOLS, SESSIONS), SESSIONS[-1])[:-20], "broke off"),
    ],
    ids=["not packed", "other shape", "other day", "too few rows", "cut off"],
)
def test_a_file_that_is_no_answer_is_refused(body: bytes, message: str):
    """Cut off, of another shape, another day, too few rows."""
    with pytest.raises(BadAnswerError, match=message):
        day_file(HttpResponse(200, {}, body), DAY, 5)


@given(cut=st.binary(max_size=60), status=st.sampled_from([200, 403, 404, 500]))
def test_nothing_but_the_documented_errors_comes_out(cut: bytes, status: int):
    """Whatever bytes a server sends, packed or not."""
    for body in (cut, gzip.compress(cut), gzip.compress(b"ticker,window_start\n" + cut)):
        with pytest.raises(RequestError):
            day_file(HttpResponse(status, {}, body), DAY, 5)


def test_a_symbol_that_looks_like_nothing_is_kept():
    """NA and NULL are tickers, not missing text."""
    bars = make_bars(["NA", "NULL", "nan", "TRUE", "A"], SESSIONS)
    read = day_file(HttpResponse(200, {}, csv_of(bars, SESSIONS[-1])), DAY, 5)
    assert read.symbols == ("NA", "NULL", "nan", "TRUE", "A")
