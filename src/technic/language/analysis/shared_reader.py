"""Reads many texts: conditions that several of them are joined from are read once.

The screens of many people differ in a number and share the rest. A text is cut at the ``and`` of
its top, and each part is parsed and checked once; trees that are equal are one object, so whoever
walks them can keep what was found for each. What is not plainly such a text, and every text that
means nothing, is read as a whole, so the result and the error are those of ``read``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from technic.errors import ExpressionError
from technic.language.analysis.compile import Checked, Wants, check_parsed, read
from technic.language.analysis.requirements import Needs
from technic.language.analysis.scope import widest
from technic.language.analysis.vocabulary import Vocabulary
from technic.language.syntax.nodes import And, Node
from technic.language.syntax.parse import parse
from technic.language.syntax.trees import MOST_DEPTH, MOST_NODES, concat, refuse_too_large, shared

__all__ = ["ReadText", "SharedReader"]

MOST_CHARACTERS = 1_000
"""Of a text that is cut: its words are so few that no part is needed to count them."""
_NOT_CUT = re.compile(r"""["'\\#]|\bor\b""")
"""A quote may hold anything; ``or`` binds looser than ``and``."""


class ReadText(Protocol):
    """Reads a text as ``read`` does with its vocabulary."""

    def __call__(
        self,
        text: str,
        *,
        wants: Wants = "any",
        parameters: Mapping[str, float | str] | None = None,
    ) -> Checked:
        """Parse and check a text. Raises ExpressionError."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a text; of how many nodes, and how deep, it was as it was written."""

    checked: Checked
    size: int
    depth: int


class SharedReader:
    """Reads texts of one vocabulary; remembers their parts as long as it is there."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._parts: dict[str, _Part] = {}
        self._needs = Needs(vocabulary)
        self._trees: dict[Node, Node] = {}

    def __call__(
        self,
        text: str,
        *,
        wants: Wants = "any",
        parameters: Mapping[str, float | str] | None = None,
    ) -> Checked:
        """Parse and check a text. Raises ExpressionError."""
        found = None if parameters or wants == "number" else self._joined(text)
        if found is None:
            found = read(text, self._vocabulary, wants=wants, parameters=parameters)
        return Checked(shared(found.node, self._trees), found.kind, found.scope)

    def _joined(self, text: str) -> Checked | None:
        """Return what the parts of a text come to, None where it is to be read as a whole."""
        texts = _cut(text)
        if len(texts) < 2:
            return None
        try:
            parts = [self._part(one.strip()) for one in texts]
        except ExpressionError:
            return None  # the whole says it, with the place in its own text
        sizes, depths = zip(*((part.size, part.depth) for part in parts), strict=True)
        if 1 + sum(sizes) > MOST_NODES or 1 + max(depths) > MOST_DEPTH:
            return None  # perhaps too large
        node = concat(And, [part.checked.node for part in parts])
        return Checked(node, "condition", widest(part.checked.scope for part in parts))

    def _part(self, text: str) -> _Part:
        if text not in self._parts:
            parsed = parse(text)
            size, depth = refuse_too_large(parsed, text)
            checked = check_parsed(parsed, self._vocabulary, text, "condition", self._needs)
            node = shared(checked.node, self._trees)
            known = Checked(node, checked.kind, checked.scope)
            self._parts[text] = _Part(known, size, depth)
        return self._parts[text]


def _cut(text: str) -> list[str]:
    """Cut a text at each ``and`` that stands in no brackets; nothing where that cannot be told."""
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS or _NOT_CUT.search(text):
        return []
    found: list[str] = []
    waiting: list[str] = []
    depth = 0
    for piece in text.split(" and "):
        waiting.append(piece)
        opened = piece.count("(") + piece.count("[")
        depth += opened - piece.count(")") - piece.count("]")
        if depth == 0:
            found.append(" and ".join(waiting))
            waiting = []
    return [] if waiting else found
