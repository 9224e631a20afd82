"""The scan language: text or operators in, checked expressions over all symbols out.

Names are loaded when first used: a plain scan computes its columns without a parser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic._lazy import lazy_names

if TYPE_CHECKING:
    from technic.errors import ExpressionError
    from technic.language.analysis.compile import Checked, check, read
    from technic.language.analysis.scope import kind_of, scope_of
    from technic.language.analysis.vocabulary import NameInfo, Vocabulary
    from technic.language.base import BASE
    from technic.language.functions.function import Function, Parameter
    from technic.language.syntax.expr import (
        Expr,
        benchmark,
        close,
        fn,
        high,
        low,
        name,
        open_,
        volume,
    )
    from technic.language.syntax.nodes import Node
    from technic.language.syntax.parse import parse

__all__ = [
    "BASE",
    "Checked",
    "Expr",
    "ExpressionError",
    "Function",
    "NameInfo",
    "Node",
    "Parameter",
    "Vocabulary",
    "benchmark",
    "check",
    "close",
    "fn",
    "high",
    "kind_of",
    "low",
    "name",
    "open_",
    "parse",
    "read",
    "scope_of",
    "volume",
]

_EXPRESSIONS = ("Expr", "benchmark", "close", "fn", "high", "low", "name", "open_", "volume")

__getattr__ = lazy_names(
    __name__,
    {
        "BASE": "technic.language.base",
        "Checked": "technic.language.analysis.compile",
        "ExpressionError": "technic.errors",
        "Function": "technic.language.functions.function",
        "NameInfo": "technic.language.analysis.vocabulary",
        "Node": "technic.language.syntax.nodes",
        "Parameter": "technic.language.functions.function",
        "Vocabulary": "technic.language.analysis.vocabulary",
        "check": "technic.language.analysis.compile",
        "kind_of": "technic.language.analysis.scope",
        "parse": "technic.language.syntax.parse",
        "read": "technic.language.analysis.compile",
        "scope_of": "technic.language.analysis.scope",
        **dict.fromkeys(_EXPRESSIONS, "technic.language.syntax.expr"),
    },
)
