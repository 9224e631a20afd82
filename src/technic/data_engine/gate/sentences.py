"""What the gate says of a bar: one sentence with its figures, for the ledger."""

from __future__ import annotations

import math

from technic.data_engine.gate.defects import BarDefects
from technic.data_engine.gate.shifts import ANY_RATIO, RATIOS, Shifts
from technic.panel import FIELDS, BarPanel

__all__ = ["day_of", "defect_sentence", "shift_sentence", "since"]

NAMED = {**RATIOS, "5:3": 5 / 3, "7:2": 7 / 2}


def day_of(panel: BarPanel, bar: int, column: int) -> str:
    """Return the session of a bar as ISO text."""
    return str(panel.sessions[panel.session[bar, column]])


def since(panel: BarPanel, bar: int, column: int) -> str:
    """End the sentence on a break: history begins here."""
    day = day_of(panel, bar, column)
    return f": bars before are not used, usable since {day}"


def defect_sentence(panel: BarPanel, defects: BarDefects, row: int) -> str:
    """Say what is wrong with a bar that cannot be true."""
    bar, column = int(defects.bar[row]), int(defects.column[row])
    figures = (f"{name} {getattr(panel, name)[bar, column]:.6g}" for name in FIELDS)
    text = f"{day_of(panel, bar, column)}: {', '.join(figures)}"
    if defects.code[row] == "price_x100":
        text += (
            f", a price 100 times or a hundredth of the previous close"
            f" {_price(panel.close[bar - 1, column])}, volume x {defects.shares[row]:.2g}"
        )
    return text


def shift_sentence(panel: BarPanel, shifts: Shifts, row: int) -> str:
    """Say what an overnight shift looks like."""
    bar, column = int(shifts.bar[row]), int(shifts.column[row])
    close, before = panel.close[bar, column], panel.close[bar - 1, column]
    if shifts.code[row] == "price_x100":
        looks = f"is {'100 times' if shifts.up[row] else 'a hundredth of'} it on usual volume"
    else:
        ratio = _ratio(float(shifts.factor[row]), up=bool(shifts.up[row]))
        looks = f"looks like an unadjusted {ratio}"
    turnover, note = shifts.turnover[row], shifts.note[row]
    figures = [] if math.isnan(turnover) else [f"dollar volume x {turnover:.2g}"]
    figures += [] if note is None else [str(note)]
    return (
        f"close {_price(close)} after {_price(before)} on {day_of(panel, bar, column)} {looks}"
        + (f" ({', '.join(figures)})" if figures else "")
    )


def _ratio(factor: float, *, up: bool) -> str:
    name = next((name for name, ratio in NAMED.items() if abs(factor / ratio - 1.0) < 1e-9), "")
    more, less = (name or f"{factor:.{0 if factor >= ANY_RATIO else 2}f}:1").split(":")
    return f"{less}:{more} reverse split" if up else f"{more}:{less} split"


def _price(value: float) -> str:
    return f"{value:.2f}" if value >= 1.0 else f"{value:.3g}"
