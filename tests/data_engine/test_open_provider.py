"""Opening a vendor: its keys are looked for first, and its requests travel as they have to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from technic.data_engine.network.aiohttp_transport import AiohttpTransport
from technic.data_engine.network.s3_transport import S3Transport
from technic.data_engine.network.yahoo_transport import YahooTransport
from technic.data_engine.open_provider import (
    REMOTE,
    open_provider,
    open_remote,
    store_url,
    transport_factory,
)
from technic.errors import ParameterError
from technic.sessions import build_calendar
from technic.settings import Settings

KEYS = {
    "polygon_key": "k",
    "polygon_s3_key": "k",
    "polygon_s3_secret": "s",
    "alpaca_key": "k",
    "alpaca_secret": "s",
    "tiingo_key": "k",
}
NEEDED = [
    ("polygon", "polygon_key"),
    ("polygon-files", "polygon_key"),
    ("polygon-files", "polygon_s3_key"),
    ("polygon-files", "polygon_s3_secret"),
    ("alpaca", "alpaca_key"),
    ("alpaca", "alpaca_secret"),
    ("tiingo", "tiingo_key"),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with every key."""
    return Settings(home=tmp_path, **KEYS)


@pytest.mark.parametrize("name", REMOTE)
def test_each_vendor_has_the_transport_it_needs(name: str, settings: Settings):
    """Sockets for all but Yahoo, which wants its own session, and files over S3."""
    special = {"polygon-files": S3Transport, "yahoo": YahooTransport}
    remote = open_remote(name, settings)
    transport = transport_factory(remote, settings)()
    assert type(transport) is special.get(name, AiohttpTransport)
    assert remote.name == name


@pytest.mark.parametrize(("name", "key"), NEEDED, ids=" ".join)
def test_a_missing_key_is_named_before_anything_is_made(name: str, key: str, settings: Settings):
    """The message says which variable to set; no store is begun."""
    without = replace(settings, **{key: None})
    with pytest.raises(ParameterError, match=f"TECHNIC_{key.upper()}"):
        open_provider(name, build_calendar(2026), settings=without)
    assert not Path(store_url(name, without)).exists()
