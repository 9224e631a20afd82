"""What was asked and when: one row for each write, merged when the rows grow many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from technic.data_engine.interfaces.coverage import Coverage
from technic.data_engine.store._delta import Change, DeltaFolder, TableSpec
from technic.data_engine.store._files import data_files, read_table
from technic.data_engine.store._hashes import DayHashes

if TYPE_CHECKING:
    from deltalake import DeltaTable

from technic.data_engine.store._coverage_records import (
    ANSWERS,
    SCHEMA,
    SPEC,
    CoverageRecord,
    latest_content,
    market_days,
    merge,
    number,
    one_table,
    too_few,
    weekdays,
    without_days,
)

__all__ = ["CoverageLog"]

MOST_FILES = 30


@dataclass(frozen=True, slots=True)
class CoverageLog:
    """The log of one store."""

    folder: DeltaFolder

    @property
    def spec(self) -> TableSpec:
        """The table's definition."""
        return SPEC

    def add(self, answers: Sequence[CoverageRecord]) -> None:
        """Append what was answered, in one commit; merge the log when it has many files."""
        records = [answer.record() for answer in answers]

        def change(table: DeltaTable) -> Change:
            new = number(records, table.version() + 1)
            if len(data_files(table)) < MOST_FILES:
                return Change(one_table(new))
            held = read_table(self.folder, SPEC.name, table, SCHEMA).to_pylist()
            return Change(one_table(merge([*held, *new])), tuple(data_files(table)))

        self.folder.commit(SPEC, change)

    def compact(self) -> None:
        """Merge all rows into as few as say the same."""

        def change(table: DeltaTable) -> Change | None:
            if len(data_files(table)) <= 1:
                return None
            held = read_table(self.folder, SPEC.name, table, SCHEMA).to_pylist()
            return Change(one_table(merge(held)), tuple(data_files(table)))

        if self.folder.load(SPEC.name) is not None:
            self.folder.commit(SPEC, change)

    def coverage(self, topic: str) -> tuple[Coverage, int | None]:
        """Return what is answered on a topic: final days only, and no day with far too few rows.

        With it the latest version of the topic's table that it relies on, None for no answer.
        """
        records = self._records(topic)
        days, rows = market_days(records)
        sessions = days[~too_few(rows)]
        owners: list[list[str]] = []
        first, last = [], []
        for record in records:
            start, end = record["first"], min(record["last"] or dt.date.max, record["final"])
            if start is None or start > end:
                continue
            if record["symbols"]:
                owners.append(record["symbols"])
                first.append(np.full(len(record["symbols"]), start, "datetime64[D]"))
                last.append(np.full(len(record["symbols"]), end, "datetime64[D]"))
            else:
                sessions = np.union1d(sessions, weekdays(start, end))
        names = [name for group in owners for name in group]
        none = np.empty(0, "datetime64[D]")
        coverage = Coverage.of(
            sessions, names, np.concatenate([none, *first]), np.concatenate([none, *last])
        )
        return coverage, max((record["version"] for record in records), default=None)

    def cut(
        self, wrong: Mapping[str, Sequence[np.datetime64]], versions: Mapping[str, int]
    ) -> None:
        """Withdraw what is said of some days of each topic; the rest relies on ``versions``.

        A topic whose table has no version is withdrawn whole.
        """

        def change(table: DeltaTable) -> Change:
            held = read_table(self.folder, SPEC.name, table, SCHEMA).to_pylist()
            left = [
                part | {"version": versions[record["topic"]]}
                for record in held
                if record["topic"] in versions
                for part in without_days(record, wrong.get(record["topic"], ()))
            ]
            return Change(one_table(left), tuple(data_files(table)))

        if self.folder.load(SPEC.name) is not None:
            self.folder.commit(SPEC, change)

    def versions_at(self, moment: dt.datetime) -> dict[str, int]:
        """Return the version of each table that was the latest at ``moment``, as far as is known.

        Tables without answers have none: 0 stands for their first.
        """
        table = self.folder.load(SPEC.name)
        rows = (
            [] if table is None else read_table(self.folder, SPEC.name, table, ANSWERS).to_pylist()
        )
        versions: dict[str, int] = {}
        for row in rows:
            if row["asked_at"] <= moment:
                for name, version in ((row["topic"], row["version"]), (SPEC.name, row["serial"])):
                    versions[name] = max(versions.get(name, 0), version)
        return versions

    def last_asked(self) -> dt.datetime | None:
        """Return when something was asked last; None where nothing was."""
        table = self.folder.load(SPEC.name)
        if table is None:
            return None
        columns = pa.schema([SCHEMA.field("asked_at")])
        asked = read_table(self.folder, SPEC.name, table, columns).column("asked_at").to_pylist()
        return max(asked, default=None)

    def content(self, topic: str) -> DayHashes:
        """Return the hash of each day that was written, as the latest write left it."""
        return latest_content(self._records(topic, SCHEMA))

    def _records(self, topic: str, columns: pa.Schema = ANSWERS) -> list[dict[str, Any]]:
        table = self.folder.load(SPEC.name)
        if table is None:
            return []
        held = read_table(self.folder, SPEC.name, table, columns).to_pylist()
        return [record for record in held if record["topic"] == topic]
