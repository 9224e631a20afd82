"""The one scan implementation: a block of the panel in, rows out, nothing else touched.

A block may hold one symbol or the whole market: each symbol's numbers are the same, bit for bit.
Steps: data gate at each symbol's last bar up to ``as_of``; then, for the symbols that pass, every
column and every score component that needs no other symbol. What compares symbols with each other
(relative strength, ranks) comes after all blocks are in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic.aliases import FloatArray
from technic.data_engine.quality import gate
from technic.indicators.catalog import COLUMNS, evaluate
from technic.panel import BarPanel
from technic.scan_config import ScanConfig
from technic.scoring import LOCAL_SUBSCORES, subscores

__all__ = ["BlockRows", "GatedSymbol", "joined", "scan_block"]

ALL_COLUMNS = (
    *COLUMNS,
    *(f"{part}_{name}" for name in LOCAL_SUBSCORES for part in ("score", "coverage")),
)


@dataclass(frozen=True, slots=True)
class GatedSymbol:
    """A symbol that the data gate stopped, with the gate's code and a sentence."""

    symbol: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class BlockRows:
    """What a block came to: one value per passed symbol and column, and the symbols stopped.

    ``columns``: name → ``(n_passed,)``, in the units of the catalog, NaN where history is short.
    """

    symbols: tuple[str, ...]
    columns: dict[str, FloatArray]
    gated: tuple[GatedSymbol, ...]


def scan_block(panel: BarPanel, as_of: np.datetime64, config: ScanConfig) -> BlockRows:
    """Gate the block and compute the columns of the symbols that pass, as of ``as_of``."""
    rows = panel.rows_at(as_of)
    report = gate(panel, rows, as_of, config.gate)
    passed = np.flatnonzero([code is None for code in report.code])
    gated = tuple(
        GatedSymbol(panel.symbols[i], report.code[i], report.detail[i])
        for i in range(panel.n_symbols)
        if report.code[i] is not None
    )
    clean = panel if len(passed) == panel.n_symbols else panel.take(passed)
    columns = evaluate(clean, rows[passed])
    return BlockRows(clean.symbols, columns | subscores(columns), gated)


def joined(blocks: Sequence[BlockRows]) -> BlockRows:
    """Put blocks together in the order given; no blocks make a table of no rows."""
    names = blocks[0].columns if blocks else ALL_COLUMNS
    return BlockRows(
        symbols=tuple(symbol for block in blocks for symbol in block.symbols),
        columns={
            name: np.concatenate([np.empty(0), *(block.columns[name] for block in blocks)])
            for name in names
        },
        gated=tuple(one for block in blocks for one in block.gated),
    )
