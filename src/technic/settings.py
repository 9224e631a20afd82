"""What the user has set once: TECHNIC_* variables and technic.toml.

Environment variables win over ``technic.toml`` in the current folder, which wins over the one in
``TECHNIC_HOME``. Options of a command win over all of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import NamedTuple

from technic.errors import InputFileError, ParameterError

__all__ = ["FILE_NAME", "DataSource", "Settings", "load_settings"]

FILE_NAME = "technic.toml"
PREFIX = "TECHNIC_"
DEFAULT_HOME = ".technic"
DEFAULT_PROVIDER = "demo"


class DataSource(NamedTuple):
    """Where bars come from: a provider's name, and the file or folder that ``files`` reads."""

    provider: str
    data: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Defaults for every command; each field is ``TECHNIC_<FIELD>`` or a key of technic.toml.

    ``home``: the one folder for store, caches, results and logs. ``store``: where fetched bars
    are kept if not in the home, a folder or an object store's URL. ``*_key``, ``*_secret``: the
    user's keys; never shown, logged or saved with a result. ``*_url``: another address of a
    vendor's interface. ``*_plan``: what the user's key may do (polygon ``free`` or ``paid``,
    alpaca ``basic`` or ``plus``, tiingo ``free`` or ``power``). ``alpaca_feed``: ``sip`` or
    ``iex``. ``ray_address``: a Ray cluster for the runner ``ray``. ``panel_memory``: GiB of bars
    that a scan loads at once; more are read block by block where the provider can. ``page_url``:
    address of a service, to whose pages the symbols of a terminal's table and the messages of
    watches lead. ``timezone``: by whose clocks quiet hours of watches are, and messages tell times.
    The others are the defaults of the options of the same name; None means unset.
    """

    home: Path
    provider: str | None = None
    data: str | None = None
    adjust_by: str | None = None
    columns_map: str | None = None
    date_format: str | None = None
    symbol_from: str | None = None
    market_cap_unit: str | None = None
    universe: str | None = None
    benchmark: str | None = None
    account_size: str | None = None
    risk_pct: str | None = None
    runner: str | None = None
    ray_address: str | None = None
    panel_memory: str | None = None
    page_url: str | None = None
    timezone: str | None = None
    store: str | None = None
    polygon_key: str | None = field(default=None, repr=False)
    polygon_plan: str | None = None
    polygon_url: str | None = None
    polygon_s3_key: str | None = field(default=None, repr=False)
    polygon_s3_secret: str | None = field(default=None, repr=False)
    polygon_s3_url: str | None = None
    alpaca_key: str | None = field(default=None, repr=False)
    alpaca_secret: str | None = field(default=None, repr=False)
    alpaca_plan: str | None = None
    alpaca_feed: str | None = None
    alpaca_url: str | None = None
    tiingo_key: str | None = field(default=None, repr=False)
    tiingo_plan: str | None = None
    tiingo_url: str | None = None
    loopback_url: str | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """All keys that are set."""
        held = (getattr(self, one.name) for one in fields(self) if not one.repr)
        return tuple(value for value in held if value)

    def source(self, provider: str | None = None, data: str | None = None) -> DataSource:
        """Return the source that is meant: what is given, else the settings', else the demo market.

        A path without a provider means ``files``, wherever it comes from. The provider need not
        be one that exists.
        """
        if provider is not None:
            fallback = self.data if provider == "files" else None
            return DataSource(provider, data or fallback)
        if data is not None:
            return DataSource("files", data)
        if self.provider is not None:
            return DataSource(self.provider, self.data if self.provider == "files" else None)
        return DataSource("files", self.data) if self.data else DataSource(DEFAULT_PROVIDER, None)

    def number(self, name: str) -> float | None:
        """Return a setting as a number, None where it is unset; ParameterError for other text."""
        text: str | None = getattr(self, name)
        if text is None:
            return None
        try:
            return float(text)
        except ValueError:
            raise ParameterError(f"setting {name}", text, "a number") from None


def load_settings(environ: Mapping[str, str], folder: Path) -> Settings:
    """Read the settings from ``environ`` and from technic.toml in ``folder`` and in the home.

    Raises InputFileError for a file that is no TOML, ParameterError for a key nobody knows.
    """
    local = _read_file(folder / FILE_NAME)
    home = Path(environ.get(f"{PREFIX}HOME") or local.get("home") or Path.home() / DEFAULT_HOME)
    home = home.expanduser()
    values = {**_read_file(home / FILE_NAME), **local}
    for one in fields(Settings):
        value = environ.get(PREFIX + one.name.upper())
        if value:
            values[one.name] = value
    values.pop("home", None)
    return Settings(home=home, **values)


def _read_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputFileError(str(path), f"not valid TOML: {error}") from error
    known = [one.name for one in fields(Settings)]
    for key, value in content.items():
        if key not in known or isinstance(value, dict | list):
            # the value is not shown: a misspelt name may hold a key
            kind = type(value).__name__
            raise ParameterError(f"{key} in {path}", kind, f"one value for {', '.join(known)}")
    return {key: str(value) for key, value in content.items()}
