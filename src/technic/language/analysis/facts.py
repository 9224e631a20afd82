"""Facts in checked trees: the leaves that say what was known of a company on the day of a bar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from technic.language.analysis.vocabulary import Vocabulary
from technic.language.functions.function import Parameter
from technic.language.syntax.nodes import Call, Name, Node, children, walk

__all__ = ["fact_argument", "fact_leaves", "first_fact"]

_LOOKED_UP = ("reported", "known", "counted")


def fact_leaves(nodes: Iterable[Node], vocabulary: Vocabulary) -> tuple[Node, ...]:
    """Return the facts of checked trees, each once: names, and calls of ``fq`` and ``age``."""
    return tuple(dict.fromkeys(leaf for node in nodes for leaf in _leaves(node, vocabulary)))


def first_fact(node: Node, vocabulary: Vocabulary) -> Node | None:
    """Return the first name of a fact in a checked tree, made with prices or not."""
    named = (one for one in walk(node) if isinstance(one, Name))
    return next((one for one in named if vocabulary.names[one.name].fact is not None), None)


def fact_argument(node: Node, parameter: Parameter, vocabulary: Vocabulary) -> Node | str:
    """Return a checked argument that names a fact; what is wanted instead where it names none.

    ``parameter.words``: functions that may stand there too. Without one the fact has to be one of
    fiscal quarters.
    """
    if isinstance(node, Call) and node.function in parameter.words:
        return node
    kind = vocabulary.names[node.name].fact if isinstance(node, Name) else None
    if kind == "reported" or (kind == "known" and parameter.words):
        return node
    return "a field of filings" if parameter.words else "a field that is reported by quarters"


def _leaves(node: Node, vocabulary: Vocabulary) -> Iterator[Node]:
    if _is_leaf(node, vocabulary):
        yield node
        return
    for child in children(node):
        yield from _leaves(child, vocabulary)


def _is_leaf(node: Node, vocabulary: Vocabulary) -> bool:
    if isinstance(node, Call):
        return vocabulary.functions[node.function].memory == "fact"
    return isinstance(node, Name) and vocabulary.names[node.name].fact in _LOOKED_UP
