"""The store works on an object store by URL, with writers that race."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from technic.data_engine.store import BarStore, _files
from technic.data_engine.store._writer_lock import LEASE_TIME, Lease
from technic.data_engine.store.bar_source import StoredBars
from technic.errors import StoreError
from technic.panel import BarPanel
from technic.testing import make_bars

ASKED = dt.datetime(2024, 6, 3, 22, 0, tzinfo=dt.UTC)
DAYS = np.busday_offset("2024-01-30", np.arange(6))
KEYS = {"aws_access_key_id": "nobody", "aws_secret_access_key": "hidden-word"}


SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(*server.get_host_and_port(), flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture(scope="module")
def options() -> Iterator[dict[str, str]]:
    """Storage options of an S3-compatible server on this machine, with an empty bucket.

    It has a process of its own: a file is written without giving other threads a turn.
    """
    import boto3

    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", SERVER], **pipes) as server:
        host, port = server.stdout.readline().split()
        url = f"http://{host}:{port}"
        client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **KEYS)
        client.create_bucket(Bucket="bars")
        yield {
            "AWS_ENDPOINT_URL": url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            **{name.upper(): value for name, value in KEYS.items()},
        }
        client.close()
        server.stdin.close()


def test_bars_and_coverage_come_back_from_an_object_store(options: dict[str, str]):
    """Write, replace, read one symbol, compact and vacuum, all by URL."""
    store = BarStore.open("s3://bars/whole", options)
    bars = make_bars(["A", "B"], DAYS)
    store.write_days(bars, DAYS, ASKED)
    store.write_ranges(make_bars(["C"], DAYS, seed=2), ["C"], DAYS[0], DAYS[-1], ASKED)
    again = BarStore.open("s3://bars/whole", options)
    assert again.read(["B"], DAYS[0], DAYS[-1]).close.tolist() == bars.close[6:].tolist()
    assert again.coverage().sessions.tolist() == DAYS.tolist()
    again.compact()
    assert again.vacuum(keep_days=0).files > 0
    assert again.verify() == []
    assert len(again.read(None, DAYS[0], DAYS[-1])) == 18


def test_blocks_are_read_in_parts_of_large_files(
    options: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    """Footer and row groups alone, the same bars; a file that is gone is named."""
    store = BarStore.open("s3://bars/blocks", options)
    bars = make_bars(["A", "B", "C"], DAYS)
    store.write_days(bars, DAYS, ASKED)
    source = StoredBars.open(store, ["A", "B", "C"], DAYS, DAYS[-1])
    expected = BarPanel.from_long(bars, DAYS).take(slice(1, 3))
    for whole_bytes in (_files.WHOLE_BYTES, 0):
        monkeypatch.setattr(_files, "WHOLE_BYTES", whole_bytes)
        block = source.take(slice(1, 3))
        assert block.symbols == ("B", "C")
        assert block.close.tobytes() == expected.close.tobytes()
        assert "hidden-word" not in repr(source)
    store.write_days(make_bars(["A"], DAYS), DAYS, ASKED)
    store.vacuum(keep_days=0)
    with pytest.raises(StoreError, match=r"file month=2024-0[12]/\w{8}-") as raised:
        source.take(slice(0, 1))
    assert "hidden-word" not in str(raised.value)


def test_writers_that_race_on_an_object_store_lose_nothing(options: dict[str, str]):
    """Conditional put lets one commit win; the others compute theirs anew."""
    store = BarStore.open("s3://bars/raced", options)

    def write(symbol: str) -> None:
        own = BarStore.open(store.url, options)
        own.write_ranges(make_bars([symbol], DAYS), [symbol], DAYS[0], DAYS[-1], ASKED)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, "XYZ"))
    held = store.read(None, DAYS[0], DAYS[-1])
    assert held.symbols == ("X", "Y", "Z")
    assert held.session.tolist() == DAYS.tolist() * 3
    assert store.verify() == []
    assert set(store.coverage().ranges) == {"X", "Y", "Z"}


def test_a_lease_that_was_taken_over_cannot_commit(options: dict[str, str]):
    """Another writer waits while it holds, takes over when it has run out, and fences it off."""
    store, other = (BarStore.open("s3://bars/leased", options) for _ in range(2))
    folder = replace(store.folder, fence=None)
    clock = [ASKED]
    one, two = (Lease(folder, lambda: clock[0]) for _ in range(2))
    assert one.try_acquire()
    assert not two.try_acquire()
    assert one.holder().startswith("process ")
    clock[0] += LEASE_TIME / 2 + dt.timedelta(seconds=1)
    one.check()  # which prolongs it
    clock[0] += LEASE_TIME / 2 + dt.timedelta(seconds=1)
    assert not two.try_acquire()
    clock[0] += LEASE_TIME
    assert two.try_acquire()
    held = replace(store, folder=replace(folder, fence=one.check), lock=one)
    with pytest.raises(StoreError, match="who took over"):
        held.write_days(make_bars(["A"], DAYS), DAYS, ASKED)
    two.release()
    other.write_days(make_bars(["A"], DAYS), DAYS, ASKED)
    assert len(store.read(None, DAYS[0], DAYS[-1])) == 6


def test_an_object_store_that_refuses_is_a_store_error_without_secrets(options: dict[str, str]):
    """The bucket is not there; the sentence names the store and no key."""
    with pytest.raises(StoreError, match="s3://nowhere/store") as caught:
        BarStore.open("s3://nowhere/store", {**options, "AWS_MAX_RETRIES": "0"})
    assert "hidden-word" not in str(caught.value)
    assert "\n" not in str(caught.value)
