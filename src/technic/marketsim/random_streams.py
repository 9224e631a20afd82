"""Randomness that can be read at any place: a draw is a function of what it is for.

Every draw hashes (seed, stream, symbol, place) into 64 bits, so the bar of one symbol on one day
needs no other bar, and neither the slice asked for nor numpy's version changes it. Tables turn
bits into distributions; only integer operations, correctly rounded arithmetic and look-ups stand
between the bits and a price, so that bars do not depend on how wide an array was.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from technic.typing import FloatArray

__all__ = [
    "LEVELS",
    "Keys",
    "exp2_table",
    "exponential_table",
    "mix",
    "normal",
    "normal_table",
    "stream_keys",
    "student_table",
    "uniform",
    "volume_table",
]

Keys = NDArray[np.uint64]

LEVELS = 4096
"""Entries of a distribution's table: 12 of a draw's 64 bits choose one."""

EXP2_LOW, EXP2_HIGH, EXP2_STEPS = -24, 24, 256
_STEP_KEY = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1


def mix(keys: Keys, out: Keys | None = None, spare: Keys | None = None) -> Keys:
    """Scramble 64-bit keys (the finaliser of SplitMix64); ``out`` may be ``keys`` itself."""
    out = np.empty_like(keys) if out is None else out
    spare = np.empty_like(keys) if spare is None else spare
    source = keys
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        np.right_shift(source, np.uint64(shift), out=spare)
        np.bitwise_xor(source, spare, out=out)
        np.multiply(out, np.uint64(factor), out=out)
        source = out
    np.right_shift(out, np.uint64(31), out=spare)
    return np.bitwise_xor(out, spare, out=out)


def stream_keys(seed: int, stream: str, count: int) -> Keys:
    """Return the keys of places 0 … ``count`` − 1 of a named stream, shape ``(count,)``."""
    start = np.array([seed & _MASK], dtype=np.uint64)
    for letter in stream.encode():
        # Scrambled at each letter: streams must not run through each other's counters.
        start = mix(start * np.uint64(_STEP_KEY) + np.uint64(letter + 1))
    return mix(np.arange(count, dtype=np.uint64) * np.uint64(_STEP_KEY) + start)


def uniform(seed: int, stream: str, *shape: int) -> FloatArray:
    """Draws in (0, 1) of the shape given; entry (i, k) is the same whatever the shape's size."""
    keys = stream_keys(seed, stream, shape[0])
    for depth, count in enumerate(shape[1:]):
        keys = mix(keys[..., None] + stream_keys(seed, f"{stream}/{depth}", count))
    return ((keys >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def normal(seed: int, stream: str, *shape: int) -> FloatArray:
    """Return standard normal draws of the shape given, within ±3.7."""
    table = normal_table()
    place = np.clip(uniform(seed, stream, *shape) * LEVELS - 0.5, 0.0, LEVELS - 1.0)
    below = np.minimum(place.astype(np.intp), LEVELS - 2)
    place -= below
    return table[below] + place * np.diff(table)[below]


@lru_cache(maxsize=1)
def normal_table() -> FloatArray:
    """Quantiles of the standard normal distribution, shape ``(LEVELS,)``."""
    half = [NormalDist().inv_cdf((k + 0.5) / LEVELS) for k in range(LEVELS // 2)]
    return _frozen(np.array(half + [-z for z in reversed(half)]))


@lru_cache(maxsize=1)
def student_table() -> FloatArray:
    """Quantiles of Student's t with 4 degrees of freedom, scaled to variance 1 (fat tails)."""
    u = (np.arange(LEVELS) + 0.5) / LEVELS
    root = np.sqrt(4.0 * u * (1.0 - u))
    quantile = np.sign(u - 0.5) * 2.0 * np.sqrt(np.cos(np.arccos(root) / 3.0) / root - 1.0)
    return _frozen(quantile / math.sqrt(math.fsum(quantile**2) / LEVELS))


@lru_cache(maxsize=1)
def exponential_table() -> FloatArray:
    """Quantiles of the exponential distribution of mean 1, shape ``(LEVELS,)``."""
    return _frozen(-np.log1p(-(np.arange(LEVELS) + 0.5) / LEVELS))


@lru_cache(maxsize=1)
def volume_table() -> FloatArray:
    """Factors of mean 1 and log-normal shape, shape ``(LEVELS,)``."""
    factor = np.exp(0.45 * normal_table())
    return _frozen(factor / (math.fsum(factor) / LEVELS))


@lru_cache(maxsize=1)
def exp2_table() -> FloatArray:
    """Powers of two from 2^EXP2_LOW, EXP2_STEPS to an octave (see ``paths.power``)."""
    count = (EXP2_HIGH - EXP2_LOW) * EXP2_STEPS
    return _frozen(2.0 ** (np.arange(count) / EXP2_STEPS + EXP2_LOW))


def _frozen(table: FloatArray) -> FloatArray:
    table.flags.writeable = False
    return table
