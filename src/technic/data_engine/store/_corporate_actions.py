"""Small tables of one value for a symbol and a day: splits and dividends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.data_engine.store._delta import Change, DeltaFolder, TableSpec
from technic.data_engine.store._files import DataFile, data_files, read_batches, read_table
from technic.errors import ParameterError
from technic.typing import DateArray, FloatArray

if TYPE_CHECKING:
    from deltalake import DeltaTable

__all__ = ["CorporateActionTable", "CorporateActions", "actions_hash", "actions_of"]

SCHEMA = pa.schema([("symbol", pa.string()), ("session", pa.date32()), ("value", pa.float64())])


@dataclass(frozen=True, slots=True)
class CorporateActions:
    """Rows sorted by (symbol, session); ``symbol`` is an object array of str."""

    symbol: NDArray[np.object_]
    session: DateArray
    value: FloatArray

    def rows(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> CorporateActions:
        """Return the rows that a mask or an index array selects."""
        return CorporateActions(self.symbol[keep], self.session[keep], self.value[keep])


@dataclass(frozen=True, slots=True)
class CorporateActionTable:
    """One such table; ``several_a_day``: a symbol may have more than one on a day."""

    folder: DeltaFolder
    name: str
    several_a_day: bool = False

    @property
    def spec(self) -> TableSpec:
        """The table's definition."""
        return TableSpec(self.name, SCHEMA)

    def read(self, schemas: tuple[str, ...] = ()) -> CorporateActions:
        """Return all actions; ``schemas`` as in ``DeltaFolder.load``."""
        table = self.folder.load(self.name, schemas=schemas)
        return _actions(SCHEMA.empty_table() if table is None else self._table(table))

    def replace(
        self,
        actions: CorporateActions,
        symbols: Sequence[str] | None,
        first: np.datetime64,
        last: np.datetime64,
    ) -> tuple[int, int]:
        """Make ``actions`` all there is of ``symbols`` (None: all) from ``first`` to ``last``.

        Returns the table's version that holds them, and the hash of all it holds.
        """
        actions = actions.rows(np.lexsort((actions.session, actions.symbol.astype(str))))
        if not bool(_within(actions, symbols, first, last).all()):
            raise ParameterError(self.name, "others", f"days and symbols asked, {first} to {last}")
        self._refuse_doubles(actions)
        content = 0

        def change(table: DeltaTable) -> Change | None:
            nonlocal content
            held = _actions(self._table(table))
            kept = held.rows(~_within(held, symbols, first, last))
            made = CorporateActions(
                np.concatenate([kept.symbol, actions.symbol]),
                np.concatenate([kept.session, actions.session]),
                np.concatenate([kept.value, actions.value]),
            )
            made = made.rows(np.lexsort((made.session, made.symbol.astype(str))))
            content = actions_hash(made)
            if _same(held, made):
                return None
            return Change({"": _arrow(made)}, tuple(data_files(table)))

        return self.folder.commit(self.spec, change), content

    def _refuse_doubles(self, actions: CorporateActions) -> None:
        same = (actions.symbol[1:] == actions.symbol[:-1]) & (
            actions.session[1:] == actions.session[:-1]
        )
        if not self.several_a_day and same.any():
            at = int(np.argmax(same))
            raise ParameterError(
                self.name,
                f"{actions.symbol[at]} {actions.session[at]} twice",
                "one value for each symbol and session",
            )

    def _table(self, table: DeltaTable) -> pa.Table:
        return read_table(self.folder, self.name, table, SCHEMA)


def actions_of(table: CorporateActionTable, files: Sequence[DataFile]) -> int:
    """Hash the rows of some of the table's files."""
    batches = list(read_batches(table.folder, table.name, files, SCHEMA.names))
    return actions_hash(_actions(pa.Table.from_batches(batches, SCHEMA)))


def actions_hash(actions: CorporateActions) -> int:
    """Hash sorted actions; 0 is none."""
    if not len(actions.symbol):
        return 0
    digest = blake2b(digest_size=8)
    digest.update("\0".join(actions.symbol).encode())
    digest.update(actions.session.astype("<M8[D]").tobytes())
    digest.update(actions.value.astype("<f8").tobytes())
    return int.from_bytes(digest.digest(), "little", signed=True)


def _within(
    actions: CorporateActions,
    symbols: Sequence[str] | None,
    first: np.datetime64,
    last: np.datetime64,
) -> NDArray[np.bool_]:
    mask = (actions.session >= first) & (actions.session <= last)
    if symbols is not None:
        wanted = set(symbols)
        mask &= np.fromiter((name in wanted for name in actions.symbol), np.bool_, len(mask))
    return mask


def _same(left: CorporateActions, right: CorporateActions) -> bool:
    return (
        np.array_equal(left.symbol, right.symbol)
        and np.array_equal(left.session, right.session)
        and np.array_equal(left.value, right.value)
    )


def _actions(table: pa.Table) -> CorporateActions:
    return CorporateActions(
        np.array(table["symbol"].to_pylist(), dtype=object),
        table["session"].to_numpy().astype("datetime64[D]"),
        table["value"].to_numpy(),
    )


def _arrow(actions: CorporateActions) -> pa.Table:
    days = pa.array(actions.session.astype("datetime64[D]"))
    return pa.table([pa.array(actions.symbol, pa.string()), days, actions.value], schema=SCHEMA)
