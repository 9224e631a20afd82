"""What the patterns of a condition say of one symbol, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from technic.language import Node
from technic.language.syntax.nodes import Call, Number, walk
from technic.setups.patterns import PATTERNS
from technic.setups.patterns.candidates import Check
from technic.setups.patterns.pattern import Pattern
from technic.typing import FloatArray

__all__ = ["pattern_checks"]


def pattern_checks(node: Node, bars: Mapping[str, FloatArray]) -> tuple[Check, ...]:
    """Return the rules of the patterns that a checked condition asks for.

    ``bars``: arrays ``(n_bars,)`` by the field's name, oldest first, up to the day of the scan. Of
    each pattern the candidate that comes nearest; nothing where there are too few bars for one, or
    where the condition names no pattern.
    """
    return tuple(_checks(node, bars))


def _checks(node: Node, bars: Mapping[str, FloatArray]) -> Iterator[Check]:
    for call in walk(node):
        if not (isinstance(call, Call) and call.function in PATTERNS):
            continue
        pattern = PATTERNS[call.function].together
        if not isinstance(pattern, Pattern):
            continue
        limits = [one.value for one in call.arguments if isinstance(one, Number)]
        verdict = pattern.judge([bars[field] for field in pattern.fields], *limits)
        if verdict is not None:
            yield from verdict.checks
