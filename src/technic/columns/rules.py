"""Kinds of rules that say how a workspace computes a call of the scan language.

A rule gets the arguments of a call and returns what computes it, or None where it does not fit:
whoever asked then leaves the expression to the language, which knows every function. So a rule is
a shortcut and never needed; what a column means is in its expression alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias, cast

from technic.indicators.arithmetic import ArithmeticOperator, arithmetic
from technic.indicators.lookback import period_plus
from technic.indicators.workspace import Workspace
from technic.panel import FIELDS
from technic.typing import FloatArray

__all__ = [
    "OPERATORS",
    "Arguments",
    "Compute",
    "Rule",
    "X",
    "of_two",
    "recursive",
    "since",
    "window",
]

Compute: TypeAlias = Callable[[Workspace], FloatArray]
"""Returns rows of a workspace, aligned."""

X = "x"
"""Stands among a kernel's inputs for the series that the call is given; the others are fields."""

OPERATORS: Mapping[type[ast.operator], ArithmeticOperator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


_PERIOD = partial(period_plus, 0)


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of a call that is wanted ``lag`` bars ago; ``compiled`` reads a node at a lag."""

    series: tuple[ast.expr, ...]
    constants: tuple[int | float, ...]
    lag: int
    compiled: Callable[[ast.expr, int], Compute | None]

    def are(self, series: int, constants: int) -> bool:
        """Whether so many are given; defaults that are left out only the language knows."""
        return len(self.series) == series and len(self.constants) == constants


Rule: TypeAlias = Callable[[Arguments], Compute | None]


def window(
    kernel: Callable[..., Any],
    *inputs: str,
    lookback: Callable[..., int] = _PERIOD,
    constants: int = 1,
    given: Callable[..., tuple[float, ...]] | None = None,
    output: int | None = None,
) -> Rule:
    """Rule for a kernel that looks at the last ``lookback(*constants)`` bars.

    ``inputs``: fields, and ``X`` for the call's series. ``given``: the kernel's constants, made
    from the call's; ``output``: which of several arrays that the kernel gives.
    """

    def rule(call: Arguments) -> Compute | None:
        if not call.are(inputs.count(X), constants):
            return None
        function, names = kernel, inputs
        if call.series:
            fields = _fields(call.series[0]) or ()
            if isinstance(call.series[0], ast.Name) and fields:
                names = tuple(fields[0] if name == X else name for name in inputs)
            elif fields and inputs == (X,):
                tree = call.series[0]
                function, names = _OfFields(kernel, fields, ast.unparse(tree), tree), fields
            else:
                return None
        bars = lookback(*call.constants)
        arguments = (*names, *(given(*call.constants) if given else call.constants))

        def compute(work: Workspace) -> FloatArray:
            found: Any = work.earlier(call.lag, bars, function, *arguments)
            values: FloatArray = found if output is None else found[output]
            return values

        # Several arrays are only kept together for today.
        return compute if output is None or not call.lag else None

    return rule


def recursive(function: Callable[..., FloatArray], series: int = 0, constants: int = 1) -> Rule:
    """Rule for a function of ``recursions``: of fields as they are, and of today."""

    def rule(call: Arguments) -> Compute | None:
        fields = [node.id for node in call.series if isinstance(node, ast.Name)]
        if call.lag or not call.are(series, constants) or len(fields) < series:
            return None
        return lambda work: function(work, *fields, *call.constants)

    return rule


def of_two(kernel: Callable[[FloatArray, FloatArray], FloatArray]) -> Rule:
    """Rule for a kernel of two values of the bar."""

    def rule(call: Arguments) -> Compute | None:
        if not call.are(2, 0):
            return None
        one, other = (call.compiled(node, call.lag) for node in call.series)
        if one is None or other is None:
            return None
        return lambda work: kernel(one(work), other(work))

    return rule


def since(kernel: Callable[[FloatArray, FloatArray], FloatArray]) -> Rule:
    """Rule for a kernel of a value and of that value some bars before."""

    def rule(call: Arguments) -> Compute | None:
        if not call.are(1, 1):
            return None
        now, before = (
            call.compiled(call.series[0], call.lag + int(ago)) for ago in (0, call.constants[0])
        )
        if now is None or before is None:
            return None
        return lambda work: kernel(now(work), before(work))

    return rule


@dataclass(frozen=True, slots=True)
class _OfFields:
    """A kernel of what fields make bar by bar, ``close * volume``; equal where both are.

    ``tree``: the expression; ``text``: the same, by which kernels are told apart.
    """

    kernel: Callable[..., FloatArray]
    fields: tuple[str, ...]
    text: str
    tree: ast.expr = field(compare=False, repr=False)

    def __call__(self, *inputs: Any) -> FloatArray:
        count = len(self.fields)
        arrays = dict(zip(self.fields, inputs[:count], strict=True))
        return self.kernel(_made_of(self.tree, arrays), *inputs[count:])


def _fields(node: ast.expr) -> tuple[str, ...] | None:
    """Return the fields that arithmetic is about, each once; None where it is about more."""
    match node:
        case ast.Name(id=name):
            return (name,) if name in FIELDS else None
        case ast.Constant(value=int() | float()):
            return ()
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            one, other = _fields(left), _fields(right)
            return None if one is None or other is None else tuple(dict.fromkeys(one + other))
        case _:
            return None


def _made_of(node: ast.expr, arrays: Mapping[str, FloatArray]) -> FloatArray | float:
    if isinstance(node, ast.Name):
        return arrays[node.id]
    if isinstance(node, ast.Constant):
        return cast("float", node.value)
    assert isinstance(node, ast.BinOp)
    left, right = _made_of(node.left, arrays), _made_of(node.right, arrays)
    return arithmetic(OPERATORS[type(node.op)], left, right)
