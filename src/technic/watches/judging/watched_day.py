"""What the scan of one session says of each watch: all watches in one scan, shared parts once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from technic.result.scan_result import ScanResult
from technic.scan.expressions.conditions import ConditionResult, first_unmet
from technic.typing import FloatArray

__all__ = ["ScannedTruth", "WatchedDay"]

_KNOWN = {1.0: True, 0.0: False}


@dataclass(frozen=True, eq=False)
class WatchedDay:
    """The scan of a session whose setups are watches."""

    result: ScanResult

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {symbol: row for row, symbol in enumerate(self.result.scored)}

    @cached_property
    def _closes(self) -> list[float]:
        closes: list[float] = self.result.columns["close"].tolist()
        return closes

    @cached_property
    def _owners(self) -> Mapping[str, list[ConditionResult]]:
        found: dict[str, list[ConditionResult]] = {}
        for one in self.result.conditions:
            found.setdefault(one.owner, []).append(one)
        return found

    def truth(self, owner: str, symbols: Sequence[str] = ()) -> ScannedTruth:
        """Return what the session says of an owner's conditions.

        ``symbols``: only these count, all where there are none.
        """
        conditions = self._owners[owner]
        all_ = conditions[0].values
        if len(conditions) > 1:
            values = np.array([one.values for one in conditions])
            all_ = np.where((values == 0.0).any(axis=0), 0.0, values.min(axis=0))
        if symbols:
            named = np.isin(np.array(self.result.scored, dtype=np.str_), np.array(symbols))
            all_ = np.where(named, all_, np.nan)
        return ScannedTruth(self, tuple(conditions), all_)

    def close(self, symbol: str) -> float:
        """Return the symbol's close on the session."""
        return self._closes[self._rows[symbol]]

    def row(self, symbol: str) -> int | None:
        """Return the row of a symbol, None where the session says nothing of it."""
        return self._rows.get(symbol)


@dataclass(frozen=True, eq=False)
class ScannedTruth:
    """``values``: 1, 0 or NaN for each symbol of the day."""

    day: WatchedDay
    conditions: tuple[ConditionResult, ...]
    values: FloatArray

    @cached_property
    def met(self) -> tuple[str, ...]:
        """Who meets all conditions."""
        scored = self.day.result.scored
        return tuple(scored[row] for row in np.flatnonzero(self.values == 1.0).tolist())

    @property
    def judged(self) -> int:
        """Of how many symbols the session says whether they meet them."""
        return int(np.count_nonzero(~np.isnan(self.values)))

    def of(self, symbol: str) -> bool | None:
        """Tell whether a symbol meets all conditions; None where that is unknown."""
        row = self.day.row(symbol)
        return None if row is None else _KNOWN.get(self.values.item(row))

    def numbers(self, symbols: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return for each symbol the numbers on both sides of the conditions, by their text."""
        found: dict[str, dict[str, str]] = {symbol: {} for symbol in symbols}
        known = {symbol: row for symbol in found if (row := self.day.row(symbol)) is not None}
        rows = np.array(list(known.values()), np.intp)
        for one in self.conditions:
            for symbol, values in zip(known, one.numbers_of(rows), strict=True):
                found[symbol] |= values
        return found

    def unmet(self, symbol: str) -> str:
        """Say which of several conditions a symbol does not meet first."""
        row = self.day.row(symbol)
        if row is None or len(self.conditions) < 2:
            return ""
        return first_unmet(self.conditions, row).sentences(np.array([row]))[0]
