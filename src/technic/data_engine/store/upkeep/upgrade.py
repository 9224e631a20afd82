"""A store of schema 1 made one of schema 2, in place, without asking anybody.

Data files get names that hold their hash, coverage learns the version and the hashes of the bars
it relies on, and a manifest is written. Each step is one commit that leaves every row as it was,
and is left out where it was done before, so an upgrade that was killed goes on where it stood.
The table of daily bars takes its new schema version last: until then the store is an old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from technic.data_engine.store._arrow import to_tables
from technic.data_engine.store._bar_table import BarTable
from technic.data_engine.store._corporate_actions import actions_hash
from technic.data_engine.store._coverage_records import SPEC as COVERAGE
from technic.data_engine.store._coverage_records import WHOLE_TABLE, upgraded_records
from technic.data_engine.store._data_writer import hash_in_name
from technic.data_engine.store._delta import (
    OLDER_SCHEMAS,
    SCHEMA_KEY,
    SCHEMA_VERSION,
    Change,
    DeltaFolder,
    TableSpec,
    schema_of,
)
from technic.data_engine.store._files import DataFile, data_files, live_paths, read_table
from technic.data_engine.store._hashes import DayHashes, day_hashes
from technic.data_engine.store._quarantine import SPEC as PROBLEMS
from technic.data_engine.store._tables import StoreTables

if TYPE_CHECKING:
    from deltalake import DeltaTable

__all__ = ["needs_upgrade", "upgrade"]


def needs_upgrade(folder: DeltaFolder, name: str) -> bool:
    """Return whether a table that is there has an older schema version."""
    table = folder.load(name, schemas=OLDER_SCHEMAS)
    return table is not None and schema_of(table) != SCHEMA_VERSION


def upgrade(store: StoreTables) -> None:
    """Upgrade every table of a store whose daily bars have an older schema version."""
    folder = store.folder
    content: dict[str, tuple[int, DayHashes]] = {}
    for table in store.bar_tables():
        if folder.load(table.name, schemas=OLDER_SCHEMAS) is not None:
            content[table.name] = _rename_bars(table)
    for actions in (store._splits(), store._dividends()):
        if folder.load(actions.name, schemas=OLDER_SCHEMAS) is not None:
            version = _rename_rows(folder, actions.spec)
            hashed = np.array([actions_hash(actions.read(OLDER_SCHEMAS))])
            content[actions.name] = version, DayHashes(np.array([WHOLE_TABLE]), hashed)
    _rename_rows(folder, PROBLEMS)
    _upgrade_coverage(folder, content)
    names = store._table_names()
    for name in names:
        if name != "bars":
            _set_schema(folder, name)
    folder.seal(dict.fromkeys(names, live_paths), schemas=OLDER_SCHEMAS)
    _set_schema(folder, "bars")
    folder.seal({"bars": live_paths})


def _rename_bars(table: BarTable) -> tuple[int, DayHashes]:
    """Write the files of a bar table anew, a year in one commit; return version and hashes."""
    held = table.folder.load(table.name, schemas=OLDER_SCHEMAS)
    files = [] if held is None else data_files(held)
    version = 0 if held is None else held.version()
    hashes = []
    for _, group in groupby(files, key=lambda file: file.month[:4]):
        year = list(group)
        bars = table.read_files(year)
        hashes.append(day_hashes(bars))
        if not all(hash_in_name(file.path) for file in year):
            change = Change(to_tables(bars, table.timed), tuple(year))
            version = _commit(table.folder, table.spec, change)
    none = DayHashes.none()
    days = np.concatenate([none.days, *(part.days for part in hashes)])
    return version, DayHashes(days, np.concatenate([none.hashes, *(p.hashes for p in hashes)]))


def _rename_rows(folder: DeltaFolder, spec: TableSpec) -> int:
    """Write the rows of a small table into one file with a hash in its name."""
    table = folder.load(spec.name, schemas=OLDER_SCHEMAS)
    files: list[DataFile] = [] if table is None else data_files(table)
    if table is None or all(hash_in_name(file.path) for file in files):
        return 0 if table is None else table.version()
    rows = read_table(folder, spec.name, table, spec.schema)
    change = Change({"": rows}, tuple(files))
    return _commit(folder, spec, change)


def _commit(folder: DeltaFolder, spec: TableSpec, change: Change) -> int:
    return folder.commit(spec, lambda _: change, schemas=OLDER_SCHEMAS)


def _upgrade_coverage(folder: DeltaFolder, content: Mapping[str, tuple[int, DayHashes]]) -> None:
    """Give coverage its new columns, and the versions and hashes of what is there."""
    from deltalake import Schema

    table = folder.load(COVERAGE.name, schemas=OLDER_SCHEMAS)
    if table is None or all(hash_in_name(file.path) for file in data_files(table)):
        return
    known = {field.name for field in table.schema().fields}
    new = [field for field in Schema.from_arrow(COVERAGE.schema).fields if field.name not in known]
    with folder.translated(COVERAGE.name):
        if new:
            table.alter.add_columns(new)

    def change(table: DeltaTable) -> Change:
        rows = read_table(folder, COVERAGE.name, table, COVERAGE.schema).to_pylist()
        return Change(upgraded_records(rows, content), tuple(data_files(table)))

    folder.commit(COVERAGE, change, schemas=OLDER_SCHEMAS)


def _set_schema(folder: DeltaFolder, name: str) -> None:
    table = folder.load(name, schemas=OLDER_SCHEMAS)
    if table is not None and schema_of(table) != SCHEMA_VERSION:
        with folder.translated(name):
            table.alter.set_table_properties(
                {SCHEMA_KEY: SCHEMA_VERSION}, raise_if_not_exists=False
            )
