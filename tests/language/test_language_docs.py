"""What docs/language.md shows can be written, and what it calls a mistake is answered like that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from technic.columns.aliases import ALIASES
from technic.columns.vocabulary import VOCABULARY as BASE
from technic.errors import ExpressionError
from technic.language import NameInfo, read
from technic.scan.expressions.fact_words import fact_functions, fact_names

PAGES = sorted((Path(__file__).resolve().parents[2] / "docs").glob("*.md"))
TEXTS = ("symbol", "company", "exchange", "sector", "industry", "country", "type")
VOCABULARY = BASE.extended(
    names={
        **{name: NameInfo("text", "listing", name) for name in TEXTS},
        "market_cap": NameInfo("number", "listing", "market value"),
        "rs_rating": NameInfo("number", "market", "relative strength"),
        "tech_rating": NameInfo("number", "market", "rating"),
        "signal": NameInfo("text", "market", "signal"),
        **fact_names(),
    },
    functions=fact_functions(),
    aliases=ALIASES,
)


def blocks(language: str) -> list[tuple[str, str]]:
    """Return page and text of every fenced block of a language."""
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [
        (page.name, block)
        for page in PAGES
        for block in fence.findall(page.read_text(encoding="utf-8"))
    ]


EXPRESSIONS = [(page, line) for page, block in blocks("scan") for line in block.splitlines()]
MISTAKES = [
    (text, said.strip())
    for _, block in blocks("mistakes")
    for text, said in zip(*[iter(block.splitlines())] * 2, strict=True)
]


def test_the_page_has_examples():
    """A page whose fences are spelled otherwise would pass in silence."""
    assert len([page for page, _ in EXPRESSIONS if page == "language.md"]) > 10
    assert len(MISTAKES) > 3


@pytest.mark.parametrize(("page", "text"), EXPRESSIONS)
def test_an_example_means_something(page: str, text: str):
    """Every line of a block ``scan`` is a condition."""
    assert read(text, VOCABULARY, wants="condition").kind == "condition"


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_is_answered_as_shown(text: str, said: str):
    """Word for word."""
    with pytest.raises(ExpressionError) as caught:
        read(text, VOCABULARY)
    assert str(caught.value) == said
