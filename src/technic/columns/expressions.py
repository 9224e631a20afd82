"""From a column's expression to the program that computes it.

The scan language binds as Python does, so a column's text, which the language has checked in a
test, is read with Python's parser here: reading all columns takes two milliseconds, where the
language's own parser, with its errors and hints, would take longer to import than to run. What is
more than names, numbers, arithmetic and calls with all their arguments is left to the language.
"""

from __future__ import annotations

import ast
from functools import cache, lru_cache

from technic.columns.declarations import DECLARATIONS
from technic.indicators.arithmetic import ArithmeticOperator
from technic.language.evaluation.program import Program
from technic.language.functions import FUNCTIONS
from technic.language.syntax.nodes import Arithmetic, Call, Name, Node, Number, Shift
from technic.text.python_tree import python_tree

__all__ = ["node_of", "program_of_columns"]

_EXPRESSIONS = {column.name: column.expression for column in DECLARATIONS}
_OPERATORS: dict[type[ast.operator], ArithmeticOperator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


class _LeftToTheLanguage(Exception):  # noqa: N818 - never seen outside
    """What is said needs the language's own parser."""


@cache
def node_of(expression: str) -> Node:
    """Return the node that the language's own parser and check make of a column's text."""
    try:
        return _node(python_tree(expression))
    except _LeftToTheLanguage:
        from technic.language import BASE, read

        return read(expression, BASE).node


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
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return Arithmetic(_OPERATORS[type(operator)], _node(left), _node(right))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if _whole(
            name, len(arguments)
        ):
            return Call(name, tuple(map(_node, arguments)))
        case _:
            raise _LeftToTheLanguage


def _whole(name: str, given: int) -> bool:
    """Tell whether a call has all its arguments, but for words that stand for the usual one."""
    function = FUNCTIONS.get(name)
    return function is not None and given == sum(
        parameter.takes != "word" for parameter in function.parameters
    )
