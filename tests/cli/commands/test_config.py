"""``technic config``, and what a scan takes from technic.toml."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from pathlib import Path

import pytest

from technic.cli.app import command_line
from technic.cli.options.file_defaults import SCAN_OPTIONS, STUDY_OPTIONS
from technic.settings import SCAN_KEYS, STUDY_KEYS, settings_keys

NOT_IN_A_FILE = {
    *("as_of", "profile", "set", "out", "quiet", "debug", "format", "ledger", "save", "max_age"),
    *("symbol_pattern",),  # exclude_pattern
}
"""Options that say what this one scan is, or how the command behaves."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder, and a home of its own."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TECHNIC_PROFILE", raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def test_every_option_of_a_scan_is_a_key_or_is_left_out_on_purpose():
    """Whoever adds an option decides it."""
    command = next(one for one in command_line().registered_commands if one.name == "scan")
    options = {name.rstrip("_") for name in inspect.signature(command.callback).parameters}
    assert options - NOT_IN_A_FILE <= {*SCAN_KEYS, *settings_keys()}
    assert set(SCAN_KEYS) == {*SCAN_OPTIONS, "sort", "limit"}
    assert set(STUDY_KEYS) == set(STUDY_OPTIONS)


def test_the_file_to_begin_with_has_every_key_and_sets_none(technic, folder):
    """It is not written over; without the marks of a comment it is TOML."""
    assert technic("config", "init").code == 0
    file = folder.parent / "home" / "technic.toml"
    text = file.read_text(encoding="utf-8")
    assert tomllib.loads(text) == {}
    lines = re.findall(r"^# (\w+ = .*|\[study\])$", text.split("# Profiles:")[0], re.MULTILINE)
    keys = tomllib.loads("\n".join(lines))
    assert set(keys.pop("study")) == set(STUDY_KEYS)
    assert set(keys) == {*settings_keys(), *SCAN_KEYS}
    again = technic("config", "init")
    assert (again.code, "a file that is not there yet" in again.err) == (2, True)
    assert technic("config", "init", "--here").code == 0
    assert technic("config", "path").out.splitlines() == [str(folder / "technic.toml"), str(file)]


def test_what_is_set_is_shown_with_its_origin(technic, folder, monkeypatch):
    """As a table and as JSON; a value of no use is named."""
    monkeypatch.setenv("TECHNIC_POLYGON_KEY", "a-secret")
    (folder / "technic.toml").write_text("[profiles.swing]\nmin_price = '10K'\n")
    shown = technic("config", "show", "--profile", "swing").out
    assert f"min_price    10K  {folder / 'technic.toml'}, profile swing" in shown
    assert "a-secret" not in shown
    told = json.loads(technic("config", "show", "--format", "json").out)
    assert told["polygon_key"] == {"value": "(set)", "from": "TECHNIC_POLYGON_KEY"}
    (folder / "technic.toml").write_text("min_price = 'lots'\n")
    ran = technic("config", "show")
    assert (ran.code, ran.out) == (2, "")
    assert "min_price in technic.toml is 'lots', allowed: a number" in ran.err


def test_a_scan_takes_its_defaults_from_the_file(scan, folder):
    """What is typed wins; a profile wins over the other lines."""
    everything = json.loads(scan("--format", "json", "--min-price", 0).out)
    middle = sorted(row["close"] for row in everything["rows"])[3]
    (folder / "technic.toml").write_text(
        f'min_price = "{middle / 1000:.9f}K"\ncolumns = "+gap"\nsort = "rs:asc,price"\n'
        f"[profiles.dear]\nmin_price = {middle + 0.01:.9f}\nlimit = 1\n"
    )
    document = json.loads(scan("--format", "json").out)
    assert document["sort"] == "rs_rating:asc,close"
    assert all(row["close"] >= middle - 1e-6 for row in document["rows"])
    assert set(document["columns"]) == {"gap_pct"}
    typed = json.loads(scan("--format", "json", "--min-price", 0, "--sort", "symbol").out)
    assert typed["sort"] == "symbol"
    assert len(typed["rows"]) > len(document["rows"])
    dear = json.loads(scan("--profile", "dear", "--format", "json").out)
    assert len(dear["rows"]) < len(document["rows"])
    assert f"view   price >= {middle + 0.01:g}" in scan("--profile=dear").out


def test_a_study_takes_its_defaults_from_a_table_of_the_file(technic, prices, folder):
    """What is typed wins; a profile may have a table of its own; scans know nothing of it."""
    (folder / "technic.toml").write_text(
        "min_price = 1_000_000\n[study]\nhorizon = 10\ndelisting_return = -0.5\n"
        "[profiles.slow.study]\nhorizon = 40\n"
    )
    question = ("study", "--data", prices, "--where", "close > 1", "--from", "2024-01-02")
    asked = {"as given": (), "typed": ("--horizon", 5), "slow": ("--profile", "slow")}
    told = {
        name: json.loads(technic(*question, *more, "--format", "json").out)
        for name, more in asked.items()
    }
    assert {name: one["horizon"] for name, one in told.items()} == {
        "as given": 10,
        "typed": 5,
        "slow": 40,
    }
    assert told["as given"]["rules"]["delisting_return"] == -0.5
    assert told["as given"]["studies"][0]["hits"] > 0  # min_price is a default of scans alone
    shown = technic("config", "show").out
    assert "study.horizon" in shown


def test_a_setup_that_is_typed_has_its_own_order(scan, folder):
    """The order of the file is for scans without one."""
    (folder / "technic.toml").write_text('sort = "price"\n')
    assert json.loads(scan("--setup", "nr7", "--format", "json").out)["sort"] == "range_in_atr:asc"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("no_volume = 1", "no_volume in technic.toml is 1, allowed: true or false"),
        ("bars = 300.5", "bars in technic.toml is 300.5, allowed: a whole number"),
        ("limit = -3", "limit is -3, allowed: a whole number from 0"),
        ("sort = 3", "sort in technic.toml is 3, allowed: a text"),
        ("rank_among = 'all'", "rank_among in technic.toml is 'all', allowed: market, shown"),
        ("[study]\nhorizons = 3", "study.horizons in "),
        ("[study]\nhorizon = [3]", "study.horizon in "),
        ("study = 3", "study in "),
        ("sector = [true]", "sector in technic.toml is (True,), allowed: a text, or a list"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(scan, folder, line, sentence):
    """One sentence with the key."""
    (folder / "technic.toml").write_text(line)
    ran = scan()
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_a_profile_that_is_not_there_is_named(scan, folder):
    """With the option by which it was asked for."""
    (folder / "technic.toml").write_text("[profiles.swing]\nmin_price = 1\n")
    assert "--profile is 'swng', allowed: swing" in scan("--profile", "swng").err
