"""Dropping what is broken, so that the next sync asks for it again; nothing else is lost.

1. A table whose log is damaged is listed anew, from the files that the manifest names and that are
   sound. Its earlier versions cannot be read any more.
2. Damaged data files leave their table.
3. Coverage keeps what the bars that are left confirm.
4. The manifest is written from what there is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from technic.data_engine.store._coverage_log import CoverageLog
from technic.data_engine.store._coverage_records import SPEC as COVERAGE
from technic.data_engine.store._data_writer import add_action
from technic.data_engine.store._delta import Change, DeltaFolder, TableSpec
from technic.data_engine.store._files import BEYOND_ANY_DAY, DataFile, data_files, live_paths
from technic.data_engine.store._manifest import LOG
from technic.data_engine.store._quarantine import SPEC as PROBLEMS
from technic.data_engine.store._tables import StoreTables
from technic.data_engine.store.upkeep.verify import Inspection, wrong_days

if TYPE_CHECKING:
    from deltalake import DeltaTable
    from deltalake.transaction import AddAction

__all__ = ["repair"]


def repair(store: StoreTables, found: Inspection) -> None:
    """Drop what an inspection found broken; raises StoreError where nothing can be written."""
    folder, specs = store.folder, _specs(store)
    relisted = {damage.table for damage in found.of_kind("log")}
    for name in sorted(relisted):
        _list_anew(folder, specs[name], found.files[name])
    folder.seal_anew(dict.fromkeys(specs, live_paths))
    for name, spec in specs.items():
        paths = {
            path
            for damage in found.of_kind("live")
            if damage.table == name and name not in relisted
            for path in damage.paths
        }
        if paths:
            _remove(folder, spec, paths)
    for damage in [*found.of_kind("old"), *found.of_kind("live")]:
        for path in damage.paths:
            folder.blobs.delete(f"{damage.table}/{path}")
    _withdraw_claims(folder, found)
    folder.seal_anew(dict.fromkeys(specs, live_paths))


def _specs(store: StoreTables) -> dict[str, TableSpec]:
    bars = [table.spec for table in store.bar_tables()]
    actions = [store._splits().spec, store._dividends().spec]
    return {spec.name: spec for spec in (*bars, *actions, COVERAGE, PROBLEMS)}


def _list_anew(folder: DeltaFolder, spec: TableSpec, files: Sequence[DataFile]) -> None:
    """Make a new log that names ``files``; until it is there the manifest still names them."""
    folder.blobs.clear(f"{spec.name}/{LOG}")
    with folder.translated(spec.name):
        table = folder.create(spec)
        table.create_write_transaction(
            [_listed(spec, file) for file in files],
            mode="append",
            schema=spec.schema,
            partition_by=list(spec.partition_by),
        )


def _listed(spec: TableSpec, file: DataFile) -> AddAction:
    values = {spec.partition_by[0]: file.month} if spec.partition_by else {}
    known = abs(file.first) != BEYOND_ANY_DAY
    ends = tuple(np.array([file.first, file.last], "datetime64[D]").astype(object))
    return add_action(file.path, file.size, values, file.rows, ends if known else None)


def _remove(folder: DeltaFolder, spec: TableSpec, paths: set[str]) -> None:
    def change(table: DeltaTable) -> Change:
        return Change({}, tuple(file for file in data_files(table) if file.path in paths))

    folder.commit(spec, change)


def _withdraw_claims(folder: DeltaFolder, found: Inspection) -> None:
    log = CoverageLog(folder)
    wrong, versions = {}, {}
    for topic, content in found.content.items():
        table = folder.load(topic)
        if table is not None:
            versions[topic] = table.version()
        wrong[topic] = wrong_days(log.content(topic), content)
    log.cut(wrong, versions)
