"""Metadata rules that take symbols out before any price is asked for.

Rules run in the order of ``RULES``; the first that applies to a symbol is its outcome. By default
common shares and ADRs pass: what a security is comes from ``security_type``. A rule that was asked
for and cannot run is an error; one that would run by default and cannot is listed as off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from technic.errors import RuleUnavailableError
from technic.typing import BoolArray
from technic.universe.exchanges import exchange_name
from technic.universe.listings import Universe
from technic.universe.prescreen_rules import LIST_RULES, NEED_WORDS, TYPE_RULES, PrescreenRules
from technic.universe.security_type import security_types

__all__ = ["Prescreened", "prescreen"]


@dataclass(frozen=True, slots=True, eq=False)
class Prescreened:
    """What became of each symbol of a universe.

    ``rule`` and ``detail``: object arrays ``(n,)``, the code of the rule that took the symbol out
    and a phrase for people, both None where it stays. ``removed``: how many each rule that ran
    took out, 0 included. ``off``: rules that would run by default and did not, with the reason.
    ``unmatched``: values that were asked for and that no listing has, by rule.
    """

    rule: NDArray[np.object_]
    detail: NDArray[np.object_]
    removed: dict[str, int] = field(default_factory=dict)
    off: dict[str, str] = field(default_factory=dict)
    unmatched: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def kept(self) -> BoolArray:
        """Mask of the symbols that stay, shape ``(n,)``."""
        return np.array([code is None for code in self.rule], dtype=np.bool_)

    def take_out(self, rule: str, hits: BoolArray, details: Iterator[str] | list[str]) -> None:
        """Book the symbols of ``hits`` that are still in under ``rule``; one detail per hit."""
        count = 0
        for row, detail in zip(np.flatnonzero(hits), details, strict=True):
            if self.rule[row] is None:
                self.rule[row], self.detail[row] = rule, detail
                count += 1
        self.removed[rule] = count


def prescreen(universe: Universe, rules: PrescreenRules | None = None) -> Prescreened:
    """Apply ``rules`` (the defaults when None) to every listing.

    Raises RuleUnavailableError when a rule that was asked for needs a column that is not there.
    A listing's outcome does not depend on the other listings.
    """
    rules = rules or PrescreenRules()
    none = np.full(len(universe), None, dtype=object)
    done = Prescreened(none, none.copy())
    _types(universe, rules, done)
    _symbols(universe, rules, done)
    for rule, (parameter, column, stay) in LIST_RULES.items():
        values: tuple[str, ...] = getattr(rules, parameter)
        if values:
            _require(universe, rule, column)
            _listed(universe, done, rule, column, values, stay)
    _market_cap(universe, rules, done)
    return done


def _types(universe: Universe, rules: PrescreenRules, done: Prescreened) -> None:
    types = security_types(universe)
    has_words = universe.has("type") or universe.has("company")
    companies, symbols = universe.text("company"), universe.symbols
    found = types.code.astype(str)
    for rule, codes in TYPE_RULES.items():
        wanted: bool | None = getattr(rules, rule)
        if wanted is False:
            done.off[rule] = "switched off"
        elif rule in NEED_WORDS and not has_words:
            if wanted:
                raise _unavailable(rule, "a type or company column", universe)
            done.off[rule] = "the universe has no type and no company column"
        else:
            hits = np.isin(found, codes)
            details = (
                f"{types.code[row].replace('_', ' ')} by its {types.basis[row]}: "
                f"{companies[row] or symbols[row]}"
                for row in np.flatnonzero(hits)
            )
            done.take_out(rule, hits, details)


def _symbols(universe: Universe, rules: PrescreenRules, done: Prescreened) -> None:
    symbols = universe.symbols
    if rules.symbol_patterns:
        compiled = [re.compile(pattern) for pattern in rules.symbol_patterns]
        match = [
            next((each.pattern for each in compiled if each.fullmatch(symbol)), None)
            for symbol in symbols
        ]
        hits = np.array([pattern is not None for pattern in match], dtype=np.bool_)
        done.take_out("symbol_pattern", hits, [f"matches {each}" for each in match if each])
    if rules.problem_symbols:
        hits = np.isin(np.array(symbols, dtype=str), rules.problem_symbols)
        done.take_out("problem_symbol", hits, ["listed as a problem symbol"] * int(hits.sum()))
        missing = tuple(each for each in rules.problem_symbols if each not in set(symbols))
        if missing:
            done.unmatched["problem_symbol"] = missing


def _listed(
    universe: Universe,
    done: Prescreened,
    rule: str,
    column: str,
    values: tuple[str, ...],
    stay: bool,
) -> None:
    plain = _plain_exchange if column == "exchange" else _plain
    wanted = {plain(value): value for value in values}
    texts = universe.text(column)
    known = {text: plain(text) for text in set(texts) if text is not None}
    member = np.array([known.get(text) in wanted for text in texts], dtype=np.bool_)
    hits = ~member if stay else member
    details = [f"{column} {texts[row] or 'unknown'}" for row in np.flatnonzero(hits)]
    done.take_out(rule, hits, details)
    there = set(known.values())
    missing = tuple(value for word, value in wanted.items() if word not in there)
    if missing:
        done.unmatched[rule] = missing


def _market_cap(universe: Universe, rules: PrescreenRules, done: Prescreened) -> None:
    low, high = rules.min_market_cap, rules.max_market_cap
    if low is None and high is None:
        return
    _require(universe, "market_cap", "market_cap")
    cap = universe.market_cap
    unknown = np.isnan(cap)
    if rules.keep_unknown_market_cap:
        done.off["market_cap_unknown"] = "switched off"
    else:
        done.take_out("market_cap_unknown", unknown, ["market cap unknown"] * int(unknown.sum()))
    below = cap < (low if low is not None else -np.inf)
    above = cap > (high if high is not None else np.inf)
    details = [
        f"market cap {cap[row]:,.0f}, {'least' if below[row] else 'most'} allowed "
        f"{low if below[row] else high:,.0f}"
        for row in np.flatnonzero(below | above)
    ]
    done.take_out("market_cap", below | above, details)


def _require(universe: Universe, rule: str, column: str) -> None:
    if not universe.has(column):
        raise _unavailable(rule, f"a column {column!r}", universe)


def _unavailable(rule: str, missing: str, universe: Universe) -> RuleUnavailableError:
    columns = ", ".join(universe.columns)
    hint = f"the universe {universe.source!r} has {columns}; name a fuller one with --universe"
    return RuleUnavailableError(rule, missing, hint)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _plain_exchange(text: str) -> str:
    return _plain(exchange_name(text) or text)
