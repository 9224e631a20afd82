"""The store of a provider, opened without asking the provider anything; no key is needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from technic.data_engine.open_provider import store_url
from technic.data_engine.store import BarStore, ImportReport, Problem
from technic.errors import StoreError
from technic.sessions import SessionCalendar
from technic.settings import Settings
from technic.tables.file_options import FileOptions
from technic.universe import parse_symbols

__all__ = ["NOT_THERE", "ProviderStore", "open_store"]

NOT_THERE = "is not there"
"""The reason of StoreError where nothing was ever stored: the one that is no trouble."""

EVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class ProviderStore:
    """A store, and the name of the provider whose bars it keeps."""

    provider: str
    store: BarStore

    @property
    def simulated(self) -> bool:
        """Whether its bars are made up."""
        return self.provider == "loopback"

    def problems(self) -> dict[str, Problem]:
        """Every symbol that has failed, whether its pause is over or not."""
        return self.store.quarantined(EVER)

    def clear_problems(self, symbols: Iterable[str] | None = None) -> list[str]:
        """Forget failures, all or those of ``symbols`` in any spelling; return whose, sorted."""
        failed = self.problems().keys()
        cleared = sorted(failed if symbols is None else failed & set(parse_symbols(symbols)))
        if cleared:
            self.store.clear(*cleared)
        return cleared

    def import_bars(
        self,
        path: Path,
        asked_at: dt.datetime,
        calendar: SessionCalendar | None = None,
        options: FileOptions | None = None,
    ) -> ImportReport:
        """Store the bars of a file or folder; return how many, and which rows were left out.

        ``asked_at``, ``calendar`` and ``options`` as in ``BarStore.import_from``. Raises
        InputFileError for what holds no prices.
        """
        return self.store.import_from(path, asked_at, calendar, options)

    def document(self) -> dict[str, object]:
        """What every answer about the store begins with."""
        return {
            "provider": self.provider,
            "store": self.store.url,
            "simulated": self.simulated,
        }


def open_store(
    provider: str, settings: Settings, *, create: bool = False, damaged: bool = False
) -> ProviderStore:
    """Open the store of ``provider``; a ``damaged`` one can be verified and repaired.

    One that is not there is made where ``create`` allows it; else StoreError says what makes one.
    Raises ParameterError for a provider that keeps no store.
    """
    url = store_url(provider, settings)
    if not create and "://" not in url and not Path(url).is_dir():
        raise StoreError(url, NOT_THERE, f"technic sync --provider {provider} fills it")
    try:
        return ProviderStore(provider, BarStore.open(url))
    except StoreError:
        if not damaged:
            raise
        return ProviderStore(provider, BarStore.open_unchecked(url))
