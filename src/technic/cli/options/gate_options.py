"""Options of the data gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from technic.cli.options.declare import dollars, option, percent

__all__ = ["GateOptions"]

GATE = "Data gate"


@dataclass(frozen=True, slots=True)
class GateOptions:
    """Which data is trusted; names as in ``GateRules``."""

    min_bars: Annotated[
        int | None, option(GATE, "--min-bars", "Least number of bars. (default: 20)", "N")
    ] = None
    max_stale_sessions: Annotated[
        int | None,
        option(
            GATE,
            "--max-stale-sessions",
            "Admit older bars, unranked. (default: 0)",
            "N",
        ),
    ] = None
    price_floor: Annotated[
        float | None, dollars(GATE, "--price-floor", "Least last close. (default: 1)")
    ] = None
    price_floor_basis: Annotated[
        Literal["traded", "as_given", "off"] | None,
        option(
            GATE,
            "--price-floor-basis",
            "Judge the price of the day, or the one in adjusted data. (default: as known)",
        ),
    ] = None
    dollar_volume_floor: Annotated[
        float | None,
        dollars(GATE, "--dollar-volume-floor", "Least average dollar volume. (default: 250000)"),
    ] = None
    split_factor: Annotated[
        float | None,
        option(
            GATE,
            "--split-factor",
            "Smallest split that is looked for. (default: 1.25)",
            "FACTOR",
        ),
    ] = None
    wild_move_pct: Annotated[
        float | None,
        percent(GATE, "--wild-move-pct", "A wild daily move. (default: 50)"),
    ] = None
    max_wild_bars: Annotated[
        int | None,
        option(GATE, "--max-wild-bars", "Most wild moves in 20 bars. (default: 12)", "N"),
    ] = None
    max_missing_sessions: Annotated[
        int | None,
        option(
            GATE,
            "--max-missing-sessions",
            "Most sessions missing of the last 60. (default: 10)",
            "N",
        ),
    ] = None
    max_hole_sessions: Annotated[
        int | None,
        option(GATE, "--max-hole-sessions", "Longest hole in usable history. (default: 30)", "N"),
    ] = None
    max_zero_volume_bars: Annotated[
        int | None,
        option(
            GATE,
            "--max-zero-volume-bars",
            "Most bars without volume of the last 20. (default: 10)",
            "N",
        ),
    ] = None
    skip_gate: Annotated[
        list[str] | None,
        option(GATE, "--skip-gate", "Do not check these codes, e.g. volatility.", "CODES"),
    ] = None
