"""Golden cases of setups: bars made by hand, and what each condition says of them.

A case is a JSON file in tests/setups/golden/scans. ``legs`` go in equal steps, rounded to cents,
from the price before to ``to`` in ``bars`` bars, or at once where ``steady``; ``range`` is how far
high and low lie from it. ``last`` changes single bars, counted from the end (-1 is
the last): ``price`` is all four prices. ``facts``: by its text, what was known of the symbol from
how many bars before the last on; of facts that count sessions, since how many bars ago.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from support.made_up_facts import facts_of, reading_of
from support.packed_panel import packed_panel
from support.shaped_bars import changed, side_by_side, straight
from technic.language import Node
from technic.language.evaluation.evaluate import evaluate_block
from technic.language.evaluation.market_values import block_parts, evaluate_market
from technic.language.evaluation.panel_facts import PanelFacts
from technic.panel import BarPanel
from technic.scan.expressions.vocabulary import vocabulary
from technic.setups import Setup, check_setup
from technic.typing import FloatArray

__all__ = [
    "FOLDER",
    "Made",
    "bars_of",
    "case_of",
    "conditions_of",
    "made",
    "values_of",
    "with_changes",
]

FOLDER = Path(__file__).resolve().parents[1] / "setups" / "golden" / "scans"
PRICES = ("open", "high", "low", "close")
_BARS = ("legs", "benchmark", "others")
Case = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """The first column is the symbol that the case is about; the others stand beside it."""

    panel: BarPanel
    names: dict[str, np.ndarray]
    benchmark: FloatArray | None
    facts: PanelFacts | None = None


def case_of(name: str) -> dict[str, Any]:
    """One golden file."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def with_changes(case: Case, *changes: Case) -> dict[str, Any]:
    """Return the case with some legs, bars, names or parameters changed."""
    out = {"last": {}, "names": {}, "parameters": {}, "facts": {}, **case}
    for change in changes:
        if unknown := set(change) - {*_BARS, "last", "names", "parameters", "facts"}:
            raise KeyError(unknown)
        for key in _BARS:
            if key in change:
                out[key] = changed(out[key], change[key])
        last = {at: dict(bar) for at, bar in out["last"].items()}
        for at, bar in change.get("last", {}).items():
            last[at] = last.get(at, {}) | bar
        out["last"] = last
        for key in ("names", "parameters", "facts"):
            out[key] = out[key] | change.get(key, {})
    return out


def bars_of(legs: list[dict[str, Any]], last: Case) -> dict[str, FloatArray]:
    """Return bars ``(n_bars,)`` along the legs, with the single bars changed."""
    bars = straight([part for leg in legs for part in _parts({"volume": 1_000_000, **leg})])
    reach = np.repeat([leg.get("range", 0.0) for leg in legs], [leg["bars"] for leg in legs])
    bars["high"] = np.round(bars["high"] + reach, 2)
    bars["low"] = np.round(bars["low"] - reach, 2)
    for at, bar in last.items():
        for name, value in bar.items():
            for field in PRICES if name == "price" else (name,):
                bars[field][int(at)] = value
    return bars


def _parts(leg: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a leg as straight ones: a steady one jumps in its first bar."""
    if not leg.get("steady"):
        return [leg]
    return [leg | {"bars": 1}, leg | {"bars": leg["bars"] - 1}]


def made(case: Case) -> Made:
    """Return the panel and the names of a case; ``others`` are legs of one symbol beside it."""
    columns = [bars_of(case["legs"], case.get("last", {}))]
    if "others" in case:
        columns.append(bars_of(case["others"], {}))
    benchmark = bars_of(case["benchmark"], {})["close"] if "benchmark" in case else None
    names = {
        name: np.full(len(columns), float(value)) for name, value in case.get("names", {}).items()
    }
    panel = packed_panel(side_by_side(columns))
    return Made(panel, names, benchmark, _facts(panel, case.get("facts", {})))


def _facts(panel: BarPanel, said: Case) -> PanelFacts:
    """Lay the facts of the first column down; the others have none."""
    last, nobody = int(panel.session[panel.length[0] - 1, 0]), panel.n_symbols - 1
    steps: dict[str, list[list[tuple[int, float]]]] = {}
    for text, known in said.items():
        own = [(last - ago, float(value)) for ago, value in known]
        if reading_of(text) == "since":
            own = [(begin, last - value) for begin, value in own]
        steps[text] = [own, *([] for _ in range(nobody))]
    return facts_of(panel, steps)


def values_of(nodes: Mapping[str, Node], made: Made, row: int | None = None) -> dict[str, float]:
    """Return the values of checked expressions for the first symbol, by default at its last bar."""
    panel, known = made.panel, vocabulary()
    rows = panel.length - 1 if row is None else np.minimum(panel.length - 1, row)
    terms = evaluate_block(
        nodes.values(),
        panel,
        rows.astype(np.intp),
        known,
        benchmark=made.benchmark,
        facts=made.facts,
    )
    n = panel.n_symbols
    found = {}
    for key, node in nodes.items():
        own = {term: terms[term] for term in block_parts(node, known)}
        names = {name: made.names.get(name, np.full(n, np.nan)) for name in ("rs_rating",)}
        found[key] = float(evaluate_market(node, own, names, known)[0])
    return found


def conditions_of(setup: Setup) -> dict[str, Node]:
    """Return the checked conditions by name."""
    nodes = check_setup(setup, vocabulary())
    return {one.name: nodes[f"conditions.{one.name}"] for one in setup.conditions}
