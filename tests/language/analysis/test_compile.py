"""What means something is brought into one form; what means nothing is refused with a way out."""

from __future__ import annotations

import pickle
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.expressions import (
    VOCABULARY,
    bar_expressions,
    day_expressions,
    market_expressions,
)
from technic.columns.vocabulary import VOCABULARY as BASE
from technic.errors import ExpressionError, ParameterError
from technic.language import NameInfo, Vocabulary, check, kind_of, parse, read, scope_of
from technic.language.analysis.scope import NARROWEST_RESULT, WIDEST_OPERAND
from technic.language.functions.function import Function, Memory, Parameter
from technic.language.syntax.nodes import Call, Name, Node, Number, Shift, Text

BASE_AND_MORE = BASE.extended(
    names={
        "rs_rating": NameInfo("number", "market", "Relative strength, 1 to 99."),
        "signal": NameInfo("text", "market", "What the chart says."),
        "sector": NameInfo("text", "listing", "Sector."),
        "industry": NameInfo("text", "listing", "Industry."),
        "company": NameInfo("text", "listing", "Company."),
        "market_cap": NameInfo("number", "listing", "Market value in $."),
    },
    functions={
        "base_length": Function(
            "base_length",
            (Parameter("least", "bars", 5),),
            "number",
            "day",
            len,
            "Bars of the base that ends today.",
            "here",
            fields=("high", "low"),
        )
    },
)


def checked(text: str) -> Node:
    """Return the one form of a text."""
    return read(text, BASE_AND_MORE).node


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sma(close, 50)", "sma(close, timeperiod=50)"),
        ("sma(close, 50)", "sma(timeperiod=50.0, x=close)"),
        ("rsi(close)", "rsi(close, 14)"),
        ("bb_upper(close)", "bb_upper(close, nbdevup=2, timeperiod=20)"),
        ("close[1][2]", "close[3]"),
        ("close[0]", "close"),
        ("close[2][0]", "close[2]"),
        ("20 < close < 40", "20 < close and close < 40"),
        ("(a > 1 and b > 1) and c > 1", "a > 1 and (b > 1 and c > 1)"),
        ("sector not in ('x', 'y')", "not (sector in ['x', 'y'])"),
        ("close > -(-5)", "close > 5"),
        ("rank(close)", "rank(close, '')"),
        ("rank(close, sector)", "rank(by=sector, x=close)"),
    ],
)
def test_what_means_the_same_is_the_same(one: str, other: str):
    """So a value that two conditions ask for is computed once."""
    vocabulary = BASE_AND_MORE.extended(
        names={name: NameInfo("number", "bar", name) for name in "abc"}
    )
    assert read(one, vocabulary) == read(other, vocabulary)


def test_a_checked_call_has_all_its_arguments_by_position():
    """Kernels and interpreters need no defaults."""
    assert checked("macd_line(close)") == Call(
        "macd_line", (Name("close"), Number(12.0), Number(26.0), Number(9.0))
    )
    assert checked("rank(close)") == Call("rank", (Name("close"), Text("")))
    assert checked("atr(14)[1][2]") == Shift(Call("atr", (Number(14.0),)), 3)


@pytest.mark.parametrize(
    ("text", "kind", "scope"),
    [
        ("5", "number", "constant"),
        ("abs(-5) > 2", "condition", "constant"),
        ("close", "number", "bar"),
        ("close > benchmark[5]", "condition", "bar"),
        ("atr(14)", "number", "bar"),
        ("typical_price()", "number", "bar"),
        ("sma_50", "number", "day"),
        ("close > sma_50", "condition", "day"),
        ("weekly(close)", "number", "day"),
        ("weekly(close > sma(close, 30))", "condition", "day"),
        ("weekly(close / benchmark)", "number", "day"),
        ("base_length()", "number", "day"),
        ("market_cap > 1e9 and sma_50 > close", "condition", "listing"),
        ("sector", "text", "listing"),
        ("sector == industry", "condition", "listing"),
        ("rs_rating", "number", "market"),
        ("signal in ('buy', 'hold')", "condition", "market"),
        ("market_cap * rs_rating", "number", "market"),
        ("rank(close)", "number", "market"),
        ("rank(weekly(close), sector)", "number", "market"),
        ("percentile(market_cap * close)", "number", "market"),
        ("where(rank(close) < 10, 1, rs_rating)", "number", "market"),
        ("is_missing(market_cap)", "condition", "listing"),
        ("crosses_above(close, 10)", "condition", "bar"),
        ("value_when(close > open, 1)", "number", "bar"),
    ],
)
def test_kind_and_level(text: str, kind: str, scope: str):
    """The scope is the widest among the operands, or what the function makes of them."""
    done = read(text, BASE_AND_MORE)
    assert (done.kind, done.scope) == (kind, scope)
    assert kind_of(done.node, BASE_AND_MORE) == kind
    assert scope_of(done.node, BASE_AND_MORE) == scope


ANY = st.one_of(
    *(
        strategy(kind)
        for strategy in (bar_expressions, day_expressions, market_expressions)
        for kind in ("number", "condition")
    )
)


@given(ANY)
def test_checking_again_changes_nothing(tree: Node):
    """The one form is its own one form, as a tree and as a text; kind and scope stay."""
    done = check(tree, VOCABULARY)
    assert check(done.node, VOCABULARY) == done
    assert read(str(done.node), VOCABULARY) == done
    assert (kind_of(done.node, VOCABULARY), scope_of(done.node, VOCABULARY)) == (
        done.kind,
        done.scope,
    )


@given(market_expressions(), st.sampled_from(["{}[3]", "highest({}, 5)", "weekly({})"]))
def test_a_hint_is_right_in_itself(tree: Node, reader: str):
    """What an error says to write can be written."""
    try:
        read(reader.format(f"({tree})"), VOCABULARY)
    except ExpressionError as error:
        hint = error.hint
    else:
        return
    assert hint == "" or hint.startswith("write ")
    if hint:
        read(hint.removeprefix("write "), VOCABULARY)


def test_every_memory_has_its_levels():
    """A memory that is added without them is noticed."""
    assert set(NARROWEST_RESULT) == set(WIDEST_OPERAND) == set(get_args(Memory))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        # words
        ("clse > 5", "'clse' is no name, at column 1; did you mean close?"),
        ("Close > 5", "'Close' is no name, at column 1; did you mean close?"),
        ("sma50 > close", "'sma50' is no name, at column 1; did you mean sma_50?"),
        ("sma_60 > close", "'sma_60' is no name, at column 1; write sma(close, 60)"),
        ("ATR20 > 5", "'ATR20' is no name, at column 1; write atr(20)"),
        ("price > 5", "'price' is no name, at column 1; did you mean close?"),
        ("qwxyz > 5", "'qwxyz' is no name, at column 1; technic columns lists them"),
        ("rsi < 30", "rsi is a function, at column 1; write rsi(close, 14)"),
        ("sma_50(3) > 5", "sma_50 is a value, not a function, at column 1; "
         "write sma_50 without parentheses"),
        ("smaa(close, 50)", "'smaa' is no function, at column 1; did you mean sma?"),
        ("RSI(close, 14)", "'RSI' is no function, at column 1; did you mean rsi?"),
        ("macd(close)", "'macd' is no function, at column 1; did you mean macd_line?"),
        ("hhv(high, 20)", "'hhv' is no function, at column 1; did you mean highest?"),
        ("ref(close, 1)", "'ref' is no function, at column 1; "
         "write close[1] for the close of one bar ago"),
        ("sector == Energy", "'Energy' is no name, at column 11; write \"Energy\" for the text"),
        # kinds
        ("close and volume > 5", "'close' is a number where a condition is expected, at column 1; "
         "compare it, as in volume > 1_000_000"),
        ("not sector", "'sector' is a text where a condition is expected, at column 5; "
         'compare it, as in sector == "Energy"'),
        ("(close > open) + 1", "'close > open' is a condition where a number is expected, "
         "at column 2; write where(condition, 1, 0)"),
        ("-sector", "'sector' is a text where a number is expected, at column 2"),
        ("sma(close > open, 5)", "'close > open' is a condition where a number is expected, "
         "at column 5; write where(condition, 1, 0)"),
        ("ever(close, 5)", "'close' is a number where a condition is expected, at column 6; "
         "compare it, as in volume > 1_000_000"),
        ("(close > open) == 1", "'close > open' is a condition, and conditions are not compared, "
         "at column 2; join them with and, or, not"),
        ("(close > open) in (0, 1)", "'close > open' is a condition where a number is expected, "
         "at column 2; write where(condition, 1, 0)"),
        ("sector == 5", "'sector' is a text and '5' a number, at column 1; compare like with like"),
        ("sector > 'A'", "texts have no order for >, at column 1; write == or !="),
        ("sector in ('A', 5)",
         "'sector' is a text and 5 a number, at column 17; compare like with like"),
        ("weekly(sector)", "'sector' is a text where a number is expected, at column 8"),
        # arguments
        ("sma(close, volume)", "timeperiod of sma is a whole number from 1 to 2,520, not 'volume', "
         "at column 12; write sma(close, 20)"),
        ("sma(close, 0)", "timeperiod of sma is 0, allowed: a whole number from 1 to 2,520, "
         "at column 12"),
        ("sma(close, -5)", "timeperiod of sma is -5, allowed: a whole number from 1 to 2,520, "
         "at column 12"),
        ("sma(close, 2.5)", "timeperiod of sma is 2.5, allowed: a whole number from 1 to 2,520, "
         "at column 12"),
        ("sma(close, 1e12)", "timeperiod of sma is 1000000000000, allowed: a whole number from 1 "
         "to 2,520, at column 12"),
        ("sma(close, 2 * 5)", "timeperiod of sma is a whole number from 1 to 2,520, not '2 * 5', "
         "at column 12; write sma(close, 20)"),
        ("bb_upper(close, 20, 1e9)", "nbdevup of bb_upper is 1000000000, allowed: a number from 0 "
         "to 100, at column 21"),
        ("rsi(14) < 30", "rsi gets no value of a bar, at column 1; write rsi(close, 14)"),
        ("sma(5, 20)", "sma gets no value of a bar, at column 1; write sma(close, 20)"),
        ("ever(1 > 0, 5)", "ever gets no value of a bar, at column 1; "
         "write ever(close > open, 20)"),
        ("atr(high, low, close, 14)", "atr reads high, low, close itself and takes 1 argument, "
         "not 4, at column 1; write atr(14)"),
        ("obv(close, volume)", "obv reads close, volume itself and takes no arguments, not 2, "
         "at column 1; write obv()"),
        ("sma(close, 50, 2)", "sma takes 2 arguments, not 3, at column 1; write sma(close, 20)"),
        ("sma(close)", "sma needs timeperiod, at column 1; write sma(close, 20)"),
        ("min(close)", "min needs b, at column 1; write min(close, open)"),
        ("sma(close, period=50)", "sma has no parameter 'period', at column 19; "
         "did you mean timeperiod?"),
        ("sma(close, 50, q=1)", "sma has no parameter 'q', at column 18; it has x, timeperiod"),
        ("obv(n=1)", "obv has no parameter 'n', at column 7; write obv()"),
        ("sma(close, 50, timeperiod=50)", "sma is given timeperiod twice, at column 27"),
        ("close ** volume", "an exponent is a constant from -4 to 4, not 'volume', at column 10"),
        ("close ** 5", "an exponent is a constant from -4 to 4, not '5', at column 10"),
        ("rank(close, 'sector')", "by of rank is a text column of the listings, at column 13; "
         "write sector without quotes"),
        ("rank(close, by=signal)", "by of rank is a text column of the listings, not 'signal', "
         "at column 16"),
        # scopes
        ("sma_50[1] > 5", "'sma_50' is a value of the scan's day, not of every bar, at column 1; "
         "write sma(close, 50)[1]"),
        ("(close - sma_50)[5]", "'sma_50' is a value of the scan's day, not of every bar, "
         "at column 10; write (close - sma(close, 50))[5]"),
        ("dollar_volume[1]", "'dollar_volume' is a value of the scan's day, not of every bar, "
         "at column 1; write (close * volume)[1]"),
        ("highest(rsi_14, 10)", "'rsi_14' is a value of the scan's day, not of every bar, "
         "at column 9; write highest(rsi(close, 14), 10)"),
        ("crosses_above(macd, macd_signal)", "'macd' is a value of the scan's day, not of every "
         "bar, at column 15; write crosses_above(macd_line(close, 12, 26, 9), "
         "macd_signal(close, 12, 26, 9))"),
        ("abs(sma_50 - close)[1]", "'sma_50' is a value of the scan's day, not of every bar, "
         "at column 5; write abs(sma(close, 50) - close)[1]"),
        ("weekly(close)[1]", "'weekly(close)' is a value of the scan's day, not of every bar, "
         "at column 1; write weekly(close[1])"),
        ("sma(weekly(close), 10)", "'weekly(close)' is a value of the scan's day, not of every "
         "bar, at column 5; write weekly(sma(close, 10))"),
        ("crosses_above(close, weekly(open))", "'weekly(open)' is a value of the scan's day, "
         "not of every bar, at column 22"),
        ("weekly(monthly(close))", "'monthly(close)' is a value of the scan's day, not of every "
         "bar, at column 8"),
        ("weekly(sma_50)", "'sma_50' is a value of the scan's day, not of every bar, at column 8; "
         "write weekly(sma(close, 50))"),
        ("base_length()[1]", "'base_length()' is a value of the scan's day, not of every bar, "
         "at column 1"),
        ("market_cap[1]", "'market_cap' is a value of the listings, not of every bar, at column 1"),
        ("rs_rating[5] < rs_rating", "'rs_rating' is a value of the whole market, not of every "
         "bar, at column 1"),
        ("rank(rank(close), sector)", "'rank(close)' is a value of the whole market, not of one "
         "symbol alone, at column 6"),
        ("zscore(rs_rating)", "'rs_rating' is a value of the whole market, not of one symbol "
         "alone, at column 8"),
        ("close > 5 and highest(sma(highest(lowest(close, 2520), 2520), 2500), 2500) > close",
         "this needs 10,037 bars, more than 10,000, at column 15; look at fewer bars"),
        ("close > monthly(sma(close, 480))",
         "this needs 10,101 bars, more than 10,000, at column 9; look at fewer bars"),
        ("5[1]", "'5' is the same on every bar, at column 1"),
        ("close[2000][2000]", "the look-backs add up to 4,000 bars, more than 2,520, at column 1"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_what_to_write(text: str, sentence: str):
    """The typical ones, word for word."""
    with pytest.raises(ExpressionError) as caught:
        read(text, BASE_AND_MORE)
    assert str(caught.value) == sentence
    assert caught.value.text == text


@pytest.mark.parametrize(
    "text", ["highest(sma(highest(close, 2520), 2520), 2520)[2442]", "monthly(sma(close, 475))"]
)
def test_forty_years_are_not_too_long(text: str):
    """2,519 bars three times, 2,442 and this one; 475 months and the running one."""
    assert read(text, BASE).kind == "number"


@pytest.mark.parametrize(
    ("text", "wants", "sentence"),
    [
        ("close", "condition", "'close' is a number where a condition is expected, at column 1; "
         "compare it, as in volume > 1_000_000"),
        ("close > open", "number", "'close > open' is a condition where a number is expected, "
         "at column 1; write where(condition, 1, 0)"),
        ("sector", "number", "'sector' is a text where a number is expected, at column 1"),
    ],
)  # fmt: skip
def test_the_whole_is_of_the_kind_that_is_wanted(text: str, wants: str, sentence: str):
    """A filter wants a condition, an order a number; a column takes anything."""
    with pytest.raises(ExpressionError) as caught:
        read(text, BASE_AND_MORE, wants=wants)
    assert str(caught.value) == sentence
    assert read(text, BASE_AND_MORE, wants="any") == read(text, BASE_AND_MORE)


def test_an_error_in_a_tree_points_into_its_text():
    """A tree that was built, not read, has no text of its own; its ``str`` is shown."""
    tree = Shift(Name("sma_50"), 1)
    with pytest.raises(ExpressionError) as caught:
        check(tree, BASE)
    assert caught.value.pointer() == "sma_50[1]\n^^^^^^"


def test_parameters_are_checked_like_what_they_stand_for():
    """The place is that of the name in the text."""
    assert read("sma(close, n)", BASE, parameters={"n": 20}).node == checked("sma(close, 20)")
    with pytest.raises(ExpressionError) as caught:
        read("sma(close, days)", BASE, parameters={"days": 0.5})
    assert str(caught.value) == (
        "timeperiod of sma is 0.5, allowed: a whole number from 1 to 2,520, at column 12"
    )


def test_a_vocabulary_grows_and_never_changes_a_word():
    """``extended`` makes a new one; a word that is taken is refused."""
    more = BASE.extended(names={"tech_rating": NameInfo("number", "market", "0 to 100")})
    assert "tech_rating" in more.names
    assert "tech_rating" not in BASE.names
    with pytest.raises(ParameterError, match="names is 'close', allowed: words that the voc"):
        BASE.extended(names={"close": NameInfo("number", "market", "another close")})
    with pytest.raises(ParameterError, match="functions is 'sma', allowed: words that the voc"):
        BASE.extended(functions={"sma": BASE.functions["ema"]})


@pytest.mark.parametrize("word", ["and", "lambda", "in", "a b", "", "é", "5x", "True"])
def test_a_word_that_cannot_be_written_is_refused(word: str):
    """It could never be read."""
    with pytest.raises(ParameterError, match="letters, digits and underscores"):
        Vocabulary({word: NameInfo("number", "bar", "")})


def test_a_vocabulary_travels_between_processes():
    """Blocks are scanned elsewhere."""
    again = pickle.loads(pickle.dumps(BASE))
    assert again.names == BASE.names
    assert list(again.functions) == list(BASE.functions)
    assert read("close > sma(close, 50)", again) == read("close > sma(close, 50)", BASE)
    assert pickle.loads(pickle.dumps(parse("close[1]"))) == parse("close[1]")
