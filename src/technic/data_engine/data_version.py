"""Which data a scan saw: a store's table versions, a hash of files, the seed of a simulation.

A provider that can tell has a method ``data_version``. What costs time (hashing files) is done
when ``provenance`` is called, that is when a result is saved, not in every scan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from technic.code_version import fingerprint
from technic.data_engine.interfaces.provider import Provider
from technic.panel import FIELDS, BarPanel, BlockSource
from technic.typing import DateArray, FloatArray

__all__ = [
    "BAR_PROVENANCE",
    "CacheVersion",
    "DataVersion",
    "FilesVersion",
    "SimulationVersion",
    "UnknownVersion",
    "bar_provenance",
    "data_version_of",
    "hash_of",
]

BAR_PROVENANCE = ("symbol", "bars", "first", "last", "hash")
SYMBOLS_AT_ONCE = 512
CHUNK = 1 << 20
DIGEST = 16


class DataVersion(Protocol):
    """Names the data of one scan."""

    def provenance(self) -> dict[str, object]:
        """Return ``kind`` and what names the data of that kind, as plain values."""


@runtime_checkable
class VersionedProvider(Protocol):
    """A provider that can tell which data it has answered from."""

    def data_version(self) -> DataVersion: ...


@dataclass(frozen=True, slots=True)
class UnknownVersion:
    """A provider that cannot tell: the hashes of the bars that were scanned are all there is."""

    provider: str

    def provenance(self) -> dict[str, object]:
        """Return its name."""
        return {"kind": "unknown", "provider": self.provider}


@dataclass(frozen=True, slots=True)
class SimulationVersion:
    """A simulated market: the same seed and size give the same bars while its code is the same."""

    seed: int
    size: int
    last_session: str

    def provenance(self) -> dict[str, object]:
        """Return what the market was made from, and a hash of the code that made it."""
        return {
            "kind": "simulation",
            "seed": self.seed,
            "size": self.size,
            "last_session": self.last_session,
            "code": fingerprint(Path(__file__).parents[1] / "marketsim"),
        }


@dataclass(frozen=True, slots=True)
class FilesVersion:
    """Files of prices: where they are, and what they weighed when they were read."""

    path: Path
    files: tuple[Path, ...]
    stamps: tuple[tuple[int, int] | None, ...]

    @classmethod
    def of(cls, path: Path, files: Sequence[Path]) -> FilesVersion:
        """Note size and time of the files; they are hashed when somebody wants to know."""
        return cls(path.absolute(), tuple(files), tuple(_stamp(file) for file in files))

    def provenance(self) -> dict[str, object]:
        """Return path and content hash; the hash is None when the files changed since the scan."""
        found: dict[str, object] = {"kind": "files", "path": str(self.path)}
        unchanged = None not in self.stamps and self.stamps == tuple(map(_stamp, self.files))
        return {**found, "hash": _files_hash(self.files) if unchanged else None}


@dataclass(frozen=True, slots=True, eq=False)
class CacheVersion:
    """Price frames that the caller gave; ``rest`` names where all other symbols came from."""

    panel: BarPanel
    rest: DataVersion | None

    def provenance(self) -> dict[str, object]:
        """Return a hash of all frames."""
        digest = blake2b(digest_size=DIGEST)
        provenance = bar_provenance(self.panel)
        for symbol, hashed in sorted(zip(provenance["symbol"], provenance["hash"], strict=True)):
            digest.update(f"{symbol} {hashed}\n".encode())
        found: dict[str, object] = {"kind": "price_cache", "hash": digest.hexdigest()}
        return found if self.rest is None else {**found, "rest": self.rest.provenance()}


def data_version_of(provider: Provider, cache: BarPanel | None = None) -> DataVersion:
    """Name the data that ``provider`` and a price cache have answered from."""
    known = provider.data_version() if isinstance(provider, VersionedProvider) else None
    if cache is not None:
        return CacheVersion(cache, known)
    return known or UnknownVersion(provider.name)


def bar_provenance(bars: BlockSource) -> dict[str, list[object]]:
    """Return symbol, bars, first, last and hash of each symbol, in the order of ``bars``.

    The hash is of a symbol's days and values: whoever else is there does not matter.
    """
    provenance: dict[str, list[object]] = {name: [] for name in BAR_PROVENANCE}
    for start in range(0, bars.n_symbols, SYMBOLS_AT_ONCE):
        panel = bars.take(slice(start, start + SYMBOLS_AT_ONCE))
        days = panel.sessions.astype("datetime64[D]")
        # one row a symbol: its values lie side by side
        values = [np.ascontiguousarray(getattr(panel, name).T, dtype="<f8") for name in FIELDS]
        for at, symbol in enumerate(panel.symbols):
            length = int(panel.length[at])
            own = days[panel.session[:length, at]]
            ends = (str(own[0]), str(own[-1])) if length else (None, None)
            row = (symbol, length, *ends, _hash(own, [rows[at, :length] for rows in values]))
            for name, value in zip(BAR_PROVENANCE, row, strict=True):
                provenance[name].append(value)
    return provenance


def hash_of(values: FloatArray) -> str:
    """Hash an array of numbers, bit for bit."""
    return blake2b(values.astype("<f8").tobytes(), digest_size=DIGEST).hexdigest()


def _hash(days: DateArray, values: Sequence[FloatArray]) -> str:
    digest = blake2b(days.astype("<i8").tobytes(), digest_size=DIGEST)
    for own in values:
        digest.update(own.data)
    return digest.hexdigest()


def _stamp(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _files_hash(files: Sequence[Path]) -> str:
    """Hash names and contents; a single file's name does not matter, it may be moved."""
    digest = blake2b(digest_size=DIGEST)
    for path in files:
        own = blake2b(digest_size=DIGEST)
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                own.update(chunk)
        name = path.name if len(files) > 1 else ""
        digest.update(f"{name} {own.hexdigest()}\n".encode())
    return digest.hexdigest()
