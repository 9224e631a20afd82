"""Settings: the environment wins over the folder's file, which wins over the home's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from technic.errors import InputFileError, ParameterError
from technic.scan.flat_config import flat_config
from technic.service.schedule.scheduled_scans import ScheduledScan, scan_config
from technic.service.studies.question import study_config
from technic.settings import SCAN_KEYS, Settings, load_settings, setting_values


def test_precedence(tmp_path: Path):
    """Three places name a provider; the nearest one wins."""
    home, folder = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    folder.mkdir()
    environ = {"TECHNIC_HOME": str(home)}
    assert load_settings(environ, folder).provider is None
    (home / "technic.toml").write_text('provider = "files"\ndata = "a"\naccount_size = 5000\n')
    assert load_settings(environ, folder).provider == "files"
    (folder / "technic.toml").write_text('provider = "demo"\n')
    assert load_settings(environ, folder).provider == "demo"
    settings = load_settings({**environ, "TECHNIC_PROVIDER": "polygon"}, folder)
    assert (settings.provider, settings.data, settings.account_size) == ("polygon", "a", "5000")


def test_bad_files_are_named(tmp_path: Path):
    """Neither a broken file nor an unknown key is passed over."""
    path = tmp_path / "technic.toml"
    path.write_text("provider = ")
    with pytest.raises(InputFileError, match="technic.toml: not valid TOML"):
        load_settings({"TECHNIC_HOME": str(tmp_path / "h")}, tmp_path)
    path.write_text('provder = "demo"')
    with pytest.raises(ParameterError, match="provder in .*a known key; did you mean provider"):
        load_settings({"TECHNIC_HOME": str(tmp_path / "h")}, tmp_path)


@pytest.mark.parametrize(
    ("given", "settings", "expected"),
    [
        ({}, {}, ("demo", None)),
        ({"data": "a.csv"}, {}, ("files", "a.csv")),
        ({"data": "a.csv"}, {"provider": "demo", "data": "b.csv"}, ("files", "a.csv")),
        ({"provider": "demo"}, {"data": "b.csv"}, ("demo", None)),
        ({"provider": "files"}, {"data": "b.csv"}, ("files", "b.csv")),
        ({"provider": "demo", "data": "a.csv"}, {}, ("demo", "a.csv")),
        ({}, {"data": "b.csv"}, ("files", "b.csv")),
        ({}, {"provider": "demo", "data": "b.csv"}, ("demo", None)),
        ({}, {"provider": "files", "data": "b.csv"}, ("files", "b.csv")),
    ],
)
def test_data_without_a_provider_means_files(given, settings, expected):
    """What is given wins over settings, and a path says which provider is meant."""
    assert Settings(home=Path("home"), **settings).source(**given) == expected


def test_a_file_says_nothing_of_scans_that_say_all_themselves(tmp_path: Path):
    """Those of Python, a service, a schedule and a study are as if its keys were not there."""
    home = tmp_path / "home"
    home.mkdir()
    plain = load_settings({"TECHNIC_HOME": str(home)}, tmp_path)
    (home / "technic.toml").write_text(
        'where = "close > 1000"\nsetup = ["vcp"]\nmin_price = 50\ncolumns = "+gap"\n'
        'sort = "price"\nsymbols = ["AAPL"]\nmin_bars = 10\nprice_floor = 3\nbars = 400\n'
        "[study]\nhorizon = 3\nlife = 1\nhold = 2\ndelisting_return = -1\n"
    )
    filled = load_settings({"TECHNIC_HOME": str(home)}, tmp_path)
    assert filled.scan_defaults
    assert filled.study_defaults == {"horizon": 3, "life": 1, "hold": 2, "delisting_return": -1}
    assert flat_config({}, filled) == flat_config({}, plain)
    days = {"from": "2024-01-02", "to": "2024-03-08"}
    today = dt.date(2024, 3, 9)
    assert study_config(days, filled, today) == study_config(days, plain, today)
    scan = ScheduledScan("all", {})
    assert scan_config(scan, "2024-03-08", filled) == scan_config(scan, "2024-03-08", plain)


FILE = """
provider = "files"
data = "~/prices.csv"
min_price = 10
columns = ["+gap", "atr_14"]
polygon_key = "a-secret"

[profiles.swing]
setups = ["pullback_20"]
min_price = 20
account_size = 50_000

[profiles.cheap]
max_price = 5
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a file that has two profiles."""
    path = tmp_path / "home"
    path.mkdir()
    (path / "technic.toml").write_text(FILE)
    return path


def test_a_profile_wins_over_the_other_lines(home: Path, tmp_path: Path, monkeypatch):
    """Named by argument, variable or line; a variable of a key wins over it."""
    monkeypatch.setenv("HOME", "/home/me")
    environ = {"TECHNIC_HOME": str(home)}
    plain = load_settings(environ, tmp_path)
    assert plain.data == "/home/me/prices.csv"
    assert plain.scan_defaults == {"min_price": 10, "columns": ("+gap", "atr_14")}
    assert (plain.profile, plain.account_size) == (None, None)
    swing = load_settings(environ, tmp_path, "swing")
    assert swing.scan_defaults == {
        "min_price": 20, "columns": ("+gap", "atr_14"), "setup": ("pullback_20",)
    }  # fmt: skip
    assert (swing.profile, swing.account_size) == ("swing", "50000")
    assert load_settings({**environ, "TECHNIC_PROFILE": "swing"}, tmp_path) == swing
    (tmp_path / "technic.toml").write_text('profile = "swing"\n')
    assert load_settings(environ, tmp_path) == swing
    richer = load_settings({**environ, "TECHNIC_ACCOUNT_SIZE": "7"}, tmp_path, "swing")
    assert richer.account_size == "7"


def test_each_setting_is_told_with_its_origin_and_no_secret(home: Path, tmp_path: Path):
    """A variable, or a file and a profile in it."""
    environ = {"TECHNIC_HOME": str(home), "TECHNIC_RISK_PCT": "2"}
    told = {one.name: one for one in setting_values(environ, tmp_path, "cheap")}
    file = str(home / "technic.toml")
    assert told["risk_pct"].origin == "TECHNIC_RISK_PCT"
    assert told["min_price"].origin == file
    assert told["max_price"].origin == f"{file}, profile cheap"
    assert told["polygon_key"].value == "(set)"
    assert "a-secret" not in repr(told)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("min_prise = 3", "min_prise in .*did you mean min_price"),
        ("qqqq = 3", "technic config init writes them all"),
        ("min_price = {a = 1}", "min_price in .* is 'dict', allowed: one value"),
        ("provider = ['a']", "provider in .* is 'list', allowed: one value"),
        ("profiles = 3", "profiles in .*tables"),
        ("[profiles.x]\nhome = 'a'", "home in .*profile x"),
    ],
)
def test_a_line_that_is_of_no_use_is_named(tmp_path: Path, line: str, message: str):
    """With what is near, and without its value, which may be a secret."""
    (tmp_path / "technic.toml").write_text(line)
    with pytest.raises(ParameterError, match=message):
        load_settings({"TECHNIC_HOME": str(tmp_path / "h")}, tmp_path)


def test_a_profile_that_is_not_there_is_named_with_those_that_are(home: Path, tmp_path: Path):
    """Or with how to write one."""
    with pytest.raises(ParameterError, match="profile is 'swng', allowed: swing, cheap"):
        load_settings({"TECHNIC_HOME": str(home)}, tmp_path, "swng")
    with pytest.raises(ParameterError, match=r"a table \[profiles.NAME\]"):
        load_settings({"TECHNIC_HOME": str(tmp_path)}, tmp_path, "swing")


def test_no_key_is_there_twice():
    """Settings and options of a scan share one file."""
    names = [*Settings.__dataclass_fields__, *SCAN_KEYS]
    assert len(set(names)) == len(names)
