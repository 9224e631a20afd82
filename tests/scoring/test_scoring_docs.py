"""The documents state the formulas and defaults that the code has."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from technic.columns import COLUMNS
from technic.regime import RegimeRules
from technic.scoring import (
    BENCHMARK_COLUMNS,
    REQUIRED_COLUMNS,
    SIGNALS,
    SUBSCORES,
    ScoreWeights,
    SignalThresholds,
)
from technic.trade_plan import PLAN_COLUMNS, STYLES, PlanRules

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCORING = (DOCS / "scoring.md").read_text(encoding="utf-8")
PLANS = (DOCS / "trade-plans.md").read_text(encoding="utf-8")


def test_every_component_is_documented_with_weight_formula_and_curve():
    """One table row each, word for word what the code computes."""
    for parts in SUBSCORES.values():
        for part in parts:
            row = (
                f"| `{part.name}` | {part.weight:g} % | `{part.formula}` "
                f"| {part.unit} | {part.curve} |"
            )
            assert row in SCORING


def test_every_weight_and_threshold_is_documented():
    """Defaults of the rating and its signals."""
    for name, percent in ScoreWeights().percentages().items():
        assert f"| {name} | {percent:g} |" in SCORING
    limits = SignalThresholds()
    cover = f"| ≥ {limits.min_coverage:g} |"
    for name in ("strong_long", "long"):
        rating, trend = getattr(limits, name), getattr(limits, f"{name}_trend")
        assert f"| `{name}` | ≥ {rating:g} | ≥ {trend:g} {cover}" in SCORING
    assert f"| ≤ {limits.short:g} | ≤ {limits.short_trend:g} {cover}" in SCORING
    assert f"| `watch` | ≥ {limits.watch:g} |" in SCORING
    assert f"| `neutral` | ≥ {limits.avoid:g} |" in SCORING
    assert all(f"`{name}`" in SCORING for name in SIGNALS)


def test_the_regime_rules_are_documented():
    """Lengths and limits of trend and volatility."""
    rules = RegimeRules()
    assert f"{rules.slow}-session average and the {rules.fast}-session" in SCORING
    assert f"`calm` below {rules.calm_below_pct:g} %" in SCORING
    assert f"from {rules.high_from_pct:g} %" in SCORING


@pytest.mark.parametrize("name", [n for n in BENCHMARK_COLUMNS if not n.startswith("excess")])
def test_every_benchmark_column_is_documented(name):
    """With its formula, in the table of columns."""
    assert f"| `{name}` |" in SCORING


def test_every_plan_rule_and_style_is_documented():
    """Defaults of the plans and the stop rules of each style."""
    rules = PlanRules()
    for field in fields(rules):
        value = getattr(rules, field.name)
        if isinstance(value, float):
            assert f"| `{field.name}` | {value:,g} |" in PLANS
        else:
            assert f"`{field.name}`" in PLANS
    for name, stop in STYLES.items():
        row = (
            f"| `{name}` | `{stop.long_below}` | `{stop.short_above}` | {stop.buffer_atr:g} "
            f"| {stop.min_atr:g} – {stop.max_atr:g} ATR | {stop.min_pct:g} – {stop.max_pct:g} % |"  # noqa: RUF001
        )
        assert row in PLANS


def test_the_catalog_has_every_column_that_scoring_and_plans_read():
    """A column that is renamed there must be renamed here."""
    assert set(REQUIRED_COLUMNS) | set(PLAN_COLUMNS) <= set(COLUMNS)
