"""Looking for damage: every byte of a store against its hash, then whether what it says is true.

1. The manifest against its own hash, each file of a log against the manifest, each data file
   against the hash in its name.
2. The bars of each month: sorted, of that month, one a cell.
3. Coverage: each day's hash against the bars that are there, each version against the table's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

import numpy as np

from technic.data_engine.interfaces.records import Progress
from technic.data_engine.store._bar_table import BarTable
from technic.data_engine.store._blobs import sha256
from technic.data_engine.store._corporate_actions import CorporateActionTable, actions_of
from technic.data_engine.store._coverage_log import CoverageLog
from technic.data_engine.store._coverage_records import SPEC as COVERAGE
from technic.data_engine.store._coverage_records import WHOLE_TABLE
from technic.data_engine.store._data_writer import hash_in_name
from technic.data_engine.store._delta import SchemaVersionError
from technic.data_engine.store._files import DataFile, data_files, describe
from technic.data_engine.store._hashes import DayHashes, day_hashes
from technic.data_engine.store._manifest import LOG, MANIFEST, Manifest, read_manifest
from technic.data_engine.store._tables import StoreTables
from technic.data_engine.store.upkeep.inspect import bar_problems
from technic.errors import StoreError

__all__ = ["Damage", "Inspection", "inspect", "inspect_table"]

Kind = Literal["manifest", "log", "live", "old", "coverage"]

UNFINISHED_COMMITS = 2
"""Commits of a table that coverage may not know of yet: a compaction, and the write after it."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong, in words; ``paths``: the data files of ``table`` that have to go.

    ``live``: a data file in use, ``old``: one of an earlier version. ``coverage``: what a topic,
    ``table``, claims is not so.
    """

    kind: Kind
    text: str
    table: str = ""
    paths: tuple[str, ...] = ()


@dataclass(slots=True)
class Inspection:
    """What was looked at: damage, the files found sound, the hashes of what is really there.

    ``content``: by topic, of the rows in sound files.
    """

    damages: list[Damage] = field(default_factory=list)
    files: dict[str, list[DataFile]] = field(default_factory=dict)
    content: dict[str, DayHashes] = field(default_factory=dict)

    def of_kind(self, kind: Kind) -> list[Damage]:
        """Return the damage of one kind."""
        return [damage for damage in self.damages if damage.kind == kind]


def inspect(store: StoreTables, progress: Progress | None = None) -> Inspection:
    """Look at everything; ``progress`` is called with bytes read and bytes in all."""
    found = Inspection()
    walk = _Walk(store, found, progress)
    walk.check_manifest()
    for name in store._table_names():
        walk.check_log(name)
        walk.check_data(name)
    for table in store.bar_tables():
        walk.check_bars(table)
    for actions in (store._splits(), store._dividends()):
        walk.check_actions(actions)
    if not any(damage.table == COVERAGE.name for damage in found.damages):
        for topic in found.content:
            walk.check_claims(topic)
    walk.finish()
    return found


def inspect_table(
    store: StoreTables, name: str, progress: Progress | None = None
) -> Sequence[Damage]:
    """Look at every byte of a table that holds no bars, its log and the manifest."""
    found = Inspection()
    walk = _Walk(store, found, progress)
    walk.check_manifest()
    walk.check_log(name)
    walk.check_data(name)
    walk.finish()
    return found.damages


class _Walk:
    """One inspection while it goes on."""

    def __init__(self, store: StoreTables, found: Inspection, progress: Progress | None) -> None:
        self._store, self._found, self._progress = store, found, progress
        self._blobs = store.folder.blobs
        self._sizes: Mapping[str, int] = self._blobs.sizes()
        self._done = 0
        self._manifest = Manifest()

    def check_manifest(self) -> None:
        """Compare the manifest with its own hash."""
        manifest = read_manifest(self._blobs)
        if manifest is None:
            self._report("manifest", f"{MANIFEST}: is damaged")
        elif MANIFEST not in self._sizes and f"bars/{LOG}/{1:020}.json" in self._sizes:
            self._report("manifest", f"{MANIFEST}: is not there")
        self._manifest = manifest or Manifest()

    def check_log(self, name: str) -> None:
        """Compare each file of a log with the manifest; a newer file was written after it."""
        entry = self._manifest.tables.get(name)
        for file, expected in sorted(entry.log.items()) if entry else ():
            path = f"{name}/{LOG}/{file}"
            if path not in self._sizes:
                self._report("log", f"{path}: is not there", name)
            elif sha256(self._read(path)) != expected:
                self._report("log", f"{path}: is damaged", name)
        if any(damage.table == name for damage in self._found.of_kind("log")):
            return
        try:
            table = self._store.folder.load(name)
        except SchemaVersionError:
            raise
        except StoreError as error:
            self._report("log", error.reason, name)
            return
        if table is not None:
            self._found.files[name] = data_files(table)
        elif entry is not None:
            self._report("log", f"{name}/{LOG}: is not there", name)

    def check_data(self, name: str) -> None:
        """Compare each data file of a table with its name; leaves the sound ones in ``files``."""
        listed = {file.path: file for file in self._found.files.get(name, [])}
        entry = self._manifest.tables.get(name)
        live = set(listed) if name in self._found.files else set(entry.files if entry else ())
        prefix = f"{name}/"
        there = {
            path.removeprefix(prefix)
            for path in self._sizes
            if path.startswith(prefix) and path.endswith(".parquet") and f"/{LOG}/" not in path
        }
        sound = []
        for path in sorted(live | there):
            problem, content = self._data_problem(name, path)
            if problem:
                self._report("live" if path in live else "old", problem, name, (path,))
            elif path in live:
                sound.append(listed.get(path) or describe(path, content))
        self._found.files[name] = sorted(
            sound, key=lambda file: (file.month, file.first, file.path)
        )

    def check_bars(self, table: BarTable) -> None:
        """Look at the bars of each month and hash them by day."""
        hashes = [DayHashes.none()]
        for _, group in groupby(self._found.files[table.name], key=lambda file: file.month):
            month = list(group)
            bad: set[str] = set()
            for text, paths in bar_problems(table, month):
                self._report("live", text, table.name, paths)
                bad.update(paths)
            sound = [file for file in month if file.path not in bad]
            hashes.append(day_hashes(table.read_files(sound)))
        self._found.content[table.name] = DayHashes(
            np.concatenate([part.days for part in hashes]),
            np.concatenate([part.hashes for part in hashes]),
        )

    def check_actions(self, table: CorporateActionTable) -> None:
        """Hash the rows of a small table."""
        hashed = np.array([actions_of(table, self._found.files[table.name])])
        self._found.content[table.name] = DayHashes(np.array([WHOLE_TABLE]), hashed)

    def check_claims(self, topic: str) -> None:
        """Compare what coverage says of a topic with what is there."""
        log = CoverageLog(self._store.folder)
        relied_on = log.coverage(topic)[1]
        if relied_on is None:
            return
        try:
            table = self._store.folder.load(topic)
        except StoreError:
            table = None
        version = -1 if table is None else table.version()
        if version < relied_on:
            text = f"coverage: relies on version {relied_on} of {topic}, which has {version}"
            self._report("coverage", text, topic)
        sound = all(damage.table != topic for damage in self._found.damages)
        if relied_on < version <= relied_on + UNFINISHED_COMMITS and sound:
            # a write that was ended between its bars and its coverage: what is there is whole, by
            # the hashes in its commit, and what coverage says of it was answered before
            return
        claimed = log.content(topic)
        for day in wrong_days(claimed, self._found.content[topic]):
            what = topic if day == WHOLE_TABLE else f"{topic} of {day}"
            self._report("coverage", f"coverage: {what} are not those that were written", topic)

    def finish(self) -> None:
        """Say that all is read, what is not hashed (the lock) included."""
        if self._progress is not None:
            total = sum(self._sizes.values())
            self._progress(total, total)

    def _data_problem(self, name: str, path: str) -> tuple[str, bytes]:
        """Return what is wrong with a data file, an empty text for nothing, and its content."""
        full = f"{name}/{path}"
        try:
            content = self._read(full)
        except FileNotFoundError:
            return f"{full}: is not there", b""
        wrong = hash_in_name(path) not in (None, sha256(content))
        return f"{full}: is damaged" if wrong else "", content

    def _read(self, path: str) -> bytes:
        content = self._blobs.read(path)
        self._done += len(content)
        if self._progress is not None:
            self._progress(self._done, sum(self._sizes.values()))
        return content

    def _report(self, kind: Kind, text: str, table: str = "", paths: tuple[str, ...] = ()) -> None:
        self._found.damages.append(Damage(kind, text, table, paths))


def wrong_days(claimed: DayHashes, there: DayHashes) -> list[np.datetime64]:
    """Return the days whose hash is another one than was claimed; a day not there has hash 0."""
    actual = dict(zip(there.days.tolist(), there.hashes.tolist(), strict=True))
    return [
        day
        for day, expected in zip(claimed.days, claimed.hashes.tolist(), strict=True)
        if actual.get(day.item(), 0) != expected
    ]
