"""Facts in the language: what is one, where it may stand, and what is said where it may not."""

from __future__ import annotations

import pytest

from support.made_up_facts import FACTS
from technic.errors import ExpressionError
from technic.language import read
from technic.language.analysis.facts import fact_leaves
from technic.language.analysis.requirements import requirements
from technic.language.analysis.units import unit_of


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("eps", "eps"),
        ("fq(eps, 4)", "fq(eps, 4)"),
        ("fq(n=4, field=eps)", "fq(eps, 4)"),
        ("age(eps)", "age(eps)"),
        ("age(fq(eps, 1))", "age(fq(eps, 1))"),
        ("age(short_interest) < 15", "age(short_interest) < 15"),
        ("sma(pe, 20) > pe[250]", "sma(pe, 20) > pe[250]"),
    ],
)
def test_facts_are_values_of_every_bar(text, form):
    """They have one form, and the scope of bars: windows and shifts take them."""
    checked = read(text, FACTS)
    assert str(checked.node) == form
    assert checked.scope == "bar"
    assert read(form, FACTS).node == checked.node


def test_the_leaves_of_a_tree_are_its_facts():
    """Each once, in their order; a call that looks one up is the leaf, not what is inside."""
    node = read("eps > fq(eps, 4) and age(fq(eps, 1)) < 9 and sma(eps, 3) > close", FACTS).node
    assert [str(leaf) for leaf in fact_leaves([node], FACTS)] == [
        "eps",
        "fq(eps, 4)",
        "age(fq(eps, 1))",
    ]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            "fq(close, 4)",
            "close",
            "field of fq is a field that is reported by quarters, not 'close'",
        ),
        ("fq(eps + 1, 4)", "eps + 1", "not 'eps \\+ 1'.*write fq\\(eps, 4\\)"),
        ("fq(pe, 4)", "pe", "not 'pe'"),
        ("fq(short_interest, 1)", "short_interest", "reported by quarters, not 'short_interest'"),
        ("fq(fq(eps, 1), 1)", "fq(eps, 1)", "not 'fq\\(eps, 1\\)'"),
        ("fq(eps)", "fq(eps)", "fq needs n"),
        ("fq(eps, 41)", "41", "n of fq is 41, allowed: a whole number from 0 to 40"),
        ("fq(eps, 1.5)", "1.5", "whole number"),
        ("fq(eps, close)", "close", "n of fq is a whole number"),
        ("age(age(eps))", "age(eps)", "field of age is a field of filings"),
        ("age(days_ahead)", "days_ahead", "a field of filings, not 'days_ahead'"),
        ("fq(days_ahead, 1)", "days_ahead", "reported by quarters, not 'days_ahead'"),
        ("age(pe)", "pe", "not 'pe'"),
        ("age(12)", "12", "not '12'"),
        ("weekly(eps)", "eps", "'eps' is of days, not for weekly.*outside of weekly"),
        ("monthly(sma(pe, 3)) > 1", "pe", "'pe' is of days, not for monthly"),
        ("weekly(close / fq(eps, 1))", "eps", "is of days"),
        ("epss > 1", "epss", "did you mean eps"),
        ("eps(1)", "eps(1)", "eps is a value, not a function"),
        ("eps > 25%", "25%", "not clear"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(text, place, message):
    """The error points at the part that is at fault."""
    with pytest.raises(ExpressionError, match=message) as caught:
        read(text, FACTS)
    assert caught.value.place is not None
    assert text[slice(*caught.value.place)] == place


def test_percentages_count_as_the_fact_does():
    """5% beside a fact in percent is 5, beside its quarters too; an age has sessions."""
    for text in ("margin > 25%", "fq(margin, 2) > 25%", "sma(margin, 3) > 25%"):
        assert str(read(text, FACTS).node).endswith("> 25")
    assert str(read("pe < 150%", FACTS).node) == "pe < 1.5"
    assert unit_of(read("age(eps)", FACTS).node, FACTS) == "sessions"
    assert unit_of(read("short_interest", FACTS).node, FACTS) == "shares"


def test_a_fact_needs_no_history_of_bars():
    """One bar has its value; what is made of it needs what that needs."""
    nodes = {text: read(text, FACTS).node for text in ("eps", "fq(eps, 8)", "age(eps)", "pe")}
    for node in nodes.values():
        assert requirements([node], FACTS).lookback == 1
    assert requirements([read("sma(eps, 20)[5]", FACTS).node], FACTS).lookback == 25
