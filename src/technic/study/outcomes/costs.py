"""Costs and slippage on graded plans, in basis points of the money that is bought and sold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.scoring.parameters import require_number
from technic.study.outcomes.grades import Grades
from technic.typing import FloatArray

__all__ = ["COST_LEVELS", "CostLevel", "break_even_bp", "net_r"]

_BASIS_POINT = 1e-4


@dataclass(frozen=True, slots=True)
class CostLevel:
    """``cost_bp``: commission and half the spread, of each purchase and each sale.

    ``slippage_bp``: what is lost on top by orders that take the price there is: stops, breakouts,
    opens, time stops. Limits (a target, an entry at the close or better) lose none.
    """

    cost_bp: float
    slippage_bp: float

    def __post_init__(self) -> None:
        require_number("cost_bp", self.cost_bp, 0, 1_000)
        require_number("slippage_bp", self.slippage_bp, 0, 1_000)


COST_LEVELS = (CostLevel(0, 0), CostLevel(2, 3), CostLevel(5, 10), CostLevel(15, 30))
"""None, a large liquid stock, an ordinary one, a thin one."""


def net_r(grades: Grades, level: CostLevel) -> FloatArray:
    """Return R after costs, NaN where there is no R."""
    costs = level.cost_bp * _BASIS_POINT * grades.traded_r
    slippage = level.slippage_bp * _BASIS_POINT * grades.market_r
    return grades.r - costs - slippage


def break_even_bp(grades: Grades, picked: NDArray[np.integer] | slice = slice(None)) -> float:
    """Return the costs of each purchase and sale at which nothing is left on average.

    Of the ``picked`` grades. Negative where nothing is made before costs; NaN without a trade that
    is over.
    """
    r = grades.r[picked]
    over = np.isfinite(r)
    traded = float(grades.traded_r[picked][over].sum())
    return float(r[over].sum()) / traded / _BASIS_POINT if traded else float("nan")
