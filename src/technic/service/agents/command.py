"""The command line that asks what an agent asked."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["NO_OPTION", "command_of"]

LONGEST = 900
"""Characters of a command; a longer question is not repeated in each of its answers."""
_OPTIONS = {
    "setups": "setup",
    "min_rs_rating": "min_rs",
    "signals": "signal",
    "min_success_pct": "min_success",
    "exchanges": "exchange",
    "countries": "country",
    "sectors": "sector",
    "exclude_sectors": "exclude_sector",
    "industries": "industry",
    "exclude_industries": "exclude_industry",
    "skip": "skip_gate",
}
"""Keys of a scan that the command line calls otherwise."""
NO_OPTION = frozenset({
    "average_bars", "avoid", "block_size", "breakout", "close_outside_pct", "filters", "fund",
    "gate", "long", "long_trend", "max_position_pct", "min_coverage", "missing_window", "momentum",
    "note", "open_outside_pct", "other_type", "pivot_atr", "plan", "preferred", "prescreen",
    "relative_strength", "right", "short", "short_trend", "split_abnormal_trading", "stop",
    "strong_long", "strong_long_trend", "symbol_pattern", "symbol_patterns", "takeover_jump_pct",
    "takeover_natr_pct", "test_issue", "trend", "unit", "volatility", "volume", "warrant", "watch",
    "x100_share_volume", "x100_tolerance",
})  # fmt: skip
"""Keys that the configuration file has and the command line does not."""


def command_of(name: str, asked: Mapping[str, Any], **more: str | None) -> str | None:
    """Return ``technic NAME`` with options for the keys of ``asked``, as a shell takes it.

    ``more``: keys that win over those asked. None where a key has no option, or where the command
    would be too long to be repeated.
    """
    keys = {**asked, **{key: value for key, value in more.items() if value is not None}}
    if not NO_OPTION.isdisjoint(keys):
        return None
    words = ["technic", name, *(word for key in keys for word in _words(key, keys[key]))]
    text = shlex.join(words)
    return text if len(text) <= LONGEST else None


def _words(key: str, value: object) -> Iterator[str]:
    option = "--" + _OPTIONS.get(key, key).replace("_", "-")
    if value is True:
        yield option
    elif isinstance(value, list) and option == "--setup":
        for one in value:
            yield from (option, str(one))
    elif value is not None and value is not False and value != []:
        yield option
        yield ", ".join(map(str, value)) if isinstance(value, list) else f"{value}"
