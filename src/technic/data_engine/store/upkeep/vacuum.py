"""Deleting earlier versions of a table: log entries, and data files that only they use.

The manifest forgets the log entries first, so a vacuum that is killed leaves files too many,
never a log that seems damaged. The next one deletes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from technic.data_engine.store._delta import OLDER_SCHEMAS, DeltaFolder
from technic.data_engine.store._files import live_paths
from technic.data_engine.store._manifest import LOG, MANIFEST, TableEntry, entry_of

__all__ = ["VacuumReport", "vacuum_table"]

NUMBERED = re.compile(r"(\d{20})\.")
CHECKPOINT = ".checkpoint."


@dataclass(frozen=True, slots=True)
class VacuumReport:
    """Files deleted, and their bytes."""

    files: int = 0
    bytes: int = 0

    def __add__(self, other: VacuumReport) -> VacuumReport:
        return VacuumReport(self.files + other.files, self.bytes + other.bytes)


def vacuum_table(folder: DeltaFolder, name: str, oldest: int) -> VacuumReport:
    """Delete what versions of a table before ``oldest`` alone need; the rest stays readable."""
    table = folder.load(name)
    if table is None:
        return VacuumReport()
    with folder.translated(name):
        entries = folder.blobs.sizes(f"{name}/{LOG}")
        first = min(_number(path) for path in entries if path.endswith(".json"))
        oldest = min(max(oldest, first), table.version())
        kept = _kept_files(folder, name, oldest)
        sizes = folder.blobs.sizes(name)
        gone = {
            path: size
            for path, size in sizes.items()
            if _is_gone(path.removeprefix(f"{name}/"), oldest, kept)
        }
        manifest = folder.manifest()
        known = manifest.tables[name].log if name in manifest.tables else {}
        entry = entry_of(folder.blobs, name, table.version(), live_paths(table), known)
        log = {file: sha for file, sha in entry.log.items() if f"{name}/{LOG}/{file}" not in gone}
        forgetting = manifest.with_tables({name: TableEntry(entry.version, log, entry.files)})
        folder.blobs.replace(MANIFEST, forgetting.encoded())
        for path in gone:
            folder.blobs.delete(path)
    return VacuumReport(len(gone), sum(gone.values()))


def _kept_files(folder: DeltaFolder, name: str, oldest: int) -> set[str]:
    """Return the data files of every version from ``oldest`` on, which gets a checkpoint."""
    pinned = folder.at_versions({name: oldest})
    table = pinned.load(name, schemas=OLDER_SCHEMAS)
    assert table is not None
    kept = set(live_paths(table))
    if oldest and f"{name}/{LOG}/{oldest:020}{CHECKPOINT}parquet" not in folder.blobs.sizes(
        f"{name}/{LOG}"
    ):
        table.create_checkpoint()
    for path in folder.blobs.sizes(f"{name}/{LOG}"):
        if path.endswith(".json") and _number(path) > oldest:
            kept |= _added(folder.blobs.read(path))
    return kept


def _added(entry: bytes) -> set[str]:
    actions: list[Mapping[str, Mapping[str, str]]] = list(map(json.loads, entry.splitlines()))
    return {action["add"]["path"] for action in actions if "add" in action}


def _number(path: str) -> int:
    found = NUMBERED.search(path)
    return int(found.group(1)) if found else -1


def _is_gone(path: str, oldest: int, kept: set[str]) -> bool:
    """Return whether no version from ``oldest`` on needs a file, and no writer ever will."""
    if path.startswith(f"{LOG}/"):
        return 0 <= _number(path) < oldest
    return path not in kept
