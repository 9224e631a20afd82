"""Counts in sentences: one symbol, two symbols, in every message."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import technic
from technic.setups.patterns.candidates import Check
from technic.wording.counts import agree, count_of

PACKAGE = Path(technic.__file__).parent
COUNTED = re.compile(
    r" (?:(?!of )[a-z-]+ )?(symbols|sessions|bars|rows|requests|days|files|columns|conditions|"
    r"setups|entries|errors|workers|blocks|characters|lines|values|splits|dividends|ranges|holes|pages|"
    r"cells|weeks)\b(?!/s)"
)
NEVER_ONE = {
    "cli/render/ranking/table.py: {} days",  # a constant
    "columns/declarations.py: {} bars",  # lengths of windows
    "data_engine/providers/files/file_paths.py: {} files",  # ceilings
    "data_engine/providers/vendors/http.py: {} rows",
    "data_engine/providers/vendors/tiingo_tickers.py: {} rows",
    "service/routes/setup_files.py: {} setups",  # a ceiling
    "tables/file_options.py: {} characters",
    "marketsim/market.py: {} symbols",  # the largest market there can be
    "scoring/benchmark.py: {} values",  # the shape of an array
    "setups/patterns/vcp.py: {} bars",  # a constant
}


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 symbols"),
        (1, "1 symbol"),
        (2, "2 symbols"),
        (1203, "1,203 symbols"),
        (np.int64(1), "1 symbol"),
        (np.int32(4000), "4,000 symbols"),
    ],
)
def test_a_count_has_its_noun_in_the_right_number(count: int, words: str):
    """Only one is one; thousands are set apart."""
    assert count_of(count, "symbol") == words


def test_nouns_without_an_s_and_verbs_agree_as_well():
    """The last of several words is counted; a verb goes with the number."""
    assert count_of(2, "ledger entry", "ledger entries") == "2 ledger entries"
    assert count_of(1, "ledger entry", "ledger entries") == "1 ledger entry"
    assert [agree(count, "has", "have") for count in (0, 1, 2)] == ["have", "has", "have"]


def test_a_rule_of_a_pattern_counts_its_bars():
    """Its sentence is made from a template."""
    texts = [str(Check("base", "base {} bars long", bars, least=5)) for bars in (1.0, 3.0)]
    assert texts == ["base 1 bar long, at least 5", "base 3 bars long, at least 5"]


def counted_by_hand(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and words of each text in which a value stands before a noun in the plural."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.JoinedStr):
            continue
        for value, text in zip(node.values, node.values[1:], strict=False):
            if isinstance(value, ast.FormattedValue) and isinstance(text, ast.Constant):
                found = COUNTED.match(str(text.value))
                if found and not ast.unparse(value.value).startswith("agree("):
                    yield node.lineno, "{}" + found[0]


def test_no_message_puts_a_number_before_a_plural_by_itself():
    """It would say "1 symbols"; ``count_of`` makes both words."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for line, words in counted_by_hand(path.read_text(encoding="utf-8")):
            if f"{name}: {words}" not in NEVER_ONE:
                found.append(f"{name}:{line}: {words}")
    assert found == []


@pytest.mark.parametrize(
    "source", ['f"{n:,} symbols"', 'f"of {len(x)} whole-market days"', 'f"{a} of {b} rows have"']
)
def test_a_message_that_does_is_found(source: str):
    """However the number is written."""
    assert len([*counted_by_hand(source)]) == 1
    assert [*counted_by_hand("f\"{count_of(n, 'symbol')} of them\"")] == []
