"""The folder that keeps the directory's files: each day's, and a universe file made of all days.

``NAME-YYYY-MM-DD.txt.gz`` are the files as they came, packed; a day counts once all its files are
there. ``<label>.parquet`` is made of them, can be made again at any time, and is what
``--universe`` reads. Every file is written whole beside its place and then put there.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from technic.errors import InputFileError, StoreError
from technic.universe.directory.seen_listings import SAID, with_day
from technic.universe.listing_file import ListingFile
from technic.universe.listings import listings_frame
from technic.wording.counts import count_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DirectoryFolder", "KeptDay"]

logger = logging.getLogger(__name__)

LEAST = 0.5
"""A day with less than this part of the listings of the day before is not believed."""
PART = ".part-"
"""How the name of a folder begins in which files are written before they are put in place."""
LEFT_BEHIND_S = 86_400
DAYS, READ_DAYS = b"technic_days", b"technic_days_read"
"""Where the universe file says of which days it is made, and which of them could be read."""
_DAY = r"\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True, slots=True)
class KeptDay:
    """What became of a day's files.

    ``day``: ``YYYY-MM-DD``; ``listings``: how many it has; ``came`` and ``went``: symbols since the
    day kept before, which is ``before``, None where there was none. ``fresh``: whether the files
    were not there already. ``days``: how many are kept now; ``universe``: the file made of them.
    """

    day: str
    listings: int
    came: int
    went: int
    before: str | None
    fresh: bool
    days: int
    universe: Path


@dataclass(frozen=True, slots=True)
class DirectoryFolder:
    """``names``: the files of a day; ``label``: the name of the universe file made of them."""

    folder: Path
    names: tuple[str, ...]
    label: str

    @property
    def universe(self) -> Path:
        """The universe file made of all days."""
        return self.folder / f"{self.label}.parquet"

    @property
    def days(self) -> tuple[str, ...]:
        """The days of which all files are there, ascending."""
        found = [
            {
                path.name[len(name) + 1 : -len(".txt.gz")]
                for path in self.folder.glob(f"{name}-*.txt.gz")
            }
            for name in self.names
        ]
        return tuple(sorted(day for day in set.intersection(*found) if re.fullmatch(_DAY, day)))

    @property
    def listed_days(self) -> tuple[str, ...]:
        """The days that the universe file really has, ascending: none that is damaged."""
        return self._said(READ_DAYS) or self._made_of() or self.days

    def keep(self, day: str, bodies: Mapping[str, bytes]) -> KeptDay:
        """Keep a day's files, one for each name, and bring the universe file up to date.

        Raises InputFileError where they are no listings, or less than half of those of the day
        before: then nothing is changed. StoreError where the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=PART, dir=self.folder) as part:
                _clear_left_behind(Path(part))
                return self._keep(day, bodies, Path(part))
        except OSError as error:
            raise StoreError(str(self.folder), error.strerror or str(error)) from error

    def _keep(self, day: str, bodies: Mapping[str, bytes], part: Path) -> KeptDay:
        before = max((one for one in self.days if one < day), default=None)
        fresh = [name for name in self.names if self._body(name, day) != bodies[name]]
        for name in self.names:
            _write(part / self._name(name, day), gzip.compress(bodies[name], mtime=0))
        listed = _listed([part / self._name(name, day) for name in self.names])
        then = frozenset(() if before is None else self._listed(before)["symbol"])
        if len(listed) < LEAST * len(then):
            what = f"has {count_of(len(listed), 'symbol')} where that of {before} has {len(then):,}"
            raise InputFileError(f"the directory of {day}", what)
        for name in fresh:
            os.replace(part / self._name(name, day), self.folder / self._name(name, day))
        days = self.days
        if fresh or self._made_of() != days:
            self._make_universe(days, again=day if fresh else None, part=part)
        now = frozenset(listed["symbol"])
        came, went = (len(now - then), len(then - now)) if before else (0, 0)
        return KeptDay(day, len(now), came, went, before, bool(fresh), len(days), self.universe)

    def _name(self, name: str, day: str) -> str:
        return f"{name}-{day}.txt.gz"

    def _body(self, name: str, day: str) -> bytes | None:
        """Return a file that is kept, None where there is none that can be read."""
        try:
            return gzip.decompress((self.folder / self._name(name, day)).read_bytes())
        except (OSError, EOFError, zlib.error):
            return None

    def _listed(self, day: str) -> pd.DataFrame:
        """Return the listings of a day that is kept; none, and a warning, where it is damaged."""
        try:
            return _listed([self.folder / self._name(name, day) for name in self.names])
        except InputFileError as error:
            logger.warning("the directory of %s is left out: %s", day, error)
            return _none()

    def _made_of(self) -> tuple[str, ...]:
        """Return the days that the universe file is made of; none where it cannot be read."""
        return self._said(DAYS)

    def _said(self, key: bytes) -> tuple[str, ...]:
        """Return days that the universe file names under a key."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            found = json.loads((pq.read_schema(self.universe).metadata or {})[key])
            return tuple(str(day) for day in found)
        except (OSError, KeyError, ValueError, TypeError, pa.ArrowException):
            return ()

    def _make_universe(self, days: tuple[str, ...], again: str | None, part: Path) -> None:
        """Write the universe file: what it has of earlier days is taken over, the rest is read."""
        import pandas as pd
        import pyarrow as pa
        import pyarrow.parquet as pq

        made = self._made_of()
        if made != days[: len(made)] or again in made:
            made = ()
        seen, read = None, list(self._said(READ_DAYS) or made) if made else []
        if made:
            seen = pd.read_parquet(self.universe)
            for name in ("first_seen", "last_seen"):
                seen[name] = pd.to_datetime(seen[name])
        for day in days[len(made) :]:
            listed = self._listed(day)
            if len(listed):
                seen = with_day(seen, np.datetime64(day, "D"), listed)
                read.append(day)
        if seen is None:
            return
        dates = pa.date32()
        table = pa.table(
            {name: pa.array(seen[name], pa.string(), from_pandas=True) for name in SAID}
            | {name: pa.array(seen[name].dt.date, dates) for name in ("first_seen", "last_seen")}
        ).replace_schema_metadata({DAYS: json.dumps(days), READ_DAYS: json.dumps(read)})
        pq.write_table(table, part / self.universe.name, compression="zstd")
        os.replace(part / self.universe.name, self.universe)


def _listed(paths: list[Path]) -> pd.DataFrame:
    """Return the listings of a day's files, each symbol once: the first that names it counts."""
    import pandas as pd

    frames = []
    for path in paths:
        file = ListingFile.open(path)
        frame = listings_frame(file.columns)
        frames.append(frame[~file.nameless].reindex(columns=list(SAID)))
    return pd.concat(frames, ignore_index=True).drop_duplicates("symbol", ignore_index=True)


def _clear_left_behind(part: Path) -> None:
    """Delete what a process that was killed a day and more ago has left beside ``part``."""
    begun = part.stat().st_mtime
    for other in part.parent.glob(f"{PART}*"):
        if other.stat().st_mtime < begun - LEFT_BEHIND_S:
            shutil.rmtree(other, ignore_errors=True)


def _none() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=list(SAID))


def _write(path: Path, body: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
