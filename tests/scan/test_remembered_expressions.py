"""Expressions that are asked again, on another day, are read once; others are read anew."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from support.hard_market import NOW, SESSIONS, hard_market
from technic import ScanConfig, run_scan
from technic.data_engine.gate.rules import GateRules
from technic.errors import ExpressionError
from technic.scan.config import FilterRules
from technic.scan.expressions.compiler import compile_expressions, read_expressions
from technic.setups.setup import Setup, SetupCondition

ASKED = ScanConfig(
    where="close > sma(close, 20) and rs_rating > 50",
    columns=("gap = open / close[1]",),
    sort="rsi(close, 14):asc",
)
OTHERS = (
    {"where": "close > sma(close, 21)"},
    {"columns": ("gap = open - close[1]",)},
    {"sort": "rsi(close, 15):asc"},
    {"bars": 320},
    {"max_history": 900},
    {"benchmark": "SPY"},
    {"filters": FilterRules(min_days_to_earnings=5)},
)


def test_the_same_question_on_another_day_is_read_once():
    """The day is no part of what expressions mean."""
    first = compile_expressions(replace(ASKED, as_of="2024-03-01"))
    assert compile_expressions(replace(ASKED, as_of="2024-03-04")) is first
    assert compile_expressions(ASKED) is first


@pytest.mark.parametrize("change", OTHERS, ids=lambda change: next(iter(change)))
def test_another_question_is_another(change: dict[str, object]):
    """Whatever expressions are read by makes a question of its own."""
    other = replace(ASKED, **change)
    assert compile_expressions(other) is not compile_expressions(ASKED)
    remembered = compile_expressions(other)
    read_expressions.cache_clear()
    read = compile_expressions(other)
    for name in ("conditions", "columns", "orders", "lookback", "stable_after", "facts"):
        assert getattr(read, name) == getattr(remembered, name), name


def test_setups_of_one_name_that_ask_something_else_are_read_anew():
    """A name alone says nothing."""

    def asking(text: str) -> ScanConfig:
        condition = SetupCondition(name="where", where=text)
        setup = Setup(name="mine", title="t", meaning="m", source="s", conditions=(condition,))
        return ScanConfig(setups=(setup,))

    texts = ("close > 5", "close > 6", "close > 5")
    found = [str(compile_expressions(asking(text)).conditions[0].node) for text in texts]
    assert found == list(texts)


def test_an_error_is_told_each_time():
    """What was refused is no answer to remember."""
    for _ in range(2):
        with pytest.raises(ExpressionError, match="smaa"):
            compile_expressions(ScanConfig(where="smaa(close, 3) > 1"))


@pytest.mark.parametrize(
    "rules",
    [{"gate": GateRules(skip=["stale"])}, {"filters": FilterRules(signals=["long"])}],
    ids=["gate", "filters"],
)
def test_rules_that_hold_a_list_are_read_anew(rules: dict[str, object]):
    """A list is as good as a tuple to whoever types it."""
    listed = replace(ASKED, **rules)
    found = compile_expressions(listed)
    assert found.conditions == compile_expressions(ASKED).conditions
    assert compile_expressions(listed) is not found


def test_scans_with_remembered_expressions_are_those_with_expressions_just_read():
    """Tables and ledgers of two days, bit for bit."""
    provider = hard_market()
    days = [str(day) for day in SESSIONS[[700, 720]]]

    def scanned(day: str, *, anew: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
        if anew:
            read_expressions.cache_clear()
        result = run_scan(replace(ASKED, as_of=day), provider=provider, now=NOW)
        return result.table, result.ledger.frame()

    kept = [scanned(day, anew=False) for day in days]
    for day, (table, ledger) in zip(days, kept, strict=True):
        again, its_ledger = scanned(day, anew=True)
        pd.testing.assert_frame_equal(table, again, check_exact=True)
        pd.testing.assert_frame_equal(ledger, its_ledger, check_exact=True)
