"""Splits and dividends of the simulated market, as a vendor has them on file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from technic.loopback.grid import CLOSE, Grid, InjectedSplit
from technic.marketsim import Market
from technic.marketsim.quarters import QUARTER
from technic.marketsim.random_streams import uniform
from technic.marketsim.securities import KIND
from technic.typing import FloatArray

__all__ = ["ANNOUNCED_SESSIONS", "Actions", "Dividend", "SplitRow"]

ANNOUNCED_SESSIONS = 10
"""Splits and dividends are on file this many sessions before they take effect."""

PAYERS = 0.4
"""Share of the companies and funds that pay a dividend every quarter."""
PAYING_KINDS = ("common", "adr", "etf", "closed_end_fund", "preferred")
QUARTERLY_YIELD = 0.006


@dataclass(frozen=True, slots=True)
class Dividend:
    """A cash dividend: ``amount`` in $ a share, ex on session ``position``."""

    row: int
    position: int
    amount: float


@dataclass(frozen=True, slots=True)
class SplitRow:
    """From session ``position`` on, ``split_from`` old shares are ``split_to`` new ones.

    ``factor``: what a raw price of the day before is multiplied by to be in the latest basis.
    """

    row: int
    position: int
    split_from: int
    split_to: int
    factor: float

    @property
    def ratio(self) -> float:
        """New shares for one old share."""
        return self.split_to / self.split_from


class Actions:
    """Splits on file, by (session, row), and dividends, which are drawn when asked for."""

    def __init__(
        self,
        market: Market,
        grid: Grid,
        splits: Sequence[SplitRow],
        dividends: Sequence[Dividend],
    ) -> None:
        self._market, self._grid = market, grid
        self._made = tuple(dividends)
        self._dividends: dict[int, list[Dividend]] = {}
        self.all_splits = tuple(splits)
        self._of_row: dict[int, list[SplitRow]] = {}
        for split in splits:
            self._of_row.setdefault(split.row, []).append(split)

    @classmethod
    def of(
        cls,
        market: Market,
        grid: Grid,
        made: Sequence[InjectedSplit],
        dividends: Sequence[Dividend],
    ) -> Actions:
        """Put the market's own splits on record and those that were made together."""
        who = np.arange(len(market))
        drawn = zip(*(array.tolist() for array in market.splits(who, 0, len(market.sessions))),
                    strict=True)  # fmt: skip
        ratios = {(row, at): ratio for row, at, ratio in drawn}
        ratios.update(
            {(split.row, split.position): split.ratio for split in made if split.recorded}
        )
        factor: dict[int, float] = {}
        rows = []
        for row, at in sorted(ratios, key=lambda key: -key[1]):
            share = Fraction(ratios[row, at]).limit_denominator(100)
            factor[row] = factor.get(row, 1.0) * share.denominator / share.numerator
            rows.append(SplitRow(row, at, share.denominator, share.numerator, factor[row]))
        return cls(market, grid, sorted(rows, key=lambda row: (row.position, row.row)), dividends)

    def splits(self, now_position: int) -> list[SplitRow]:
        """Splits on file when session ``now_position`` is the current one."""
        return [
            split
            for split in self.all_splits
            if split.position <= now_position + ANNOUNCED_SESSIONS
        ]

    def dividends(self, first: int, stop: int, now_position: int) -> list[Dividend]:
        """Dividends on file with an ex-date from session ``first`` to ``stop`` − 1."""
        stop = min(stop, now_position + ANNOUNCED_SESSIONS + 1, len(self._market.sessions))
        rows: list[Dividend] = []
        for number in range(first // QUARTER, -(-stop // QUARTER)):
            if number not in self._dividends:
                self._dividends[number] = self._draw_dividends(number)
            rows += self._dividends[number]
        rows += self._made
        kept = [row for row in rows if first <= row.position < stop]
        return sorted(kept, key=lambda row: (row.position, row.row))

    def divisors(self, row: int, places: NDArray[np.intp], now_position: int) -> FloatArray:
        """What the prices of a row on some sessions are divided by in the basis of today."""
        divisor = np.ones(len(places))
        for split in self._of_row.get(row, ()):
            if split.position <= now_position:
                divisor[places < split.position] *= split.ratio
        return divisor

    def day_divisors(self, position: int, now_position: int) -> FloatArray:
        """Return the same for all rows on one session."""
        divisor = np.ones(len(self._market))
        for split in self.all_splits:
            if position < split.position <= now_position:
                divisor[split.row] *= split.ratio
        return divisor

    def _draw_dividends(self, number: int) -> list[Dividend]:
        """Each payer goes ex once a quarter, always at the same place of it."""
        market, size = self._market, len(self._market)
        pays = uniform(market.seed, "dividend/payer", size) < PAYERS
        pays &= np.isin(market.securities.kind, [KIND[name] for name in PAYING_KINDS])
        place = (uniform(market.seed, "dividend/place", size) * QUARTER).astype(np.intp)
        rows: list[Dividend] = []
        for offset in range(min(QUARTER, len(market.sessions) - number * QUARTER)):
            at = number * QUARTER + offset
            traded, values = self._grid.day(at)
            due = pays[traded] & (place[traded] == offset) & np.isfinite(values[CLOSE])
            amounts = np.round(values[CLOSE, due] * QUARTERLY_YIELD, 4)
            for row, amount in zip(traded[due].tolist(), amounts.tolist(), strict=True):
                if amount > 0:
                    rows.append(Dividend(row, at, amount))
        return rows
