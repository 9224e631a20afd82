"""Text becomes the tree that a second reader gives it, and a tree's text the tree again."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference.language_grammar import NotInTheLanguageError, tree_by_climbing
from technic.errors import ExpressionError, ParameterError
from technic.language import parse
from technic.language.syntax.nodes import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Shift,
    Text,
    children,
    walk,
)
from technic.language.syntax.trees import MOST_DEPTH

CLOSE, OPEN = Name("close"), Name("open")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("close > 5", Comparison(">", CLOSE, Number(5.0))),
        ("5 < close < 10", And((
            Comparison("<", Number(5.0), CLOSE), Comparison("<", CLOSE, Number(10.0))
        ))),
        ("sma(close, timeperiod=50)", Call("sma", (CLOSE,), (("timeperiod", Number(50.0)),))),
        ("ao()", Call("ao", ())),
        ("close[1][2]", Shift(Shift(CLOSE, 1), 2)),
        ("-close[1]", Negative(Shift(CLOSE, 1))),
        ("-close * 2", Arithmetic("*", Negative(CLOSE), Number(2.0))),
        ("-close ** 2", Negative(Arithmetic("**", CLOSE, Number(2.0)))),
        ("close - open - 1", Arithmetic("-", Arithmetic("-", CLOSE, OPEN), Number(1.0))),
        ("2 ** 3 ** 2", Arithmetic("**", Number(2.0), Arithmetic("**", Number(3.0), Number(2.0)))),
        ("- -3", Number(3.0)),
        ("-0", Number(0.0)),
        ("1_000_000 + .5 + 1e-3", Arithmetic(
            "+", Arithmetic("+", Number(1e6), Number(0.5)), Number(1e-3)
        )),
        ("a and (b and c) or d", Or((And((Name("a"), Name("b"), Name("c"))), Name("d")))),
        ("not a == b", Not(Comparison("==", Name("a"), Name("b")))),
        ("s not in ('x', -1)", Not(Membership(Name("s"), (Text("x"), Number(-1.0))))),
        ("s in ('x')", Membership(Name("s"), (Text("x"),))),
        ("s in ['x']", Membership(Name("s"), (Text("x"),))),
        (r"'it\'s' == "r'"a \\ \"b\""', Comparison("==", Text("it's"), Text('a \\ "b"'))),
        ("\n close\t>\r\n open \n", Comparison(">", CLOSE, OPEN)),
    ],
)  # fmt: skip
def test_a_text_is_this_tree(text: str, tree: Node):
    """Trees written out by hand."""
    assert parse(text) == tree


def test_no_zero_is_negative():
    """A division by it, or its text, would tell."""
    assert math.copysign(1.0, parse("-0").value) == 1.0
    assert math.copysign(1.0, parse("- -0.0").value) == 1.0


VALUES = st.sampled_from(
    ["close", "open", "x1", "5", "0.25", "1e3", ".5", "2_000", "'a'", '"b c"', "(a)", "f()"]
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Words joined without a thought of how they bind, valid or not."""

    def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        two = st.tuples(inner, inner)
        binary = st.sampled_from(
            ["+", "-", "*", "/", "%", "**", "<", "<=", ">", ">=", "==", "!=", "and", "or"]
        )
        listed = st.lists(inner, max_size=3).map(lambda x: f"({', '.join(x)},)" if x else "()")
        return st.one_of(
            st.tuples(inner, binary, inner).map(" ".join),
            inner.map("({})".format),
            inner.map("-{}".format),
            inner.map("not {}".format),
            st.tuples(inner, st.integers(0, 2600)).map(lambda x: f"{x[0]}[{x[1]}]"),
            two.map("g({0[0]}, {0[1]})".format),
            two.map("g({0[0]}, k={0[1]})".format),
            st.tuples(inner, st.sampled_from(["in", "not in"]), listed).map(" ".join),
        )

    return draw(st.recursive(VALUES, joined, max_leaves=12))


@given(texts())
@example("(close in (5,) + close)")
@example("not -a ** -b ** c < d[1] == e or f and not g")
@example("a < b in (1,)")
@example("a in (1,) < b")
def test_operators_bind_as_a_second_reader_says(text: str):
    """A reader without Python's parser tells the same tree, and what it refuses is refused."""
    try:
        expected = tree_by_climbing(text)
    except NotInTheLanguageError:
        with pytest.raises(ExpressionError):
            parse(text)
    else:
        assert parse(text) == expected


def _trees() -> st.SearchStrategy[Node]:
    names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(
        lambda word: not re.fullmatch(_RESERVED, word)
    )
    numbers = st.floats(allow_nan=False, allow_infinity=False).map(lambda x: Number(x + 0.0))
    printable = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)
    constants = st.one_of(numbers, printable.map(Text))
    leaves = st.one_of(constants, names.map(Name))

    def above(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        some = st.lists(inner, min_size=2, max_size=3)
        return st.one_of(
            inner.filter(lambda node: not isinstance(node, Number)).map(Negative),
            inner.map(Not),
            st.builds(Shift, inner, st.integers(0, 2520)),
            st.builds(Arithmetic, st.sampled_from(["+", "-", "*", "/", "%", "**"]), inner, inner),
            st.builds(
                Comparison, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner, inner
            ),
            st.builds(Membership, inner, st.lists(constants, min_size=1, max_size=3).map(tuple)),
            some.map(lambda x: And(_flat(And, x))),
            some.map(lambda x: Or(_flat(Or, x))),
            st.builds(
                Call,
                names,
                st.lists(inner, max_size=3).map(tuple),
                st.dictionaries(names, inner, max_size=2).map(lambda x: tuple(x.items())),
            ),
        )

    return st.recursive(leaves, above, max_leaves=15)


_RESERVED = (
    "and|or|not|in|as|is|if|assert|async|await|break|class|continue|def|del|elif|else|except|"
    "finally|for|from|global|import|lambda|nonlocal|pass|raise|return|try|while|with|yield"
)


def _flat(kind: type[And] | type[Or], nodes: list[Node]) -> tuple[Node, ...]:
    found: list[Node] = []
    for node in nodes:
        found += node.operands if isinstance(node, kind) else (node,)
    return tuple(found)


@given(_trees())
@example(Text('a \\ "b" \\'))
@example(Arithmetic("**", Number(-2.0), Negative(Name("a"))))
def test_the_text_of_a_tree_is_read_as_that_tree(tree: Node):
    """``str`` writes exactly the parentheses that are needed."""
    assert parse(str(tree)) == tree


@given(texts())
@example("\n (close > 5)")
@example("((a)) <(b+1) == ( f(c) ) not in ( (5) )")
def test_every_node_knows_the_place_that_says_it(text: str):
    """The part of the text at a node's place, read alone, is that node.

    ``x not in (1,)`` is one place for two nodes.
    """
    try:
        tree = parse(text)
    except ExpressionError:
        return
    for node in walk(tree):
        assert node.place is not None
        assert parse(text[slice(*node.place)]) in (node, Not(node))


@pytest.mark.parametrize("shape", ["f({})", "-{}", "not {}", "({} - 1)", "(1 - {})", "2 ** {}"])
def test_a_tree_is_readable_up_to_the_depth_allowed(shape: str):
    """The text of the deepest tree, with the parentheses it needs, is not refused; one more is."""
    text = "x"
    for _ in range(MOST_DEPTH - 1):
        text = shape.format(text)
    tree = parse(text)
    assert _depth(tree) == MOST_DEPTH
    assert parse(str(tree)) == tree
    with pytest.raises(ExpressionError, match="more than 60 operations stand inside each other"):
        parse(shape.format(text))


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, children(node)), default=0)


def test_parameters_stand_for_constants():
    """A parameter is its value, in lists and look-backs too, and never the name of a function."""
    text = "sma(close, n)[n] > -least and sector in (which, 'x') and n(n=1)"
    assert parse(text, {"n": 20, "least": 5.5, "which": "Energy"}) == parse(
        "sma(close, 20)[20] > -5.5 and sector in ('Energy', 'x') and n(n=1)"
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, [1]])
def test_a_parameter_is_a_finite_number_or_a_text(value: object):
    """Anything else would not survive being written down."""
    with pytest.raises(ParameterError, match="n is .* allowed: a finite number or a text"):
        parse("close > n", {"n": value})


def test_only_a_text_is_read():
    """A tree or bytes are not."""
    with pytest.raises(ParameterError, match="text is b'close', allowed: a text"):
        parse(b"close")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the expression is empty, at column 1"),
        ("close = 5", "'=' compares nothing, at column 7; write =="),
        ("close > = 5",
         "'=' stands where a value is expected, at column 9; write >=, <= or == in one"),
        ("close => 5", "'=>' is not a sign of the language, at column 7; write >="),
        ("close <> 5", "'<>' is not a sign of the language, at column 7; write !="),
        ("close > 5 && open > 5", "'&&' is not a sign of the language, at column 11; write and"),
        ("close > 5 & open > 5", "'&' is not a sign of the language, at column 11; write and"),
        ("close > 5 || open > 5", "'||' is not a sign of the language, at column 11; write or"),
        ("!(close > 5)", "'!' is not a sign of the language, at column 1; write not"),
        ("close > 5 AND open > 5", "'AND' is not a word of the language, at column 11; write and"),
        ("NOT close > 5", "'NOT' is not a word of the language, at column 1; write not"),
        ("close ≥ 5", "'≥' is not a sign of the language, at column 7; write >="),
        ("sector == “Energy”", "'“' is not a sign of the language, at column 11; write \""),
        ("close\u00a0> 5",
         "'\\xa0' is not a sign of the language, at column 6; write a plain blank"),
        ("close % > 5", "'%' is the remainder of a division, at column 7; write 5 for 5 %, or "
         "0.05 for a share"),
        ("volume > 5MM", "'5MM' is no number, at column 10"),
        ("volume > 1e3K", "'1e3K' is no number, at column 10"),
        ("volume > 5%%", "'%' is the remainder of a division, at column 11; write 5 for 5 %, or "
         "0.05 for a share"),
        ("volume > 1,000", "a comma only stands between arguments and in lists, at column 11; "
         "write 1000000 or 1_000_000"),
        ("close > 0x1F", "'0x1F' is no number, at column 9"),
        ("close > 1.2.3", "'1.2.3' is no number, at column 9"),
        ("close ^ 2", "'^' is not a sign of the language, at column 7; write ** for a power"),
        ("close // 2", "'//' is not a sign of the language, at column 7; write floor(a / b)"),
        ("close crossed_above open",
         "'crossed_above' is no operator, at column 7; write crosses_above(a, b)"),
        ("close above open", "'above' is no operator, at column 7; write >"),
        ("close > 5 if open > 5 else open",
         "'if' is not a word of the language, at column 11; write where(condition, a, b)"),
        ("close is None", "'is' is not a word of the language, at column 7; "
         "write ==, or is_missing(x) for a missing value"),
        ("close > 5 == True", "'True' is not a word of the language, at column 14; "
         "a condition stands for itself"),
        ("close[-1]", "a look-back reads the past only, at column 7; "
         "write [1] for one bar ago"),
        ("close[1:5]", "':' is not a sign of the language, at column 8; "
         "a look-back is one number of bars, as in close[5]"),
        ("close[1.5]", "a look-back is a whole number of bars from 0 to 2,520, at column 7"),
        ("close[2521]", "a look-back is a whole number of bars from 0 to 2,520, at column 7"),
        ("close[n]", "a look-back is a whole number of bars from 0 to 2,520, at column 7"),
        ("close.shift(1)", "'.' is not a sign of the language, at column 6; "
         "functions stand alone, as in sma(close, 50)"),
        ("(close > 5", "'(' is never closed, at column 1"),
        ("sma(close, 50", "'(' is never closed, at column 4"),
        ("close > 5)", "')' closes nothing, at column 10"),
        ("sma(close, 50]", "']' does not close '(', at column 14"),
        ("sma(close 50)", "an operator is missing before '50', at column 11"),
        ("close 5", "an operator is missing before '5', at column 7"),
        ("close >", "the expression ends where a value is expected, at column 8"),
        ("close > and open", "a value is expected before 'and', at column 9"),
        ("a not b", "'not' stands between two values, at column 3; write and not, or not in"),
        ("a == not b", "'not' needs parentheses here, at column 6; write (not ...)"),
        ("+5 < close", "'+' stands before a value, at column 1; write the value without it"),
        ("f(a=1, 2)", "an argument without a name stands after one with a name, at column 8"),
        ("f(a=1, a=2)", "f is given a twice, at column 8"),
        ("sector in 'Energy'",
         "a list is expected after 'in', at column 11; write (\"A\", \"B\")"),
        ("sector in ()", "the list is empty, at column 11"),
        ("sector in (industry)", "a list has numbers and texts only, at column 12"),
        ("close in (5, 6) + 1", "nothing is computed with a list, at column 17"),
        ("[1, 2]", "a list only stands after 'in', at column 1"),
        ("()", "nothing stands in the parentheses, at column 1"),
        ("sector == 'Energy",
         "the text that begins here never ends, at column 11; close the quote"),
        ("sector == 'a\\n'", "'\\\\n' means nothing in a text, at column 13; "
         "a backslash only stands before a quote or itself"),
        ("close > 5 # cheap", "'#' is not a sign of the language, at column 11; "
         "an expression has no comments"),
        ("close > 5\nand clse =", "'=' compares nothing, at line 2, column 10; write =="),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_what_to_write(text: str, sentence: str):
    """The typical ones, word for word."""
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert str(caught.value) == sentence
    assert caught.value.text == text
