"""Prefixes, suffixes and substrings of the listings' texts."""

import numpy as np
import pytest

from technic.language import BASE, NameInfo, read
from technic.language.evaluation.market_values import evaluate_market

VOCABULARY = BASE.extended(names={"company": NameInfo("text", "listing", "company")})
COMPANY = np.array(["First Bank", "BANK OF X", "Straße AG", "", None], dtype=object)
NO = np.nan


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('contains(company, "bank")', [1, 1, 0, NO, NO]),
        ('starts_with(company, "Bank")', [0, 1, 0, NO, NO]),
        ('ends_with(company, "bank")', [1, 0, 0, NO, NO]),
        ('contains(company, "STRASSE")', [0, 0, 1, NO, NO]),
        ('contains(company, ".")', [0, 0, 0, NO, NO]),
        ('not contains(company, "bank")', [0, 0, 1, NO, NO]),
        ('is_unknown(contains(company, "bank"))', [0, 0, 0, 1, 1]),
    ],
)
def test_a_text_is_matched_without_case(text, expected):
    """Unknown where it is missing; the word is a word, not a pattern."""
    node = read(text, VOCABULARY, wants="condition").node
    found = evaluate_market(node, {}, {"company": COMPANY}, VOCABULARY)
    np.testing.assert_array_equal(found, expected)
