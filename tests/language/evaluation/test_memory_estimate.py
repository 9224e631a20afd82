"""What expressions take while they are computed, against what Python says was allocated."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings

from support.expressions import VOCABULARY, bar_expressions
from technic import ScanConfig
from technic.data_engine.memory_budget import widest_block
from technic.indicators import tiles
from technic.language import read
from technic.language.analysis.vocabulary import Vocabulary
from technic.language.evaluation import bar_values
from technic.language.evaluation.evaluate import evaluate_block
from technic.language.evaluation.memory_estimate import arrays_held
from technic.language.syntax.nodes import Node
from technic.panel import BarPanel, windows
from technic.scan.block_rows import scan_block
from technic.scan.expressions.scan_expressions import scan_expressions
from technic.scan.expressions.vocabulary import vocabulary
from technic.scan.windows import ScanWindows
from technic.testing import make_panel

BARS = 1_200
SHARE = 5
"""Of a market of 500: panel, tiles and stripes are smaller alike, so that shares stay."""
PANEL = make_panel(500 // SHARE, BARS)
"""Large beside a stripe of ``windows``, which is not counted."""
WARM = PANEL.take(slice(0, 1))
CUTS = (
    (tiles, "TILE_CELLS"),
    (windows, "STRIPE_CELLS"),
    (windows, "NARROWEST_STRIPE"),
    (bar_values, "TILE_CELLS"),
    (bar_values, "NARROWEST_TILE"),
)
"""How large the pieces are that are computed at a time."""
SLACK = 0.3
"""Arrays: sums per symbol, and arrays of a byte for each bar."""
LENGTHS = range(10, 160, 5)


def peak(work: Callable[[BarPanel], object], panel: BarPanel) -> int:
    """Most bytes that were allocated at one time, but for what the first call keeps."""
    work(WARM)
    gc.collect()
    tracemalloc.start()
    try:
        work(panel)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def measured(nodes: Sequence[Node], known: Vocabulary = VOCABULARY) -> float:
    """Arrays of the panel's size that the evaluation took."""

    def evaluated(panel: BarPanel) -> object:
        rows = np.full(panel.n_symbols, BARS - 1)
        return evaluate_block(nodes, panel, rows, known, benchmark=PANEL.close[:, 0])

    with pytest.MonkeyPatch.context() as patch:
        for module, name in CUTS:
            patch.setattr(module, name, getattr(module, name) // SHARE)
        return peak(evaluated, PANEL) / PANEL.close.nbytes


def nested(join: str, part: str) -> str:
    """Thirty parts that all wait for the last."""
    parts = [part.format(n=n) for n in LENGTHS]
    return join.join(parts) + ")" * join.count("(") * (len(parts) - 1)


DEEP = [
    f"ema({nested(' + (', 'ema(close, {n})')}, 9)",
    f"ema({nested(' + (', 'where(close > open, sma(close, {n}), low)')}, 9)",
    f"count({nested(' and (', 'close > sma(close, {n})')}, 1000)",
    f"sum({nested(' + (', 'sma(close, {n})')}, 1000)",
    nested(" + ", "highest(ema(close, {n}), 1000)"),
]
SHALLOW = [
    nested(" + ", "ema(close, {n})"),
    nested(" + ", "ema(ema(close, {n}), {n})"),
    nested(" + ", "highest(high, {n})"),
    nested(" + ", "weekly(ema(close, {n}))"),
    nested(" + ", "rank(roc(close, {n}))"),
    "(close > 20 and vcp()) or close < 0",
]


@pytest.mark.parametrize("text", [*DEEP, *SHALLOW])
def test_the_estimate_is_not_too_low(text: str):
    """Thirty parts each; those that wait for each other are all counted."""
    node = read(text, vocabulary()).node
    found, estimate = measured([node], vocabulary()), arrays_held([node], vocabulary(), BARS)
    assert found <= estimate + SLACK
    if text in DEEP:
        assert found > 20
        assert estimate < 1.5 * found
    else:
        assert estimate < 10


@pytest.mark.parametrize("name", [
    name for name, one in vocabulary().functions.items()
    if one.memory in ("point", "window", "recursive") and one.returns == "number"
])  # fmt: skip
def test_no_kernel_takes_more_than_is_set_aside(name: str):
    """Every function over the whole history, under a recursion."""
    text = f"ema({name}({arguments(name)}), 5)"
    node = read(text, vocabulary()).node
    assert measured([node], vocabulary()) <= arrays_held([node], vocabulary(), BARS) + SLACK


def arguments(name: str) -> str:
    """Some that the function takes."""
    given: list[str] = []
    for one in vocabulary().functions[name].parameters:
        if one.takes == "bars":
            given.append(str(int(min(one.most, max(one.least, 10 + 5 * len(given))))))
        elif one.takes == "number":
            given.append(str(min(one.most, max(one.least, 1))))
        elif one.takes != "word":
            given.append("close > open" if one.takes == "condition" else "close")
    return ", ".join(given)


@settings(max_examples=max(settings.default.max_examples // 20, 5))  # traced, each is slow
@given(bar_expressions(depth=4))
def test_expressions_of_any_shape(node: Node):
    """Drawn at random from the language."""
    assert measured([node]) <= arrays_held([node], VOCABULARY, BARS) + SLACK


@pytest.mark.parametrize("columns", [(), *((text,) for text in (DEEP[0], SHALLOW[0]))])
def test_a_block_of_the_width_allowed_stays_within_the_limit(columns: tuple[str, ...]):
    """Bars, the copy without symbols that the gate stops, the catalog, and thirty expressions."""
    limit = 60 << 20
    config = ScanConfig(columns=columns)
    expressions = scan_expressions(config)
    width = widest_block(limit, BARS, 1, expressions.arrays_held(BARS))
    panel = make_panel(width, BARS)
    volume = panel.volume.copy()
    volume[-30:, -1] = 0.0
    panel = replace(panel, volume=volume)
    scan = partial(
        scan_block,
        windows=ScanWindows.whole(PANEL.sessions),
        config=config,
        expressions=expressions,
    )
    bars = sum(getattr(panel, one).nbytes for one in ("open", "high", "low", "close", "volume"))
    taken = bars + panel.session.nbytes + peak(scan, panel)
    assert scan(panel).gated
    assert 0.7 * limit < taken <= limit
