"""Whatever is written, the answer is a tree or one clear sentence; nothing is executed."""

from __future__ import annotations

import ast
import importlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.expressions import VOCABULARY, day_expressions
from technic.errors import ExpressionError
from technic.language import check, parse, read
from technic.language.syntax.nodes import Arithmetic, Call, Name, Negative, Number
from technic.language.syntax.tokens import MOST_CHARACTERS, MOST_WORDS, tokens
from technic.language.syntax.trees import MOST_NODES

parsing = importlib.import_module("technic.language.syntax.parse")
DEEP = "more than 60 operations stand inside each other"
LONG = "the expression has {:,} characters, more than 10,000; say it in several conditions"

REFUSED = {
    "a million parentheses": ("(" * 1_000_000, LONG.format(1_000_000)),
    "parentheses": ("(" * 3_999, f"{DEEP}, at column 121"),
    "calls": ("f(" * 1_999, f"{DEEP}, at column 241"),
    "arguments by name": ("f(a=" * 999, f"{DEEP}, at column 481"),
    "a million signs": ("-" * 1_000_000 + "1", LONG.format(1_000_001)),
    "signs": ("-" * 3_999 + "1", f"{DEEP}, at column 121"),
    "nots": ("not " * 2_000 + "x", f"{DEEP}, at column 481"),
    "powers": ("**".join("2" * 1_999), f"{DEEP}, at column 361"),
    "a million terms": ("+".join("1" * 1_000_000), LONG.format(1_999_999)),
    "terms": ("+".join("1" * 1_999), f"{DEEP}; say it in several conditions"),
    "words": (
        "+".join("1" * 4_000),
        "the expression has more than 4,000 words and signs; say it in several conditions",
    ),
    "parts": (
        " or ".join(["a<b"] * 700),
        "the expression has more than 2,000 parts; say it in several conditions",
    ),
    "shared parts": (
        "1<(" * 59 + "x" + ")<2" * 59,
        f"{DEEP}; say it in several conditions",
    ),
    "parts that double": (
        "1<f(" * 15 + "x" + ")<2" * 15,
        "the expression has more than 2,000 parts; say it in several conditions",
    ),
    "look-backs": ("x" + "[1]" * 1_300, f"{DEEP}; say it in several conditions"),
    "a long name": ("a" * 9_999, "a name of 9,999 characters is too long, at column 1"),
    "a long number": (
        "9" * 9_999,
        "a number of 9,999 characters is too long, at column 1; write it as 1e9",
    ),
    "a large number": ("9e999", "the number '9e999' is too large, at column 1"),
    "a large exponent": (
        "1e" + "9" * 60,
        "'1e99999999999999999999999999999999999...' is no number, at column 1",
    ),
    "a null": ("close > \0 5", "'\\x00' is not a sign of the language, at column 9"),
    "a null in a text": (
        "sector == '\0'",
        "the text has a character that cannot be printed, at column 11",
    ),
    "half a character": ("\ud800", "'\\ud800' is not a sign of the language, at column 1"),
    "half a character in a text": (
        "sector == '\udfff'",
        "the text has a character that cannot be printed, at column 11",
    ),
    "other digits": ("close > ٣", "'٣' is not a sign of the language, at column 9"),
    "other letters": ("ｃlose > 5", "'ｃ' is not a sign of the language, at column 1"),  # noqa: RUF001
    "blanks": (" " * 9_999, "the expression is empty, at column 10000"),
    "quotes": (
        '"' * 3_999,
        "the text that begins here never ends, at column 3999; close the quote",
    ),
    "lambda": ("lambda: 1", "':' is not a sign of the language, at column 7"),
    "await": ("await close", "'await' is not a word of the language, at column 1"),
    "yield": ("(yield close)", "'yield' is not a word of the language, at column 2"),
    "walrus": ("(x := 5)", "':=' is not a sign of the language, at column 4; write =="),
    "an f-string": (
        'f"{close}"',
        "'f' stands directly before a text, at column 1; write the text in quotes alone",
    ),
    "bytes": (
        "b'close'",
        "'b' stands directly before a text, at column 1; write the text in quotes alone",
    ),
    "star arguments": ("sma(*close)", "a value is expected before '*', at column 5"),
    "double star": ("sma(**close)", "a value is expected before '**', at column 5"),
    "a dictionary": (
        "{'a': 1}",
        "'{' is not a sign of the language, at column 1; write a list in parentheses",
    ),
    "a comprehension": ("[x for x in close]", "a list only stands after 'in', at column 1"),
    "a generator": ("sum(x for x in y)", "'for' is not a word of the language, at column 7"),
    "a slice": (
        "close[::-1]",
        "':' is not a sign of the language, at column 7; "
        "a look-back is one number of bars, as in close[5]",
    ),
    "an index that is a text": (
        "close['__class__']",
        "a look-back is a whole number of bars from 0 to 2,520, at column 7",
    ),
    "an attribute": (
        "close.__class__.__mro__",
        "'.' is not a sign of the language, at column 6; functions stand alone, as in "
        "sma(close, 50)",
    ),
    "a statement": (
        "import os; os.abort()",
        "';' is not a sign of the language, at column 10; join conditions with and",
    ),
    "a call of a call": ("f()()", "an operator is missing before '(', at column 4"),
    "a call of a text": ("'f'(1)", "an operator is missing before '(', at column 4"),
    "an import": ("__import__('os')", "'__import__' is no function, at column 1; "
                  "technic functions lists them"),
    "eval": ("eval('1')", "'eval' is no function, at column 1; technic functions lists them"),
    "a private name": ("__builtins__ > 1", "'__builtins__' is no name, at column 1; "
                       "technic columns lists them"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_one_sentence(text: str, sentence: str):
    """No text reaches anything but the reader of the language, and none is read for long."""
    with pytest.raises(ExpressionError) as caught:
        read(text, VOCABULARY)
    assert str(caught.value) == sentence
    assert len(caught.value.pointer()) <= 201
    assert caught.value.pointer().replace("\n", "").isprintable()


def test_a_text_is_measured_before_it_is_read():
    """The longest text and the one with most words are read; one more is not looked at."""
    assert parse("x" + " " * (MOST_CHARACTERS - 1)) == Name("x")
    with pytest.raises(ExpressionError, match="characters, more than 10,000"):
        parse("\0" + " " * MOST_CHARACTERS)
    lists = "x in (" + "1," * (MOST_WORDS // 2 - 3)
    assert len(parse(lists + "1)").values) == MOST_WORDS // 2 - 2
    with pytest.raises(ExpressionError, match="more than 4,000 words and signs"):
        parse(lists + "1, 1)")


@pytest.mark.parametrize(
    "text",
    ["+5", "~a", "a @ b", "a is b", "f(*a)", "f(**a)", "f()()", "'f'(1)", "a.b", "[1]", "(1, 2)",
     "()", "{1: 2}", "{1}", "x in y", "x in (y,)", "a if b else c", "lambda: a", "[x for x in y]",
     "(x := a)", "f'{a}'", "a[1:2]", "a[1, 2]", "(yield a)", "await a", "a ^ b", "a, b"],
)  # fmt: skip
def test_only_what_is_listed_of_python_becomes_a_tree(text: str, monkeypatch: pytest.MonkeyPatch):
    """Python reads all of them; the language refuses them even if their form is not looked at.

    Names and constants are of the language; here each of them is the name x.
    """
    monkeypatch.setattr(parsing, "refuse_malformed", lambda *_: None)
    monkeypatch.setattr(parsing, "tokens", lambda _: tokens("1"))
    monkeypatch.setattr(parsing, "_plain", lambda _: text)
    monkeypatch.setattr(parsing._Reader, "leaf", lambda *_: Name("x"))
    assert ast.parse(text, mode="eval")
    with pytest.raises(ExpressionError, match="not of the language|look-back|list has numbers"):
        parse(text)


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [(RecursionError, f"{DEEP}; say it in several conditions"),
     (MemoryError, f"{DEEP}; say it in several conditions"),
     (SyntaxError, "the expression cannot be read"),
     (ValueError, "the expression cannot be read"),
     (OverflowError, "the expression cannot be read")],
)  # fmt: skip
def test_what_python_says_of_a_text_is_not_passed_on(
    raised: type[Exception], sentence: str, monkeypatch: pytest.MonkeyPatch
):
    """Its limits and its words differ between versions."""

    def refuse(*_: object, **__: object) -> None:
        raise raised("Python's words")

    monkeypatch.setattr(parsing.ast, "parse", refuse)
    with pytest.raises(ExpressionError) as caught:
        parse("close > 5")
    assert str(caught.value) == sentence


def test_a_tree_from_elsewhere_is_measured_too():
    """Trees that Python code made may be deep, or stand in themselves many times over."""
    deep = Name("close")
    for _ in range(100_000):
        deep = Negative(deep)
    with pytest.raises(ExpressionError, match=DEEP):
        check(deep, VOCABULARY)
    doubled = Name("close")
    for _ in range(55):
        doubled = Arithmetic("+", doubled, doubled)
    with pytest.raises(ExpressionError, match="more than 2,000 parts"):
        check(doubled, VOCABULARY)


@pytest.mark.parametrize(
    "tree",
    [Name("close > 5 or x"), Call("sma", (Name("close"), Number(float("nan")))), Name("")],
    ids=str,
)
def test_a_tree_that_no_text_makes_is_refused(tree: Name | Call):
    """A name is a word, a constant is finite: the tree is judged by its text."""
    with pytest.raises(ExpressionError):
        check(tree, VOCABULARY)


def test_as_many_parts_as_allowed_are_checked():
    """A wide condition is no hostile one, and signs beside each other are not inside each other."""
    text = " or ".join(["close>-1"] * ((MOST_NODES - 1) // 3))
    assert read(text, VOCABULARY, wants="condition").scope == "bar"


FRAGMENTS = st.sampled_from(
    ["close", "sma(", ")", "(", "[", "]", ",", "and", "or", "not", "in", "<", "<=", "==", "=", "**",
     "-", "+", "5", "0.5", "1e9", '"a"', "'", '"', "sector", "weekly(", "rank(", "rs_rating",
     "timeperiod=", "\\", "%", "lambda", "is", "AND", "\n", "\0", "é", "[1]", "sma_50", "20"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(FRAGMENTS, max_size=15).map(" ".join)))
@example("\ufeffclose")
@example("close[")
@example("close not")
@example("f(a")
def test_any_text_is_a_meaning_or_an_expression_error(text: str):
    """Nothing else is ever raised, and the sentence is one line."""
    _judge(text)


@given(day_expressions("condition"), st.data())
def test_a_broken_expression_is_a_meaning_or_an_expression_error(tree: Name, data: st.DataObject):
    """A valid text with a part cut out, doubled or replaced."""
    text = str(tree)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 6)))
    middle = data.draw(st.one_of(FRAGMENTS, st.just(text[start:end] * 2), st.text(max_size=3)))
    _judge(text[:start] + middle + text[end:])


def _judge(text: str) -> None:
    refused: ExpressionError | None = None
    try:
        checked = read(text, VOCABULARY)
    except ExpressionError as error:
        refused = error
    if refused is None:
        assert check(checked.node, VOCABULARY) == checked
    else:
        assert "\n" not in str(refused)
        assert refused.reason != "the expression cannot be read", "Python found it first"
        assert refused.pointer().count("\n") <= 1
