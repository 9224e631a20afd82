"""Whether a tree means something: kinds, scopes, arguments; and the one form of each meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from technic.errors import ExpressionError
from technic.language.analysis.checker import Checked, Checker
from technic.language.analysis.requirements import Needs
from technic.language.analysis.vocabulary import Vocabulary
from technic.language.syntax.nodes import Node, children
from technic.language.syntax.parse import parse
from technic.language.syntax.trees import refuse_too_large
from technic.wording.counts import count_of

__all__ = ["MOST_BARS", "Checked", "Wants", "check", "check_parsed", "read"]

MOST_BARS = 10_000
"""What an expression may need: nearly forty years of daily bars."""
Wants = Literal["condition", "number", "any"]


def read(
    text: str,
    vocabulary: Vocabulary,
    *,
    wants: Wants = "any",
    parameters: Mapping[str, float | str] | None = None,
) -> Checked:
    """Parse and check a text. Raises ExpressionError."""
    return check_parsed(parse(text, parameters), vocabulary, text, wants)


def check(
    node: Node, vocabulary: Vocabulary, *, wants: Wants = "any", text: str | None = None
) -> Checked:
    """Check a tree against a vocabulary and bring it into the form that equal meanings share.

    In that form calls have all their arguments by position, constants carry their sign, and a
    look-back of a look-back is one. ``text``: where the node was parsed from, so that errors can
    point there; without it they point into ``str(node)``. Raises ExpressionError.
    """
    refuse_too_large(node, text or "")
    if text is None:
        text = str(node)
        node = parse(text)
    return check_parsed(node, vocabulary, text, wants)


def check_parsed(
    node: Node, vocabulary: Vocabulary, text: str, wants: Wants, needs: Needs | None = None
) -> Checked:
    """Check the tree that ``parse`` has made of a text. Raises ExpressionError.

    ``needs``: what has walked other trees of this vocabulary.
    """
    checker = Checker(vocabulary, text)
    checked = checker.checked(node)
    if wants != "any":
        checker.want(wants, checked, node)
    _refuse_too_long(checked.node, needs or Needs(vocabulary), text)
    return checked


def _refuse_too_long(node: Node, needs: Needs, text: str) -> None:
    """Raise at the smallest part that needs more bars than anyone has."""
    bars = needs.of(node).lookback
    if bars <= MOST_BARS:
        return
    for child in children(node):
        _refuse_too_long(child, needs, text)
    reason = f"this needs {count_of(bars, 'bar')}, more than {MOST_BARS:,}"
    raise ExpressionError(text, node.place, reason, "look at fewer bars")
