"""SymbolBars: the bars of one symbol as arrays, of which a price frame is made on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from technic.typing import DateArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SymbolBars"]


@dataclass(frozen=True, slots=True, eq=False)
class SymbolBars:
    """``days``: the trading day of each bar, oldest first; ``values``: arrays by field's name."""

    days: DateArray
    values: Mapping[str, FloatArray]

    def __len__(self) -> int:
        return len(self.days)

    def frame(self) -> pd.DataFrame:
        """Return a price frame: ``DatetimeIndex``, columns Open High Low Close Volume."""
        import pandas as pd

        return pd.DataFrame(
            {field.capitalize(): values.copy() for field, values in self.values.items()},
            index=pd.DatetimeIndex(self.days.astype("datetime64[s]"), name="Date"),
        )
