"""From a column's expression to what computes it in a workspace.

The scan language binds as Python does, so a column's text, which the language has checked in a
test, is read with Python's parser here: reading all columns takes half a millisecond, where the
language's own parser, with its errors and hints, would take longer to import than to run. Names
mean fields, calls what ``functions`` has rules for; all else is left to the language.
"""

from __future__ import annotations

import ast
from functools import cache

import numpy as np

from technic.columns.functions import RULES
from technic.columns.rules import OPERATORS, Arguments, Compute
from technic.indicators.arithmetic import arithmetic
from technic.panel import FIELDS
from technic.text.python_tree import python_tree

__all__ = ["compiled"]


@cache
def compiled(expression: str) -> Compute | None:
    """Return what computes an expression at a workspace's rows, None where the language has to."""
    return _compiled(python_tree(expression), 0)


def _compiled(node: ast.expr, lag: int) -> Compute | None:
    """Return what computes a node ``lag`` bars ago."""
    match node:
        case ast.Name(id=name) if name in FIELDS:
            return lambda work: work.recent(name, lag)
        case ast.Constant(value=int() | float() as number):
            return lambda work: np.full(work.recent("close").shape, float(number))
        case ast.Subscript(value=operand, slice=ast.Constant(value=int() as bars)):
            return _compiled(operand, lag + bars)
        case ast.BinOp():
            return _operation(node, lag)
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in RULES:
            constants = [one for one in node.args if isinstance(one, ast.Constant)]
            return RULES[name](
                Arguments(
                    series=tuple(one for one in node.args if one not in constants),
                    constants=tuple(_number(one) for one in constants),
                    lag=lag,
                    compiled=_compiled,
                )
            )
        case _:
            return None


def _operation(node: ast.BinOp, lag: int) -> Compute | None:
    operator = OPERATORS.get(type(node.op))
    left, right = _compiled(node.left, lag), _compiled(node.right, lag)
    if operator is None or left is None or right is None:
        return None
    return lambda work: arithmetic(operator, left(work), right(work))


def _number(node: ast.Constant) -> int | float:
    assert isinstance(node.value, int | float)
    return node.value
