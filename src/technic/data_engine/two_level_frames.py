"""Price frames whose columns have two names, field and symbol, as ``yf.download`` makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic.errors import ParameterError
from technic.panel import FRAME_COLUMNS
from technic.tables.column_names import TWO_LEVEL, plain_name
from technic.universe import canonical

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame_of_symbol", "frames_of_table"]

_OURS = {name.lower(): name for name in FRAME_COLUMNS}
_PRICES = FRAME_COLUMNS[:-1]


def frames_of_table(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the price frame of each symbol of a table, without the days that it has no price of.

    ParameterError for a table that has one name for each column.
    """
    level = _level_of_fields(table)
    if level is None:
        allowed = "a mapping from symbol to price frame, or a frame with two names a column"
        raise ParameterError("price_cache", "a DataFrame", allowed, "give {symbol: frame}")
    symbols = dict.fromkeys(map(str, table.columns.get_level_values(1 - level)))
    return {symbol: _own(table, level, symbol) for symbol in symbols if symbol}


def frame_of_symbol(symbol: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a symbol's frame with one name for each column; one that has is returned as it is.

    Raises ParameterError for a frame of other symbols.
    """
    level = _level_of_fields(frame)
    if level is None:
        return frame
    names = dict.fromkeys(map(str, frame.columns.get_level_values(1 - level)))
    own = [name for name in names if name and canonical(name) == canonical(symbol)]
    if len(own) != 1:
        there, allowed = ", ".join(names), f"a frame with the bars of {symbol}"
        raise ParameterError(f"price_cache[{symbol!r}]", f"a frame of {there}", allowed)
    return _own(frame, level, own[0])


def _level_of_fields(frame: pd.DataFrame) -> int | None:
    """Return which of two levels of column names holds open, high, low and close; None: neither."""
    if frame.columns.nlevels != 2:
        return None
    for level in (0, 1):
        if set(_PRICES) <= {_field(name) for name in frame.columns.get_level_values(level)}:
            return level
    return None


def _field(name: object) -> str:
    """Return the name of a column of price frames that is meant, "" for others."""
    return _OURS.get(TWO_LEVEL.get(plain_name(str(name)), ""), "")


def _own(frame: pd.DataFrame, level: int, symbol: str) -> pd.DataFrame:
    """Return the columns of one symbol, under the names that price frames have."""
    import pandas as pd

    here = frame.columns.get_level_values(1 - level).map(str) == symbol
    part = frame.loc[:, here]
    named = [_field(name) for name in part.columns.get_level_values(level)]
    one = part.loc[:, [bool(name) for name in named]]
    one.columns = pd.Index([name for name in named if name])
    there = [name for name in _PRICES if name in one.columns]
    return one.dropna(subset=there, how="all")
