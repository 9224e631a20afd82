"""Steps of facts on the disk, so that only the first scan after a sync reads rows of facts.

They are kept under all that they follow from: the rows, the code and the catalogue that reads
them, the calendar, the symbols, their splits, and the term. What cannot be read is computed anew; a
folder that cannot be written only costs time.
"""

from __future__ import annotations

import io
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

import numpy as np

from technic.code_version import fingerprint
from technic.data_engine.interfaces.records import Splits
from technic.facts.reader import FactSteps
from technic.sessions import SessionCalendar
from technic.tables.saved_arrays import UNREADABLE_ARRAYS

__all__ = ["MOST_BYTES", "KeptSteps"]

logger = logging.getLogger(__name__)

MOST_BYTES = 512 * 2**20
"""Of all that is kept; the oldest go first."""
_ARRAYS = ("known_from", "value", "basis_day", "offsets")


class KeptSteps:
    """Steps of one state of a store, by term and symbols.

    ``rows``: what names the rows that are there.
    """

    def __init__(self, folder: Path, rows: str, calendar: SessionCalendar, splits: Splits) -> None:
        facts = Path(str(files("technic.facts")))
        digest = blake2b(rows.encode())
        digest.update(fingerprint(facts).encode())
        digest.update((facts / "concepts" / "concepts.toml").read_bytes())
        digest.update(calendar.sessions.astype(np.int64).tobytes())
        digest.update(calendar.closes.astype("datetime64[m]").astype(np.int64).tobytes())
        digest.update("\n".join(map(str, splits.symbol)).encode())
        digest.update(splits.session.astype("datetime64[D]").astype(np.int64).tobytes())
        digest.update(splits.ratio.tobytes())
        self._folder, self._state = folder, digest.digest()

    def steps(self, term: str, symbols: Sequence[str], make: Callable[[], FactSteps]) -> FactSteps:
        """Return the steps of a term, made where they are not kept.

        Those that were kept have no period and no row of a filing: NaT and -1.
        """
        said = "\n".join((term, *symbols)).encode()
        path = self._folder / f"{blake2b(self._state + said, digest_size=20).hexdigest()}.npz"
        found = _read(path, len(symbols))
        if found is None:
            found = make()
            try:
                _write(path, found)
                _prune(self._folder)
            except OSError as error:
                logger.warning("steps of %s cannot be kept at %s: %s", term, path, error)
        return found


def _read(path: Path, count: int) -> FactSteps | None:
    """Return the steps of so many symbols from a file, None where it is not there or not whole."""
    try:
        with np.load(io.BytesIO(path.read_bytes())) as stored:
            known_from, value, basis_day, offsets = (stored[name] for name in _ARRAYS)
            per_share, reading = int(stored["per_share"]), str(stored["reading"])
    except FileNotFoundError:
        return None
    except UNREADABLE_ARRAYS as error:
        logger.warning("kept steps %s are unreadable (%s), making them anew", path, error)
        return None
    if (
        not len(known_from) == len(value) == len(basis_day) == offsets[-1]
        or len(offsets) != count + 1
    ):
        logger.warning("kept steps %s do not fit together, making them anew", path)
        return None
    return FactSteps(
        known_from=known_from.astype("datetime64[D]"),
        value=value,
        basis_day=basis_day.astype("datetime64[D]"),
        per_share=per_share,
        offsets=offsets,
        period_end=np.full(len(value), np.datetime64("NaT", "D")),
        source_row=np.full(len(value), -1),
        reading=reading,  # type: ignore[arg-type]  # written from one
    )


def _write(path: Path, steps: FactSteps) -> None:
    """Write beside the target and rename, so that no reader ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            arrays = {one: getattr(steps, one) for one in _ARRAYS}
            for one in ("known_from", "basis_day"):
                arrays[one] = arrays[one].astype("datetime64[D]").astype(np.int64)
            np.savez(file, **arrays, per_share=steps.per_share, reading=steps.reading)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _prune(folder: Path) -> None:
    """Delete the oldest files where all of them are too large."""
    files_ = [(one.stat().st_mtime, one.stat().st_size, one) for one in folder.glob("*.npz")]
    total = sum(size for _, size, _ in files_)
    for _, size, one in sorted(files_, key=lambda file: (file[0], file[2].name)):
        if total <= MOST_BYTES:
            return
        one.unlink(missing_ok=True)
        total -= size
