"""Which rows are there already: the same number, of the same period, from the same filing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic.facts.concepts import catalog
from technic.facts.rows import LISTED_AS
from technic.typing import IntArray

__all__ = ["KEY", "new_rows"]

KEY = ("cik", "symbol", "period_start", "period_end", "quarters", "value", "accn", "tag")
"""What makes a row another one, beside its concept."""


def new_rows(concept: str, rows: pa.Table, held: pa.Table) -> pa.Table:
    """Return the rows that are not among those held, each once, in their order.

    A company that is fetched under a new symbol has filed nothing new: the symbol counts only where
    it is all there is to know an owner by.
    """
    keys = _keys(concept, rows)
    number = pa.array(np.arange(len(rows)))
    first = (
        keys.append_column("row", number).group_by(keys.column_names).aggregate([("row", "min")])
    )
    kept: IntArray = np.sort(first["row_min"].to_numpy())
    if len(held):
        numbered = keys.take(pa.array(kept)).append_column("row", pa.array(kept))
        left = numbered.join(_keys(concept, held), keys.column_names, join_type="left anti")
        kept = np.sort(left["row"].to_numpy())
    return rows if len(kept) == len(rows) else rows.take(pa.array(kept))


def _keys(concept: str, rows: pa.Table) -> pa.Table:
    by_symbol = concept == LISTED_AS or catalog().concepts[concept].of == "security"
    symbol = pc.fill_null(rows["symbol"].cast(pa.string()), "")
    if not by_symbol:
        symbol = pc.if_else(pc.equal(rows["cik"], 0), symbol, "")
    # Nulls are equal to nothing in a join, numbers that are no integers to little.
    bits = pa.array(rows["value"].to_numpy().view(np.int64))
    days = [
        pc.fill_null(rows[name].cast(pa.int32()), -1) for name in ("period_start", "period_end")
    ]
    texts = [pc.fill_null(rows[name].cast(pa.string()), "") for name in ("accn", "tag")]
    columns = [rows["cik"], symbol, *days, rows["quarters"], bits, *texts]
    return pa.table(columns, names=list(KEY))
