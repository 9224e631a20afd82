"""The catalogue of concepts hangs together, and says which tag means what."""

from __future__ import annotations

import pytest

from technic.errors import InputFileError
from technic.facts.concepts import catalog, concept_of, route_of
from technic.facts.concepts.catalog import parse_catalog
from technic.facts.fields import FIELDS


@pytest.mark.parametrize(
    ("taxonomy", "tag", "unit", "concept"),
    [
        ("us-gaap", "RevenueFromContractWithCustomerExcludingAssessedTax", "USD", "revenue"),
        ("us-gaap", "SalesRevenueNet", "USD", "revenue"),
        ("ifrs-full", "Revenue", "USD", "revenue"),
        ("ifrs-full", "Revenue", "EUR", None),  # another currency is not converted
        ("us-gaap", "EarningsPerShareDiluted", "USD/shares", "eps"),
        ("us-gaap", "EarningsPerShareDiluted", "USD", None),
        ("us-gaap", "StockholdersEquity", "USD", "equity"),
        ("dei", "EntityCommonStockSharesOutstanding", "shares", "shares_outstanding"),
        ("dei", "EntityPublicFloat", "USD", "public_float"),
        ("us-gaap", "InterestIncomeExpenseNet", "USD", "net_interest_income"),
        ("us-gaap", "NoSuchTag", "USD", None),
        ("invest", "Revenues", "USD", None),
    ],
)
def test_a_tag_means_a_concept(taxonomy: str, tag: str, unit: str, concept: str | None):
    """By taxonomy, tag and unit."""
    assert concept_of(taxonomy, tag, unit) == concept


@pytest.mark.parametrize(
    ("sic", "route"),
    [
        (6021, "bank"),  # national commercial banks
        (6035, "bank"),  # savings institutions
        (6331, "insurer"),
        (6798, "reit"),
        (3571, "general"),
        (6211, "general"),  # brokers file revenues as others do
        (None, "general"),
    ],
)
def test_an_industry_code_has_a_route(sic: int | None, route: str):
    """Banks, insurers and property trusts file otherwise."""
    assert route_of(sic) == route


def test_chains_are_in_the_order_of_the_sources():
    """Revenue: contracts without taxes, with them, revenues, sales; a bank's fees are none."""
    revenue = catalog().concepts["revenue"]
    tags = (
        "RevenueFromContractWithCustomerExcludingAssessedTax",
        "RevenueFromContractWithCustomerIncludingAssessedTax",
        "Revenues",
        "SalesRevenueNet",
    )
    assert [revenue.rank(f"us-gaap:{tag}", "general") for tag in tags] == [0, 1, 2, 3]
    assert revenue.rank(f"us-gaap:{tags[0]}", "bank") == -1
    assert revenue.rank("massive:revenue", "bank") > 90
    assert revenue.formula("bank") == "net_interest_income + noninterest_income"
    assert catalog().concepts["gross_profit"].formula("general") == "revenue - cost_of_revenue"
    assert catalog().concepts["gross_profit"].formula("bank") == ""


def test_no_concept_is_derived_from_itself():
    """Sums lead to concepts that are filed."""
    concepts = catalog().concepts
    for concept in concepts.values():
        for route in concept.routes.values():
            for _, part in route.sum:
                assert concept.name not in catalog().needed(part), concept.name


def test_about_forty_concepts_each_in_a_known_unit():
    """Prices are in none of them."""
    concepts = catalog().concepts
    assert 40 <= len(concepts) <= 60
    assert {one.unit for one in concepts.values()} <= {"USD", "shares", "USD/shares", "code"}
    assert all((one.per_share == -1) == (one.unit == "USD/shares") for one in concepts.values())
    assert all((one.per_share == 1) == (one.unit == "shares") for one in concepts.values())


def test_fields_say_what_they_need():
    """The concepts whose rows a field is computed from, derived ones with their parts."""
    assert {"revenue", "cost_of_revenue", "gross_profit"} <= set(FIELDS["gross_margin"].concepts)
    assert set(FIELDS["roe_ttm"].concepts) == {"net_income", "equity", "total_equity"}
    asked = (
        "eps eps_ttm eps_growth_yoy revenue_growth_yoy gross_margin operating_margin net_margin "
        "roe_ttm roa_ttm debt_to_equity current_ratio shares_outstanding float_shares "
        "short_interest short_pct_float days_to_cover days_since_earnings days_to_earnings"
    )
    for name in asked.split():
        assert FIELDS[name].description, name
    assert not {"listed_as", "sic", "equity_ttm", "shares_diluted_ttm"} & set(FIELDS)


A = '[concepts.a]\nunit = "USD"\nkind = "instant"\ndescription = "A"\n'
ONE = "[routes]\nbank = [[6020, 6099]]\n" + A


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ONE + 'sum = "a + b"\n', "a is a sum of unknown: b"),
        (ONE + 'tag = ["us-gaap:A"]\n', "a has an unknown key: tag"),
        (ONE + "[concepts.a.route.broker]\ntags = []\n", "a has an unknown route: broker"),
        (
            ONE
            + 'tags = ["x:A"]\n[concepts.b]\nunit = "USD"\nkind = "instant"\ndescription = "B"\n'
            + 'tags = ["x:A"]\n',
            "x:A stands for a and b",
        ),
    ],
)
def test_a_catalogue_that_does_not_hang_together_is_refused(text: str, said: str):
    """In one sentence."""
    with pytest.raises(InputFileError, match=said):
        parse_catalog(text)
