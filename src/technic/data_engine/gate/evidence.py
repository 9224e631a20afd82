"""What feeds and adjusted closes say of the nights before suspect bars: splits, none, dividends.

A night runs from the close of the bar before to the open of a bar, over all days between. What is
known of later days is not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.rules import GateRules
from technic.data_engine.gate.suspects import SuspectBars
from technic.data_engine.interfaces.known_actions import DividendsBySymbol, SplitsBySymbol
from technic.data_engine.interfaces.records import SplitRecord
from technic.panel import BarPanel
from technic.typing import BoolArray, FloatArray

__all__ = ["Evidence", "KnownSplitBars", "known_split_bars", "less_dividends", "weigh"]

IndexArray = NDArray[np.intp]

CLOSE_TO_RATIO = 0.25
"""How far from the ratio of a split that was applied a shift may open and close, as a fraction."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What speaks against a split in the night before each bar, ``(n,)``.

    ``silent``: a feed of splits was asked for the night and has none. ``moved``: adjusted closes
    beside the closes have the same move.
    """

    silent: BoolArray
    moved: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class KnownSplitBars:
    """Bars that open where a known split would put them were it not applied, or applied twice.

    ``size``: the ratio's logarithm, above 0; ``up``: prices rise; ``note``: what is known.
    """

    bars: SuspectBars
    size: FloatArray
    up: BoolArray
    note: NDArray[np.object_]


def less_dividends(
    panel: BarPanel, bars: SuspectBars, dividends: DividendsBySymbol
) -> SuspectBars | None:
    """Take what was paid in the night off the close before each bar; None where nothing was.

    As in relative strength, a payment of at least that close is not believed.
    """
    if not dividends:
        return None
    paid = np.zeros(len(bars.bar))
    payers = np.array([symbol in dividends for symbol in panel.symbols], dtype=np.bool_)
    for at, before, day, symbol in _nights(panel, bars, payers[bars.column]):
        days, amounts = dividends[symbol]
        inside = slice(*np.searchsorted(days, [before, day], side="right"))
        paid[at] = math.fsum(amounts[inside].tolist())
    believed = (paid > 0.0) & (paid < bars.previous)
    if not believed.any():
        return None
    return replace(bars, previous=bars.previous - np.where(believed, paid, 0.0))


def weigh(panel: BarPanel, bars: SuspectBars, splits: SplitsBySymbol, asked: BoolArray) -> Evidence:
    """Say of which nights before the bars ``asked`` of it is known that there was no split."""
    silent, moved = (np.zeros(len(bars.bar), dtype=np.bool_) for _ in range(2))
    for at, before, day, symbol in _nights(panel, bars, asked) if splits else ():
        record = splits.get(symbol)
        if record is None or _inside(record, before, day).size:
            continue
        if record.covered is None or _covers(record.covered, panel, before, day):
            (silent if record.witness == "feed" else moved)[at] = True
    return Evidence(silent, moved)


def known_split_bars(
    panel: BarPanel, rows: IndexArray, splits: SplitsBySymbol, rules: GateRules
) -> KnownSplitBars:
    """Find the shifts that a known split explains and that prices should not have."""
    places = list(_split_places(panel, rows, splits))
    bar, column = (np.array([place[k] for place in places], dtype=np.intp) for k in range(2))
    ratio = np.array([place[2] for place in places], dtype=np.float64)
    applied = np.array([place[3].applied for place in places], dtype=np.bool_)
    bars = SuspectBars.of(panel, bar, column)
    gap, move = np.log(bars.open / bars.previous), np.log(bars.close / bars.previous)
    size = np.abs(np.log(ratio))
    up = np.where(applied, gap > 0.0, ratio < 1.0)
    sign = np.where(up, 1.0, -1.0)
    near = (size >= math.log(rules.split_factor)) & (bars.previous > 0.0)
    # not applied: the new level is the nearer one; applied: a true move may look a little like it
    slack = np.where(applied, CLOSE_TO_RATIO, 0.5) * size
    near &= (np.abs(gap - sign * size) <= slack) & (sign * move >= size / 2.0)
    near &= ~applied | (np.abs(move - sign * size) <= slack)
    notes: NDArray[np.object_] = np.full(len(places), None, dtype=object)
    for at, (_, _, one, record) in enumerate(places):
        who = "the feed of splits has it" if record.witness == "feed" else "the adjusted closes do"
        if record.applied and bool(up[at]) == (one > 1.0):
            who = "prices before it are adjusted twice"
        notes[at] = who
    return KnownSplitBars(bars.where(near), size[near], up[near], notes[near])


def _nights(
    panel: BarPanel, bars: SuspectBars, asked: BoolArray
) -> Iterator[tuple[int, np.datetime64, np.datetime64, str]]:
    """Yield position, day of the bar before, day and symbol of the bars that have one before."""
    for at in np.flatnonzero(asked & (bars.bar > 0)).tolist():
        bar, column = bars.bar[at], bars.column[at]
        before, day = panel.sessions[panel.session[bar - 1 : bar + 1, column]]
        yield at, before, day, panel.symbols[column]


def _inside(record: SplitRecord, before: np.datetime64, day: np.datetime64) -> FloatArray:
    """Return the ratios of the splits in a night, unknown ones too."""
    return record.ratio[slice(*np.searchsorted(record.session, [before, day], side="right"))]


def _covers(
    covered: NDArray[np.datetime64], panel: BarPanel, before: np.datetime64, day: np.datetime64
) -> bool:
    first, last = np.searchsorted(panel.sessions, [before, day], side="right")
    return bool(np.isin(panel.sessions[first:last], covered).all())


def _split_places(
    panel: BarPanel, rows: IndexArray, splits: SplitsBySymbol
) -> Iterator[tuple[int, int, float, SplitRecord]]:
    """Yield bar, column, ratio and record of the first bar of each night that has splits."""
    for column, symbol in enumerate(panel.symbols) if splits else ():
        record = splits.get(symbol)
        if record is None or not len(record.session) or rows[column] < 1:
            continue
        own = panel.sessions[panel.session[: rows[column] + 1, column]]
        bars = np.searchsorted(own, record.session)
        for bar in np.unique(bars[(bars > 0) & (bars < len(own))]).tolist():
            ratio = float(np.prod(record.ratio[bars == bar]))
            if math.isfinite(ratio) and ratio > 0.0 and ratio != 1.0:
                yield bar, column, ratio, record
