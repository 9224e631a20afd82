"""Settings: one value for each key, wherever it was set."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

from technic.errors import ParameterError

__all__ = ["DataSource", "Settings", "settings_keys"]

DEFAULT_PROVIDER = "demo"
SIMULATED = ("demo", "loopback")


class DataSource(NamedTuple):
    """Where bars come from: a provider's name, and the file or folder that ``files`` reads."""

    provider: str
    data: str | None

    @property
    def simulated(self) -> bool:
        """Whether its market is made up."""
        return self.provider in SIMULATED


_SAYS = "says"


def _key(says: str, *, secret: bool = False) -> Any:
    """Declare a key of technic.toml: what it says, and whether it is never shown."""
    return field(default=None, repr=not secret, metadata={_SAYS: says})


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
    ``profile``: the one in force. ``scan``, ``study``: defaults for options of a scan
    (``SCAN_KEYS``) and of a study (``STUDY_KEYS``), as the file has them. The others are the
    defaults of the options of the same name; None means unset.
    """

    home: Path
    provider: str | None = _key("Where bars come from: demo, files, or a vendor.")
    data: str | None = _key("File or folder of prices; without a provider it means files.")
    adjust_by: str | None = _key(
        "Column of adjusted closes by which the prices of data are adjusted."
    )
    columns_map: str | None = _key("What columns are called in files, OURS=THEIRS with commas.")
    date_format: str | None = _key("How dates are written in files, such as %d.%m.%Y.")
    symbol_from: str | None = _key(
        "Regular expression whose group is the symbol in the name of a file of prices."
    )
    market_cap_unit: str | None = _key(
        "In what market caps of the universe are counted: dollars to billions."
    )
    universe: str | None = _key("File of listings: who is scanned.")
    benchmark: str | None = _key(
        "Symbol of the data, or file of closes, that strength is compared with."
    )
    account_size: str | None = _key("Account of a trade plan, in dollars.")
    risk_pct: str | None = _key("Share of the account that is lost at the stop, in percent.")
    runner: str | None = _key("Where scans run: auto, local, threads or ray.")
    ray_address: str | None = _key("A Ray cluster for the runner ray.")
    panel_memory: str | None = _key(
        "GiB of bars that a scan loads at once; more are read block by block."
    )
    page_url: str | None = _key(
        "Address of a service, to whose pages the symbols of a table and messages of watches lead."
    )
    timezone: str | None = _key(
        "Whose clocks quiet hours of watches go by, and the times in messages, e.g. Europe/Berlin."
    )
    store: str | None = _key(
        "Where fetched bars are kept if not in the home: a folder, or an object store's URL."
    )
    polygon_key: str | None = _key("Your key at Polygon.", secret=True)
    polygon_plan: str | None = _key("What the key may do: free or paid.")
    polygon_url: str | None = _key("Another address of Polygon's interface.")
    polygon_s3_key: str | None = _key("Your key for Polygon's flat files.", secret=True)
    polygon_s3_secret: str | None = _key("Its secret.", secret=True)
    polygon_s3_url: str | None = _key("Another address of the flat files.")
    alpaca_key: str | None = _key("Your key at Alpaca.", secret=True)
    alpaca_secret: str | None = _key("Its secret.", secret=True)
    alpaca_plan: str | None = _key("What the key may do: basic or plus.")
    alpaca_feed: str | None = _key("sip or iex.")
    alpaca_url: str | None = _key("Another address of Alpaca's interface.")
    tiingo_key: str | None = _key("Your key at Tiingo.", secret=True)
    tiingo_plan: str | None = _key("What the key may do: free or power.")
    tiingo_url: str | None = _key("Another address of Tiingo's interface.")
    facts_user_agent: str | None = _key(
        "Who asks SEC for facts: your name and mail address, which it demands of everybody."
    )
    loopback_url: str | None = _key(
        "Address of a simulated market, as technic marketsim prints it."
    )
    profile: str | None = _key("Profile to use: a table [profiles.NAME] of technic.toml.")
    scan: tuple[tuple[str, Any], ...] = field(default=(), metadata={_SAYS: None})
    study: tuple[tuple[str, Any], ...] = field(default=(), metadata={_SAYS: None})

    @property
    def scan_defaults(self) -> dict[str, Any]:
        """The defaults for options of a scan, by key."""
        return dict(self.scan)

    @property
    def study_defaults(self) -> dict[str, Any]:
        """The defaults for options of a study, by key."""
        return dict(self.study)

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


def settings_keys() -> dict[str, Field[Any]]:
    """Return the fields of Settings that are keys of a file and variables, by name."""
    return {one.name: one for one in fields(Settings) if one.metadata.get(_SAYS)}
