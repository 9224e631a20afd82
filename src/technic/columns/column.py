"""What a column is, and what follows from its expression."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from technic.language.analysis.requirements import Requirements

__all__ = ["Column"]


@dataclass(frozen=True, slots=True)
class Column:
    """One number per symbol and day: its name, its unit, what it is, and that in words.

    ``expression``: text of the scan language over fields of the bar, with a value at every bar.
    The column is its value at the day's bar, bit for bit; a field of the bar stands for itself.
    ``default``: every scan has it; others are computed when somebody asks for them.
    """

    name: str
    unit: str
    expression: str
    description: str
    default: bool = True

    @property
    def lookback(self) -> int:
        """Bars up to and with the first one that has a value."""
        return _requirements(self.expression).lookback

    @property
    def stable_after(self) -> int:
        """Bars after which the value no longer depends on where history begins.

        Of running totals, which never forget, that is the lookback as well.
        """
        return _requirements(self.expression).stable_after

    @property
    def unstable_period(self) -> int:
        """Bars from the first value to the first one that is stable; 0 for windows."""
        return self.stable_after - self.lookback


@cache
def _requirements(expression: str) -> Requirements:
    """Analyse an expression once; imported here, since a plain scan needs no language."""
    from technic.language import BASE, read
    from technic.language.analysis.requirements import requirements

    return requirements([read(expression, BASE).node], BASE)
