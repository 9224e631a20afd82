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
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from technic.data_engine.store._blobs import Blobs, local_path
from technic.data_engine.store._data_writer import write_files
from technic.data_engine.store._manifest import LOG, MANIFEST, Manifest, entry_of, read_manifest
from technic.errors import StoreError

if TYPE_CHECKING:
    from deltalake import DeltaTable

__all__ = [
    "OLDER_SCHEMAS",
    "REPAIR",
    "SCHEMA_KEY",
    "SCHEMA_VERSION",
    "Change",
    "CommitRetry",
    "DeltaFolder",
    "SchemaVersionError",
    "TableSpec",
    "schema_of",
]

SCHEMA_VERSION = "2"
OLDER_SCHEMAS = ("1",)
"""Schemas of earlier data versions that can still be read; a store of one is upgraded."""
SCHEMA_KEY = "technic.schema_version"
CONFIGURATION = {
    SCHEMA_KEY: SCHEMA_VERSION,
    # A version that is still in the log can be read as long as its files are there.
    "delta.enableExpiredLogCleanup": "false",
    "delta.checkpointInterval": "20",
}
REPAIR = "technic data verify --repair mends it"


class SchemaVersionError(StoreError):
    """A table of another schema version, or none of ours: nothing is known about it."""


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table's name in the folder, its columns, its partition columns.

    ``sealed``: whether the manifest has it.
    """

    name: str
    schema: pa.Schema
    partition_by: tuple[str, ...] = ()
    sealed: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """What the next version of a table holds: ``parts`` instead of the files ``replaced``.

    ``parts``: rows by partition value; a table without partitions has one part, under "".
    """

    parts: Mapping[str, pa.Table]
    replaced: tuple[ReplacedFile, ...] = ()


class ReplacedFile(Protocol):
    """A data file that goes: a ``DataFile``."""

    @property
    def path(self) -> str: ...
    @property
    def size(self) -> int: ...


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
    """The tables under one URL; ``pinned`` makes it a read-only view of those versions.

    ``fence``: called before each commit; it raises StoreError for a writer that lost its lock.
    ``hint``: what to do where something is damaged, instead of ``REPAIR``.
    """

    url: str
    options: Mapping[str, str] = field(repr=False)
    retry: CommitRetry = field(default_factory=CommitRetry)
    pinned: Mapping[str, int] | None = None
    fence: Callable[[], None] | None = field(default=None, repr=False, compare=False)
    hint: str = ""

    @property
    def mend(self) -> str:
        """What to do where something is damaged."""
        return self.hint or REPAIR

    def at_versions(self, versions: Mapping[str, int]) -> DeltaFolder:
        """Return a view that reads these versions and writes nothing."""
        return replace(self, pinned=dict(versions))

    def uri(self, name: str) -> str:
        """Where a table lies."""
        return f"{self.url.rstrip('/')}/{name}"

    @property
    def blobs(self) -> Blobs:
        """The folder's files as bytes."""
        return Blobs(self.url, self.options)

    def load(self, name: str, *, schemas: tuple[str, ...] = ()) -> DeltaTable | None:
        """Return a table's current (or pinned) version, None when it was never written.

        ``schemas``: schema versions that are allowed beside today's. Raises StoreError when it
        cannot be read or is none of ours.
        """
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        if self.pinned is not None:
            schemas = OLDER_SCHEMAS
            if name not in self.pinned:
                return None
        local = local_path(self.uri(name))
        if local is not None and not (local / LOG).is_dir():
            return None
        version = None if self.pinned is None else self.pinned[name]
        with self.translated(name):
            try:
                table = DeltaTable(
                    self.uri(name), version=version, storage_options=dict(self.options)
                )
            except TableNotFoundError as error:
                if version is not None:
                    reason = f"version {version} of table {name} is not there any more"
                    raise StoreError(self.url, reason) from error
                return None
            self._check_schema(table, (SCHEMA_VERSION, *schemas))
            return table

    def commit(
        self,
        spec: TableSpec,
        change: Callable[[DeltaTable], Change | None],
        *,
        schemas: tuple[str, ...] = (),
    ) -> int:
        """Commit what ``change`` makes of the current version; None commits nothing.

        ``change`` is called again with the newer version when another writer was faster. The data
        and the log are on the disk when it returns the version that holds the change.
        """
        from deltalake.exceptions import CommitFailedError

        if self.pinned is not None:
            raise StoreError(self.url, "this view of the store is read-only")
        sealed = self.manifest().tables.get(spec.name) if spec.sealed else None
        for attempt in range(self.retry.attempts):
            with self.translated(spec.name):
                table = self.load(spec.name, schemas=schemas)
                if sealed is not None and (table is None or table.version() < sealed.version):
                    reason = f"table {spec.name} lost its latest versions"
                    raise StoreError(self.url, reason, self.mend)
                table = table or self.create(spec)
                made = change(table)
                if made is None:
                    return table.version()
                if self.fence is not None:
                    self.fence()
                try:
                    _write(self.blobs, spec, table, made)
                except CommitFailedError:
                    self.retry.wait(attempt)
                else:
                    version = table.version() + 1
                    self.blobs.sync(f"{spec.name}/{LOG}/{version:020}.json")
                    return version
        raise StoreError(
            self.url,
            f"table {spec.name} was changed by others during {self.retry.attempts} tries",
            "try again when the other writers are done",
        )

    def manifest(self) -> Manifest:
        """Return what the last write sealed; raises StoreError for a lost or damaged manifest."""
        with self.translated("manifest"):
            found = read_manifest(self.blobs)
        if found is None:
            raise StoreError(self.url, "its manifest is damaged", REPAIR)
        if not found.tables:
            # A writer that was killed at its first breath leaves a table without a row.
            bars = self.load("bars", schemas=OLDER_SCHEMAS)
            if bars is not None and bars.version() and schema_of(bars) == SCHEMA_VERSION:
                raise StoreError(self.url, "its manifest is not there", REPAIR)
        return found

    def seal(
        self,
        files: Mapping[str, Callable[[DeltaTable], tuple[str, ...]]],
        *,
        schemas: tuple[str, ...] = (),
    ) -> None:
        """Write down what these tables hold now; ``files`` lists the live data files of each."""
        self._seal(self.manifest(), files, schemas)

    def seal_anew(self, files: Mapping[str, Callable[[DeltaTable], tuple[str, ...]]]) -> None:
        """Write a manifest of what there is, whatever the last one said."""
        self._seal(Manifest(), files, ())

    def _seal(
        self,
        manifest: Manifest,
        files: Mapping[str, Callable[[DeltaTable], tuple[str, ...]]],
        schemas: tuple[str, ...],
    ) -> None:
        entries = {}
        for name, list_files in files.items():
            table = self.load(name, schemas=schemas)
            if table is not None:
                known = manifest.tables[name].log if name in manifest.tables else {}
                with self.translated(name):
                    entries[name] = entry_of(
                        self.blobs, name, table.version(), list_files(table), known
                    )
        with self.translated("manifest"):
            self.blobs.replace(MANIFEST, manifest.with_tables(entries).encoded())

    @contextmanager
    def translated(self, name: str) -> Iterator[None]:
        """Turn what the libraries below raise into StoreError."""
        from deltalake.exceptions import DeltaError

        try:
            yield
        except (DeltaError, OSError, pa.ArrowException) as error:
            first_line = next(iter(str(error).splitlines()), type(error).__name__)
            raise StoreError(self.url, f"table {name}: {first_line}", self.hint) from error

    def create(self, spec: TableSpec) -> DeltaTable:
        """Make an empty table, or return the one that another writer has just made."""
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

    def _check_schema(self, table: DeltaTable, allowed: tuple[str, ...]) -> None:
        found = schema_of(table)
        if found not in allowed:
            what = "is no Technic table" if found is None else f"has schema version {found}"
            raise SchemaVersionError(
                table.table_uri,
                f"{what}; this version of Technic reads schema version {SCHEMA_VERSION}",
                "upgrade Technic, or name another store",
            )


def schema_of(table: DeltaTable) -> str | None:
    """Return the schema version that a table carries, None for one that is not ours."""
    return table.metadata().configuration.get(SCHEMA_KEY)


def _write(blobs: Blobs, spec: TableSpec, table: DeltaTable, change: Change) -> None:
    """Write the files, then commit them in place of the others as the very next version."""
    from deltalake import CommitProperties
    from deltalake.transaction import RemoveAction

    now = int(time.time() * 1000)
    gone = [RemoveAction(file.path, True, now, size=file.size) for file in change.replaced]
    # No silent rebase: the change is only right for the version it was computed from.
    table.create_write_transaction(
        [*write_files(blobs, spec.name, change.parts, spec.partition_by), *gone],
        mode="append",
        schema=spec.schema,
        partition_by=list(spec.partition_by),
        commit_properties=CommitProperties(max_commit_retries=0),
    )
