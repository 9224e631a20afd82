"""The store of a provider, opened without the provider's key."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from technic.data_engine.provider_store import open_store
from technic.errors import InputFileError, ParameterError, StoreError
from technic.settings import Settings
from technic.testing import make_bars

NOW = dt.datetime(2024, 3, 9, tzinfo=dt.UTC)


def test_a_store_that_is_not_there_is_made_only_where_that_is_asked_for(tmp_path):
    """Opening names the command that fills it; with ``create`` there is an empty one."""
    settings = Settings(home=tmp_path)
    with pytest.raises(StoreError, match="is not there.*technic sync --provider polygon"):
        open_store("polygon", settings)
    made = open_store("polygon", settings, create=True)
    assert made.store.stats().bars == 0
    url = str(tmp_path / "store" / "polygon")
    assert made.document() == {"provider": "polygon", "store": url, "simulated": False}


def test_providers_without_a_store_are_refused(tmp_path):
    """The demo market and files have none."""
    with pytest.raises(ParameterError, match="provider is 'demo'.*the others keep no store"):
        open_store("demo", Settings(home=tmp_path))


def test_failures_are_forgotten_by_symbol_or_all(tmp_path):
    """Whoever had none is not named."""
    kept = open_store("loopback", Settings(home=tmp_path), create=True)
    kept.store.record_problems({"AAPL": "no_data", "BRK.B": "refused", "MSFT": "no_data"}, NOW)
    assert kept.clear_problems(["brk-b", "ZZZZ"]) == ["BRK.B"]
    assert kept.clear_problems() == ["AAPL", "MSFT"]
    assert kept.problems() == {}


def test_bars_of_a_file_are_stored(tmp_path):
    """As many as another store has written; a folder without prices is refused."""
    sessions = np.arange("2024-03-04", "2024-03-09", dtype="datetime64[D]")
    kept = open_store("loopback", Settings(home=tmp_path / "a"), create=True)
    kept.store.write_days(make_bars(("AAPL", "MSFT"), sessions), sessions, NOW)
    kept.store.export_to(tmp_path / "bars.csv")
    other = open_store("loopback", Settings(home=tmp_path / "b"), create=True)
    assert other.import_bars(tmp_path / "bars.csv", NOW).bars == 10
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputFileError, match="holds no CSV or Parquet file"):
        other.import_bars(tmp_path / "empty", NOW)
