"""What the data gate checks and where it draws each line; refuses values that mean nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Literal, get_args

from technic.errors import ParameterError

__all__ = ["DEFAULT_RULES", "GATE_CODES", "GateRules", "PriceFloorBasis"]

PriceFloorBasis = Literal["traded", "as_given", "off"]
"""Which price a price floor judges: the one of the day's trading, the one in the data, none."""

GATE_CODES = (
    "few_bars",
    "stale",
    "bad_price",
    "high_below_low",
    "unadjusted_split",
    "price_x100",
    "price_floor",
    "dollar_volume_floor",
    "volatility",
    "missing_sessions",
    "zero_volume",
)
"""Codes of the gate in the order of the checks; a symbol gets the first that applies."""


@dataclass(frozen=True, slots=True)
class GateRules:
    """Thresholds of the gate; the defaults were set on all daily bars of 6,717 US symbols, 2022-24.

    Recent bars: ``min_bars`` (few_bars below it), ``max_stale_sessions`` (sessions from the last
    bar to the day of the scan), ``price_floor`` (last close), ``dollar_volume_floor`` (mean of
    close × volume over ``average_bars``). ``price_floor_basis``: ``traded``, the price at which the
    day was traded, which a close in the basis of its own day is; ``as_given``, for prices that come
    adjusted to a later day; ``off``. None: what the data allows, which a scan's result then says.

    Bad price: a price of 0 or less or above a trillion, a volume below 0 or above a quadrillion.

    Levels of one bar: ``close_outside_pct`` and ``open_outside_pct`` say how far these may lie
    outside [low, high]. A close hardly may; an open may come from an auction or from a trade that
    was busted later (a large cap had one 8.9 % below its low).

    Unadjusted split: the day opens and stays away from the previous close by a ratio that splits
    have, at least ``split_factor``, and trading was at most ``split_abnormal_trading`` beyond what
    is ordinary, in logarithms (`technic.data_engine.gate.shifts`).

    ×100: a price 100 times the previous close or a hundredth of it, to within a factor
    ``x100_tolerance``, at up to ``x100_share_volume`` times the median share volume and no less
    than the reciprocal; the true move nearest to it (× 87) was the first trade of a new listing,
    which has no ordinary volume.

    Absurd volatility: more than ``max_wild_bars`` of the last ``average_bars`` closes moved by
    more than ``wild_move_pct`` (the wildest true month had 10): one true explosion never trips it.

    Missing sessions: more than ``max_missing_sessions`` of the last ``missing_window`` sessions
    up to the last bar. A hole of more than ``max_hole_sessions`` ends history instead: the
    longest true halts had 28, a longer hole suggests a symbol that was used again.

    Zero volume: more than ``max_zero_volume_bars`` of the last ``average_bars``.

    ``skip``: codes that are not checked at all.
    """

    min_bars: int = 20
    max_stale_sessions: int = 0
    price_floor: float = 1.0
    price_floor_basis: PriceFloorBasis | None = None
    dollar_volume_floor: float = 250_000.0
    average_bars: int = 20
    close_outside_pct: float = 0.1
    open_outside_pct: float = 10.0
    split_factor: float = 1.25
    split_abnormal_trading: float = 2.4
    x100_tolerance: float = 1.25
    x100_share_volume: float = 10.0
    wild_move_pct: float = 50.0
    max_wild_bars: int = 12
    missing_window: int = 60
    max_missing_sessions: int = 10
    max_hole_sessions: int = 30
    max_zero_volume_bars: int = 10
    skip: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(field.default, int):
                _require_count(field.name, value, 1 if field.name in _AT_LEAST_ONE else 0)
            elif isinstance(field.default, float):
                above = _ABOVE.get(field.name)
                _require_number(field.name, value, 0.0 if above is None else above, above is None)
        if self.price_floor_basis not in (None, *get_args(PriceFloorBasis)):
            allowed = ", ".join(get_args(PriceFloorBasis))
            raise ParameterError("price_floor_basis", self.price_floor_basis, allowed)
        unknown = [code for code in self.skip if code not in GATE_CODES]
        if isinstance(self.skip, str) or unknown:
            raise ParameterError("skip", self.skip, f"a tuple of {', '.join(GATE_CODES)}")


_AT_LEAST_ONE = ("min_bars", "average_bars", "missing_window")
_ABOVE = {"split_factor": 1.0, "x100_tolerance": 1.0, "x100_share_volume": 1.0}


def _require_count(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ParameterError(name, value, f"a whole number, {least} or more")


def _require_number(name: str, value: object, least: float, included: bool) -> None:
    allowed = f"a finite number, {least:g} or more" if included else f"a number above {least:g}"
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ParameterError(name, value, allowed)
    if value < least or (value == least and not included):
        raise ParameterError(name, value, allowed)


DEFAULT_RULES = GateRules()
