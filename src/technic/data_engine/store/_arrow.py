"""Bars to and from Arrow tables, and Parquet files to bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.data_engine.store._rows import empty_bars, sort_key, trading_days
from technic.panel import FIELDS, LongBars

__all__ = ["bar_schema", "from_batches", "to_tables"]


def bar_schema(timed: bool) -> pa.Schema:
    """Columns of a bar table; one of bars within the day also has the bar's UTC time."""
    time = [pa.field("time", pa.timestamp("us", tz="UTC"))] if timed else []
    return pa.schema(
        [
            pa.field("month", pa.string()),
            pa.field("session", pa.date32()),
            *time,
            pa.field("symbol", pa.string()),
            *(pa.field(name, pa.float64()) for name in FIELDS),
        ]
    )


def to_tables(bars: LongBars, timed: bool) -> dict[str, pa.Table]:
    """Return ordered bars month by month, with the columns of a month's file, in its order."""
    day = trading_days(bars.session)
    if not len(day):
        return {}
    first = day.min()
    month = np.arange(first, day.max() + 1).astype("datetime64[M]")
    if month[0] == month[-1]:
        return {str(month[0]): _month_table(bars, day, timed)}
    # Small integers are sorted by radix, which keeps (symbol, session) in order.
    place = (month - month[0]).astype(np.int16)[(day - first).astype(np.intp)]
    ends = np.cumsum(np.bincount(place))
    order = np.argsort(place, kind="stable")
    return {
        str(month[0] + at): _month_table(bars.rows(rows), day[rows], timed)
        for at, rows in enumerate(np.split(order, ends[:-1]))
        if len(rows)
    }


def _month_table(bars: LongBars, day: NDArray[np.datetime64], timed: bool) -> pa.Table:
    columns = {
        "session": pa.array(day.astype(np.int32), pa.int32()).cast(pa.date32()),
        # Decoded: each row group gets a dictionary of its own symbols, not of the whole market.
        "symbol": _coded(bars.column, bars.symbols).dictionary_decode(),
        **{name: pa.array(getattr(bars, name), pa.float64()) for name in FIELDS},
    }
    if timed:
        micros = bars.session.astype("datetime64[us]").astype(np.int64)
        columns["time"] = pa.array(micros, pa.timestamp("us", tz="UTC"))
    # Nothing is missing in a bar: without marks of what is, files are written and read sooner.
    schema = [field.with_nullable(False) for field in bar_schema(timed) if field.name != "month"]
    return pa.table([columns[field.name] for field in schema], schema=pa.schema(schema))


def from_batches(
    batches: Iterable[Any], symbols: Sequence[str] | None, days: tuple[int, int], timed: bool
) -> LongBars:
    """Return the rows of Arrow record batches as bars sorted by (symbol, session).

    ``symbols`` picks and orders (None: all, alphabetical); those without a bar are left out.
    ``days``: first and last day as day numbers.
    """
    names = {name: at for at, name in enumerate(dict.fromkeys(symbols or ()))}
    open_ended = symbols is None
    parts: list[_Part] = []
    for batch in batches:
        day = _numbers(batch.column("session"), pa.int32())
        code = _codes(batch.column("symbol"), names, open_ended)
        keep = (day >= days[0]) & (day <= days[1]) & (code >= 0)
        if keep.all():
            parts.append((batch, slice(None), code, day))
        elif keep.any():
            picked = np.flatnonzero(keep)
            parts.append((batch, picked, code[picked], day[picked]))
    if not parts:
        return empty_bars(np.empty(0, "datetime64[us]") if timed else None)
    return _gathered(parts, list(names), open_ended, timed)


_Part = tuple[Any, "slice | NDArray[np.intp]", NDArray[np.int32], NDArray[np.int32]]


def _gathered(parts: list[_Part], names: list[str], by_name: bool, timed: bool) -> LongBars:
    code = np.concatenate([part[2] for part in parts])
    used = np.flatnonzero(np.bincount(code, minlength=len(names)))
    if by_name:
        used = used[np.argsort(np.array(names, dtype=object)[used])]
    rank = np.zeros(len(names), dtype=np.int32)
    rank[used] = np.arange(len(used), dtype=np.int32)
    column = rank[code]
    if timed:
        micros = [_numbers(part[0].column("time"), pa.int64())[part[1]] for part in parts]
        session = np.concatenate(micros).view("datetime64[us]")
    else:
        day = np.concatenate([part[3] for part in parts])
        session = day.astype(np.int64).view("datetime64[D]")
    key = sort_key(column, session)
    place: NDArray[np.intp] | slice = slice(None)
    if np.any(key[1:] < key[:-1]):
        order = np.argsort(key, kind="stable")
        column, session = column[order], session[order]
        place = np.empty(len(order), dtype=np.intp)
        place[order] = np.arange(len(order))
    return LongBars(
        tuple(names[at] for at in used),
        column,
        session,
        *(_placed([(part[0].column(name), part[1]) for part in parts], place) for name in FIELDS),
    )


def _placed(
    pieces: list[tuple[Any, slice | NDArray[np.intp]]], place: NDArray[np.intp] | slice
) -> NDArray[np.float64]:
    """Write the values of consecutive pieces to where the sorted rows belong."""
    values = [_numbers(array, pa.float64())[picked] for array, picked in pieces]
    if isinstance(place, slice):
        return np.concatenate(values)
    out = np.empty(len(place))
    start = 0
    for value in values:
        out[place[start : start + len(value)]] = value
        start += len(value)
    return out


def _numbers(array: Any, kind: Any) -> NDArray[Any]:
    """View a column without nulls as numbers."""
    values: NDArray[Any] = array.view(kind).to_numpy(zero_copy_only=True)
    return values


def _codes(array: Any, names: dict[str, int], open_ended: bool) -> NDArray[np.int32]:
    """Return the number of each row's symbol, -1 for one that is not wanted."""
    if not isinstance(array, pa.DictionaryArray):
        array = array.dictionary_encode()
    found = array.dictionary.to_pylist()
    if open_ended:
        numbers = [names.setdefault(name, len(names)) for name in found]
    else:
        numbers = [names.get(name, -1) for name in found]
    codes: NDArray[np.int32] = np.array(numbers, dtype=np.int32)[array.indices.to_numpy()]
    return codes


def _coded(place: NDArray[Any], words: Sequence[str]) -> Any:
    indices = pa.array(place.astype(np.int32), pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))
