"""What fires together: two setups that hit the same symbols on the same days are one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.typing import FloatArray, IntArray

__all__ = ["SetupOverlap"]


@dataclass(frozen=True, slots=True, eq=False)
class SetupOverlap:
    """``names``: the setups, those that are studied first.

    ``shared``: ``(n_setups, n_setups)`` hits of both, the hits of each on the diagonal.
    """

    names: tuple[str, ...]
    shared: IntArray

    @classmethod
    def of(
        cls,
        owner: NDArray[np.integer],
        place: NDArray[np.integer],
        names: tuple[str, ...],
    ) -> SetupOverlap:
        """Count the hits that setups have in common, ``(n_hits,)`` each.

        ``place``: which symbol on which session, the same number for the same, from 0.
        """
        if not len(owner):
            return cls(names, np.zeros((len(names), len(names)), dtype=np.int64))
        from scipy.sparse import csr_array

        shape = len(names), int(place.max()) + 1
        hits = csr_array((np.ones(len(owner), dtype=np.int32), (owner, place)), shape=shape)
        hits.data[:] = 1  # a hit that is told twice is one
        return cls(names, (hits @ hits.T).toarray().astype(np.int64))

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
