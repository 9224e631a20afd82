"""Facts in expressions are step functions that behave as series of bars, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from support.made_up_facts import (
    FACTS,
    Steps,
    facts_of,
    holed_panel,
    looked_up,
    random_steps,
    reading_of,
)
from technic.errors import RuleUnavailableError
from technic.language import Node, read
from technic.language.evaluation.evaluate import evaluate_bars, evaluate_block, evaluate_day
from technic.language.evaluation.many_days import evaluate_places
from technic.language.evaluation.panel_facts import PanelFacts
from technic.panel import BarPanel
from technic.panel.places import Places
from technic.panel.windows import lagged

FACT_TEXTS = ("eps", "fq(eps, 4)", "age(eps)", "short_interest", "days_ahead")
TEXTS = (
    *FACT_TEXTS,
    "eps > fq(eps, 4)",
    "eps[3]",
    "sma(eps, 5)",
    "ema(eps, 4)",
    "highest(eps, 10) - lowest(eps, 10)",
    "close / eps",
    "close > 40 and eps > 1 and age(eps) < 20",
    "is_missing(eps)",
    "if_missing(eps, 0) + 1",
    "count(eps > eps[1], 30)",
    "value_when(eps > eps[1], close, 20)",
    "sma(close, 3) * short_interest",
    "days_ahead < 5",
)


def node_of(text: str) -> Node:
    """Read a text with the words of the facts."""
    return read(text, FACTS).node


@pytest.fixture(scope="module")
def panel() -> BarPanel:
    """Bars with holes."""
    return holed_panel()


@pytest.fixture(scope="module")
def steps(panel: BarPanel) -> dict[str, Steps]:
    """Steps of each fact, by its text."""
    found = {text: random_steps(panel, seed) for seed, text in enumerate(FACT_TEXTS)}
    found["age(eps)"] = [
        [(begin, begin + 0.0 * value) for begin, value in own] for own in found["eps"]
    ]  # counted from the first session, missing where the fact is
    found["days_ahead"] = [
        [(begin, begin + 10.0) for begin, _ in own] for own in found["days_ahead"]
    ]
    return found


@pytest.fixture(scope="module")
def facts(panel: BarPanel, steps: dict[str, Steps]) -> PanelFacts:
    """The same as evaluation takes them."""
    return facts_of(panel, steps)


@pytest.mark.parametrize("text", FACT_TEXTS)
def test_a_fact_at_all_bars_is_what_a_loop_looks_up(panel, steps, facts, text):
    """Each bar has the newest step that begins up to its session, and NaN before the first."""
    found = evaluate_bars([node_of(text)], panel, FACTS, facts=facts)[node_of(text)]
    wanted = looked_up(panel, steps[text], reading_of(text))
    np.testing.assert_array_equal(found, wanted)


def test_windows_shifts_and_comparisons_take_facts_as_series(panel, steps, facts):
    """What is made of a fact is what the same function makes of the looked-up array."""
    eps = looked_up(panel, steps["eps"])
    before = looked_up(panel, steps["fq(eps, 4)"])
    found = evaluate_bars(map(node_of, TEXTS), panel, FACTS, facts=facts)
    absent = panel.session < 0
    shifted = np.where(absent, np.nan, lagged(eps, 3))
    np.testing.assert_array_equal(found[node_of("eps[3]")], shifted)
    unknown = np.isnan(eps) | np.isnan(before)
    wanted = np.where(unknown, np.nan, (eps > before).astype(np.float64))
    np.testing.assert_array_equal(found[node_of("eps > fq(eps, 4)")], wanted)
    missing = np.where(absent, np.nan, np.isnan(eps).astype(np.float64))
    np.testing.assert_array_equal(found[node_of("is_missing(eps)")], missing)
    means = np.full(eps.shape, np.nan)
    for row in range(4, len(eps)):
        means[row] = [eps[row - 4 : row + 1, i].mean() for i in range(eps.shape[1])]
    means[absent] = np.nan
    np.testing.assert_allclose(found[node_of("sma(eps, 5)")], means, rtol=1e-12)


@pytest.mark.parametrize("row", [3, 25, 44])
def test_the_newest_bar_has_the_bits_of_all_bars(panel, facts, row):
    """Reading one bar of each column, and reading it among all, gives the same bits."""
    nodes = [node_of(text) for text in TEXTS]
    rows = np.minimum(row, panel.length - 1)
    every = evaluate_bars(nodes, panel, FACTS, facts=facts)
    day = evaluate_day(nodes, panel, rows, FACTS, facts=facts)
    block = evaluate_block(nodes, panel, rows, FACTS, facts=facts)
    for node in nodes:
        wanted = every[node][rows, np.arange(panel.n_symbols)]
        np.testing.assert_array_equal(day[node], wanted, err_msg=str(node))
        np.testing.assert_array_equal(block[node], wanted, err_msg=str(node))


@pytest.mark.parametrize("width", [2, 128])
def test_many_days_at_once_have_the_bits_of_each_day(panel, facts, monkeypatch, width):
    """Places of a replay are the values of the days alone, however many columns go together."""
    monkeypatch.setattr("technic.language.evaluation.many_days.WIDTH", width)
    nodes = [node_of(text) for text in TEXTS]
    row, column = np.nonzero(panel.session[10:] >= 0)
    row += 10
    places = Places(row, row, column)
    found = evaluate_places(nodes, panel, places, FACTS, facts=facts)
    every = evaluate_bars(nodes, panel, FACTS, facts=facts)
    for node in nodes:
        np.testing.assert_array_equal(found[node], every[node][row, column], err_msg=str(node))


@pytest.mark.parametrize("columns", [slice(2, 5), np.array([6, 0, 3])], ids=["slice", "some"])
def test_a_symbol_has_the_same_facts_in_any_company(panel, facts, columns):
    """Facts of some columns are theirs in the whole panel."""
    nodes = [node_of(text) for text in TEXTS]
    some = evaluate_bars(nodes, panel.take(columns), FACTS, facts=facts.take(columns))
    every = evaluate_bars(nodes, panel, FACTS, facts=facts)
    for node in nodes:
        np.testing.assert_array_equal(some[node], every[node][:, columns], err_msg=str(node))


def test_a_fact_known_later_changes_no_earlier_bar(panel, steps, facts):
    """Steps that begin after a session leave all values up to it as they were."""
    until = 30
    later = {
        name: [[one for one in own if one[0] <= until] for own in columns]
        for name, columns in steps.items()
    }
    short = facts_of(panel, later)
    nodes = [node_of(text) for text in TEXTS]
    early = (panel.session >= 0) & (panel.session <= until)
    every = evaluate_bars(nodes, panel, FACTS, facts=facts)
    before = evaluate_bars(nodes, panel, FACTS, facts=short)
    for node in nodes:
        np.testing.assert_array_equal(before[node][early], every[node][early], err_msg=str(node))


def test_without_facts_a_fact_says_what_to_do(panel):
    """A scan that has none says how to get them."""
    with pytest.raises(RuleUnavailableError, match="eps.*technic facts sync"):
        evaluate_bars([node_of("eps > 1")], panel, FACTS)
