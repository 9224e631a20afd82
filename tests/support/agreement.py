"""Compare what the arrays of the scan language give with what the interpreter gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from reference.language_cells import UNSURE, Cell, Worlds, tolerance
from reference.language_interpreter import Interpreter, across
from support.expressions import DAY_NAMES, MARKET_NAMES, VOCABULARY
from support.markets import Market
from technic.language import check
from technic.language.evaluation.evaluate import evaluate_bars, evaluate_day
from technic.language.evaluation.market_values import block_parts, evaluate_market
from technic.language.syntax.nodes import Node
from technic.typing import FloatArray

__all__ = [
    "NOT_OF_BARS",
    "bars_by_arrays",
    "bars_by_loops",
    "checked",
    "column_of",
    "day_by_arrays",
    "day_by_loops",
    "disagreements",
    "either",
]

WORLDS = 4
NOT_OF_BARS = (*MARKET_NAMES, "market_cap", "sector")


def either(
    expressions: Callable[[str, int], SearchStrategy[Node]], depth: int
) -> SearchStrategy[Node]:
    """Numbers or conditions."""
    return st.sampled_from(["number", "condition"]).flatmap(lambda kind: expressions(kind, depth))


def checked(node: Node) -> Node:
    """Bring a random tree into the one form of its meaning."""
    return check(node, VOCABULARY).node


def bars_by_loops(node: Node, market: Market) -> list[list[Cell]]:
    """One list of cells for each symbol, one cell for each of its bars."""
    worlds = Worlds(WORLDS)
    return [Interpreter(history, worlds).line(node) for history in market.histories()]


def bars_by_arrays(node: Node, market: Market) -> list[FloatArray]:
    """The same from ``evaluate_bars``, after checking that nothing stands below the last bar."""
    values = evaluate_bars([node], market.panel, VOCABULARY, benchmark=market.benchmark)[node]
    assert values.shape == market.panel.close.shape
    assert not np.isinf(values).any()
    columns = []
    for column, n in enumerate(market.panel.length):
        assert np.isnan(values[n:, column]).all(), "a value after the symbol's last bar"
        columns.append(values[:n, column])
    return columns


def day_by_loops(node: Node, market: Market, day: np.datetime64) -> list[Cell]:
    """One cell for each symbol: any tree on one day."""
    worlds = Worlds(WORLDS)
    symbols = [
        Interpreter(history, worlds, names, {name: names[name] for name in NOT_OF_BARS})
        for history, names in zip(market.histories(), market.names, strict=True)
    ]
    return across(node, symbols, market.panel.rows_at(day).tolist(), worlds)


def day_by_arrays(node: Node, market: Market, day: np.datetime64) -> FloatArray:
    """The same from ``evaluate_day`` for what a block computes, ``evaluate_market`` above it."""
    panel, rows = market.panel, market.panel.rows_at(day)
    known = {name: column_of(market, name) for name in DAY_NAMES}
    terms = block_parts(node, VOCABULARY)
    values = evaluate_day(terms, panel, rows, VOCABULARY, known=known, benchmark=market.benchmark)
    assert set(values) == set(terms)
    names = {name: column_of(market, name) for name in NOT_OF_BARS}
    found = evaluate_market(node, values, names, VOCABULARY)
    assert found.shape == (panel.n_symbols,)
    assert not np.isinf(found).any()
    return found


def column_of(market: Market, name: str) -> np.ndarray:
    """Values of a name, one for each symbol."""
    values = [names[name] for names in market.names]
    return np.array(values, dtype=object if name == "sector" else np.float64)


def disagreements(cells: Sequence[Cell], values: FloatArray) -> list[str]:
    """Describe every place where the arrays are not what the interpreter says.

    Where the interpreter's own answer hangs on rounding, any answer is right.
    """
    assert len(cells) == len(values)
    return [
        f"at {at}: {value!r}, should be {cell!r}"
        for at, (cell, value) in enumerate(zip(cells, values.tolist(), strict=True))
        if not _agree(cell, value)
    ]


def _agree(cell: Cell, value: float) -> bool:
    if cell is UNSURE:
        return True
    if cell is None:
        return np.isnan(value)
    if isinstance(cell, bool):
        return value == float(cell)
    return abs(value - cell[0]) <= 1e-9 * abs(cell[0]) + tolerance(cell)
