"""What has been brought, when, and what was wrong with it: a small file beside the facts.

It only spares requests: without it everything is asked again, and nothing is stored twice.
"""

from __future__ import annotations

import gzip
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from technic.data_engine.store import DeltaFolder, writer_lock
from technic.errors import FactsError, StoreError
from technic.tables.saved_arrays import UNREADABLE_ARRAYS
from technic.typing import DateArray

__all__ = ["Entry", "Filings", "Journal", "Problem", "SyncFolder"]

LATEST = 200
"""Problems that are kept, the latest ones."""


class Problem(msgspec.Struct, frozen=True):
    """What could not be had: of which feed, what of it, and why."""

    feed: str
    item: str
    why: str


class Entry(msgspec.Struct, frozen=True):
    """A thing that was stored: ``day`` on which it came, ``rows`` that were new."""

    day: str
    rows: int


class Journal(msgspec.Struct):
    """Entries by name; ``synced``: when the last sync ended, ``""`` where none has."""

    synced: str = ""
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []


@dataclass(frozen=True, slots=True, eq=False)
class Filings:
    """Numbers of filings that companyfacts has, and the days that others report; both sorted."""

    known: np.ndarray[tuple[int], np.dtype[np.bytes_]] = field(
        default_factory=lambda: np.zeros(0, "S20")
    )
    reporting: np.ndarray[tuple[int], np.dtype[np.bytes_]] = field(
        default_factory=lambda: np.zeros(0, "S20")
    )
    reported: DateArray = field(default_factory=lambda: np.zeros(0, "datetime64[D]"))

    def has(self, accn: str) -> bool:
        """Tell whether companyfacts has a filing."""
        at, code = int(np.searchsorted(self.known, accn.encode())), accn.encode()
        return at < len(self.known) and bool(self.known[at] == code)

    def day(self, accn: str) -> np.datetime64:
        """The day that a filing reports, NaT where nobody says."""
        at, code = int(np.searchsorted(self.reporting, accn.encode())), accn.encode()
        if at < len(self.reporting) and self.reporting[at] == code:
            return np.datetime64(self.reported[at], "D")
        return np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True)
class SyncFolder:
    """The folder ``facts-sync`` in the home: downloads, the journal, days' lists of companies."""

    home: Path

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.home / "facts-sync"

    def download(self, name: str) -> Path:
        """Where a file grows and stays until it is stored."""
        return self.path / "downloads" / name

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder; FactsError, which says who does, where another process holds it."""
        lock = writer_lock(DeltaFolder(str(self.path), {}))
        if not lock.try_acquire():
            raise FactsError(
                f"another sync of facts is running, {lock.holder()}; try again when it is done"
            )
        try:
            yield
        finally:
            lock.release()

    def read(self) -> Journal:
        """Return the journal; an empty one where there is none that can be read."""
        try:
            return msgspec.json.decode((self.path / "journal.json").read_bytes(), type=Journal)
        except (OSError, msgspec.DecodeError):
            return Journal()

    def write(self, journal: Journal) -> None:
        """Keep the journal, whole."""
        journal.problems = journal.problems[-LATEST:]
        with self._whole("journal.json") as path:
            path.write_bytes(msgspec.json.encode(journal))

    def keep_tickers(self, day: str, body: bytes) -> None:
        """Keep a day's list of companies: SEC has today's alone."""
        with self._whole(f"company_tickers/{day}.json.gz") as path:
            path.write_bytes(gzip.compress(body, mtime=0))

    def read_filings(self) -> Filings:
        """Return the filings of the last companyfacts; none where there was none."""
        try:
            with np.load(io.BytesIO((self.path / "filings.npz").read_bytes())) as found:
                return Filings(found["known"], found["reporting"], found["reported"])
        except UNREADABLE_ARRAYS:
            return Filings()

    def write_filings(self, filings: Filings) -> None:
        """Keep them."""
        with self._whole("filings.npz") as path, path.open("wb") as file:
            np.savez(file, known=filings.known, reporting=filings.reporting,
                     reported=filings.reported)  # fmt: skip

    @contextmanager
    def _whole(self, name: str) -> Iterator[Path]:
        """Write beside the place and then put it there; StoreError where that cannot be."""
        target = self.path / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=target.parent, prefix=".part-")
            os.close(handle)
            try:
                yield Path(part)
                Path(part).replace(target)
            finally:
                Path(part).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(str(target), error.strerror or str(error)) from error
