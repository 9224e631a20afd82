"""The grammar of the scan language read off Python's own: operators bind as Python says."""

from __future__ import annotations

import ast
import warnings

from technic.language.nodes import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Shift,
    Text,
)

__all__ = ["NotInTheLanguageError", "tree_by_python"]

_OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


class NotInTheLanguageError(Exception):
    """Python reads the text, or not even Python does; the language does not have it."""


def tree_by_python(text: str) -> Node:
    """Return the tree that Python's parser gives, told in the nodes of the language."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _told(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError) as broken:
        raise NotInTheLanguageError from broken


def _told(tree: ast.expr) -> Node:
    match tree:
        case ast.Constant():
            return _constant(tree.value)
        case ast.Name(id=name):
            return Name(name)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_told(operand))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _told(operand)
            return Number(-inner.value) if isinstance(inner, Number) else Negative(inner)
        case ast.BinOp(op=operator, left=left, right=right) if type(operator) in _OPERATORS:
            return Arithmetic(_OPERATORS[type(operator)], _told(left), _told(right))
        case ast.BoolOp(op=operator, values=values):
            return _flat(And if isinstance(operator, ast.And) else Or, [_told(v) for v in values])
        case ast.Compare():
            return _chain(tree)
        case ast.Subscript(value=value, slice=ast.Constant(value=bars)):
            return _shift(_told(value), bars)
        case ast.Call(func=ast.Name(id=name)):
            named = tuple((str(word.arg), _told(word.value)) for word in tree.keywords)
            return Call(name, tuple(_told(one) for one in tree.args), named)
    raise NotInTheLanguageError(ast.dump(tree))


def _constant(value: object) -> Number | Text:
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Number(float(value))
    raise NotInTheLanguageError(value)


def _shift(node: Node, bars: object) -> Shift:
    if type(bars) is int and bars <= 2520:
        return Shift(node, bars)
    raise NotInTheLanguageError(bars)


def _chain(tree: ast.Compare) -> Node:
    links: list[Node] = []
    left = tree.left
    for operator, right in zip(tree.ops, tree.comparators, strict=True):
        if links and isinstance(links[-1], Membership | Not):
            raise NotInTheLanguageError("a comparison with a list")
        if isinstance(operator, ast.In | ast.NotIn):
            member = Membership(_told(left), _listed(right))
            links.append(member if isinstance(operator, ast.In) else Not(member))
        elif type(operator) in _OPERATORS:
            links.append(Comparison(_OPERATORS[type(operator)], _told(left), _told(right)))
        else:
            raise NotInTheLanguageError("is")
        left = right
    return _flat(And, links) if len(links) > 1 else links[0]


def _listed(tree: ast.expr) -> tuple[Number | Text, ...]:
    if not isinstance(tree, ast.Tuple | ast.List) or not tree.elts:
        raise NotInTheLanguageError("no list")
    values = tuple(_told(one) for one in tree.elts)
    if not all(isinstance(value, Number | Text) for value in values):
        raise NotInTheLanguageError("no constants")
    return values


def _flat(kind: type, operands: list[Node]) -> Node:
    opened: list[Node] = []
    for operand in operands:
        opened += operand.operands if isinstance(operand, kind) else [operand]
    return kind(tuple(opened))
