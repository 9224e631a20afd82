"""Which kind of company a filer is, as of a session: general, bank, insurer, property trust."""

from __future__ import annotations

import numpy as np

from technic.facts.concepts import Concept, catalog, route_of
from technic.facts.concepts.catalog import GENERAL
from technic.facts.reader._columns import ConceptRows
from technic.facts.reader._numbers import Asked
from technic.facts.reader._period_index import session_key
from technic.typing import BoolArray, IntArray

__all__ = ["ROUTES", "RouteIndex"]

ROUTES = (GENERAL, *catalog().sic_ranges)


class RouteIndex:
    """The latest industry code of each company that is known by a session."""

    def __init__(self, rows: ConceptRows, company: IntArray) -> None:
        codes, back = np.unique(rows.value.astype(np.int64), return_inverse=True)
        kinds = np.array([ROUTES.index(route_of(int(code))) for code in codes], dtype=np.int64)
        key = session_key(company, rows.known)
        order = np.lexsort((rows.value, rows.known_at, key))
        self.key, self._kind = key[order], kinds[back][order]

    def at(self, company: IntArray, session: IntArray) -> IntArray:
        """Return places in ``ROUTES``; the general one where nobody says."""
        if not len(self.key):
            return np.zeros(len(company), np.int64)
        at = np.searchsorted(self.key, session_key(company, session), side="right") - 1
        own = (at >= 0) & (self.key[at] >= session_key(company, np.zeros_like(session)))
        return np.where(own & (company >= 0), self._kind[at], 0)

    def matches(self, route: str, concept: Concept, asked: Asked) -> BoolArray:
        """Tell which of those asked take this route of a concept."""
        kind = self.at(asked.company, asked.session)
        own = [ROUTES.index(name) for name in concept.routes if name != GENERAL]
        found: BoolArray = kind == ROUTES.index(route)
        return ~np.isin(kind, own) if route == GENERAL else found

    def where(self, route: str, concept: Concept, asked: Asked) -> IntArray:
        """Return the places of those that take this route."""
        return np.flatnonzero(self.matches(route, concept, asked))
