"""Where the data of a drawing come from and of which day they are: never out of sight."""

from __future__ import annotations

from dataclasses import dataclass

from technic.wording.counts import count_of

__all__ = ["Provenance"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """``as_of``: the day of the scan; ``last_bar``: that of the last bar drawn, where one is.

    ``source``: who gave the data; ``price_basis``: how prices are adjusted;
    ``universe``: symbols of the universe; ``simulated``: whether the market is made up.
    """

    as_of: str
    source: str
    price_basis: str
    universe: int | None = None
    last_bar: str | None = None
    simulated: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """What is to be said, one thing each, without the word SIMULATED."""
        bar = () if self.last_bar is None else (f"last bar {self.last_bar}",)
        size = () if self.universe is None else (f"universe {count_of(self.universe, 'symbol')}",)
        return (f"as of {self.as_of}", *bar, self.source, self.price_basis, *size)

    def __str__(self) -> str:
        parts = self.parts
        return " \u00b7 ".join((*parts, "SIMULATED") if self.simulated else parts)
