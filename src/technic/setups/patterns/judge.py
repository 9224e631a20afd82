"""What the patterns of a condition say of one symbol, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from technic.language import Node
from technic.language.syntax.nodes import Call, Number, walk
from technic.setups.patterns import PATTERNS
from technic.setups.patterns.candidates import Check, Verdict
from technic.setups.patterns.pattern import Pattern
from technic.typing import FloatArray

__all__ = ["PatternReading", "pattern_checks", "pattern_readings"]


@dataclass(frozen=True, slots=True)
class PatternReading:
    """A pattern that a condition asks for, by its name, and what became of the nearest base."""

    name: str
    verdict: Verdict


def pattern_readings(node: Node, bars: Mapping[str, FloatArray]) -> tuple[PatternReading, ...]:
    """Return what the patterns that a checked condition asks for say, in their order.

    ``bars``: arrays ``(n_bars,)`` by the field's name, oldest first, up to the day of the scan. Of
    each pattern the candidate that comes nearest; nothing where there are too few bars for one, or
    where the condition names no pattern.
    """
    return tuple(_readings(node, bars))


def pattern_checks(node: Node, bars: Mapping[str, FloatArray]) -> tuple[Check, ...]:
    """Return the rules of those patterns, one after the other."""
    return tuple(check for one in _readings(node, bars) for check in one.verdict.checks)


def _readings(node: Node, bars: Mapping[str, FloatArray]) -> Iterator[PatternReading]:
    for call in walk(node):
        if not (isinstance(call, Call) and call.function in PATTERNS):
            continue
        pattern = PATTERNS[call.function].together
        if not isinstance(pattern, Pattern):
            continue
        limits = [one.value for one in call.arguments if isinstance(one, Number)]
        verdict = pattern.judge([bars[field] for field in pattern.fields], *limits)
        if verdict is not None:
            yield PatternReading(pattern.name, verdict)
