"""``technic data``: what a store holds, whether it is sound, and carrying it elsewhere."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from support.facts import filing, table_of
from support.nobody import nobody
from technic.data_engine.store import BarStore
from technic.facts.store import FactStore
from technic.sessions import build_calendar
from technic.testing import make_bars

SESSIONS = build_calendar(2024).last(30, np.datetime64("2024-03-08"))
SYMBOLS = ("AAA", "BBB", "CCC")
NOW = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)


@pytest.fixture
def folder(monkeypatch, tmp_path) -> Path:
    """Where the settings keep stores."""
    monkeypatch.setenv("TECHNIC_STORE", str(tmp_path / "stores"))
    monkeypatch.setenv("TECHNIC_PROVIDER", "polygon")
    return tmp_path / "stores"


@pytest.fixture
def store(folder) -> BarStore:
    """A store of Polygon's with three symbols on thirty days, and a symbol that failed."""
    one = BarStore.open(str(folder / "polygon"))
    one.write_days(make_bars(SYMBOLS, SESSIONS), SESSIONS, NOW)
    one.record_problem("GONE", "unknown_symbol", NOW)
    return one


@pytest.fixture
def data(technic):
    """Run ``technic data ACTION --format json`` and read what it printed."""

    def call(*arguments, code=0):
        ran = technic("data", *arguments, "--format", "json")
        assert ran.code == code, ran.err
        return json.loads(ran.out)

    return call


def test_info_counts_what_is_there(data, technic, store):
    """For programs and for people; the provider comes from the settings."""
    found = data("info")
    assert (found["provider"], found["simulated"]) == ("polygon", False)
    assert (found["bars"], found["symbols"], found["market_days"]) == (90, 3, 30)
    assert (found["first"], found["last"]) == (str(SESSIONS[0]), "2024-03-08")
    assert [one["symbol"] for one in found["problems"]] == ["GONE"]
    out = technic("data", "info").out
    assert "90 of 3 symbols" in out
    assert "GONE (unknown_symbol, until 2024-03-09)" in out
    assert found["facts"] is None
    assert "technic facts sync" in out


def test_info_says_where_coverage_by_facts_is_told(data, technic, store, monkeypatch, tmp_path):
    """Facts are kept in the home, whoever the bars are from."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    fact = ("revenue", "Revenues", "2022-01-01", "2022-03-31", 5.0)
    rows = filing((1, "AAA"), "10-Q", "2022-05-02T12:00", fact)
    FactStore(tmp_path / "home").append(table_of(rows))
    assert data("info")["facts"] == str(tmp_path / "home" / "facts")
    assert "technic facts status" in technic("data", "info").out


def test_verify_passes_a_sound_store_and_names_what_is_wrong(data, technic, store, folder):
    """A file that was damaged is exit code 1 and stands in the list."""
    found = data("verify")
    assert found.pop("seconds") >= 0.0
    assert found == {
        "provider": "polygon",
        "store": str(folder / "polygon"),
        "simulated": False,
        "sound": True,
        "problems": [],
        "repaired": False,
    }
    damaged = next((folder / "polygon" / "bars").rglob("*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-100])
    found = data("verify", code=1)
    assert found["sound"] is False
    assert damaged.name in found["problems"][0]
    ran = technic("data", "verify")
    assert ran.code == 1
    assert damaged.name in ran.out
    assert "technic data verify --repair" in ran.out


def test_what_is_broken_can_be_dropped(data, technic, store, folder):
    """A log that cannot be read stops everything else; after the repair nothing is wrong."""
    log = folder / "polygon" / "bars" / "_delta_log" / f"{0:020}.json"
    log.write_text("")
    ran = technic("data", "info")
    assert ran.code == 1
    found = data("verify", "--repair")
    assert (found["sound"], found["repaired"]) == (False, True)
    assert log.name in found["problems"][0]
    assert data("verify")["sound"] is True
    assert data("info")["bars"] == 90


def test_compacting_keeps_every_bar(data, store):
    """Fewer files, the same content."""
    later = build_calendar(2024).last(4, np.datetime64("2024-03-14"))
    asked = NOW + dt.timedelta(days=7)
    for day in later:
        store.write_days(make_bars(SYMBOLS, day[None]), day[None], asked)
    before = store.content_hash(None, SESSIONS[0], later[-1])
    found = data("compact")
    assert found["bar_files"] < found["bar_files_before"]
    assert store.content_hash(None, SESSIONS[0], later[-1]) == before
    assert data("info")["bars"] == 102


@pytest.mark.parametrize("name", ["bars.parquet", "bars.csv"])
def test_what_is_exported_can_be_imported_elsewhere(data, store, tmp_path, monkeypatch, name):
    """A new store of the same bars; the import makes it."""
    path = tmp_path / name
    assert data("export", path)["bars"] == 90
    monkeypatch.setenv("TECHNIC_STORE", str(tmp_path / "other"))
    found = data("import", path)
    assert (found["bars"], found["refused"]) == (90, {})
    other = BarStore.open(str(tmp_path / "other" / "polygon"))
    whole = (None, SESSIONS[0], SESSIONS[-1])
    assert other.content_hash(*whole) == store.content_hash(*whole)


def test_problems_are_cleared_by_name_or_all(data, store):
    """What was cleared is named; what has no problem is no error."""
    assert data("clear-problems", "AAA")["cleared"] == []
    assert data("clear-problems", "gone")["cleared"] == ["GONE"]
    store.record_problem("GONE", "unknown_symbol", NOW)
    assert data("clear-problems")["cleared"] == ["GONE"]
    assert data("info")["problems"] == []


def test_a_simulated_store_says_so(technic, folder):
    """Bars of the loopback provider are not a market's."""
    BarStore.open(str(folder / "loopback"))
    out = technic("data", "info", "--provider", "loopback").out
    assert "SIMULATED" in out
    assert "none yet" in out


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("info",), 1, "technic sync --provider polygon fills it"),
        (("info", "--provider", "demo"), 2, "keep no store"),
        (("import", "missing.parquet"), 2, "missing.parquet"),
        (("import", "."), 2, "holds no CSV or Parquet file"),
        (("import", "bars.txt"), 2, "there is no such file"),
        (("nonsense",), 2, "No such command"),
        (("export",), 2, "Missing argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_one_sentence(
    technic, folder, monkeypatch, tmp_path, arguments, code, text
):
    """No store yet, a provider without one, a file that is not there or is none."""
    monkeypatch.chdir(tmp_path)
    ran = technic("data", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert text in ran.err


def test_an_export_needs_a_place(technic, store, tmp_path, monkeypatch):
    """A folder that is not there, an ending nobody knows."""
    monkeypatch.chdir(tmp_path)
    for path, text in (("nowhere/bars.csv", "mkdir -p nowhere"), ("bars.xlsx", ".parquet or .csv")):
        ran = technic("data", "export", path)
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert text in ran.err


def test_looking_makes_no_store(technic, folder):
    """Only a sync or an import does."""
    technic("data", "info")
    assert not folder.exists()


@pytest.mark.parametrize("url", ["s3://id:SECRET-KEY@bucket/bars", "az://bars?sig=SECRET-KEY"])
@pytest.mark.parametrize("command", [("data", "info"), ("plan",), ("sync",), ("scan",)])
def test_a_key_in_the_address_of_the_store_is_refused_and_not_shown(
    technic, monkeypatch, url, command
):
    """The address is printed and logged, so it must not hold a key; the sentence says where."""
    monkeypatch.setenv("TECHNIC_STORE", url)
    with nobody() as address:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", f"http://{address}")
        ran = technic(*command, "--provider", "loopback")
    assert ran.code == 2
    assert "SECRET-KEY" not in ran.out + ran.err
    assert "AWS_SECRET_ACCESS_KEY" in ran.err
