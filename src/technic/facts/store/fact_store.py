"""FactStore: the table of facts on Delta Lake, one partition a concept; rows are only ever added.

1. Rows that are there already are left out, so whatever is fetched again adds nothing.
2. An append is one commit: a reader sees all of it or nothing. One writer at a time.
3. Small files of a concept are joined when there are many; rows stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic.data_engine.store import (
    Change,
    DataFile,
    DeltaFolder,
    StoreTables,
    TableSpec,
    data_files,
    read_batches,
    writer_lock,
)
from technic.errors import ParameterError, StoreError
from technic.facts.concepts import catalog
from technic.facts.rows import FACT_SCHEMA, LISTED_AS, SIC
from technic.facts.store._doubles import KEY, new_rows

if TYPE_CHECKING:
    from deltalake import DeltaTable

__all__ = ["AppendCount", "FactStore", "FactStoreStatus"]

FOLDER = "facts"
HINT = "technic facts verify says whether it is damaged, docs/facts.md what to do then"
SPEC = TableSpec("facts", FACT_SCHEMA, ("concept",))
COLUMNS = [name for name in FACT_SCHEMA.names if name != "concept"]
TEXTS = ("symbol", "unit", "form", "accn", "source", "tag")
CODE = pa.dictionary(pa.int32(), pa.string())
CODED_SCHEMA = pa.schema(
    [pa.field(one.name, CODE) if one.name in TEXTS else one for one in FACT_SCHEMA]
)
MOST_FILES = 24
"""Files of one concept before small ones are joined."""
NOBODY = 0
"""The company of rows of which only the symbol is known, and of those of funds."""
ALWAYS = (LISTED_AS, SIC)
"""Concepts that say who a company is, which every reader needs."""


@dataclass(frozen=True, slots=True)
class AppendCount:
    """How many rows were added, and how many were there already."""

    added: int
    there_already: int
    by_concept: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FactStoreStatus:
    """What a store holds; times are UTC, None where it holds nothing."""

    rows: int
    by_concept: Mapping[str, int]
    by_source: Mapping[str, int]
    companies: int
    symbols: int
    first_known: np.datetime64 | None
    last_known: np.datetime64 | None
    files: int
    bytes: int
    version: int


class FactStore:
    """The facts in a home folder (``TECHNIC_HOME``), beside its bars; nothing is opened yet.

    ``version``: a number that ``version()`` said once: what was there then is read, whatever was
    appended since, and nothing can be.
    """

    def __init__(self, home: str | Path, *, version: int | None = None) -> None:
        url = str(Path(home) / FOLDER)
        folder = DeltaFolder(url, {}, hint=HINT)
        if version is not None:
            pinned = {SPEC.name: version} if version >= 0 else {}
            self._tables = StoreTables(folder.at_versions(pinned))
            return
        lock = writer_lock(folder)
        self._tables = StoreTables(DeltaFolder(url, {}, fence=lock.check, hint=HINT), lock)

    @property
    def tables(self) -> StoreTables:
        """The table with its folder and its lock."""
        return self._tables

    @property
    def url(self) -> str:
        """Where the facts are."""
        return self._tables.folder.url

    def is_there(self) -> bool:
        """Tell whether anything was ever stored; no file is read."""
        return Path(self.url, SPEC.name).is_dir()

    def version(self) -> int:
        """Return a number that every append changes, -1 where nothing was ever stored."""
        current = self._current()
        return -1 if current is None else int(current.version())

    def state(self) -> str:
        """Name the rows that are there; a store that was made anew may have the same versions."""
        current = self._current()
        files = [] if current is None else data_files(current)
        names = "\n".join(file.path for file in files)  # each has the hash of what it holds
        return blake2b(names.encode(), digest_size=20).hexdigest()

    def append(self, table: pa.Table) -> AppendCount:
        """Add the rows of a table of ``FACT_SCHEMA`` (as ``fact_table`` makes) that are new.

        A row with another value, period, filing or tag is one more row, whatever was known before.
        Raises ParameterError for another schema or a concept that nobody knows, StoreError where
        it cannot be written or somebody else writes for long.
        """
        if not table.schema.equals(FACT_SCHEMA):
            raise ParameterError("table", str(table.schema.names), "FACT_SCHEMA")
        parts = _by_concept(table)
        added: dict[str, int] = {}

        def change(current: DeltaTable) -> Change | None:
            added.clear()
            files = data_files(current)
            made, replaced = {}, []
            for concept, rows in parts.items():
                own = _files_of(files, concept)
                fresh = new_rows(concept, rows, self._held(own, rows))
                if not len(fresh):
                    continue
                added[concept] = len(fresh)
                joined = _to_join(own)
                replaced += joined
                made[concept] = self._joined(fresh, joined)
            return Change(made, tuple(replaced)) if made else None

        if parts:
            with self._tables.writing(SPEC.name):
                self._current()
                self._tables.folder.commit(SPEC, change)
        total = sum(added.values())
        return AppendCount(total, len(table) - total, dict(sorted(added.items())))

    def rows(
        self,
        *,
        concepts: Iterable[str],
        symbols: Sequence[str] | None = None,
        ciks: Sequence[int] | None = None,
        coded: bool = False,
    ) -> pa.Table:
        """Return rows of some concepts, and those that say who the companies are.

        symbols, ciks: only rows of these symbols and of companies that were ever listed under them;
            None: all. coded: texts stay numbers into dictionaries, which a reader takes as well and
            which is faster.
        """
        wanted = sorted({*concepts, *ALWAYS})
        _check(wanted)
        current = self._current()
        files = [] if current is None else data_files(current)
        keep, owners = None, None
        if symbols is not None or ciks is not None:
            companies = {*(ciks or ()), *self._companies(files, wanted, symbols or ())}
            keep = _owned_by(companies, symbols or ())
            owners = [NOBODY, *companies] if symbols else list(companies)
        parts = [self._read(_files_of(files, name), name, keep, owners) for name in wanted]
        rows = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
        return rows if coded else rows.cast(FACT_SCHEMA)

    def status(self) -> FactStoreStatus:
        """Count what is there."""
        current = self._current()
        files = [] if current is None else data_files(current)
        by_concept: dict[str, int] = {}
        by_source: dict[str, int] = {}
        companies: set[int] = set()
        symbols: set[str] = set()
        known: list[np.datetime64] = []
        for file in files:
            by_concept[_concept_of(file)] = by_concept.get(_concept_of(file), 0) + file.rows
            rows = self._table([file], ["cik", "symbol", "known_at", "source"])
            for count in pc.value_counts(rows["source"].cast(pa.string())).to_pylist():
                name = count["values"] or ""
                by_source[name] = by_source.get(name, 0) + count["counts"]
            companies |= set(pc.unique(rows["cik"]).to_pylist()) - {0}
            symbols |= set(pc.unique(rows["symbol"].cast(pa.string())).to_pylist()) - {None}
            times = rows["known_at"].to_numpy()
            known += [times.min(), times.max()]
        return FactStoreStatus(
            rows=sum(by_concept.values()),
            by_concept=dict(sorted(by_concept.items())),
            by_source=dict(sorted(by_source.items())),
            companies=len(companies),
            symbols=len(symbols),
            first_known=min(known, default=None),
            last_known=max(known, default=None),
            files=len(files),
            bytes=sum(file.size for file in files),
            version=-1 if current is None else int(current.version()),
        )

    def _current(self) -> DeltaTable | None:
        """Open the table, None where nothing was ever stored; StoreError for files without a log.

        To read them as nothing would say of every company that nothing is known of it.
        """
        folder = self._tables.folder
        current = folder.load(SPEC.name)
        if current is None and folder.pinned is None and self._has_files():
            raise StoreError(self.url, f"table {SPEC.name} has lost its log", HINT)
        return current

    def _has_files(self) -> bool:
        return next(Path(self.url, SPEC.name).glob("concept=*"), None) is not None

    def _held(self, files: Sequence[DataFile], rows: pa.Table) -> pa.Table:
        """Return the keys of stored rows of the companies of ``rows``."""
        owners = pc.unique(rows["cik"]).cast(pa.int64())
        schema = pa.schema([FACT_SCHEMA.field(name) for name in KEY])
        found = [schema.empty_table()]
        # batch by batch: the keys of all companies take more memory than those of some
        for batch in read_batches(self._tables.folder, SPEC.name, files, list(KEY)):
            own = batch.filter(pc.is_in(batch["cik"], value_set=owners))
            if len(own):
                found.append(pa.Table.from_batches([own]).select(list(KEY)).cast(schema))
        return pa.concat_tables(found)

    def _joined(self, fresh: pa.Table, files: Sequence[DataFile]) -> pa.Table:
        schema = pa.schema([FACT_SCHEMA.field(name) for name in COLUMNS])
        held = [self._table(files, COLUMNS).cast(schema)] if files else []
        rows = pa.concat_tables([*held, fresh.select(COLUMNS)])
        return rows.sort_by([(name, "ascending") for name in ("cik", "period_end", "known_at")])

    def _companies(
        self, files: Sequence[DataFile], concepts: Sequence[str], symbols: Sequence[str]
    ) -> set[int]:
        """Return the companies that any row names under one of the symbols."""
        found: set[int] = set()
        wanted = pa.array(sorted(symbols), pa.string())
        for name in concepts if symbols else ():
            rows = self._table(_files_of(files, name), ["cik", "symbol"])
            named = _is_in(rows["symbol"], wanted)
            found |= set(pc.unique(rows["cik"].filter(named)).to_pylist())
        return found - {0}

    def _read(
        self,
        files: Sequence[DataFile],
        concept: str,
        keep: Callable[[pa.Table], pa.Array] | None,
        owners: Sequence[int] | None,
    ) -> pa.Table:
        rows = self._table(files, COLUMNS, owners)
        if keep is not None:
            rows = rows.filter(keep(rows))
        code = pa.array(np.zeros(len(rows), np.int32))
        names = pa.DictionaryArray.from_arrays(code, pa.array([concept]))
        columns = [names if name == "concept" else rows[name] for name in FACT_SCHEMA.names]
        return pa.table(columns, names=FACT_SCHEMA.names)

    def _table(
        self,
        files: Sequence[DataFile],
        columns: Sequence[str],
        owners: Sequence[int] | None = None,
    ) -> pa.Table:
        """Return columns of some files; texts are numbers into dictionaries.

        ``owners``: companies; parts of files that have none of them may be left out.
        """
        schema = pa.schema([CODED_SCHEMA.field(name) for name in columns])
        folder = self._tables.folder
        batches = list(
            read_batches(folder, SPEC.name, files, columns, owners, coded=TEXTS, by="cik")
        )
        if not batches:
            return schema.empty_table()
        return pa.Table.from_batches(batches).select(columns).cast(schema)


def _by_concept(table: pa.Table) -> dict[str, pa.Table]:
    names = sorted(pc.unique(table["concept"]).to_pylist(), key=str)
    _check(names)
    return {name: table.filter(pc.equal(table["concept"], name)) for name in names}


def _check(names: Iterable[str | None]) -> None:
    known = catalog().concepts
    for name in names:
        if name not in known:
            raise ParameterError("concept", name, ", ".join(sorted(known)))


def _concept_of(file: DataFile) -> str:
    return file.path.partition("/")[0].removeprefix("concept=")


def _files_of(files: Sequence[DataFile], concept: str) -> list[DataFile]:
    return [file for file in files if _concept_of(file) == concept]


def _to_join(files: Sequence[DataFile]) -> list[DataFile]:
    """Return the files to join: none while there are few, then those smaller than the rest."""
    if len(files) < MOST_FILES:
        return []
    by_size = sorted(files, key=lambda file: (file.rows, file.path))
    return list(_smaller_than_all_before(by_size))


def _smaller_than_all_before(by_size: Sequence[DataFile]) -> Iterator[DataFile]:
    """Yield files from the smallest on, up to one that has more rows than all before together."""
    total = 0
    for count, file in enumerate(by_size):
        if count >= MOST_FILES // 2 and file.rows > total:
            return
        total += file.rows
        yield file


def _owned_by(companies: set[int], symbols: Sequence[str]) -> Callable[[pa.Table], pa.Array]:
    ciks = pa.array(sorted(companies), pa.int64())
    names = pa.array(sorted(symbols), pa.string())

    def keep(rows: pa.Table) -> pa.Array:
        return pc.or_(pc.is_in(rows["cik"], value_set=ciks), _is_in(rows["symbol"], names))

    return keep


def _is_in(column: pa.ChunkedArray, names: pa.Array) -> pa.ChunkedArray:
    """Tell which rows of a column of dictionaries have one of some texts; none for null."""
    chunks = [
        pc.fill_null(pc.is_in(chunk.dictionary, value_set=names).take(chunk.indices), False)
        for chunk in column.chunks
    ]
    return pa.chunked_array(chunks, pa.bool_())
