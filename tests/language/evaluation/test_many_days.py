"""Expressions on many days together are those of each day, bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.agreement import checked, column_of, either
from support.expressions import DAY_NAMES, VOCABULARY, day_expressions
from support.markets import KINDS, make_market, markets
from technic.columns.vocabulary import VOCABULARY as BASE
from technic.language import read
from technic.language.evaluation.evaluate import evaluate_block, evaluate_day
from technic.language.evaluation.many_days import evaluate_places
from technic.panel.places import Places

LONGER = (
    "weekly(close)",
    "weekly(sma(close, 3))",
    "weekly(highest(high, 4)[1]) > monthly(lowest(low, 2))",
    "weekly(volume / sma(volume, 2)[1])",
    "weekly(rsi(close, 3))",
    "weekly(bar_count())",
    "monthly(open)",
    "weekly(close / benchmark)",
)
HARD = make_market([*KINDS, *KINDS, "walk"], 120, seed=4)


def places_of(market, chosen):
    """The places of ``(day, column)`` pairs, ascending; -1 is the row where there is no bar."""
    rows = np.array([market.panel.rows_at(day) for day in market.panel.sessions])
    day, column = np.nonzero(chosen)
    return Places(day, rows[day, column], column)


def assert_each_day(nodes, found, market, places, vocabulary, evaluate, known):
    """Compare with the market as it was known on each day."""
    for day, session in enumerate(market.panel.sessions):
        own = places.day == day
        if not own.any():
            continue
        then = market.cut(session)
        wanted = evaluate(
            nodes, then.panel, then.panel.rows_at(session), vocabulary, known=known,
            benchmark=then.benchmark,
        )  # fmt: skip
        for node, values in wanted.items():
            np.testing.assert_array_equal(
                found[node][own], values[places.column[own]], err_msg=f"{node} on {session}"
            )


@settings(max_examples=max(settings.default.max_examples // 4, 12))
@given(either(day_expressions, 4), markets(most_bars=40), st.randoms(use_true_random=False))
def test_many_days_are_each_of_them(node, market, random):
    """Whatever is asked, of whatever places."""
    nodes = [checked(node)]
    shape = len(market.panel.sessions), market.panel.n_symbols
    chosen = np.array([[random.random() < 0.5 for _ in range(shape[1])] for _ in range(shape[0])])
    places = places_of(market, chosen)
    known = {name: column_of(market, name) for name in DAY_NAMES}
    at = {name: values[places.column] for name, values in known.items()}
    found = evaluate_places(
        nodes, market.panel, places, VOCABULARY, known=at, benchmark=market.benchmark
    )
    assert_each_day(nodes, found, market, places, VOCABULARY, evaluate_block, known)


@pytest.mark.parametrize("wide", [5, 10_000])
def test_longer_bars_of_many_days(monkeypatch, wide):
    """Windows, shifts and recursions over weeks and months that are still running."""
    monkeypatch.setattr("technic.language.evaluation.many_days.WIDE", wide)
    nodes = [read(text, BASE).node for text in LONGER]
    chosen = np.random.default_rng(2).random((120, HARD.panel.n_symbols)) < 0.3
    chosen[: -12 if wide == 5 else 0] = False
    places = places_of(HARD, chosen)
    found = evaluate_places(nodes, HARD.panel, places, BASE, benchmark=HARD.benchmark)
    assert_each_day(nodes, found, HARD, places, BASE, evaluate_day, {})
    assert sum(np.isfinite(values).any() for values in found.values()) >= len(LONGER)
