"""What the plans of the hits came to: how they ended, R with costs, and how R is spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from technic.charts.drawing import Table
from technic.charts.text import amount_text
from technic.study.outcomes import COST_LEVELS
from technic.study.report.bar_chart import Bar, bar_chart, bar_places
from technic.study.report.forest import ForestGroup, forest
from technic.study.report.markup import data_attribute, figure, paragraph, table
from technic.study.report.numbers import between, count, plain, signed
from technic.study.run import StudyResult
from technic.study.summary.owner_summary import OwnerSummary
from technic.typing import FloatArray, IntArray
from technic.wording.counts import count_of

__all__ = ["histogram_figure", "outcomes_table", "plan_words", "r_bins", "r_table"]

BIN = 0.25
LOWEST, HIGHEST = -3.0, 5.0
_WAYS = {
    "stop": "stop first",
    "target": "target first",
    "time": "time stop",
    "delisted": "delisted while open",
    "not_entered": "entry not touched",
    "pending": "entry still open at the end of the data",
    "open": "trade still open at the end of the data",
    "broken": "prices begin anew: not known",
}
_FLAGS = {
    "both": "stop and target in one bar, counted as the stop",
    "entry_gap": "filled at an open beyond the entry",
    "exit_gap": "left at an open beyond stop or target",
    "entry_bar_stop": "the breakout's own bar reached the stop, counted as the stop",
    "halted": "time stop sold after a halt",
}


def r_bins(r: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return middles of bins a quarter of R wide and how many are in each.

    What lies further out than the first and the last is counted in them.
    """
    middles = np.arange(LOWEST, HIGHEST + BIN / 2, BIN)
    known = r[np.isfinite(r)]
    place = np.rint((np.clip(known, LOWEST, HIGHEST) - LOWEST) / BIN).astype(np.int64)
    return middles, np.bincount(place, minlength=len(middles)).astype(np.int64)


def histogram_figure(result: StudyResult, own: NDArray[np.intp], *, brief: bool = False) -> str:
    """Draw how R is spread over all plans that were entered; "" where none is over."""
    found = result.outcomes
    at = result.hits.place[own]
    grade = found.grade[at[found.plan_over[found.session[at]]]]
    middles, counts = r_bins(found.grades.r[grade[grade >= 0]])
    if not counts.sum():
        return ""
    bars = [
        Bar(float(number), "f-bad" if middle < 0 else "f-good" if middle > 0 else "f-edge", label)
        for middle, number, label in zip(middles, counts, _labels(middles), strict=True)
    ]
    names = _names(middles)
    told = [(name, count(n)) for name, n in zip(names, counts, strict=True) if n]
    note = f"Each is {BIN} R wide, its middle named."
    data = Table(("R", "trades"), tuple(told), note)
    if brief:
        data = Table(("R",), (), "R and trades: " + ", ".join(f"{r}: {n}" for r, n in told))
    drawing = bar_chart(
        "How R is spread",
        f"{count_of(int(counts.sum()), 'trade')}, most of them at {names[int(counts.argmax())]} R.",
        bars,
        data,
        whole=True,
    )
    if brief:
        return figure(drawing, "")
    first, pitch = bar_places(len(bars))
    tip = data_attribute("bars", {"x": [first, round(pitch, 3)], "l": names, "v": counts.tolist()})
    return figure(drawing, "Every plan that was entered and had its time, before costs.", tip=tip)


def _names(middles: FloatArray) -> list[str]:
    names = [signed(middle) for middle in middles.tolist()]
    names[0], names[-1] = f"{names[0]} and less", f"{names[-1]} and more"
    return names


def _labels(middles: FloatArray) -> list[str]:
    return [signed(one, 0) if one == round(one) else "" for one in middles.tolist()]


def outcomes_table(one: OwnerSummary) -> str:
    """Return how the plans ended, in both readings; what never happened is left out."""
    every, single = one.every.counts, one.one_a_symbol.counts
    rows = [
        (said, count(every[name]), count(single[name]))
        for name, said in (_WAYS | _FLAGS).items()
        if every[name]
    ]
    if not rows:
        return paragraph("No hit had a plan.")
    return table(("plans", "every signal", "one a symbol"), rows, "how plans ended")


def r_table(one: OwnerSummary, *, brief: bool = False) -> str:
    """Return mean R at the four levels of costs, in both readings."""
    if not one.every.r.hits:
        return ""
    names = [f"{level.cost_bp:g} + {level.slippage_bp:g} bp" for level in COST_LEVELS]
    if brief:
        rows = [
            (name, signed(each.mean), between(each, 1), signed(single.mean), between(single, 1))
            for name, each, single in zip(names, one.every.net, one.one_a_symbol.net, strict=True)
        ]
        heads = ("costs + slippage", "R, every signal", "interval", "one a symbol", "interval")
        return table(heads, rows, "R of the plans, with costs")
    groups = [
        ForestGroup(f"{title}, costs + slippage of", list(zip(names, plans.net, strict=True)))
        for title, plans in (("every signal", one.every), ("one a symbol", one.one_a_symbol))
    ]
    return forest(groups, "R of the plans, with costs", "R", scale=1.0)


def plan_words(one: OwnerSummary) -> str:
    """Say at which costs nothing is left, how much is traded and how much money fits."""
    plans, traded, said = one.one_a_symbol, one.turnover, []
    if plans.r.hits:
        bp = plans.break_even_bp
        said.append(
            f"Breaks even at {plain(bp, 0)} bp of costs for each purchase and each sale."
            if bp > 0
            else "Loses before any costs."
        )
    if traded.entries > 0:
        held = count_of(round(traded.sessions_held, 1), "session")
        said.append(
            f"One a symbol at a time: {plain(traded.open_positions)} positions open on average, "
            f"held {held}, the whole portfolio bought anew "
            f"{plain(traded.a_year)} times a year; about ${amount_text(traded.capacity)} fit "
            "before the market is too thin."
        )
    return " ".join(said)
