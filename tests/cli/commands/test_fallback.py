"""A vendor or a store that cannot be used: the last complete session, labelled, and --max-age."""

from __future__ import annotations

import errno
import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from support.loopback import small
from technic.loopback import LoopbackServer

DAY, LATER = np.datetime64("2026-06-25"), np.datetime64("2026-06-30")
"""A Thursday, and three sessions later."""


@pytest.fixture
def loopback():
    """A market of 300 symbols on a Thursday."""
    market = small()
    market.world.today = DAY
    return market


@pytest.fixture
def server(loopback, monkeypatch, tmp_path):
    """It runs, and the settings point to it and to an empty store."""
    with LoopbackServer(loopback) as running:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", running.url)
        monkeypatch.setenv("TECHNIC_STORE", str(tmp_path / "store"))
        yield running


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """Where the store lies that is filled once, and copied for each test."""
    return tmp_path_factory.mktemp("once")


@pytest.fixture
def filled(server, technic, once, tmp_path):
    """The store has what a scan needs, up to that Thursday."""
    shown = once / "scan.json"
    if not shown.exists():
        first = technic("scan", "--provider", "loopback", "--format", "json")
        assert first.code == 0, first.err
        shutil.copytree(tmp_path / "store", once / "store")
        shown.write_text(first.out, encoding="utf-8")
    else:
        shutil.copytree(once / "store", tmp_path / "store")
    return json.loads(shown.read_text(encoding="utf-8"))


def refuse(loopback) -> None:
    """From now on the key is wrong."""
    loopback.options = replace(loopback.options, key="another")


def test_a_vendor_that_refuses_is_no_reason_to_show_nothing(filled, loopback, technic):
    """The rows of the last complete session, three sessions later; --max-age judges its age."""
    refuse(loopback)
    loopback.world.today = LATER
    for most, code in (("3", 0), ("2", 1)):
        again = technic("scan", "--provider", "loopback", "--format", "json", "--max-age", most)
        assert again.code == code, again.err
        document = json.loads(again.out)
        assert document["as_of"] == str(DAY)
        assert len(document["rows"]) == len(filled["rows"])
        said = " ".join(document["warnings"])
        assert "listings of today could not be had" in said
        assert "technic doctor --provider loopback" in said
        assert ("--max-age is 2" in again.err) == (code == 1)
        assert again.err.count("3 sessions before the last completed one, 2026-06-30") == code


def test_show_and_sync_judge_the_age_too(filled, loopback, technic):
    """Both print what was asked for first."""
    symbol = filled["rows"][0]["symbol"]
    sync = ("sync", "--provider", "loopback", "--format", "json")
    assert technic(*sync, "--max-age", "0").code == 0
    assert technic("show", symbol, "--provider", "loopback", "--max-age", "0").code == 0
    refuse(loopback)
    loopback.world.today = LATER
    shown = technic("show", symbol, "--provider", "loopback", "--max-age", "2")
    assert (shown.code, symbol in shown.out) == (1, True)
    assert "--max-age is 2" in shown.err
    synced = technic(*sync, "--max-age", "2", "--min-success", "0")
    assert synced.code == 1
    assert json.loads(synced.out)["failed"] > 100
    assert f"the data ends {DAY}" in synced.err
    assert "gives this account nothing" in synced.err


def test_a_vendor_that_is_gone_is_scanned_as_it_was_left(filled, server, technic, monkeypatch):
    """Nothing tells the time of its market any more: it is that of the last answer."""
    monkeypatch.setenv("TECHNIC_LOOPBACK_URL", "http://127.0.0.1:9")  # nobody serves there
    again = technic("scan", "--provider", "loopback", "--format", "json")
    assert again.code == 0, again.err
    document = json.loads(again.out)
    assert document["as_of"] == str(DAY)
    assert [row["symbol"] for row in document["rows"]] == [row["symbol"] for row in filled["rows"]]
    assert "nothing answers at http://127.0.0.1:9" in " ".join(document["warnings"])


@pytest.mark.parametrize("what", ["read-only", "full"])
def test_a_store_that_cannot_be_written_is_read(what: str, filled, loopback, technic, monkeypatch):
    """A sync says so and fails; a scan shows the last complete session."""
    loopback.world.today = LATER
    code = errno.ENOSPC if what == "full" else errno.EROFS
    reason = os.strerror(code)

    def refused(*_: object, **__: object) -> None:
        raise OSError(code, reason)

    writes = "_data_writer._parquet" if what == "full" else "_writer_lock.os.open"
    monkeypatch.setattr(f"technic.data_engine.store.{writes}", refused)
    again = technic("scan", "--provider", "loopback", "--format", "json", "--max-age", "2")
    assert again.code == 1, again.err
    document = json.loads(again.out)
    assert document["as_of"] == str(DAY)
    assert len(document["rows"]) == len(filled["rows"])
    assert reason in " ".join(document["warnings"])
    synced = technic("sync", "--provider", "loopback")
    assert synced.code == 1
    assert reason in synced.err
