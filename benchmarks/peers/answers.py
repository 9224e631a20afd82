"""Are the answers equal? Checked before any time is worth something."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONVERGED", "EQUAL", "Difference", "differences"]

EQUAL = 1e-9
"""Of float64 on both sides, at every bar that both have a value of."""
CONVERGED = 1e-6
"""Of the last day, for means that begin otherwise."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How far one indicator is from Technic's.

    ``worst``, ``last``: largest difference at all bars and on the last day, relative to the value
    or, where it is small, to the symbol's median size of it. ``only_one``: share of the cells that
    only one side has a value of (another warm-up).
    """

    name: str
    worst: float
    last: float
    only_one: float
    bars: int

    @property
    def verdict(self) -> str:
        """Equal, or the same once the start has faded, or not the same."""
        if self.worst <= EQUAL:
            return "equal"
        return "last day equal" if self.last <= CONVERGED else "differs"


def differences(folder: Path, peer: str, technic: str, skip: int = 0) -> list[Difference]:
    """Compare what two workers left in ``folder``, from row ``skip`` on.

    A peer that has one row has the last day, and one with fewer columns the first symbols.
    """
    found = []
    with np.load(folder / f"{peer}.npz") as theirs, np.load(folder / f"{technic}.npz") as ours:
        for name in theirs.files:
            left = theirs[name].astype(np.float64)
            right = ours[name][-len(left) :, : left.shape[1]]
            size = np.nanmedian(np.abs(ours[name][:, : left.shape[1]]), axis=0)
            found.append(_difference(name, left[skip:], right[skip:], size))
    return found


def _difference(
    name: str, left: NDArray[np.float64], right: NDArray[np.float64], size: NDArray[np.float64]
) -> Difference:
    there, known = ~np.isnan(left), ~np.isnan(right)
    off = np.abs(left - right) / np.maximum(np.abs(right), size)
    off = np.where(there & known, off, 0.0)
    if not (there & known)[-1].all():
        raise SystemExit(f"{name}: one side has no value on the last day")
    return Difference(
        name, float(off.max()), float(off[-1].max()), float((there ^ known).mean()), len(left)
    )
