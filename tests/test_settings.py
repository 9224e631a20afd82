"""Settings: the environment wins over the folder's file, which wins over the home's."""

from __future__ import annotations

from pathlib import Path

import pytest

from technic.errors import InputFileError, ParameterError
from technic.settings import Settings, load_settings


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
    with pytest.raises(ParameterError, match="provder in .*allowed: one value for home, provider"):
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
