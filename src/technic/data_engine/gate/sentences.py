"""What the gate says of a bar: one sentence with its figures, for the ledger."""

from __future__ import annotations

import math

from technic.data_engine.gate.defects import BarDefects
from technic.data_engine.gate.shifts import RATIOS, Shifts
from technic.panel import FIELDS, BarPanel

__all__ = ["day_of", "defect_sentence", "shift_sentence", "since"]


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
        looks = (
            f"looks like an unadjusted {_ratio(float(shifts.factor[row]), bool(shifts.up[row]))}"
        )
    return (
        f"close {_price(close)} after {_price(before)} on {day_of(panel, bar, column)} {looks}"
        f" (dollar volume x {shifts.turnover[row]:.2g})"
    )


def _ratio(factor: float, up: bool) -> str:
    names = {math.log(ratio): name for name, ratio in RATIOS.items()}
    near = min(names, key=lambda size: abs(size - math.log(factor)))
    name = names[near] if abs(near - math.log(factor)) < 1e-9 else f"{factor:.0f}:1"
    more, less = name.split(":")
    return f"{less}:{more} reverse split" if up else f"{more}:{less} split"


def _price(value: float) -> str:
    return f"{value:.2f}" if value >= 1.0 else f"{value:.3g}"
