"""Which rules each version changed: why one config gives another answer on the same bars.

Whoever changes a rule adds it here, in the same commit; docs/upgrading.md says the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from technic.result.saved import SavedScan
from technic.scan.config import ScanConfig
from technic.setups.patterns import PATTERNS
from technic.version import __version__

__all__ = ["RULE_CHANGES", "RuleChange", "changed_rules", "release", "rules_between"]


def _every(_: ScanConfig) -> bool:
    return True


def _has_expressions(config: ScanConfig) -> bool:
    return bool(config.where or config.columns or config.setups or "(" in config.sort)


def _has_benchmark(config: ScanConfig) -> bool:
    return config.benchmark is not None


def _may_know_dividends(config: ScanConfig) -> bool:
    return config.provider != "demo"


def _reads_files(config: ScanConfig) -> bool:
    return config.provider in (None, "files")  # none: what the settings name, or price frames


def _is_of_early_days(config: ScanConfig) -> bool:
    """Tell whether windows may begin before 1990; the longest are of a few years."""
    return config.as_of is not None and config.as_of < "2000"


def _calls_a_pattern(config: ScanConfig) -> bool:
    texts = [config.where or "", config.sort, *config.columns]
    for setup in config.setups:
        texts += [setup.rank_by or "", *setup.columns, *(one.where for one in setup.conditions)]
    called = {name for text in texts for name in re.findall(r"(\w+)\s*\(", text)}
    return not called.isdisjoint(PATTERNS)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that is another one from ``version`` on.

    ``topic``: what it is about; ``sentence``: what is so since then, and what was before.
    ``default``: only what a config means that does not say it, or what is read for it, is another;
    a saved result holds that, so that its re-run keeps the old meaning. ``concerns``: whether it
    can show in the results of a config.
    """

    version: str
    topic: str
    sentence: str
    default: bool = False
    concerns: Callable[[ScanConfig], bool] = _every


RULE_CHANGES = (
    RuleChange(
        "0.2.0",
        "windows",
        "each expression reads a window of its own, all else the base window; before, the longest "
        "window served all",
        concerns=_has_expressions,
    ),
    RuleChange(
        "0.2.0",
        "breaks",
        "a split that was not applied, a ticker used again and a long hole end history, and what "
        "follows is scanned; before, the symbol was left out",
    ),
    RuleChange(
        "0.2.0",
        "bad bars",
        "an impossible bar and a price that is gone with the next bar take out their day alone; "
        "before, they took the symbol out as long as they were loaded",
    ),
    RuleChange(
        "0.2.0",
        "splits",
        "splits are found by the ratios that splits have and by the trading around them; before, "
        "by share volume and turnover of one day",
    ),
    RuleChange(
        "0.2.0",
        "known splits",
        "feeds of splits, adjusted closes of files and known dividends are evidence for and "
        "against a split; before, none was heard",
    ),
    RuleChange(
        "0.2.0",
        "older bars",
        "a symbol whose last bar is not of the scan's day has no rank, rating, signal or plan",
    ),
    RuleChange(
        "0.2.0",
        "columns",
        "last_bar, usable_since, special_dividends_pct and max_return_252_pct are in every table; "
        "ema_200, obv and ad only where they are asked for, and then of the base window",
    ),
    RuleChange(
        "0.2.0",
        "security types",
        "business development companies are companies on every exchange, funds without a flag are "
        "told by brand and exchange, and more suffixes and fifth letters are understood",
    ),
    RuleChange(
        "0.2.0",
        "special dividends",
        "relative strength counts special dividends that the store or a file's adjusted closes "
        "know of",
        concerns=_may_know_dividends,
    ),
    RuleChange(
        "0.2.0",
        "plans",
        "no plan at the price of a takeover offer, for a stop within an ATR and below ten ticks",
    ),
    RuleChange(
        "0.2.0",
        "benchmark",
        "a benchmark without a close of the scan's day is not used",
        concerns=_has_benchmark,
    ),
    RuleChange(
        "0.2.0",
        "chart patterns",
        "the functions of the four chart patterns ask for what the books ask for",
        concerns=_calls_a_pattern,
    ),
    RuleChange(
        "0.2.0",
        "rules of patterns",
        "a pattern of which no bar could be the first says so, with the rules that can be told; "
        "before, it said none",
        concerns=_calls_a_pattern,
    ),
    RuleChange(
        "0.2.0",
        "ledger",
        "details name no files, say which bars were left out, since when bars are usable and how "
        "many rows had no volume",
    ),
    RuleChange(
        "0.2.0",
        "rows",
        "details also say how many rows have no price or lie on no session; rows of a session that "
        "is not over are not used, and what ends on no session is scanned as of the session before",
        concerns=_reads_files,
    ),
    RuleChange(
        "0.2.0",
        "calendar",
        "sessions are known from 1970 on, so that windows of 1990 to 1992 are whole; before, they "
        "began in 1990",
        concerns=_is_of_early_days,
    ),
    RuleChange(
        "0.2.0",
        "day",
        "the day that is scanned by default is the last complete session",
        default=True,
    ),
    RuleChange(
        "0.2.0",
        "stale",
        "a last bar of any earlier day is stale; before, one more than 5 sessions old",
        default=True,
    ),
    RuleChange(
        "0.2.0",
        "listings",
        "a file of listings with a day in each row is read as it was known on the day of the scan",
        default=True,
    ),
    RuleChange(
        "0.2.0",
        "universe files",
        "market caps in millions are scaled, and what was delisted by the day of the scan is left "
        "out",
        default=True,
    ),
    RuleChange(
        "0.2.0",
        "days of listings",
        "what a file says was not listed yet on the day of the scan is left out, and where it has "
        "all listings of several days, those of the day are all there are; before, they stayed in",
        default=True,
    ),
    RuleChange(
        "0.2.0",
        "ranks",
        "ranks, relative strength and regime are among the market; before, among those shown",
        default=True,
    ),
    RuleChange(
        "0.2.0",
        "split factor",
        "the smallest split that is looked for is 5:4; before, 1.8",
        default=True,
    ),
    RuleChange(
        "0.2.0",
        "setups",
        "the setups of the four chart patterns ask for strength and an uptrend besides",
        default=True,
    ),
)
"""Oldest version first."""


def release(version: object) -> tuple[int, ...] | None:
    """Return the numbers of a version, to compare versions by; None for what is no version."""
    match = re.match(r"\d+(\.\d+)*", version) if isinstance(version, str) else None
    return None if match is None else tuple(map(int, match.group().split(".")))


def rules_between(older: object, newer: object) -> tuple[RuleChange, ...]:
    """Return what the versions after ``older`` changed, up to and with ``newer``.

    Nothing where one of them is no version.
    """
    first, last = release(older), release(newer)
    if first is None or last is None:
        return ()
    changes = [(release(change.version) or (), change) for change in RULE_CHANGES]
    return tuple(change for version, change in changes if first < version <= last)


def changed_rules(saved: SavedScan) -> tuple[RuleChange, ...]:
    """Return the rules by which a re-run of ``saved`` differs from what was saved."""
    return tuple(
        change
        for change in rules_between(saved.code.get("technic"), __version__)
        if not change.default and change.concerns(saved.config)
    )
