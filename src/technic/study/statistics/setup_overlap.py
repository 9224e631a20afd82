"""What fires together: two setups that hit the same symbols on the same days are one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.typing import FloatArray, IntArray

__all__ = ["SetupOverlap"]


@dataclass(frozen=True, slots=True, eq=False)
class SetupOverlap:
    """``shared``: ``(n_setups, n_setups)`` hits of both, the hits of each on the diagonal."""

    shared: IntArray

    @classmethod
    def of(
        cls,
        owner: NDArray[np.integer],
        place: NDArray[np.integer],
        n_setups: int,
    ) -> SetupOverlap:
        """Count the hits that setups have in common, ``(n_hits,)`` each.

        ``place``: which symbol on which session, the same number for the same, from 0.
        """
        if not len(owner):
            return cls(np.zeros((n_setups, n_setups), dtype=np.int64))
        from scipy.sparse import csr_array

        shape = n_setups, int(place.max()) + 1
        hits = csr_array((np.ones(len(owner), dtype=np.int32), (owner, place)), shape=shape)
        hits.data[:] = 1  # a hit that is told twice is one
        return cls((hits @ hits.T).toarray().astype(np.int64))

    def __add__(self, other: SetupOverlap) -> SetupOverlap:
        """Return both together: parts of a study that share no day and symbol."""
        return SetupOverlap(self.shared + other.shared)

    @property
    def of_own(self) -> FloatArray:
        """How much of each setup's hits (row) the other (column) has too; NaN without hits."""
        own = np.diag(self.shared).astype(np.float64)[:, None]
        return _parts(self.shared, np.broadcast_to(own, self.shared.shape))

    @property
    def jaccard(self) -> FloatArray:
        """Hits of both over hits of either."""
        own = np.diag(self.shared)
        either = (own[:, None] + own - self.shared).astype(np.float64)
        return _parts(self.shared, either)


def _parts(some: IntArray, whole: FloatArray) -> FloatArray:
    """Return ``some / whole``, NaN where the whole is nothing."""
    found = np.full(some.shape, np.nan)
    np.divide(some, whole, out=found, where=whole > 0)
    return found
