"""The scan language: text or operators in, checked expressions over all symbols out."""

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
