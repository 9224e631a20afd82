"""The manifest: which log and data files each table has, with a hash of each log file and its own.

Data files carry their hash in their name, so with the manifest every byte of a store can be
checked, and a table whose log is damaged can be listed anew. It is written last: a log may be
newer than the manifest says (a writer was killed), never older.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from technic.data_engine.store._blobs import Blobs, sha256

__all__ = ["LOG", "MANIFEST", "Manifest", "TableEntry", "entry_of", "read_manifest"]

MANIFEST = "manifest.json"
LOG = "_delta_log"
CHANGING = "_last_checkpoint"
"""The one file of a log that is written again and again."""


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table at ``version``: hash of each log file by name, paths of its live data files."""

    version: int
    log: Mapping[str, str]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was there when the last write ended."""

    tables: Mapping[str, TableEntry] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Return the one text that says this."""
        tables = {
            name: {"version": entry.version, "log": dict(entry.log), "files": list(entry.files)}
            for name, entry in self.tables.items()
        }
        body = json.dumps(tables, sort_keys=True)
        return json.dumps(
            {"sha256": sha256(body.encode()), "tables": tables}, sort_keys=True
        ).encode()

    def with_tables(self, entries: Mapping[str, TableEntry]) -> Manifest:
        """Return the manifest with other entries for some tables."""
        return Manifest({**self.tables, **entries})


def read_manifest(blobs: Blobs) -> Manifest | None:
    """Return the manifest, an empty one where none was written yet, None for a damaged one."""
    try:
        content = blobs.read(MANIFEST)
    except FileNotFoundError:
        return Manifest()
    try:
        document: dict[str, Any] = json.loads(content)
        manifest = Manifest(
            {
                str(name): TableEntry(
                    int(entry["version"]), dict(entry["log"]), tuple(entry["files"])
                )
                for name, entry in document["tables"].items()
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    # Said in any other words it is not what was written.
    return manifest if manifest.encoded() == content else None


def entry_of(
    blobs: Blobs, name: str, version: int, files: tuple[str, ...], known: Mapping[str, str]
) -> TableEntry:
    """Describe a table; log files that are ``known`` are not read again."""
    log = dict(known)
    for path in blobs.sizes(f"{name}/{LOG}"):
        file = path.rpartition("/")[2]
        if file not in log or file == CHANGING:
            log[file] = sha256(blobs.read(path))
    return TableEntry(version, log, files)
