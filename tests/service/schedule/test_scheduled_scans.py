from __future__ import annotations

from pathlib import Path

import pytest

from technic.errors import InputFileError, ParameterError, UsageError
from technic.service.schedule.scheduled_scans import ScheduledScan, load_scans, scan_config
from technic.service.service_settings import service_settings
from technic.settings import Settings

FILE = """
[scans.leaders]
setup = ["trend_template"]
min_price = 5

[scans."pull backs"]
where = "close > sma(close, 50)"
sort = "rs_rating:desc"
"""


def written(folder: Path, text: str) -> Path:
    """A schedule file."""
    path = folder / "schedule.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_scans_stand_in_a_file_in_their_order_then_setups(tmp_path: Path) -> None:
    """A table each, with the keys of a scan; setups that the settings name come after them."""
    scans = load_scans(written(tmp_path, FILE), ["vcp"], required=True)
    assert [scan.name for scan in scans] == ["leaders", "pull backs", "vcp"]
    assert scans[0].keys == {"setup": ["trend_template"], "min_price": 5}
    config = scan_config(scans[0], "2026-11-27", Settings(home=tmp_path, provider="loopback"))
    assert config.as_of == "2026-11-27"
    assert config.setups[0].name == "trend_template"
    assert config.filters.min_price == 5
    assert scan_config(scans[2], "2026-11-27", Settings(home=tmp_path)).setups[0].name == "vcp"


def test_without_a_file_there_is_one_scan_of_everything(tmp_path: Path) -> None:
    """As technic scan does it; a file that somebody named has to be there."""
    assert load_scans(tmp_path / "none.toml", (), required=False) == (ScheduledScan("all", {}),)
    with pytest.raises(InputFileError, match="is not there"):
        load_scans(tmp_path / "none.toml", (), required=True)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[scans.a\n", "not valid TOML"),
        ("x = 1\n", "'x' beside scans"),
        ("scans = 3\n", "no table"),
        ("[scans]\na = 3\n", "says a without keys"),
        ('[scans."a/../b"]\n', "names a scan 'a/../b'"),
        ('[scans.""]\n', "names a scan ''"),
        ("\x00", "not valid TOML"),
        ("".join(f"[scans.s{n}]\n" for n in range(51)), "at most 50"),
        ("#" * 300_000, "300,000 bytes"),
        ("[scans.vcp]\n", "stand once"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_the_place(tmp_path: Path, text: str, part: str) -> None:
    """What is wrong with the file as a whole."""
    with pytest.raises(UsageError) as caught:
        load_scans(written(tmp_path, text), ["vcp"], required=True)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ({"as_of": "2024-03-08"}, "as_of"),
        ({"provider": "demo"}, "TECHNIC_PROVIDER"),
        ({"data": "prices.csv"}, "data"),
        ({"wher": "close > 5"}, "did you mean 'where'"),
        ({"where": "close >"}, "column 8"),
        ({"setup": ["no_such"]}, "setup"),
    ],
)
def test_a_scan_that_is_wrong_is_told(tmp_path: Path, keys: dict[str, object], part: str) -> None:
    """In the words that the command line has for it."""
    with pytest.raises(UsageError) as caught:
        scan_config(ScheduledScan("a", keys), "2026-11-27", Settings(home=tmp_path))
    assert part in str(caught.value)


def test_settings_turn_it_on_and_name_what_it_runs(tmp_path: Path) -> None:
    """By the environment, as all settings of a service; an option wins."""
    environ = {
        "TECHNIC_SERVICE_SCHEDULE": "on",
        "TECHNIC_SERVICE_SCHEDULE_FILE": "/data/mine.toml",
        "TECHNIC_SERVICE_SCHEDULE_SETUPS": "vcp, trend_template",
        "TECHNIC_SERVICE_SCHEDULE_ATTEMPTS": "3",
    }
    settings = service_settings(Settings(home=tmp_path), environ)
    assert settings.schedule
    assert settings.schedule_file == "/data/mine.toml"
    assert settings.schedule_setups == ("vcp", "trend_template")
    assert settings.schedule_attempts == 3
    assert not service_settings(Settings(home=tmp_path), {}).schedule
    off = {"TECHNIC_SERVICE_SCHEDULE": "0"}
    assert not service_settings(Settings(home=tmp_path), off).schedule
    assert service_settings(Settings(home=tmp_path), off, schedule=True).schedule
    with pytest.raises(ParameterError, match="TECHNIC_SERVICE_SCHEDULE is 'perhaps'"):
        service_settings(Settings(home=tmp_path), {"TECHNIC_SERVICE_SCHEDULE": "perhaps"})
