"""What an expression means, or what is wrong with it and where."""

from __future__ import annotations

from typing import Any, Literal

from technic.errors import ExpressionError
from technic.language import read
from technic.language.analysis.requirements import requirements
from technic.scan.expressions.vocabulary import vocabulary

__all__ = ["Wanted", "expression_answer"]

Wanted = Literal["condition", "number", "any"]


def expression_answer(expression: str, wants: Wanted) -> dict[str, Any]:
    """Say whether an expression means something; if not, what is wrong and where."""
    words = vocabulary()
    try:
        checked = read(expression, words, wants=wants)
    except ExpressionError as error:
        return {
            "valid": False,
            "message": str(error),
            "place": None if error.place is None else list(error.place),
            "pointer": error.pointer(),
        }
    need = requirements([checked.node], words)
    return {
        "valid": True,
        "expression": str(checked.node),
        "kind": checked.kind,
        "scope": checked.scope,
        "lookback": need.lookback,
        "stable_after": need.stable_after,
    }
