"""Errors of expressions that say by which parameter the expression was given."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from technic.errors import ExpressionError

__all__ = ["naming"]


@contextlib.contextmanager
def naming(parameter: str) -> Iterator[None]:
    """Name the parameter in the error of an expression that was given by it."""
    try:
        yield
    except ExpressionError as error:
        raise ExpressionError(
            error.text, error.place, error.reason, error.hint, parameter
        ) from error.__cause__
