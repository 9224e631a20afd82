"""Checking an expression while it is typed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from technic.service.answers.common import ERRORS
from technic.service.answers.expression_answer import Wanted, expression_answer
from technic.service.requests.caller import Reader

router = APIRouter(tags=["vocabulary"], responses=ERRORS)


class ExpressionQuestion(BaseModel):
    """An expression, and what it is to be."""

    expression: Annotated[str, Field(max_length=10_000, examples=["close > sma(close, 50)"])]
    wants: Wanted = "any"


@router.post("/v1/expressions/check")
def check(caller: Reader, asked: ExpressionQuestion) -> dict[str, Any]:
    """Say whether an expression means something; if not, what is wrong and where.

    ``place``: start and end in the text. ``lookback``: sessions that it needs.
    """
    del caller
    return expression_answer(asked.expression, asked.wants)
