"""Opening the store of a provider without asking the provider anything; no key is needed."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from technic.data_engine.open_provider import store_url
from technic.data_engine.store import BarStore, Problem
from technic.errors import InputFileError, ParameterError, StoreError
from technic.export.targets import check_file
from technic.settings import load_settings
from technic.universe import parse_symbols

__all__ = [
    "ProviderStore",
    "any_store",
    "clear_symbols",
    "existing_store",
    "export_bars",
    "import_bars",
]

EVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class ProviderStore:
    """A store and whose it is."""

    provider: str
    store: BarStore

    @property
    def simulated(self) -> bool:
        """Whether its bars are made up."""
        return self.provider == "loopback"

    def problems(self) -> dict[str, Problem]:
        """Every symbol that has failed, whether its pause is over or not."""
        return self.store.quarantined(EVER)

    def facts(self) -> dict[str, object]:
        """What every answer about the store begins with."""
        return {
            "provider": self.provider,
            "store": self.store.url,
            "simulated": self.simulated,
        }


def existing_store(provider: str | None) -> ProviderStore:
    """Open a store that is there; StoreError says what makes one."""
    name, url = _place(provider)
    if "://" not in url and not Path(url).is_dir():
        raise StoreError(url, "is not there", f"technic sync --provider {name} fills it")
    return ProviderStore(name, BarStore.open(url))


def any_store(provider: str | None) -> ProviderStore:
    """Open a store, a new one where there is none."""
    name, url = _place(provider)
    return ProviderStore(name, BarStore.open(url))


def _place(provider: str | None) -> tuple[str, str]:
    settings = load_settings(os.environ, Path.cwd())
    name = settings.source(provider).provider
    return name, store_url(name, settings)


def export_bars(found: ProviderStore, path: Path) -> int:
    """Write all daily bars into a file; return how many."""
    check_file("file", path)
    try:
        return found.store.export_to(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParameterError("file", str(path), "a file that can be written", reason) from error


def import_bars(found: ProviderStore, path: Path) -> int:
    """Store the bars of a file; return how many."""
    if path.is_dir():
        raise InputFileError(str(path), "is a folder, not a file")
    return found.store.import_from(path, dt.datetime.now(dt.UTC))


def clear_symbols(found: ProviderStore, symbols: Sequence[str] | None) -> list[str]:
    """Forget failures, all or those of ``symbols``; return whose."""
    wanted = parse_symbols(tuple(symbols)) if symbols else None
    held = found.problems()
    cleared = sorted(held if wanted is None else held.keys() & set(wanted))
    if cleared:
        found.store.clear(*cleared)
    return cleared
