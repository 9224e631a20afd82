"""Many texts read together: each comes to what reading it alone comes to, errors included."""

from __future__ import annotations

import itertools

import pytest

from technic.language import BASE, ExpressionError, read
from technic.language.analysis.shared_reader import SharedReader

PARTS = (
    "close > sma(close, 50)",
    "close>sma(close,20)",
    "not close < open",
    "10 < rsi(close, 14) < 30.5",
    "(close > 5 or volume > 1M)",
    "(close > 5 and volume > 1M)",
    "roc(close, 5) > 5%",
    "close[1][2] > 2 * close[1]",
    "5 % 3 > 1",
    "close in (1, 2)",
    "close not in (1, 2)",
)
WHOLE = (
    "close > 1 or open > 1 and low > 1",
    "close > 1 and open > 1 or low > 1",
    "close > 1  and\topen > 1",
    "where(close > 1 and open > 1, 1, 0) > 0 and high > 3",
    "close > 1",
    "close",
)
SLIPS = (
    "close > 1 and",
    "and close > 1",
    "close > 1 and and open > 1",
    "close > 1 and (open > 1",
    "close > 1 and open > 1)",
    "close > 1 and ) open ( > 1",
    "close > 1 and closing > 1",
    "open and close > 1",
    "close > 1 and open",
    "close > 1 and sma(open, 20_000) > 1",
    "close > 1 and highest(rs_rating, 5) > 1",
    "open > 1 and close > 5% and low > 1",
    "close > 1 and if close and open else low",
    "close > 1 and open > 'a and b'",
    "close > 1 and " + "(" * 61 + "close" + ")" * 61 + " > 1",
    " and ".join(["close > 1"] * 800),
    "close > 1 and " + "-(" * 59 + "close" + ")" * 59 + " > 1",
)


def told(reading, text: str, wants: str) -> object:
    """Return what a text comes to: its tree, kind and scope, or the error in full."""
    try:
        found = reading(text, wants=wants)
    except ExpressionError as error:
        return "error", str(error), error.place
    return found, str(found.node)


def alone(text: str, wants: str) -> object:
    """Read a text by itself."""
    return read(text, BASE, wants=wants)


@pytest.mark.parametrize("wants", ["condition", "number", "any"])
def test_each_text_is_what_it_is_alone(wants: str):
    """Pairs and triples of parts, texts that are not to be cut, and slips, some of them twice."""
    pairs = [" and ".join(some) for some in itertools.permutations(PARTS, 2)]
    triples = [" and ".join(some) for some in itertools.combinations(PARTS, 3)]
    reader = SharedReader(BASE)
    for text in (*pairs, *triples, *PARTS, *WHOLE, *SLIPS, *pairs[:5], *SLIPS):
        assert told(reader, text, wants) == told(alone, text, wants), text


def test_equal_parts_are_one_object():
    """Whoever walks the trees of many texts meets what they share as the same object."""
    reader = SharedReader(BASE)
    first = reader("close > sma(close, 50) and volume > 1").node
    second = reader("volume > 2 and close > sma(close,50)").node
    assert first.operands[0] is second.operands[1]
    assert first.operands[1].left is second.operands[0].left


def test_parameters_mean_what_they_mean_in_each_text():
    """A name that stands for a number is not taken from another text's."""
    reader = SharedReader(BASE)
    texts = [
        str(reader("close > n and open > n", parameters={"n": value}).node) for value in (1, 2)
    ]
    assert texts == ["close > 1 and open > 1", "close > 2 and open > 2"]
