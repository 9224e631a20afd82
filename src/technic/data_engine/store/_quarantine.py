"""Symbols that keep failing: how often, why, and until when nobody asks for them again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from technic.data_engine.store._delta import Change, DeltaFolder, TableSpec
from technic.data_engine.store._files import data_files, read_table
from technic.errors import ParameterError

if TYPE_CHECKING:
    from deltalake import DeltaTable

__all__ = ["SPEC", "Problem", "Quarantine"]

FIRST_PAUSE = dt.timedelta(days=1)
LONGEST_PAUSE = dt.timedelta(days=64)

SCHEMA = pa.schema(
    [
        ("symbol", pa.string()),
        ("reason", pa.string()),
        ("failures", pa.int32()),
        ("last_at", pa.timestamp("us", tz="UTC")),
        ("until", pa.timestamp("us", tz="UTC")),
    ]
)
SPEC = TableSpec("problems", SCHEMA)


@dataclass(frozen=True, slots=True)
class Problem:
    """A symbol that failed ``failures`` times in a row, last at ``last_at`` with ``reason``."""

    symbol: str
    reason: str
    failures: int
    last_at: dt.datetime
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The problem symbols of a store: a day's pause after one failure, doubled with each more."""

    folder: DeltaFolder

    def problems(self) -> dict[str, Problem]:
        """Return every problem symbol, whether its pause is over or not."""
        table = self.folder.load(SPEC.name)
        return {} if table is None else self._read(table)

    def record(self, reasons: Mapping[str, str], failed_at: dt.datetime) -> None:
        """Count one more failure for each symbol."""
        if failed_at.tzinfo is None:
            raise ParameterError("failed_at", failed_at.isoformat(), "a time with its zone")
        moment = failed_at.astimezone(dt.UTC)

        def change(table: DeltaTable) -> Change | None:
            held = self._read(table)
            for symbol, reason in reasons.items():
                failures = held[symbol].failures + 1 if symbol in held else 1
                pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 30), LONGEST_PAUSE)
                held[symbol] = Problem(symbol, reason, failures, moment, moment + pause)
            return Change(_arrow(held), tuple(data_files(table))) if reasons else None

        self.folder.commit(SPEC, change)

    def clear(self, symbols: Sequence[str]) -> None:
        """Forget the failures of ``symbols``; the next one counts as the first."""

        def change(table: DeltaTable) -> Change | None:
            held = self._read(table)
            left = {name: problem for name, problem in held.items() if name not in set(symbols)}
            if len(left) == len(held):
                return None
            return Change(_arrow(left), tuple(data_files(table)))

        if self.folder.load(SPEC.name) is not None:
            self.folder.commit(SPEC, change)

    def _read(self, table: DeltaTable) -> dict[str, Problem]:
        rows: list[dict[str, Any]] = read_table(self.folder, SPEC.name, table, SCHEMA).to_pylist()
        return {row["symbol"]: Problem(**row) for row in rows}


def _arrow(problems: Mapping[str, Problem]) -> dict[str, pa.Table]:
    rows = [
        {name: getattr(problems[symbol], name) for name in SCHEMA.names}
        for symbol in sorted(problems)
    ]
    return {"": pa.Table.from_pylist(rows, SCHEMA)}
