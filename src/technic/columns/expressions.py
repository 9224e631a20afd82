"""From a column's expression to the program that computes it.

The scan language binds as Python does, so a column's text, which the language has checked in a
test, is read with Python's parser here: reading all columns takes two milliseconds, where the
language's own parser, with its errors and hints, would take longer to import than to run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache, lru_cache

from technic.columns.declarations import DECLARATIONS
from technic.language.evaluation.program import Program
from technic.language.functions import FUNCTIONS
from technic.language.syntax.nodes import Arithmetic, Call, Name, Node, Number, Shift
from technic.text.python_tree import python_tree

__all__ = ["node_of", "program_of_columns"]

_EXPRESSIONS = {column.name: column.expression for column in DECLARATIONS}
_OPERATORS: dict[type[ast.operator], Callable[[Node, Node], Node]] = {
    ast.Add: lambda left, right: Arithmetic("+", left, right),
    ast.Sub: lambda left, right: Arithmetic("-", left, right),
    ast.Mult: lambda left, right: Arithmetic("*", left, right),
    ast.Div: lambda left, right: Arithmetic("/", left, right),
}


@cache
def node_of(expression: str) -> Node:
    """Return the node that the language's own parser and check would make of a column's text."""
    return _node(python_tree(expression))


@lru_cache(maxsize=32)
def program_of_columns(names: tuple[str, ...]) -> tuple[Program, tuple[int, ...]]:
    """Return the program of columns of the catalog, which nobody adds to, and the step of each."""
    program = Program(FUNCTIONS)
    return program, tuple(program.add(node_of(_EXPRESSIONS[name])) for name in names)


def _node(tree: ast.expr) -> Node:
    match tree:
        case ast.Name(id=name):
            return Name(name)
        case ast.Constant(value=int() | float() as number):
            return Number(float(number))
        case ast.Subscript(value=operand, slice=ast.Constant(value=int() as bars)):
            return Shift(_node(operand), bars)
        case ast.BinOp(left=left, op=operator, right=right):
            return _OPERATORS[type(operator)](_node(left), _node(right))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return Call(name, tuple(map(_node, arguments)))
        case _:
            raise ValueError(f"a column says more than names, numbers, operators and calls: {tree}")
