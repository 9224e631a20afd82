"""Values that need all symbols: ranks among them, listings, ratings, and what is made of those.

Blocks compute what can be said of a symbol alone, ``block_parts``; put together for all symbols
that passed the data gate, those are the parts here. The order of the symbols changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError, RuleUnavailableError
from technic.language.analysis.scope import scope_of
from technic.language.analysis.vocabulary import Vocabulary
from technic.language.evaluation.program import constant_of
from technic.language.functions import elementwise
from technic.language.functions.elementwise import Values
from technic.language.functions.function import Scope
from technic.language.functions.operators import applied, split
from technic.language.syntax.nodes import Call, Name, Node, children
from technic.typing import BoolArray, FloatArray

__all__ = ["block_parts", "evaluate_market"]

Column = FloatArray | NDArray[np.object_]


def block_parts(
    node: Node, vocabulary: Vocabulary, scopes: dict[Node, Scope] | None = None
) -> tuple[Node, ...]:
    """Return the largest parts of a checked node that blocks have to compute, each once.

    Those of at most the scope ``day``; constants are none. ``scopes``: as ``known`` of
    ``scope_of``.
    """
    found: dict[Node, None] = {}
    scopes = {} if scopes is None else scopes

    def collect(part: Node) -> None:
        scope = scope_of(part, vocabulary, scopes)
        if scope in ("bar", "day"):
            found[part] = None
        elif scope != "constant":
            for child in children(part):
                collect(child)

    collect(node)
    return tuple(found)


def evaluate_market(
    node: Node,
    parts: Mapping[Node, Column],
    names: Mapping[str, Column],
    vocabulary: Vocabulary,
    *,
    ranked: BoolArray | None = None,
    scopes: dict[Node, Scope] | None = None,
) -> Column:
    """Return the value of a checked node for each of the symbols, ``(n_symbols,)``.

    ``parts``: the values of its ``block_parts``; ``names``: those of names of wider scopes, texts
    as objects. A missing number is NaN, a missing text None or empty. ``ranked``: which symbols are
    compared with each other, all unless given; the others have no rank. It is needed where there
    are neither parts nor names. ``scopes``: as in ``block_parts``. Raises RuleUnavailableError for
    a name without values.
    """
    values = (ranked,) if ranked is not None else (*parts.values(), *names.values())
    if not values:
        raise ParameterError("ranked", ranked, "an array, where no values say how many symbols")
    n = len(values[0])
    found = _Market(parts, names, vocabulary, n, ranked, scopes).value(node)
    kind = object if elementwise.is_text(found) else None
    return np.array(np.broadcast_to(np.asarray(found, kind), (n,)))


class _Market:
    """Values over all symbols."""

    def __init__(
        self,
        parts: Mapping[Node, Column],
        names: Mapping[str, Column],
        vocabulary: Vocabulary,
        n_symbols: int,
        ranked: BoolArray | None,
        scopes: dict[Node, Scope] | None,
    ) -> None:
        self._parts, self._names, self._vocabulary = parts, names, vocabulary
        self._scopes: dict[Node, Scope] = {} if scopes is None else scopes
        self._n, self._ranked = n_symbols, ranked

    def value(self, node: Node) -> Values:
        """Return an array ``(n_symbols,)``, or a constant."""
        if node in self._parts:
            return self._parts[node]
        if scope_of(node, self._vocabulary, self._scopes) == "constant":
            return constant_of(node, self._vocabulary)
        if isinstance(node, Name):
            return self._name(node.name)
        if not isinstance(node, Call):
            values = [self.value(child) for child in children(node)]
            return applied(node, None, values, self._n)
        function = self._vocabulary.functions[node.function]
        if function.memory != "market":
            values = [self.value(one) for one in split(node, function).series]
            return applied(node, function, values, self._n)
        arrays = [self._compared(self.value(argument)) for argument in node.arguments]
        return cast("FloatArray", function.kernel(*arrays))

    def _compared(self, values: Values) -> Values:
        """Return numbers without those of symbols that are not ranked."""
        if self._ranked is None or elementwise.is_text(values):
            return values
        return np.where(self._ranked, values, np.nan)

    def _name(self, name: str) -> Column:
        if name not in self._names:
            raise RuleUnavailableError(name, f"the column {name}")
        return self._names[name]
