"""What the gate finds on each day of a block, asked of few days, is what it finds asked of all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.hard_market import SESSIONS, dated, hard_market
from technic.data_engine.gate.breaks import find_breaks
from technic.data_engine.gate.rules import GATE_CODES, GateRules
from technic.data_engine.interfaces.known_actions import NOTHING_KNOWN, KnownActions
from technic.data_engine.interfaces.records import SplitRecord
from technic.panel import BarPanel
from technic.study.replay.usable_bars.gate_codes import rows_of_days
from technic.study.replay.usable_bars.gate_histories import gate_histories
from technic.testing import make_bars

RULES = GateRules()


def by_the_gate(panel: BarPanel, rows: np.ndarray, known: KnownActions) -> dict:
    """Ask the gate of every day, one after the other."""
    found = {}
    for day, own in enumerate(rows):
        breaks = find_breaks(panel, own, RULES, known)
        for column in range(panel.n_symbols):
            bars = sorted(breaks.bar[breaks.column == column].tolist())
            code = breaks.last_code[column]
            first = int(breaks.first[column])
            lost = tuple(bar for bar in bars if bar >= first)
            if first or lost or code is not None:
                number = 0 if code is None else GATE_CODES.index(code) + 1
                found[day, column] = (first, lost, number)
    return found


def assert_same_histories(panel: BarPanel, rows: np.ndarray, known: KnownActions) -> int:
    """Compare; return on how many days of a column there is something."""
    days = np.ones(rows.shape, np.bool_)
    mine = {
        (day, column): (one.first, one.lost, one.last_code)
        for day, column, one in gate_histories(panel, rows, days, known, RULES)
    }
    assert mine == by_the_gate(panel, rows, known)
    return len(mine)


@pytest.mark.parametrize("step", [1, 7])
def test_a_hard_market(step: int):
    """Splits, prints, impossible bars, holes; every day, and some days of a block."""
    provider = hard_market()
    panel = BarPanel.from_long(provider.bars, SESSIONS)
    rows = rows_of_days(panel)[690:870:step]
    names, days, ratios = dated([("AK", "2023-05-01", 4.0), ("CL", "2023-04-15", 1.5)])
    records = {
        str(name): SplitRecord("feed", days[at : at + 1], ratios[at : at + 1], True)
        for at, name in enumerate(names)
    }
    assert assert_same_histories(panel, rows, KnownActions(records)) > 3


@st.composite
def broken_panels(draw: st.DrawFn) -> BarPanel:
    """Random walks in which bars are multiplied, made impossible, left out, some side by side."""
    sessions = SESSIONS[:90]
    bars = make_bars(["A", "B", "C"], sessions, seed=draw(st.integers(0, 50)))
    arrays = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close")}
    keep = np.ones(len(bars), np.bool_)
    volume = bars.volume.copy()
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, 2)) * 90 + draw(st.integers(0, 88))
        length = draw(st.sampled_from([1, 1, 2, 3, 200]))
        stop = min(at + length, (at // 90 + 1) * 90)
        kind = draw(st.sampled_from(["factor", "zero", "crossed", "gone", "silent"]))
        if kind == "factor":
            factor = draw(st.sampled_from([0.5, 2.0, 0.01, 100.0, 0.1, 1.5, 4.0]))
            for values in arrays.values():
                values[at:stop] *= factor
        elif kind == "zero":
            arrays["low"][at : at + 1] = 0.0
        elif kind == "crossed":
            arrays["high"][at : at + 1] *= 0.3
        elif kind == "gone":
            keep[at + 1 : min(at + 1 + 35, (at // 90 + 1) * 90)] = False
        else:
            volume[at:stop] *= 0.1
    shape = type(bars)(bars.symbols, bars.column, bars.session, volume=volume, **arrays)
    return BarPanel.from_long(shape.rows(keep), sessions)


@settings(max_examples=10)
@given(broken_panels(), st.sampled_from([1, 3]))
def test_broken_bars(panel: BarPanel, step: int):
    """Whatever is wrong, and however much of it."""
    assert_same_histories(panel, rows_of_days(panel)[5::step], NOTHING_KNOWN)
