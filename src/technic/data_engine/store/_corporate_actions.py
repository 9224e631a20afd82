"""Small tables of one value for a symbol and a day: splits and dividends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.data_engine.store._delta import Change, DeltaFolder, TableSpec
from technic.data_engine.store._files import read_table
from technic.errors import ParameterError
from technic.typing import DateArray, FloatArray

if TYPE_CHECKING:
    from deltalake import DeltaTable

__all__ = ["FactTable", "Facts"]

SCHEMA = pa.schema([("symbol", pa.string()), ("session", pa.date32()), ("value", pa.float64())])


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows sorted by (symbol, session); ``symbol`` is an object array of str."""

    symbol: NDArray[np.object_]
    session: DateArray
    value: FloatArray

    def rows(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Facts:
        """Return the rows that a mask or an index array selects."""
        return Facts(self.symbol[keep], self.session[keep], self.value[keep])


@dataclass(frozen=True, slots=True)
class FactTable:
    """One such table; several facts of a symbol on one day are allowed where ``many``."""

    folder: DeltaFolder
    name: str
    many: bool = False

    @property
    def spec(self) -> TableSpec:
        """The table's definition."""
        return TableSpec(self.name, SCHEMA)

    def read(self) -> Facts:
        """Return all facts."""
        table = self.folder.load(self.name)
        return _facts(SCHEMA.empty_table() if table is None else self._table(table))

    def replace(
        self,
        facts: Facts,
        symbols: Sequence[str] | None,
        first: np.datetime64,
        last: np.datetime64,
    ) -> None:
        """Make ``facts`` all there is of ``symbols`` (None: all) from ``first`` to ``last``."""
        facts = facts.rows(np.lexsort((facts.session, facts.symbol.astype(str))))
        if not bool(_within(facts, symbols, first, last).all()):
            raise ParameterError(self.name, "others", f"days and symbols asked, {first} to {last}")
        self._refuse_doubles(facts)

        def change(table: DeltaTable) -> Change | None:
            held = _facts(self._table(table))
            kept = held.rows(~_within(held, symbols, first, last))
            made = Facts(
                np.concatenate([kept.symbol, facts.symbol]),
                np.concatenate([kept.session, facts.session]),
                np.concatenate([kept.value, facts.value]),
            )
            made = made.rows(np.lexsort((made.session, made.symbol.astype(str))))
            return None if _same(held, made) else Change(_arrow(made), "")

        self.folder.commit(self.spec, change)

    def _refuse_doubles(self, facts: Facts) -> None:
        same = (facts.symbol[1:] == facts.symbol[:-1]) & (facts.session[1:] == facts.session[:-1])
        if not self.many and same.any():
            at = int(np.argmax(same))
            raise ParameterError(
                self.name,
                f"{facts.symbol[at]} {facts.session[at]} twice",
                "one value for each symbol and session",
            )

    def _table(self, table: DeltaTable) -> pa.Table:
        return read_table(self.folder, self.name, table, SCHEMA)


def _within(
    facts: Facts, symbols: Sequence[str] | None, first: np.datetime64, last: np.datetime64
) -> NDArray[np.bool_]:
    mask = (facts.session >= first) & (facts.session <= last)
    if symbols is not None:
        wanted = set(symbols)
        mask &= np.fromiter((name in wanted for name in facts.symbol), np.bool_, len(mask))
    return mask


def _same(one: Facts, other: Facts) -> bool:
    return (
        np.array_equal(one.symbol, other.symbol)
        and np.array_equal(one.session, other.session)
        and np.array_equal(one.value, other.value)
    )


def _facts(table: pa.Table) -> Facts:
    return Facts(
        np.array(table["symbol"].to_pylist(), dtype=object),
        table["session"].to_numpy().astype("datetime64[D]"),
        table["value"].to_numpy(),
    )


def _arrow(facts: Facts) -> pa.Table:
    days = pa.array(facts.session.astype("datetime64[D]"))
    return pa.table([pa.array(facts.symbol, pa.string()), days, facts.value], schema=SCHEMA)
