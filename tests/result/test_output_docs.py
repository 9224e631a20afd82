"""docs/output.md names every key and every outcome that there is, and no other."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from support.made_up_market import SESSIONS, SYMBOLS, scan
from technic import FilterRules, ScanConfig
from technic.data_engine.gate.rules import GATE_CODES, GateRules
from technic.result.symbol_report import symbol_report
from technic.testing import make_bars
from technic.universe.prescreen_rules import RULES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "output.md").read_text(encoding="utf-8")


def section(title: str) -> dict[str, str]:
    """First and second cell of each row of a section's table."""
    text = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| (.*) \|$", text, re.MULTILINE)
    return dict(rows)


def test_the_keys_of_the_json_object_are_documented():
    """Top level and one below, but for the free texts of a rule or a stage."""
    summary = scan(make_bars(SYMBOLS[:3], SESSIONS)).summary()
    documented = section("The JSON object")
    assert list(documented) == list(summary)
    for key in ("universe", "data", "regime", "stats", "runner"):
        assert [name for name in summary[key] if f"`{name}`" not in documented[key]] == []


def test_the_keys_of_one_symbols_object_are_documented():
    """Those of the report, of its conditions, and of a pattern's rules, which a text describes."""
    result = scan(make_bars(SYMBOLS[:3], SESSIONS), ScanConfig(where="vcp()"))
    document = symbol_report(result, SYMBOLS[0]).document()
    (condition,) = document["conditions"]
    text = PAGE.split("## The JSON object of one symbol\n")[1].split("\n## ")[0]
    keys = [*document, *condition, *condition["rules"][0]]
    assert [key for key in keys if f"`{key}`" not in text] == []


def test_the_outcomes_are_documented_in_the_order_in_which_they_apply():
    """Rules of the pre-screen, codes of the gate, filters."""
    filters = [field.name.replace("signals", "signal") for field in dataclasses.fields(FilterRules)]
    expected = [
        *(f"prescreen.{rule}" for rule in RULES),
        *("fetch.*", "error.*"),
        *(f"gate.{code}" for code in GATE_CODES),
        *(f"filter.{name}" for name in (*filters, "where", "setup", "unknown")),
        "kept",
    ]
    assert list(section("Outcomes")) == expected


def test_the_documented_numbers_of_the_gate_are_its_defaults():
    """Each number in the meaning of a code, in order."""
    rules, rows = GateRules(), section("Outcomes")
    defaults = {
        "few_bars": [rules.min_bars],
        "stale": [rules.max_stale_sessions],
        "price_floor": [rules.price_floor],
        "dollar_volume_floor": [rules.average_bars, rules.dollar_volume_floor],
        "volatility": [rules.max_wild_bars, rules.average_bars, rules.wild_move_pct],
        "missing_sessions": [rules.max_missing_sessions, rules.missing_window],
        "zero_volume": [rules.max_zero_volume_bars, rules.average_bars],
    }
    for code, numbers in defaults.items():
        shown = re.findall(r"\d[\d,.]*\d|\d", rows[f"gate.{code}"])
        assert [float(text.replace(",", "")) for text in shown] == numbers, code
