"""diff: two saved results, and what is behind every symbol that entered, left or moved.

Pure: it reads what the two folders hold and computes nothing from bars. The condition that a symbol
failed is the ledger's own entry; the inputs are the columns and components that its rating was made
of, which a saved result keeps for filtered symbols too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from technic.errors import ParameterError
from technic.result.ledger import KEPT
from technic.result.rule_changes import release, rules_between
from technic.result.saved import SavedScan
from technic.scan.config_json import config_differences, config_to_json
from technic.scoring import REQUIRED_COLUMNS, Explanation, explain
from technic.text.short_repr import short_repr
from technic.typing import FloatArray
from technic.version import __version__

__all__ = ["ComponentChange", "Diff", "Side", "SymbolChange", "diff"]

ABSENT = "not in the universe"
"""The outcome of a symbol that one of the two universes does not have."""
SHOWN = 6
"""Symbols that a sentence names."""
_INPUTS = (*REQUIRED_COLUMNS, "rs_rating")
NOT_COMPARED = ("as_of",)
"""Keys of the config that two comparable results may differ in."""


@dataclass(frozen=True, slots=True)
class Side:
    """One symbol in one result.

    ``place``: row of the table, from 1, None where it is not kept. ``tech_rating``, ``signal``:
    None for a symbol that was not scored.
    """

    outcome: str
    detail: str
    place: int | None
    tech_rating: float | None
    signal: str | None


@dataclass(frozen=True, slots=True)
class ComponentChange:
    """How one component of the rating changed; ``points``: what that did to the rating."""

    component: str
    before: str
    after: str
    points: float


@dataclass(frozen=True, slots=True)
class SymbolChange:
    """A symbol on both sides."""

    symbol: str
    before: Side
    after: Side

    @property
    def rating_change(self) -> float | None:
        """Points that the rating gained; None where a side has none."""
        before, after = self.before.tech_rating, self.after.tech_rating
        return None if before is None or after is None else after - before


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Diff:
    """What happened from ``before`` to ``after``.

    ``entered``: kept only after, in the order of their places; ``left``: kept only before;
    ``moved``: kept in both with another place, rating or signal, largest change of rating first.
    ``warnings``: why the two cannot be compared as they are.
    """

    before: SavedScan
    after: SavedScan
    entered: tuple[SymbolChange, ...]
    left: tuple[SymbolChange, ...]
    moved: tuple[SymbolChange, ...]
    unchanged: int
    warnings: tuple[str, ...]
    sides: tuple[_Results, _Results]

    def components(self, symbol: str) -> tuple[ComponentChange, ...]:
        """Say what changed a rating, largest effect first; empty unless both sides have one.

        The points of all components add up to the change of the rating.
        """
        if self._same_rating(symbol):
            return ()
        parts = [side.explanation(symbol) for side in self.sides]
        lines = [{line.component: line for line in part.contributions} for part in parts if part]
        if len(lines) < 2:
            return ()
        changes = [
            ComponentChange(
                name,
                lines[0][name].value_text,
                lines[1][name].value_text,
                lines[1][name].contribution - lines[0][name].contribution,
            )
            for name in lines[1]
            if name in lines[0] and lines[0][name] != lines[1][name]
        ]
        return tuple(sorted(changes, key=lambda one: (-abs(one.points), one.component)))

    def _same_rating(self, symbol: str) -> bool:
        """Tell whether both ratings are made of the same numbers by the same weights.

        Two scans of one day differ in their conditions alone, and taking a rating apart takes long.
        """
        before, after = self.before.config, self.after.config
        if (before.weights, before.signals) != (after.weights, after.signals):
            return False
        first, second = (side.inputs(symbol) for side in self.sides)
        return first is not None and second is not None and first.tobytes() == second.tobytes()

    def __repr__(self) -> str:
        days = f"{self.before.as_of} to {self.after.as_of}"
        lists = {"entered": self.entered, "left": self.left, "moved": self.moved}
        counts = (f"{name} {len(changes):,}" for name, changes in lists.items())
        return short_repr(self, days, *counts, f"unchanged {self.unchanged:,}")

    def summary(self, limit: int | None = None, offset: int = 0) -> dict[str, object]:
        """Return the object that ``--format json`` prints.

        At most ``limit`` of each list, from the one after ``offset`` on.
        """
        end = None if limit is None else offset + limit
        lists = {"entered": self.entered, "left": self.left, "moved": self.moved}
        counts = {name: len(changes) for name, changes in lists.items()}
        return {
            "technic": __version__,
            "before": _head(self.before),
            "after": _head(self.after),
            "warnings": list(self.warnings),
            "counts": {**counts, "unchanged": self.unchanged},
            **{
                name: [self._plain(one) for one in changes[offset:end]]
                for name, changes in lists.items()
            },
        }

    def _plain(self, change: SymbolChange) -> dict[str, object]:
        components = [asdict(part) for part in self.components(change.symbol)]
        return {**asdict(change), "rating_change": change.rating_change, "components": components}


def diff(before: SavedScan, after: SavedScan) -> Diff:
    """Compare two saved results; neither is run again."""
    for name, saved in (("before", before), ("after", after)):
        if not isinstance(saved, SavedScan):
            raise ParameterError(name, saved, "a saved result, as load_saved(FOLDER) reads it")
    sides = (_Results(before), _Results(after))
    kept = [list(map(str, saved.table["symbol"])) for saved in (before, after)]
    changes = {
        symbol: SymbolChange(symbol, sides[0].of(symbol), sides[1].of(symbol))
        for symbol in dict.fromkeys((*kept[1], *kept[0]))
    }
    both = set(kept[0]) & set(kept[1])
    moved = [
        changes[symbol] for symbol in kept[1] if symbol in both and _has_moved(changes[symbol])
    ]
    return Diff(
        before=before,
        after=after,
        entered=tuple(changes[symbol] for symbol in kept[1] if symbol not in both),
        left=tuple(changes[symbol] for symbol in kept[0] if symbol not in both),
        moved=tuple(
            sorted(moved, key=lambda change: (-abs(change.rating_change or 0.0), change.symbol))
        ),
        unchanged=len(both) - len(moved),
        warnings=tuple(_warnings(before, after)),
        sides=sides,
    )


def _has_moved(change: SymbolChange) -> bool:
    return (change.before.place, change.before.tech_rating, change.before.signal) != (
        change.after.place,
        change.after.tech_rating,
        change.after.signal,
    )


class _Results:
    """The symbols of one result: ledger entry, place and values of each."""

    def __init__(self, saved: SavedScan) -> None:
        self.saved = saved
        pairs = zip(saved.ledger.outcome.tolist(), saved.ledger.detail.tolist(), strict=True)
        self.entries = dict(zip(saved.ledger.symbols, pairs, strict=True))
        self.place = {str(symbol): at for at, symbol in enumerate(saved.table["symbol"], 1)}
        self.rows: dict[str, tuple[Mapping[str, list[Any]], int]] = {}
        for frame in (saved.filtered, saved.table):
            values = {str(name): frame[name].tolist() for name in frame.columns}
            self.rows |= {str(symbol): (values, at) for at, symbol in enumerate(frame["symbol"])}

    def of(self, symbol: str) -> Side:
        """What became of a symbol here."""
        outcome, detail = self.entries.get(symbol, (ABSENT, ""))
        signal = self.value(symbol, "signal")
        return Side(
            outcome=str(outcome),
            detail=str(detail or ""),
            place=self.place.get(symbol),
            tech_rating=_number(self.value(symbol, "tech_rating")),
            signal=None if signal is None else str(signal),
        )

    def value(self, symbol: str, column: str) -> object:
        """A value of a scored symbol; None where there is none."""
        values, at = self.rows.get(symbol, ({}, 0))
        return values[column][at] if column in values else None

    def inputs(self, symbol: str) -> FloatArray | None:
        """What a rating is made of; None for a symbol that has none, or too few columns for it."""
        if symbol not in self.rows:
            return None
        values, at = self.rows[symbol]
        if any(name not in values for name in _INPUTS):  # saved by code with other columns
            return None
        return np.array([values[name][at] for name in _INPUTS], dtype=np.float64)

    def explanation(self, symbol: str) -> Explanation | None:
        """Take the rating apart; None for a symbol that has none, or too few columns for it."""
        found = self.inputs(symbol)
        if found is None:
            return None
        own = dict(zip(_INPUTS, found[:, np.newaxis], strict=True))
        config = self.saved.config
        return explain(
            own, 0, config.weights, config.signals, allow_shorts=config.plan.allow_shorts
        )


def _warnings(before: SavedScan, after: SavedScan) -> Iterator[str]:
    """Sentences on why the two cannot be compared as they are."""
    for saved in (before, after):
        if saved.altered:
            names = ", ".join(saved.altered)
            yield f"{names} of {saved.folder} changed after the result was saved"
    if before.as_of > after.as_of:
        yield f"the first result is the later one ({before.as_of}, {after.as_of})"
    configs = (config_to_json(before.config), config_to_json(after.config))
    for key, pair in config_differences(*configs, without=NOT_COMPARED).items():
        yield f"another config: {key} was {_shown(pair[0])}, is {_shown(pair[1])}"
    yield from _universe_warning(before.universe.frame, after.universe.frame)
    for what, name in (("price basis", "price_basis"), ("provider", "provider")):
        first, second = (str(getattr(saved.data, name)) for saved in (before, after))
        if first != second:
            yield f"another {what}: was {first}, is {second}"
    if before.data.simulated != after.data.simulated:
        yield "one of the two is SIMULATED, the other is not"
    if dict(before.code) != dict(after.code):
        yield "scanned by different code: " + ", ".join(
            f"Technic {one.get('technic')} ({one.get('fingerprint')})"
            for one in (before.code, after.code)
        )
    yield from _rules_warning(before, after)


def _rules_warning(before: SavedScan, after: SavedScan) -> Iterator[str]:
    """Say which rules lie between two versions, whichever of the two is the older."""
    versions = sorted((saved.code.get("technic") for saved in (before, after)), key=_by_release)
    topics: dict[str, list[str]] = {}
    for change in rules_between(*versions):
        if any(change.concerns(saved.config) for saved in (before, after)):
            topics.setdefault(change.version, []).append(change.topic)
    for version, changed in topics.items():
        yield f"other rules since Technic {version}: {', '.join(changed)}; docs/upgrading.md"


def _by_release(version: object) -> tuple[int, ...]:
    return release(version) or ()


def _universe_warning(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[str]:
    names = [dict.fromkeys(map(str, frame["symbol"])) for frame in (before, after)]
    new = [symbol for symbol in names[1] if symbol not in names[0]]
    gone = [symbol for symbol in names[0] if symbol not in names[1]]
    parts = [
        f"{len(symbols):,} {what} ({', '.join(symbols[:SHOWN])}"
        f"{' …' if len(symbols) > SHOWN else ''})"
        for what, symbols in (("new", new), ("gone", gone))
        if symbols
    ]
    if parts:
        yield f"another universe: {', '.join(parts)}"


def _head(saved: SavedScan) -> dict[str, object]:
    return {
        "folder": str(saved.folder),
        "as_of": saved.as_of,
        "universe": {"size": len(saved.universe), "source": saved.universe.source},
        "kept": saved.ledger.counts.get(KEPT, 0),
        "data": asdict(saved.data),
    }


def _number(value: object) -> float | None:
    if not isinstance(value, int | float) or math.isnan(value):
        return None
    return float(value)


def _shown(value: object) -> str:
    return "not set" if value is None or value == [] else f"{value!r:.60}"
