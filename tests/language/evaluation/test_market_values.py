"""Ranks, percentiles and scores against plain counting, and what is made of them."""

import math
from fractions import Fraction

import numpy as np
import pytest

from technic.columns.vocabulary import VOCABULARY as BASE
from technic.errors import ParameterError, RuleUnavailableError
from technic.language import NameInfo, read
from technic.language.evaluation.market_values import block_parts, evaluate_market
from technic.language.functions import FUNCTIONS

VOCABULARY = BASE.extended(
    {
        "sector": NameInfo("text", "listing", "Sector."),
        "market_cap": NameInfo("number", "listing", "Size."),
        "rs_rating": NameInfo("number", "market", "Rating."),
    }
)
N = 41


@pytest.fixture(scope="module")
def values():
    """Numbers with ties and some missing."""
    rng = np.random.default_rng(2)
    found = np.round(rng.normal(0, 3, N), 0) / 7
    found[[4, 17]] = np.nan
    return found


@pytest.fixture(scope="module")
def sectors():
    """Three groups, one of a single symbol, and symbols without a group in all three ways."""
    rng = np.random.default_rng(3)
    found = rng.choice(["Energy", "Software"], N).astype(object)
    found[0], found[1], found[2], found[3] = "Alone", None, "", np.nan
    return found


def counted(values, groups, one):
    """Apply ``one`` to a value and all values of its group, plainly."""
    out = []
    for value, group in zip(values, groups, strict=True):
        if math.isnan(value) or not isinstance(group, str) or not group:
            out.append(math.nan)
            continue
        others = [v for v, g in zip(values, groups, strict=True) if g == group and v == v]
        out.append(one(float(value), [float(v) for v in others]))
    return out


def rank(value, all_values):
    """Mean of the places that equal values share, the highest first."""
    places = [i for i, v in enumerate(sorted(all_values, reverse=True), 1) if v == value]
    return sum(places) / len(places)


def percentile(value, all_values):
    """Share of the others below, equal ones half; the middle where there are none."""
    if len(all_values) == 1:
        return 50.0
    others = list(all_values)
    others.remove(value)
    return 100 * sum(1.0 if v < value else 0.5 if v == value else 0.0 for v in others) / len(others)


def zscore(value, all_values):
    """Exact mean and variance in fractions, one square root at the end."""
    exact = [Fraction(v) for v in all_values]
    mean = sum(exact) / len(exact)
    variance = sum((v - mean) ** 2 for v in exact) / len(exact)
    return float(Fraction(value) - mean) / math.sqrt(variance) if variance else math.nan


@pytest.mark.parametrize("one", [rank, percentile, zscore], ids=lambda one: one.__name__)
@pytest.mark.parametrize("grouped", [False, True])
def test_places_are_what_counting_gives(one, grouped, values, sectors):
    """Over all symbols, and within groups."""
    kernel = FUNCTIONS[one.__name__].kernel
    groups = sectors if grouped else ["all"] * N
    found = kernel(values, sectors if grouped else "")
    np.testing.assert_allclose(found, counted(values, groups, one), rtol=1e-12, atol=1e-15)
    assert np.isfinite(found).sum() > 30


@pytest.mark.parametrize("name", ["rank", "percentile", "zscore"])
def test_the_order_of_the_symbols_changes_no_bit(name, values, sectors):
    """Sums are exact before they are rounded."""
    order = np.random.default_rng(0).permutation(N)
    kernel = FUNCTIONS[name].kernel
    for by in (sectors, ""):
        whole = kernel(values, by)
        shuffled = kernel(values[order], by if isinstance(by, str) else by[order])
        np.testing.assert_array_equal(shuffled, whole[order])


def test_nobody_and_equals(values):
    """No values, one value, and values that are all the same."""
    nothing, three = np.full(3, np.nan), np.full(3, 0.1)
    for name in ("rank", "percentile", "zscore"):
        assert np.isnan(FUNCTIONS[name].kernel(nothing, "")).all()
        assert len(FUNCTIONS[name].kernel(np.empty(0), "")) == 0
    assert FUNCTIONS["rank"].kernel(three, "").tolist() == [2, 2, 2]
    assert FUNCTIONS["percentile"].kernel(three, "").tolist() == [50, 50, 50]
    assert np.isnan(FUNCTIONS["zscore"].kernel(three, "")).all()


def test_a_condition_of_the_market_is_put_together_from_its_terms(values, sectors):
    """Block terms are the largest parts about one symbol; the rest is done here."""
    text = 'rank(close, sector) <= 3 and (sector in ("Energy",) or rs_rating > 50) and close > open'
    node = read(text, VOCABULARY).node
    terms = block_parts(node, VOCABULARY)
    assert [str(term) for term in terms] == ["close", "close > open"]
    above = (np.arange(N) % 2).astype(float)
    ratings = np.where(np.arange(N) % 5 == 0, np.nan, np.linspace(0, 99, N))
    names = {"sector": sectors, "rs_rating": ratings}
    found = evaluate_market(node, dict(zip(terms, (values, above), strict=True)), names, VOCABULARY)
    ranks = counted(values, sectors, rank)
    for i in range(N):
        group = sectors[i] if isinstance(sectors[i], str) and sectors[i] else None
        parts = [
            None if math.isnan(ranks[i]) else ranks[i] <= 3,
            kleene_or(
                None if group is None else group == "Energy",
                None if math.isnan(ratings[i]) else bool(ratings[i] > 50),
            ),
            bool(above[i]),
        ]
        wanted = 0.0 if False in parts else math.nan if None in parts else 1.0
        np.testing.assert_array_equal(found[i], wanted)


def kleene_or(a, b):
    """Three-valued or."""
    return True if True in (a, b) else None if None in (a, b) else False


def test_listings_can_be_ranked(sectors):
    """Size among the sector's, without any bar."""
    node = read("rank(market_cap, sector)", VOCABULARY).node
    assert block_parts(node, VOCABULARY) == ()
    sizes = np.arange(float(N))
    found = evaluate_market(node, {}, {"market_cap": sizes, "sector": sectors}, VOCABULARY)
    np.testing.assert_allclose(found, counted(sizes, sectors, rank))


def test_texts_come_out_as_texts_and_constants_for_everyone(sectors):
    """A result column may be a listing's, or the same number all the way down."""
    names = {"sector": sectors}
    assert evaluate_market(read("sector", VOCABULARY).node, {}, names, VOCABULARY)[0] == "Alone"
    found = evaluate_market(read("2 * 3", VOCABULARY).node, {}, names, VOCABULARY)
    assert found.tolist() == [6.0] * N


def test_a_name_without_values_is_refused():
    """A filter that cannot run fails."""
    node = read("rs_rating > 5", VOCABULARY).node
    with pytest.raises(RuleUnavailableError, match="rs_rating"):
        evaluate_market(node, {}, {"market_cap": np.zeros(2)}, VOCABULARY)


def test_without_any_values_the_number_of_symbols_has_to_be_said():
    """By those who are ranked."""
    always = read("1 < 2", VOCABULARY).node
    with pytest.raises(ParameterError, match="ranked"):
        evaluate_market(always, {}, {}, VOCABULARY)
    both = np.ones(2, np.bool_)
    assert evaluate_market(always, {}, {}, VOCABULARY, ranked=both).tolist() == [1.0, 1.0]
