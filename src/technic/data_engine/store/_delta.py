"""Delta tables in one folder: open, create, commit.

A commit is compare-and-swap. A change is computed from one version of a table and is committed
only as the very next version; when somebody else was faster, it is computed anew from theirs. So
two writers can neither lose a change nor write a session twice, and a reader sees whole commits.

That needs a store that can put a file only where there is none: local disks, S3 (conditional put,
which deltalake uses unless ``AWS_S3_ALLOW_UNSAFE_RENAME`` turns it off), GCS and Azure can.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from technic.errors import StoreError

if TYPE_CHECKING:
    from deltalake import DeltaTable, WriterProperties

__all__ = ["SCHEMA_VERSION", "Change", "CommitRetry", "DeltaFolder", "TableSpec", "local_path"]

SCHEMA_VERSION = "1"
SCHEMA_KEY = "technic.schema_version"
CONFIGURATION = {
    SCHEMA_KEY: SCHEMA_VERSION,
    # A version that is still in the log can be read as long as its files are there.
    "delta.enableExpiredLogCleanup": "false",
    "delta.checkpointInterval": "20",
}
ROW_GROUP_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table's name in the folder, its columns, its partition columns."""

    name: str
    schema: pa.Schema
    partition_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What the next version of a table holds: ``data`` instead of the rows that ``where`` names.

    ``where`` None replaces nothing, an empty text replaces everything.
    """

    data: pa.Table
    where: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRetry:
    """How often a commit that came second is tried again, and how long it waits before."""

    attempts: int = 30
    pause_s: float = 0.02
    longest_pause_s: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = field(default_factory=lambda: random.Random().random)

    def wait(self, attempt: int) -> None:
        """Sleep before the try after ``attempt``; random, so that two writers part."""
        longest = min(self.pause_s * 2.0**attempt, self.longest_pause_s)
        self.sleep(longest * (0.1 + 0.9 * self.jitter()))


@dataclass(frozen=True, slots=True)
class DeltaFolder:
    """The tables under one URL; ``pinned`` makes it a read-only view of those versions."""

    url: str
    options: Mapping[str, str] = field(repr=False)
    retry: CommitRetry = field(default_factory=CommitRetry)
    pinned: Mapping[str, int] | None = None

    def at_versions(self, versions: Mapping[str, int]) -> DeltaFolder:
        """Return a view that reads these versions and writes nothing."""
        return replace(self, pinned=dict(versions))

    def uri(self, name: str) -> str:
        """Where a table lies."""
        return f"{self.url.rstrip('/')}/{name}"

    def load(self, name: str) -> DeltaTable | None:
        """Return a table's current (or pinned) version, None when it was never written.

        Raises StoreError when it cannot be read or is none of ours.
        """
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        if self.pinned is not None and name not in self.pinned:
            return None
        local = local_path(self.uri(name))
        if local is not None and not (local / "_delta_log").is_dir():
            return None
        version = None if self.pinned is None else self.pinned[name]
        with self.translated(name):
            try:
                table = DeltaTable(
                    self.uri(name), version=version, storage_options=dict(self.options)
                )
            except TableNotFoundError:
                return None
            self._check_schema(table)
            return table

    def commit(self, spec: TableSpec, change: Callable[[DeltaTable], Change | None]) -> None:
        """Commit what ``change`` makes of the current version; None commits nothing.

        ``change`` is called again with the newer version when another writer was faster.
        """
        from deltalake.exceptions import CommitFailedError

        if self.pinned is not None:
            raise StoreError(self.url, "this view of the store is read-only")
        for attempt in range(self.retry.attempts):
            with self.translated(spec.name):
                table = self.load(spec.name) or self._create(spec)
                made = change(table)
                if made is None:
                    return
                try:
                    _write(table, made)
                except CommitFailedError:
                    self.retry.wait(attempt)
                else:
                    return
        raise StoreError(
            self.url,
            f"table {spec.name} was changed by others during {self.retry.attempts} tries",
            "try again when the other writers are done",
        )

    @contextmanager
    def translated(self, name: str) -> Iterator[None]:
        """Turn what the libraries below raise into StoreError."""
        from deltalake.exceptions import DeltaError

        try:
            yield
        except (DeltaError, OSError, pa.ArrowException) as error:
            first_line = next(iter(str(error).splitlines()), type(error).__name__)
            raise StoreError(self.url, f"table {name}: {first_line}") from error

    def _create(self, spec: TableSpec) -> DeltaTable:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        local = local_path(self.uri(spec.name))
        if local is not None:
            local.mkdir(parents=True, exist_ok=True)
        try:
            return DeltaTable.create(
                self.uri(spec.name),
                spec.schema,
                partition_by=list(spec.partition_by),
                configuration=CONFIGURATION,
                storage_options=dict(self.options),
                raise_if_key_not_exists=False,
            )
        except DeltaError:
            # Two writers may create it at once; the slower one uses what the faster one made.
            made = self.load(spec.name)
            if made is None:
                raise
            return made

    def _check_schema(self, table: DeltaTable) -> None:
        found = table.metadata().configuration.get(SCHEMA_KEY)
        if found != SCHEMA_VERSION:
            what = "is no Technic table" if found is None else f"has schema version {found}"
            raise StoreError(
                table.table_uri,
                f"{what}; this version of Technic reads schema version {SCHEMA_VERSION}",
                "upgrade Technic, or name another store",
            )


def local_path(uri: str) -> Path | None:
    """Return the path of a local URI, None for an object store."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if "://" in uri else Path(uri)


def _write(table: DeltaTable, change: Change) -> None:
    from deltalake import CommitProperties, write_deltalake

    properties = _writer_properties()
    # No silent rebase: the change is only right for the version it was computed from.
    commit = CommitProperties(max_commit_retries=0)
    if change.where is None:
        write_deltalake(
            table,
            change.data,
            mode="append",
            writer_properties=properties,
            commit_properties=commit,
        )
    else:
        write_deltalake(
            table,
            change.data,
            mode="overwrite",
            predicate=change.where or None,
            writer_properties=properties,
            commit_properties=commit,
        )


def _writer_properties() -> WriterProperties:
    """Plain numbers and light compression: prices hardly repeat, and reading is what counts."""
    from deltalake import ColumnProperties, WriterProperties

    coded = ColumnProperties(dictionary_enabled=True)
    return WriterProperties(
        compression="LZ4_RAW",
        max_row_group_size=ROW_GROUP_ROWS,
        default_column_properties=ColumnProperties(dictionary_enabled=False, encoding="PLAIN"),
        column_properties={"symbol": coded, "session": coded},
    )
