"""What a key may do: the plans that vendors sell, as far as their answers depend on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from technic.errors import ParameterError

__all__ = ["ALPACA_PLANS", "POLYGON_PLANS", "AlpacaPlan", "PolygonPlan", "WireOptions"]


@dataclass(frozen=True, slots=True)
class PolygonPlan:
    """``same_day``: bars of today are answered. ``status`` is what good answers say."""

    requests_per_minute: float | None = None
    history_days: int | None = None
    same_day: bool = True
    snapshot: bool = True
    status: str = "OK"


@dataclass(frozen=True, slots=True)
class AlpacaPlan:
    """``recent``: consolidated bars of the last 15 minutes are answered."""

    requests_per_minute: float
    recent: bool


POLYGON_PLANS = {
    "free": PolygonPlan(5, history_days=730, same_day=False, snapshot=False),
    "starter": PolygonPlan(history_days=5 * 365, status="DELAYED"),
    "advanced": PolygonPlan(),
}
ALPACA_PLANS = {"basic": AlpacaPlan(200, recent=False), "plus": AlpacaPlan(10_000, recent=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class WireOptions:
    """Where vendors are known to vary, or nobody knows.

    ``key``: the only key that is good; None takes any, but there has to be one. ``empty``: what
    stands for no results. ``history_edge``: a range that begins too early is refused or clipped.
    ``next_host``: host of next_url, which is never the server's own. ``junk``: rows that are no
    securities, and upper-case twins of symbols with small letters. ``fractional_volumes``: as
    real ones are. ``short_pages``: pages of many symbols' bars end before they are full.
    ``broken_ciks``: companies whose facts are cut off within the file of all.
    """

    polygon_plan: str = "advanced"
    alpaca_plan: str = "plus"
    key: str | None = None
    empty: Literal["absent", "null", "list"] = "absent"
    history_edge: Literal["refuse", "clip"] = "refuse"
    next_host: str = "https://api.loopback.invalid"
    junk: bool = False
    fractional_volumes: bool = False
    short_pages: bool = False
    broken_ciks: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        allowed: dict[str, Collection[str]] = {
            "polygon_plan": POLYGON_PLANS,
            "alpaca_plan": ALPACA_PLANS,
            "empty": ("absent", "null", "list"),
            "history_edge": ("refuse", "clip"),
        }
        for name, values in allowed.items():
            if getattr(self, name) not in values:
                raise ParameterError(name, getattr(self, name), ", ".join(values))

    @property
    def polygon(self) -> PolygonPlan:
        """The Polygon plan."""
        return POLYGON_PLANS[self.polygon_plan]

    @property
    def alpaca(self) -> AlpacaPlan:
        """The Alpaca plan."""
        return ALPACA_PLANS[self.alpaca_plan]
