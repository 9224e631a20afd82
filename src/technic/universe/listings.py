"""Universe: which symbols there are, and what their listing says about each."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.text.columns import clean_column
from technic.text.outside import clean, could_be_symbol
from technic.typing import BoolArray, FloatArray
from technic.wording.counts import count_of

if TYPE_CHECKING:
    import pandas as pd

    Listings = pd.DataFrame | Mapping[str, Any]
    """A frame, or columns by name: arrays, lists or columns of pandas."""

__all__ = [
    "COLUMNS",
    "LISTING_COLUMNS",
    "TEXT_COLUMNS",
    "Universe",
    "checked_listings",
    "listings_frame",
    "universe_of",
]

logger = logging.getLogger(__name__)

TEXT_COLUMNS = ("company", "exchange", "sector", "industry", "country", "type")
"""The text columns that a universe may carry besides ``symbol``."""
LISTING_COLUMNS = (*TEXT_COLUMNS, "market_cap")
"""What a listing says of a symbol, in the order of the table."""
COLUMNS = ("symbol", *LISTING_COLUMNS)
Column = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Universe:
    """Listings, one row per symbol, in the order of their source; nothing writes into them.

    Made of a pandas frame or of columns by name. ``columns``: arrays ``(n,)``, ``symbol``
    (canonical, unique, never empty) and those of ``COLUMNS`` that the source carries. Text is str
    or None; ``market_cap`` is float64 in dollars, NaN where unknown (0 means unknown in listings,
    not small). ``source`` says where the listings come from; ``day`` is the one that they are of,
    None where nobody says. ``symbols`` is the first column.
    """

    columns: Mapping[str, Column] = field(repr=False)
    source: str
    day: np.datetime64 | None
    symbols: tuple[str, ...] = field(repr=False)
    _frame: pd.DataFrame | None = field(repr=False)

    def __init__(self, listings: Listings, source: str, day: np.datetime64 | None = None) -> None:
        self._fill(checked_listings(listings), source, day)

    @classmethod
    def of_checked(
        cls, columns: Mapping[str, Column], source: str, day: np.datetime64 | None
    ) -> Universe:
        """Return listings that `checked_listings` has made, or some rows of them."""
        made = object.__new__(cls)
        made._fill(columns, source, day)
        return made

    def _fill(self, columns: Mapping[str, Column], source: str, day: np.datetime64 | None) -> None:
        symbols = tuple(columns["symbol"].tolist())
        _require_distinct(symbols)
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "source", clean(source))
        object.__setattr__(self, "day", day)
        object.__setattr__(self, "symbols", symbols)
        object.__setattr__(self, "_frame", None)

    def __len__(self) -> int:
        return len(self.symbols)

    @property
    def frame(self) -> pd.DataFrame:
        """The columns as a pandas frame, text as objects; made at the first use."""
        if self._frame is None:
            object.__setattr__(self, "_frame", listings_frame(self.columns))
        assert self._frame is not None
        return self._frame

    def has(self, column: str) -> bool:
        """Tell whether the source carries ``column``, were it unknown for some symbols."""
        return column in self.columns

    def text(self, column: str) -> NDArray[np.object_]:
        """Return a text column, shape ``(n,)``; all None where the source does not carry it."""
        return self._column(column)

    @property
    def market_cap(self) -> FloatArray:
        """Market caps in dollars, shape ``(n,)``; NaN where unknown."""
        return self._column("market_cap")

    def _column(self, name: str) -> Column:
        return self.columns[name] if self.has(name) else _unknown(name, len(self))

    def rows_of(self, symbols: Iterable[str]) -> NDArray[np.intp]:
        """Return the row of each symbol; KeyError for one that is not listed."""
        at = {symbol: row for row, symbol in enumerate(self.symbols)}
        return np.array([at[symbol] for symbol in symbols], dtype=np.intp)

    def take(self, keep: BoolArray | NDArray[np.intp]) -> Universe:
        """Return the listings that a mask or an index array selects."""
        rows = np.arange(len(self))[keep]
        taken = {name: values[rows] for name, values in self.columns.items()}
        return Universe.of_checked(taken, self.source, self.day)

    def union(self, other: Universe) -> Universe:
        """Return these listings and those of ``other`` that are not among them."""
        if other is self:
            return self
        known = set(self.symbols)
        new = np.array([symbol not in known for symbol in other.symbols], dtype=np.bool_)
        if not new.any():
            return self
        more = other.take(new)
        names = [name for name in COLUMNS if self.has(name) or other.has(name)]
        both = {name: np.concatenate([self._column(name), more._column(name)]) for name in names}
        return Universe.of_checked(both, self.source, self.day)

    def restrict(self, symbols: Iterable[str]) -> Universe:
        """Return the listings of ``symbols``, in that order, each once.

        A symbol that is not listed stays in, without metadata: what was asked for never vanishes.
        """
        asked = list(dict.fromkeys(symbols))
        at = {symbol: row for row, symbol in enumerate(self.symbols)}
        places = [(place, at[symbol]) for place, symbol in enumerate(asked) if symbol in at]
        there, rows = np.array(places, dtype=np.intp).reshape(-1, 2).T
        columns: dict[str, Column] = {"symbol": _checked_symbols(asked)}
        for name, values in self.columns.items():
            if name != "symbol":
                columns[name] = _unknown(name, len(asked))
                columns[name][there] = values[rows]
        source = f"{self.source}, {count_of(len(asked), 'symbol')} asked for"
        return Universe.of_checked(columns, source, self.day)


def universe_of(
    symbols: Iterable[str], source: str, columns: Mapping[str, Any] | None = None
) -> Universe:
    """Return a universe of bare symbols, each once; ``columns`` adds metadata of equal length.

    What cannot be a symbol (signs that nobody sees, no ASCII, too long) is left out and counted in
    the log: one such row of a vendor's listings must not cost the others.
    """
    names = list(symbols)
    strange = [isinstance(name, str) and bool(name) and not could_be_symbol(name) for name in names]
    if any(strange):
        logger.warning("%s: left out %d that can be no symbols", clean(source), sum(strange))
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        if not strange[row]:
            first.setdefault(name, row)
    rows = np.array([*first.values()], dtype=np.intp)
    listed = {"symbol": names, **(columns or {})}
    every = {name: _as_array(values, name) for name, values in listed.items()}
    if any(len(values) != len(names) for values in every.values()):
        lengths = {name: len(values) for name, values in every.items()}
        raise ParameterError("columns", lengths, "a value for each symbol in every column")
    return Universe({name: values[rows] for name, values in every.items()}, source)


def checked_listings(listings: Listings) -> dict[str, Column]:
    """Return the columns of listings as `Universe` holds them; a symbol may come more than once.

    Raises ParameterError for columns that it does not have, and for symbols that are none.
    """
    names = list(listings)
    if "symbol" not in names:
        raise ParameterError("frame", names, "listings with a column 'symbol'")
    unknown = [str(name) for name in names if name not in COLUMNS]
    if unknown or len(set(names)) < len(names):
        raise ParameterError("frame", names, f"each at most once: {', '.join(COLUMNS)}")
    columns: dict[str, Column] = {"symbol": _checked_symbols(listings["symbol"])}
    columns |= {name: _text(listings[name]) for name in TEXT_COLUMNS if name in names}
    if "market_cap" in names:
        columns["market_cap"] = _market_cap(listings["market_cap"])
    return columns


def listings_frame(columns: Mapping[str, Column]) -> pd.DataFrame:
    """Return columns of listings as a pandas frame."""
    import pandas as pd

    # object, not pandas' string type: None stays None whichever pandas is installed
    return pd.DataFrame(
        {
            name: values if name == "market_cap" else pd.Series(values, dtype=object)
            for name, values in columns.items()
        },
    )


def _as_array(values: Any, name: str) -> Column:
    """Return a column of pandas, an array or a list as an array; missing amounts as NaN."""
    kind = np.float64 if name == "market_cap" else object
    if hasattr(values, "to_numpy"):
        return np.array(values.to_numpy(kind))  # a copy: the caller may write into its own
    found = np.empty(len(values), dtype=kind)
    found[:] = values
    return found


def _unknown(name: str, count: int) -> Column:
    """Return a column of which nothing is known."""
    if name == "market_cap":
        return np.full(count, np.nan)
    return np.full(count, None, dtype=object)


def _require_distinct(symbols: Sequence[str]) -> None:
    if len(set(symbols)) < len(symbols):
        twice = next(symbol for symbol, count in Counter(symbols).items() if count > 1)
        raise ParameterError("frame['symbol']", twice, "each symbol once")


def _checked_symbols(column: Any) -> NDArray[np.object_]:
    symbols = _as_array(column, "symbol")
    for row, symbol in enumerate(symbols.tolist()):
        if not isinstance(symbol, str) or not symbol or symbol != symbol.strip():
            raise ParameterError(f"frame['symbol'][{row}]", symbol, "text without blanks around it")
    return symbols


def _text(column: Any) -> NDArray[np.object_]:
    values = _as_array(column, "text")
    text = np.full(len(values), None, dtype=object)
    for row, value in enumerate(values.tolist()):
        if isinstance(value, str):
            text[row] = value.strip() or None
    return clean_column(text)


def _market_cap(column: Any) -> FloatArray:
    values = _as_array(column, "market_cap").copy()
    values[~np.isfinite(values) | (values == 0)] = np.nan
    if (values < 0).any():
        worst = float(np.nanmin(values))
        raise ParameterError("frame['market_cap']", worst, "dollars, 0 or missing where unknown")
    return values
