"""The rules of the chart patterns that a scan asks for, one by one, symbol by symbol.

The search of a scan only finds out whether a pattern is there. What was wrong with the candidate
that came nearest takes far longer, so it is looked for when somebody reads it: in the report of one
symbol, and in the file of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from technic.language import Node, read
from technic.result.scan_result import ScanResult
from technic.scan.expressions.conditions import WHERE, ConditionResult, first_unmet
from technic.scan.expressions.vocabulary import vocabulary
from technic.scan.usable_history import UsableHistory, usable_history
from technic.setups.patterns import PATTERNS
from technic.setups.patterns.candidates import Check
from technic.setups.patterns.judge import PatternReading, pattern_checks, pattern_readings
from technic.setups.patterns.pattern import Pattern
from technic.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ledger_with_rules",
    "names_pattern",
    "pattern_numbers",
    "read_patterns",
    "scanned_history",
]


def names_pattern(text: str) -> bool:
    """Tell whether the condition that is written so asks for a chart pattern."""
    return any(f"{name}(" in text for name in PATTERNS)


def scanned_history(result: ScanResult, symbols: list[str]) -> Iterator[UsableHistory]:
    """Yield the bars of symbols that have any, as the scan used them."""
    as_of, config = np.datetime64(result.as_of, "D"), result.config
    return usable_history(result.prices, symbols, as_of, config.bars, config.gate)


def read_patterns(text: str, bars: Mapping[str, FloatArray]) -> tuple[PatternReading, ...]:
    """Return what the chart patterns in a condition say, of the candidates that come nearest.

    ``bars``: arrays ``(n_bars,)`` by the field's name, oldest first.
    """
    return pattern_readings(_parsed(text), bars)


def pattern_numbers(reading: PatternReading) -> dict[str, tuple[str, float]]:
    """Return the numbers of a pattern that was found: function's name to (what it says, value)."""
    pattern = PATTERNS[reading.name].together
    if reading.verdict.numbers is None or not isinstance(pattern, Pattern):
        return {}
    pairs = zip(pattern.numbers.items(), reading.verdict.numbers, strict=True)
    return {name: (told.rstrip("."), value) for (name, told), value in pairs}


def ledger_with_rules(result: ScanResult) -> pd.DataFrame:
    """Return the ledger as a frame, with a column ``rules`` where a condition names a pattern.

    It has each rule of the pattern that kept a symbol out: ``no handle 14 % deep, at most 12; ok
    ...``, of the candidate that comes nearest. Empty for symbols that something else kept out.
    """
    frame = result.ledger.frame()
    if not any(names_pattern(one.text) for one in result.conditions):
        return frame
    failed = _failed_patterns(result)
    rules = {
        one.symbol: "; ".join(map(_written, pattern_checks(_parsed(failed[one.symbol]), one.bars)))
        for one in scanned_history(result, [*failed])
    }
    return frame.assign(rules=[rules.get(symbol, "") for symbol in result.ledger.symbols])


@cache
def _parsed(text: str) -> Node:
    return read(text, vocabulary()).node


def _failed_patterns(result: ScanResult) -> dict[str, str]:
    """Return the condition that the ledger names, by symbol, where it asks for a pattern."""
    owners = {"filter.where": _of(result, WHERE)}
    if result.config.setups:
        owners["filter.setup"] = _of(result, result.config.setups[0].name)
    place = {symbol: row for row, symbol in enumerate(result.scored)}
    failed: dict[str, str] = {}
    for symbol, outcome in zip(result.ledger.symbols, result.ledger.outcome, strict=True):
        if outcome in owners:
            text = first_unmet(owners[outcome], place[symbol]).text
            if names_pattern(text):
                failed[symbol] = text
    return failed


def _of(result: ScanResult, owner: str) -> list[ConditionResult]:
    return [one for one in result.conditions if one.owner == owner]


def _written(check: Check) -> str:
    return f"{'ok' if check.held else 'no'} {check}"
