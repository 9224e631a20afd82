"""Costly functions run only where their outcome can still change a condition."""

from itertools import chain

import numpy as np
import pytest

from reference.bars import random_bars
from support.packed_panel import packed_panel
from technic.columns.vocabulary import VOCABULARY as BASE
from technic.errors import ParameterError
from technic.language import NameInfo, read
from technic.language.evaluation.evaluate import evaluate_block, evaluate_day
from technic.language.evaluation.market_values import block_parts, evaluate_market
from technic.language.functions.function import Function, Parameter

N_SYMBOLS = 12


class Pattern:
    """A kernel of the scan's day that remembers which columns it was asked for.

    True where the close of the row is above that of ``n`` rows before; it knows columns by their
    first volume, which the tests number.
    """

    def __init__(self):
        self.asked = []

    def __call__(self, close, volume, series, rows, n):
        """Answer column by column."""
        assert close.shape == volume.shape == series.shape
        self.asked.append(volume[0].astype(int).tolist())
        out = np.full(len(rows), np.nan)
        for column, row in enumerate(rows):
            if row >= n:
                out[column] = float(close[row, column] > close[row - n, column])
        return out


@pytest.fixture
def pattern():
    """A fresh one for each test."""
    return Pattern()


@pytest.fixture
def vocabulary(pattern):
    """The base with the pattern and a rating of the market's scope."""
    parameters = (Parameter("x", "series"), Parameter("n", "bars", 10))
    function = Function(
        "base_pattern",
        parameters,
        "condition",
        "day",
        pattern,
        "A pattern.",
        "a test",
        fields=("close", "volume"),
        costly=True,
    )
    names = {"rs_rating": NameInfo("number", "market", "A rating.")}
    return BASE.extended(names, {"base_pattern": function})


@pytest.fixture(scope="module")
def panel():
    """Columns numbered by their first volume."""
    bars = random_bars(60, N_SYMBOLS, seed=3)
    bars["volume"][0] = np.arange(N_SYMBOLS)
    return packed_panel(bars)


@pytest.fixture(scope="module")
def rows(panel):
    """The last row of each column; one has none."""
    found = panel.rows_at(panel.sessions[-1])
    found[5] = -1
    return found


def eager(text, panel, rows, vocabulary):
    """The condition from its parts, each computed for everyone."""
    cheap, costly = (read(part, vocabulary).node for part in text)
    found = evaluate_day([cheap, costly], panel, rows, vocabulary)
    return found[cheap], found[costly]


def test_and_asks_only_for_those_no_other_operand_rules_out(panel, rows, vocabulary, pattern):
    """The outcome is that of computing everything."""
    cheap, costly = eager(("close > open", "base_pattern(close)"), panel, rows, vocabulary)
    pattern.asked.clear()
    node = read("base_pattern(close) and close > open", vocabulary).node
    found = evaluate_day([node], panel, rows, vocabulary)[node]
    assert pattern.asked == [[i for i in range(N_SYMBOLS) if cheap[i] != 0.0 and rows[i] >= 0]]
    assert 0 < len(pattern.asked[0]) < N_SYMBOLS - 1
    for value, one, other in zip(found, cheap, costly, strict=True):
        kleene = 0.0 if 0.0 in (one, other) else np.nan if np.isnan(one + other) else 1.0
        np.testing.assert_array_equal(value, kleene)


def test_or_asks_only_for_those_no_other_operand_lets_in(panel, rows, vocabulary, pattern):
    """What is true already stays true whatever the pattern says."""
    cheap, costly = eager(("close > open", "base_pattern(close)"), panel, rows, vocabulary)
    pattern.asked.clear()
    node = read("base_pattern(close) or close > open", vocabulary).node
    found = evaluate_day([node], panel, rows, vocabulary)[node]
    assert pattern.asked == [[i for i in range(N_SYMBOLS) if cheap[i] != 1.0 and rows[i] >= 0]]
    for value, one, other in zip(found, cheap, costly, strict=True):
        kleene = 1.0 if 1.0 in (one, other) else np.nan if np.isnan(one + other) else 0.0
        np.testing.assert_array_equal(value, kleene)


def test_nobody_is_asked_for_twice(panel, rows, vocabulary, pattern):
    """Two conditions with the same pattern share what is computed."""
    texts = (
        "close > open and base_pattern(close)",
        "close <= open and base_pattern(close)",
        "volume >= 0 and base_pattern(close)",
    )
    nodes = [read(text, vocabulary).node for text in texts]
    evaluate_day(nodes, panel, rows, vocabulary)
    asked = list(chain(*pattern.asked))
    assert sorted(asked) == sorted(set(asked))
    assert len(asked) == np.count_nonzero(rows >= 0)


def test_alive_says_for_whom_a_column_is_wanted(panel, rows, vocabulary, pattern):
    """The others get nothing."""
    node = read("where(base_pattern(close), 1, 0) + close * 0", vocabulary).node
    alive = np.arange(N_SYMBOLS) % 3 == 0
    found = evaluate_day([node], panel, rows, vocabulary, alive=alive)[node]
    assert pattern.asked == [[0, 3, 6, 9]]
    assert np.isnan(found[~alive]).all()
    np.testing.assert_array_equal(
        found[alive], evaluate_day([node], panel, rows, vocabulary)[node][alive]
    )


def test_other_levels_count_as_unknown_in_a_block(panel, rows, vocabulary, pattern):
    """A block does not know the rating, only what the close rules out; the market gets it right."""
    text = "rs_rating > 70 and close > open and base_pattern(close)"
    node = read(text, vocabulary).node
    terms = evaluate_block([node], panel, rows, vocabulary)
    assert tuple(terms) == block_parts(node, vocabulary)
    up = evaluate_day([read("close > open", vocabulary).node], panel, rows, vocabulary)
    (up,) = up.values()
    assert pattern.asked == [[i for i in range(N_SYMBOLS) if up[i] == 1.0]]
    names = {"rs_rating": np.linspace(60.0, 99.0, N_SYMBOLS)}
    found = evaluate_market(node, terms, names, vocabulary)
    everything = evaluate_day(list(terms), panel, rows, vocabulary)
    np.testing.assert_array_equal(found, evaluate_market(node, everything, names, vocabulary))


def test_a_rank_needs_everyone(panel, rows, vocabulary, pattern):
    """What is ranked is computed for all symbols, whatever stands beside it."""
    text = "close > open and rank(where(base_pattern(close), close, 0)) < 3"
    evaluate_block([read(text, vocabulary).node], panel, rows, vocabulary)
    assert sorted(chain(*pattern.asked)) == [i for i in range(N_SYMBOLS) if rows[i] >= 0]


def test_a_block_refuses_to_say_what_it_cannot_know(panel, rows, vocabulary):
    """Values that need other symbols are not for evaluate_day."""
    node = read("rank(close) < 3", vocabulary).node
    with pytest.raises(ParameterError, match="about one symbol"):
        evaluate_day([node], panel, rows, vocabulary)
