"""What the expressions of a scan come to once all symbols are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from technic.scan.expressions.conditions import ConditionResult, NotSettled
from technic.typing import BoolArray, FloatArray

__all__ = ["Column", "ExpressionValues"]

Column = FloatArray | NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class ExpressionValues:
    """Values of a scan's expressions, ``(n_symbols,)`` each, in the order scanned; none by default.

    ``columns``: those asked for by name; ``expressions``: what each of them is, all arguments
    written out. ``orders``: what rows are sorted by, for each key, None for a column of
    the table; ``wanted``: names of columns to add to the ones shown. ``setups``: those asked for,
    by name. ``not_settled``: recursions that the history
    there is does not settle.
    """

    conditions: tuple[ConditionResult, ...] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    expressions: Mapping[str, str] = field(default_factory=dict)
    orders: tuple[Column | None, ...] = ()
    setups: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    not_settled: tuple[NotSettled, ...] = ()
    _owned: dict[str, list[ConditionResult]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # told apart once: a scan may have thousands of owners, and each is asked for
        owned: dict[str, list[ConditionResult]] = {}
        for result in self.conditions:
            owned.setdefault(result.owner, []).append(result)
        object.__setattr__(self, "_owned", owned)

    def take(self, rows: BoolArray) -> ExpressionValues:
        """Return the values of these symbols alone; itself where those are all."""
        if rows.all():
            return self
        return replace(
            self,
            conditions=tuple(condition.take(rows) for condition in self.conditions),
            columns={name: values[rows] for name, values in self.columns.items()},
            orders=tuple(None if order is None else order[rows] for order in self.orders),
        )

    @property
    def added(self) -> tuple[str, ...]:
        """Names of the columns that setups, or the user, added to the table."""
        names = (*self.columns, "setups") if len(self.setups) > 1 else tuple(self.columns)
        return tuple(name for name in names if name not in self.chosen)

    @property
    def table_columns(self) -> Mapping[str, Column]:
        """Columns for the table: those asked for, and which of several setups a symbol meets."""
        if len(self.setups) < 2:
            return self.columns
        return {**self.columns, "setups": self._setups_met()}

    def of(self, owner: str) -> list[ConditionResult]:
        """The conditions of ``where`` or of a setup."""
        return list(self._owned.get(owner, ()))

    def met(self, owner: str) -> BoolArray:
        """Whether all conditions of ``where`` or of a setup are true."""
        first, *others = self.of(owner)
        met: BoolArray = first.values == 1.0
        for other in others:
            met &= other.values == 1.0
        return met

    def lacks_facts(self, owner: str) -> BoolArray:
        """Whether no condition is false and one is unknown for want of a fact."""
        held = self.of(owner)
        if not any(one.facts for one in held):
            return np.zeros(len(held[0].values), np.bool_)
        lacks: BoolArray = np.any([one.lacks_facts for one in held], axis=0)
        lacks &= np.all([one.values != 0.0 for one in held], axis=0)
        return lacks

    def failures(self, owner: str, rows: NDArray[np.intp]) -> list[str]:
        """Say which condition each symbol of ``rows`` does not meet first, false before unknown.

        One that is unknown for want of facts begins with the names of all of them.
        """
        held = self.of(owner)
        values = np.array([one.values[rows] for one in held])
        false = values == 0.0
        first = np.where(false.any(axis=0), false.argmax(axis=0), np.isnan(values).argmax(axis=0))
        said = np.empty(len(rows), dtype=object)
        for at in np.unique(first).tolist():
            own = np.flatnonzero(first == at)
            said[own] = held[at].sentences(rows[own])
        of_facts = [pair for pair in zip(held, np.isnan(values), strict=True) if pair[0].facts]
        for place in np.flatnonzero(~false.any(axis=0)).tolist() if of_facts else ():
            unknown = [one for one, is_unknown in of_facts if is_unknown[place]]
            if missing := _missing_facts(unknown, rows[place]):
                said[place] = f"{', '.join(missing)} missing: {said[place]}"
        found: list[str] = said.tolist()
        return found

    def _setups_met(self) -> NDArray[np.object_]:
        """Return for each symbol the setups it meets, by name, in the order asked for."""
        met = np.array([self.met(name) for name in self.setups])
        texts: list[list[str]] = [[] for _ in range(met.shape[1])]
        for setup, row in np.argwhere(met).tolist():
            texts[row].append(self.setups[setup])
        return np.array([", ".join(names) for names in texts], dtype=object)


def _missing_facts(unknown: Sequence[ConditionResult], row: int) -> list[str]:
    """Name the facts for want of which some conditions are unknown of a symbol, each once.

    What is asked of a fact, such as its age, goes without saying where the fact itself is missing.
    """
    found = list(dict.fromkeys(fact for one in unknown for fact in one.missing_facts(row)))
    return [one for one in found if not any(one.endswith(f"({other})") for other in found)]
