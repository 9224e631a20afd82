"""Universe: which symbols there are, and what their listing says about each."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from technic.errors import ParameterError
from technic.text.columns import clean_column
from technic.text.outside import clean, could_be_symbol
from technic.typing import BoolArray, FloatArray
from technic.wording.counts import count_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = [
    "COLUMNS",
    "LISTING_COLUMNS",
    "TEXT_COLUMNS",
    "Universe",
    "checked_listings",
    "universe_of",
]

logger = logging.getLogger(__name__)

TEXT_COLUMNS = ("company", "exchange", "sector", "industry", "country", "type")
"""The text columns that a universe may carry besides ``symbol``."""
LISTING_COLUMNS = (*TEXT_COLUMNS, "market_cap")
"""What a listing says of a symbol, in the order of the table."""
COLUMNS = ("symbol", *LISTING_COLUMNS)


@dataclass(frozen=True, slots=True, eq=False)
class Universe:
    """Listings, one row per symbol, in the order of their source; nothing writes into ``frame``.

    ``frame``: column ``symbol`` (canonical, unique, never empty) and those of ``COLUMNS`` that the
    source carries. Text is str or None; ``market_cap`` is float64 in dollars, NaN where unknown
    (0 means unknown in listings, not small). ``source`` says where the listings come from; ``day``
    is the one that they are of, None where nobody says. ``symbols`` is the first column.
    """

    frame: pd.DataFrame
    source: str
    day: np.datetime64 | None = None
    symbols: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        frame = checked_listings(self.frame)
        _require_distinct(frame["symbol"])
        object.__setattr__(self, "frame", frame)
        object.__setattr__(self, "source", clean(self.source))
        object.__setattr__(self, "symbols", tuple(frame["symbol"]))

    @classmethod
    def of_checked(cls, frame: pd.DataFrame, source: str, day: np.datetime64 | None) -> Universe:
        """Return listings that `checked_listings` has made, or some rows of them."""
        _require_distinct(frame["symbol"])
        made = object.__new__(cls)
        object.__setattr__(made, "frame", frame.reset_index(drop=True))
        object.__setattr__(made, "source", clean(source))
        object.__setattr__(made, "day", day)
        object.__setattr__(made, "symbols", tuple(frame["symbol"]))
        return made

    def __len__(self) -> int:
        return len(self.frame)

    def has(self, column: str) -> bool:
        """Tell whether the source carries ``column``, were it unknown for some symbols."""
        return column in self.frame.columns

    def text(self, column: str) -> NDArray[np.object_]:
        """Return a text column, shape ``(n,)``; all None where the source does not carry it."""
        if self.has(column):
            return self.frame[column].to_numpy(object)
        return np.full(len(self), None, dtype=object)

    @property
    def market_cap(self) -> FloatArray:
        """Market caps in dollars, shape ``(n,)``; NaN where unknown."""
        if self.has("market_cap"):
            return self.frame["market_cap"].to_numpy(np.float64)
        return np.full(len(self), np.nan)

    def take(self, keep: BoolArray | NDArray[np.intp]) -> Universe:
        """Return the listings that a mask or an index array selects."""
        rows = self.frame.iloc[np.arange(len(self))[keep]]
        return Universe.of_checked(rows, self.source, self.day)

    def union(self, other: Universe) -> Universe:
        """Return these listings and those of ``other`` that are not among them."""
        if other is self:
            return self
        known = set(self.symbols)
        more = other.frame[[symbol not in known for symbol in other.symbols]]
        if not len(more):
            return self
        import pandas as pd

        columns = [name for name in COLUMNS if self.has(name) or other.has(name)]
        frames = [frame.reindex(columns=columns) for frame in (self.frame, more)]
        return Universe(pd.concat(frames, ignore_index=True), self.source, self.day)

    def restrict(self, symbols: Iterable[str]) -> Universe:
        """Return the listings of ``symbols``, in that order, each once.

        A symbol that is not listed stays in, without metadata: what was asked for never vanishes.
        """
        import pandas as pd

        asked = list(dict.fromkeys(symbols))
        frame = self.frame.set_index("symbol").reindex(asked)
        frame.insert(0, "symbol", pd.Series(asked, index=frame.index, dtype=object))
        return Universe(
            frame, f"{self.source}, {count_of(len(asked), 'symbol')} asked for", self.day
        )


def universe_of(
    symbols: Iterable[str], source: str, columns: Mapping[str, Any] | None = None
) -> Universe:
    """Return a universe of bare symbols, each once; ``columns`` adds metadata of equal length.

    What cannot be a symbol (signs that nobody sees, no ASCII, too long) is left out and counted in
    the log: one such row of a vendor's listings must not cost the others.
    """
    import pandas as pd

    names = list(symbols)
    frame = pd.DataFrame({"symbol": pd.Series(names, dtype=object), **(columns or {})})
    strange = [isinstance(name, str) and bool(name) and not could_be_symbol(name) for name in names]
    if any(strange):
        frame = frame[~np.array(strange, dtype=bool)]
        logger.warning("%s: left out %d that can be no symbols", clean(source), sum(strange))
    return Universe(frame.drop_duplicates("symbol"), source)


def checked_listings(frame: pd.DataFrame) -> pd.DataFrame:
    """Return listings as `Universe` holds them; a symbol may come more than once.

    Raises ParameterError for columns that it does not have, and for symbols that are none.
    """
    import pandas as pd

    if "symbol" not in frame.columns:
        raise ParameterError("frame", list(frame.columns), "listings with a column 'symbol'")
    unknown = [str(name) for name in frame.columns if name not in COLUMNS]
    if unknown or frame.columns.has_duplicates:
        allowed = f"each at most once: {', '.join(COLUMNS)}"
        raise ParameterError("frame", list(frame.columns), allowed)
    columns: dict[str, Any] = {"symbol": _checked_symbols(frame["symbol"])}
    columns |= {name: _text(frame[name]) for name in TEXT_COLUMNS if name in frame.columns}
    if "market_cap" in frame.columns:
        columns["market_cap"] = _market_cap(frame["market_cap"])
    # object, not pandas' string type: None stays None whichever pandas is installed
    return pd.DataFrame(
        {
            name: values if name == "market_cap" else pd.Series(values, dtype=object)
            for name, values in columns.items()
        },
    )


def _require_distinct(symbols: pd.Series[Any]) -> None:
    duplicated = symbols.duplicated().to_numpy()
    if duplicated.any():
        first = symbols.to_numpy(object)[int(np.flatnonzero(duplicated)[0])]
        raise ParameterError("frame['symbol']", first, "each symbol once")


def _checked_symbols(column: pd.Series[Any]) -> NDArray[np.object_]:
    symbols = column.to_numpy(object)
    for row, symbol in enumerate(symbols):
        if not isinstance(symbol, str) or not symbol or symbol != symbol.strip():
            raise ParameterError(f"frame['symbol'][{row}]", symbol, "text without blanks around it")
    return symbols


def _text(column: pd.Series[Any]) -> NDArray[np.object_]:
    text = np.full(len(column), None, dtype=object)
    for row, value in enumerate(column.to_numpy(object)):
        if isinstance(value, str):
            text[row] = value.strip() or None
    return clean_column(text)


def _market_cap(column: pd.Series[Any]) -> FloatArray:
    values = column.to_numpy(np.float64).copy()
    values[~np.isfinite(values) | (values == 0)] = np.nan
    if (values < 0).any():
        worst = float(np.nanmin(values))
        raise ParameterError("frame['market_cap']", worst, "dollars, 0 or missing where unknown")
    return values
