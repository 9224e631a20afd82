"""What a trade plan may risk and where its stop goes: rules a user sets, with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from technic.errors import ParameterError
from technic.scoring.parameters import require_number
from technic.scoring.signal import SIGNALS

__all__ = ["ENTRIES", "PLAN_COLUMNS", "STYLES", "PlanRules", "StopRules"]

ENTRIES = ("auto", "close", "breakout")

PLAN_COLUMNS = (
    "atr_14",
    "avg_dollar_volume_20",
    "close",
    "high",
    "high_20",
    "low",
    "low_10",
    "low_20",
    "max_return_252_pct",
    "natr_14",
    "prior_high_20",
    "prior_low_20",
)
"""Scan columns that plans read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRules:
    """Where the stop goes: beyond a recent extreme, at a distance held between guard rails.

    ``long_below``, ``short_above``: the columns of the extreme. ``buffer_atr``: room beyond it.
    ``min_atr`` … ``max_pct``: least and greatest distance from the entry, in ATR and in percent of
    the entry. Where ``min_pct`` is farther than ``max_atr`` it is taken; where ``max_pct`` is
    nearer than ``min_atr`` there is no plan: the stop would lie within a day's noise.
    """

    long_below: str
    short_above: str
    buffer_atr: float
    min_atr: float
    max_atr: float
    min_pct: float
    max_pct: float

    def __post_init__(self) -> None:
        for name in ("long_below", "short_above"):
            if getattr(self, name) not in PLAN_COLUMNS:
                raise ParameterError(f"stop.{name}", getattr(self, name), ", ".join(PLAN_COLUMNS))
        require_number("stop.buffer_atr", self.buffer_atr, 0, 20)
        require_number("stop.max_atr", self.max_atr, 0.01, 100)
        require_number("stop.min_atr", self.min_atr, 0, self.max_atr)
        require_number("stop.max_pct", self.max_pct, 0.01, 90)
        require_number("stop.min_pct", self.min_pct, 0, self.max_pct)


STYLES: Mapping[str, StopRules] = MappingProxyType(
    {
        "day": StopRules(
            long_below="low",
            short_above="high",
            buffer_atr=0.1,
            min_atr=0.25,
            max_atr=1.0,
            min_pct=0.25,
            max_pct=5.0,
        ),
        "swing": StopRules(
            long_below="low_10",
            short_above="high_20",
            buffer_atr=0.25,
            min_atr=1.0,
            max_atr=3.0,
            min_pct=1.0,
            max_pct=12.0,
        ),
        "position": StopRules(
            long_below="low_20",
            short_above="high_20",
            buffer_atr=0.5,
            min_atr=2.0,
            max_atr=5.0,
            min_pct=3.0,
            max_pct=25.0,
        ),
    }
)
"""Stop rules of each trade style."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """What a plan may risk and how it enters and leaves.

    ``account_size`` in $; ``risk_pct`` of it may be lost at the stop; ``target_r`` is the reward
    in units of the risk. ``style`` picks the stop rules unless ``stop`` gives them. ``entry``:
    ``close``; ``breakout`` (a tick beyond the 20-bar extreme, only within ``pivot_atr`` ATR of
    it); ``auto`` (breakout where that can be, else close). Size is capped at ``max_pct_of_adv``
    percent of the 20-bar average dollar volume and ``max_position_pct`` percent of the account.
    ``signals``: which get a long plan; ``short`` gets one when ``allow_shorts``. What jumped by
    ``takeover_jump_pct`` or more on a day of the last 252 bars and now has an average true range
    under ``takeover_natr_pct`` percent of the close trades at the price of an offer and gets no
    plan; 0 for either plans such symbols too.
    """

    account_size: float = 100_000.0
    risk_pct: float = 1.0
    target_r: float = 2.0
    style: str = "swing"
    entry: str = "auto"
    pivot_atr: float = 1.0
    max_pct_of_adv: float = 1.0
    max_position_pct: float = 20.0
    signals: tuple[str, ...] = ("strong_long", "long", "watch")
    allow_shorts: bool = False
    takeover_natr_pct: float = 0.7
    takeover_jump_pct: float = 10.0
    stop: StopRules | None = None

    def __post_init__(self) -> None:
        require_number("account_size", self.account_size, 1, 1e12)
        require_number("risk_pct", self.risk_pct, 0.001, 100)
        require_number("target_r", self.target_r, 0.1, 100)
        require_number("pivot_atr", self.pivot_atr, 0, 20)
        require_number("max_pct_of_adv", self.max_pct_of_adv, 0.0001, 100)
        require_number("max_position_pct", self.max_position_pct, 0.01, 100)
        require_number("takeover_natr_pct", self.takeover_natr_pct, 0, 100)
        require_number("takeover_jump_pct", self.takeover_jump_pct, 0, 1e6)
        if self.style not in STYLES:
            raise ParameterError("style", self.style, ", ".join(STYLES))
        if self.entry not in ENTRIES:
            raise ParameterError("entry", self.entry, ", ".join(ENTRIES))
        for name in self.signals:
            if name not in SIGNALS or name in ("short", "unrated"):
                raise ParameterError("plan.signals", name, "signals that can be bought")

    @property
    def stop_rules(self) -> StopRules:
        """The stop rules in force: ``stop``, else those of the style."""
        return self.stop or STYLES[self.style]
