"""The tides of the simulated market: market regimes, heat, and the factor of each industry.

All of it is a few thousand numbers, drawn once for a whole calendar. Logarithms are to base 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.marketsim.random_streams import LEVELS, normal, student_table, uniform
from technic.marketsim.sectors import INDUSTRIES, SECTORS
from technic.typing import FloatArray

__all__ = ["REGIMES", "Factors", "Regime", "draw_factors"]


@dataclass(frozen=True, slots=True)
class Regime:
    """A state of the market: how long it lasts (sessions), daily drift and volatility."""

    name: str
    shortest: int
    longest: int
    drift: float
    sigma: float
    follows: tuple[tuple[str, float], ...]


REGIMES = (
    Regime("bull", 90, 330, 0.0006, 0.0075, (("pullback", 0.6), ("sideways", 0.3), ("bear", 0.1))),
    Regime("pullback", 10, 35, -0.0030, 0.0150, (("recovery", 0.8), ("bear", 0.2))),
    Regime("sideways", 50, 150, 0.0000, 0.0090, (("bull", 0.6), ("pullback", 0.2), ("bear", 0.2))),
    Regime("bear", 60, 180, -0.0012, 0.0165, (("recovery", 0.7), ("crash", 0.3))),
    Regime("crash", 10, 25, -0.0120, 0.0330, (("recovery", 1.0),)),
    Regime("recovery", 40, 110, 0.0016, 0.0135, (("bull", 1.0),)),
)
"""The states and what follows each, with its probability; the market begins as a bull."""

NORMAL_SIGMA = 0.0085
INDUSTRY_SWING = 0.6
ROTATION_SESSIONS = 84


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Series over the sessions of the market, one entry per session and a start before the first.

    ``market`` (n + 1,) and ``industry`` (n_industries, n + 1) are cumulative base-2 logarithms;
    ``heat`` (n + 1,) is the volatility of the day relative to a normal one, ``regime`` (n,) the
    position in ``REGIMES``.
    """

    market: FloatArray
    industry: FloatArray
    heat: FloatArray
    regime: NDArray[np.intp]


def draw_factors(seed: int, sessions: int) -> Factors:
    """Draw the factors of the market of ``seed``; entry t is the same for any ``sessions`` > t."""
    regime = _regimes(seed, sessions)
    sigma = _smoothed(np.array([entry.sigma for entry in REGIMES])[regime])
    drift = np.array([entry.drift for entry in REGIMES])[regime]
    wave = 1.0 + 0.12 * normal(seed, "market/heat", sessions)
    heat = np.clip(sigma / NORMAL_SIGMA, 0.6, 3.0) * wave
    shock = student_table()[(uniform(seed, "market", sessions) * LEVELS).astype(np.intp)]
    market = drift + sigma * wave * shock

    # Industries feel the heat less than the index does.
    warmth = np.sqrt(heat)
    rotations = -(-sessions // ROTATION_SESSIONS)
    swing = np.array([sector.swing for sector in SECTORS])[:, None]
    lean = 0.05 * normal(seed, "sector/lean", len(SECTORS), rotations)
    sector = swing * (
        normal(seed, "sector/day", len(SECTORS), sessions)
        + np.repeat(lean, ROTATION_SESSIONS, axis=1)[:, :sessions]
    )
    of = np.array([number for number, _, _ in INDUSTRIES])
    own = INDUSTRY_SWING * swing[of] * normal(seed, "industry/day", len(of), sessions)
    return Factors(
        market=_cumulated(market[None, :])[0],
        industry=_cumulated((sector[of] + own) * warmth),
        heat=np.concatenate([[1.0], 0.55 + 0.45 * heat]),
        regime=regime,
    )


def _regimes(seed: int, sessions: int) -> NDArray[np.intp]:
    position = {entry.name: at for at, entry in enumerate(REGIMES)}
    draws = uniform(seed, "regime", sessions // 10 + 2, 2)
    states: list[int] = []
    state = 0
    for length, turn in draws.tolist():
        entry = REGIMES[state]
        states += [state] * round(entry.shortest + length * (entry.longest - entry.shortest))
        if len(states) >= sessions:
            break
        for name, probability in entry.follows:
            state = position[name]
            turn -= probability
            if turn < 0.0:
                break
    return np.array(states[:sessions], dtype=np.intp)


def _smoothed(values: FloatArray) -> FloatArray:
    """Let volatility drift to its new level over about ten sessions."""
    out, level = [], float(values[0])
    for value in values.tolist():
        level += 0.1 * (value - level)
        out.append(level)
    return np.array(out)


def _cumulated(steps: FloatArray) -> FloatArray:
    """Cumulate natural-logarithm steps along axis 1 in base 2, with a zero in front."""
    start = np.zeros((len(steps), 1))
    return np.cumsum(np.concatenate([start, steps / math.log(2.0)], axis=1), axis=1)
