"""Checking an expression while it is typed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from technic.errors import ExpressionError
from technic.language import read
from technic.language.analysis.requirements import requirements
from technic.scan.expressions.vocabulary import vocabulary
from technic.service.answers.common import ERRORS
from technic.service.requests.caller import Reader

router = APIRouter(tags=["vocabulary"], responses=ERRORS)


class ExpressionQuestion(BaseModel):
    """An expression, and what it is to be."""

    expression: Annotated[str, Field(max_length=10_000, examples=["close > sma(close, 50)"])]
    wants: Literal["condition", "number", "any"] = "any"


@router.post("/v1/expressions/check")
def check(caller: Reader, asked: ExpressionQuestion) -> dict[str, Any]:
    """Say whether an expression means something; if not, what is wrong and where.

    ``place``: start and end in the text. ``lookback``: sessions that it needs.
    """
    del caller
    words = vocabulary()
    try:
        checked = read(asked.expression, words, wants=asked.wants)
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
