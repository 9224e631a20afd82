"""An expression as Python's own parser reads it, in whatever thread."""

from __future__ import annotations

import ast
from threading import Lock

__all__ = ["python_tree"]

_PARSING = Lock()


def python_tree(text: str) -> ast.expr:
    """Return the tree of an expression; raises what ``ast.parse`` raises.

    One thread at a time: CPython 3.11 counts how deep a tree is for all threads together, and where
    another one begins in between both may end with a SystemError (python/cpython issue 106905).
    """
    with _PARSING:
        return ast.parse(text, mode="eval").body
