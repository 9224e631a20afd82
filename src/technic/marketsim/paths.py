"""Closing prices of a block of symbols, whole quarters at a time.

A block is ``(n_symbols, n_quarters × STRIDE)``; column 0 of each quarter is the close before it,
so that a quarter needs no other one and a price is the same bits whatever block it came in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.marketsim.factors import Factors
from technic.marketsim.quarters import QUARTER, STRIDE, Quarters
from technic.marketsim.random_streams import (
    EXP2_LOW,
    EXP2_STEPS,
    LEVELS,
    Keys,
    exp2_table,
    mix,
    stream_keys,
    student_table,
)
from technic.marketsim.securities import Securities
from technic.typing import FloatArray

__all__ = ["Block", "Paths", "chosen", "close_paths", "make_paths", "power"]

LN2 = math.log(2.0)
LOWEST, HIGHEST = math.log2(0.01), math.log2(50_000.0)
RAMP: FloatArray = np.arange(STRIDE) / QUARTER


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Symbols at ``positions``, in quarters from ``low`` to before ``high``; ``cut`` of columns."""

    positions: NDArray[np.intp]
    low: int
    high: int
    cut: slice

    @property
    def columns(self) -> slice:
        """The block's columns among those of the whole calendar."""
        return slice(self.low * STRIDE, self.high * STRIDE)

    def of(self, values: FloatArray) -> FloatArray:
        """Pick the block out of ``(n_symbols, n_quarters)`` values."""
        return values[self.positions, self.low : self.high]

    def spread(self, values: FloatArray) -> FloatArray:
        """Repeat ``(n_symbols, n_quarters)`` values of the block over the columns of the cut."""
        return values[:, np.arange(self.cut.start, self.cut.stop) // STRIDE]


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """What closing prices follow from; the factors are laid out in columns of blocks."""

    quarters: Quarters
    symbol_keys: Keys
    place_keys: Keys
    beta: FloatArray
    tilt: FloatArray
    industry: NDArray[np.intp]
    market: FloatArray
    industries: FloatArray
    heat: FloatArray


def make_paths(seed: int, securities: Securities, factors: Factors, quarters: Quarters) -> Paths:
    """Lay a market out for ``close_paths``."""
    count = quarters.level.shape[1]
    return Paths(
        quarters=quarters,
        symbol_keys=stream_keys(seed, "bar/symbol", len(securities.symbol)),
        place_keys=stream_keys(seed, "bar/place", count * STRIDE),
        beta=securities.beta,
        tilt=securities.tilt,
        industry=securities.industry,
        market=_in_columns(factors.market),
        industries=_in_columns(factors.industry),
        heat=_in_columns(factors.heat),
    )


def close_paths(paths: Paths, block: Block) -> tuple[Keys, FloatArray]:
    """Return (64 random bits, unrounded close) of every cell of a block.

    The moves of a quarter are summed and bent so that it ends where its coarse life says; the
    jump of the quarter is left out of the bending, else it would tilt all other days.
    """
    quarters, positions = paths.quarters, block.positions
    bits = paths.symbol_keys[positions][:, None] + paths.place_keys[block.columns]
    mix(bits, out=bits)
    moves = chosen(student_table(), bits, 52).reshape(len(positions), -1, STRIDE)
    moves *= block.of(quarters.sigma)[:, :, None]
    moves *= paths.heat[block.columns].reshape(-1, STRIDE)
    moves[:, :, 0] = 0.0
    jump, jump_at = block.of(quarters.jump), quarters.jump_at[positions, block.low : block.high]
    row, quarter = np.ogrid[: len(positions), : block.high - block.low]
    moves[row, quarter, jump_at] += jump

    path = np.add.accumulate(moves, axis=2)
    bend = block.of(quarters.step) + jump - path[:, :, -1]
    path += np.multiply(bend[:, :, None], RAMP, out=moves)
    path += block.of(quarters.level)[:, :, None]
    level, spare = path.reshape(bits.shape), moves.reshape(bits.shape)
    level += np.multiply(paths.beta[positions][:, None], paths.market[block.columns], out=spare)
    np.take(
        paths.industries[:, block.columns], paths.industry[positions], 0, out=spare, mode="clip"
    )
    spare *= paths.tilt[positions][:, None]
    level += spare
    return bits, power(np.clip(level, LOWEST, HIGHEST, out=level))


def chosen(table: FloatArray, bits: Keys, shift: int) -> FloatArray:
    """Look up, for each cell, the table entry that 12 of its bits choose."""
    index = bits >> np.uint64(shift)
    index &= np.uint64(LEVELS - 1)
    return np.take(table, index.view(np.int64), mode="clip")


def power(level: FloatArray) -> FloatArray:
    """Two to the power of ``level`` (within EXP2_LOW … EXP2_HIGH) by table and polynomial.

    Multiplications and additions alone, so each machine and each block width gives the same bits,
    which numpy's own exponential does not promise. Relative error below 1e-11.
    """
    scaled = (level - EXP2_LOW) * EXP2_STEPS
    whole = np.floor(scaled)
    rest = np.subtract(scaled, whole, out=scaled)
    rest *= LN2 / EXP2_STEPS
    factor = rest * (1.0 / 6.0)
    factor += 0.5
    factor *= rest
    factor += 1.0
    factor *= rest
    factor += 1.0
    factor *= np.take(exp2_table(), whole.astype(np.int64), mode="clip")
    return factor


def _in_columns(series: FloatArray) -> FloatArray:
    """Lay ``(…, n_sessions + 1)`` series out in columns: each quarter and the entry before it."""
    quarter, place = np.divmod(np.arange((series.shape[-1] - 1) // QUARTER * STRIDE), STRIDE)
    return np.ascontiguousarray(series[..., quarter * QUARTER + place])
