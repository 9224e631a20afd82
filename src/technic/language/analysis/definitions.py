"""Names that stand for expressions: ``sma_50`` is ``sma(close, 50)`` on the scan's day."""

from __future__ import annotations

from functools import cache

from technic.language.analysis.checker import Checker
from technic.language.analysis.vocabulary import Vocabulary
from technic.language.syntax.nodes import Node
from technic.language.syntax.parse import parse

__all__ = ["definition"]


def definition(name: str, vocabulary: Vocabulary) -> Node | None:
    """Return the checked expression that a name stands for, None where it stands for itself.

    Raises ExpressionError where the vocabulary cannot say it.
    """
    text = vocabulary.names[name].expression
    return Checker(vocabulary, text).checked(_parsed(text)).node if text else None


@cache
def _parsed(text: str) -> Node:
    """Parse a definition once: there are as many as there are columns."""
    return parse(text)
