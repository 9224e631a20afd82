"""Texts of the listings: prefixes and substrings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import contains
from typing import Any

import numpy as np
from numpy.typing import NDArray

from technic.language.functions._define import point
from technic.language.functions.elementwise import missing_text
from technic.language.functions.function import Function, Parameter
from technic.typing import FloatArray

__all__ = ["TEXT"]

Matches = Callable[[str, str], bool]


def _matches(matches: Matches, texts: NDArray[Any], word: str) -> FloatArray:
    """Return a condition, unknown where the text is missing; upper and lower case are the same."""
    missing, wanted = missing_text(texts).ravel(), word.casefold()
    found = [
        np.nan if absent else float(matches(text.casefold(), wanted))
        for text, absent in zip(np.asarray(texts, object).ravel(), missing, strict=True)
    ]
    return np.array(found, np.float64).reshape(texts.shape)


def _function(name: str, matches: Matches, what: str) -> Function:
    return point(
        name,
        (Parameter("text", "text"), Parameter("word", "word")),
        partial(_matches, matches),
        f"{what}, upper or lower case; unknown where the text is missing.",
        returns="condition",
    )


TEXT = (
    _function("starts_with", str.startswith, "Whether a text of the listings begins with the word"),
    _function("ends_with", str.endswith, "Whether a text of the listings ends with the word"),
    _function("contains", contains, "Whether the word is anywhere in a text of the listings"),
)
