"""Values in one window at all places of a block, whose days need not begin it on one session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.language import Node
from technic.language.evaluation.many_days import PlaceValues
from technic.scan.expressions.vocabulary import vocabulary
from technic.scan.windows import PlaceWindow
from technic.typing import BoolArray, FloatArray

__all__ = ["Column", "WindowValues"]

Column = FloatArray | NDArray[np.object_]
"""Numbers or texts, one for each place."""


@dataclass(frozen=True, slots=True, eq=False)
class WindowValues:
    """Values in one window at all places: its parts, and where their places are among all."""

    parts: list[tuple[slice, PlaceValues]]

    @classmethod
    def of(
        cls,
        windows: Sequence[PlaceWindow],
        nodes: Sequence[Node],
        names: Mapping[str, Column],
        joined: Mapping[Node, FloatArray],
    ) -> WindowValues:
        """Compute what the bars alone say; ``names``, ``joined``: values at all places."""
        parts = []
        for one in windows:
            own = {name: array[one.part] for name, array in names.items()}
            calls = {node: array[one.part] for node, array in joined.items()}
            values = PlaceValues(
                one.panel, one.places, vocabulary(), own, one.benchmark, calls, one.facts
            )
            values.prepare(nodes)
            parts.append((one.part, values))
        return cls(parts)

    def value(self, node: Node, alive: BoolArray) -> FloatArray:
        """Return a node's values; they need not be known where nothing is alive."""
        found = []
        for part, values in self.parts:
            mask = alive[part]
            array = np.asarray(values.value(node, mask), np.float64)
            found.append(np.broadcast_to(array, mask.shape))
        return found[0] if len(found) == 1 else np.concatenate(found)
