"""The one scan implementation: a block of the panel in, rows out, nothing else touched.

A block may hold one symbol or the whole market: each symbol's numbers are the same, bit for bit.
Steps: data gate at each symbol's last bar up to ``as_of``; then, for the symbols that pass and from
their usable bars alone, every column and every score component that needs no other symbol. What
compares symbols with each other (relative strength, ranks) comes after all blocks are in and reads
no bars: the comparison with a benchmark and the block's part of the market index are made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from technic.columns import evaluate
from technic.data_engine.gate.gate import GateReport, gate, usable_bars
from technic.data_engine.interfaces.known_actions import NOTHING_KNOWN, KnownActions
from technic.panel import BarPanel
from technic.regime import IndexSums, index_sums
from technic.scan.column_names import BLOCK_COLUMNS
from technic.scan.config import ScanConfig
from technic.scan.expressions.scan_expressions import ScanExpressions
from technic.scan.special_dividends import strength_columns
from technic.scan.windows import BASE_WINDOW, BarWindow, ScanWindows
from technic.scoring import benchmark_columns, subscores
from technic.typing import DateArray, FloatArray

if TYPE_CHECKING:
    from technic.scan.facts.scan_facts import ScanFacts

__all__ = ["BlockRows", "GatedSymbol", "TrimmedHistory", "concat_rows", "scan_block"]

NOTHING_SAID = ScanExpressions()


@dataclass(frozen=True, slots=True)
class GatedSymbol:
    """A symbol that the data gate stopped, with the gate's code and a sentence."""

    symbol: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class TrimmedHistory:
    """A symbol that passed on part of its bars: since which day, None where single bars are out.

    ``detail``: what was found, with its numbers.
    """

    symbol: str
    usable_since: str | None
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class BlockRows:
    """What a block came to: one value per passed symbol and column, and the symbols stopped.

    ``columns``: name → ``(n_passed,)``, in the units of the catalog, NaN where history is short.
    ``last_bar``: the day of each one's last bar; only bars of the scan's day are compared.
    ``index``: what the passed symbols add to the market's index; None where a benchmark stands for
    the market. ``trimmed``: the passed symbols of whose bars some are not used.
    """

    symbols: tuple[str, ...]
    columns: dict[str, FloatArray]
    last_bar: DateArray
    gated: tuple[GatedSymbol, ...]
    index: IndexSums | None = None
    trimmed: tuple[TrimmedHistory, ...] = ()

    def reorder(self, symbols: Sequence[str]) -> BlockRows:
        """Return the rows in the order of ``symbols``, which name all of them."""
        at = {symbol: i for i, symbol in enumerate(self.symbols)}
        order = np.array([at[symbol] for symbol in symbols if symbol in at], dtype=np.intp)
        columns = {name: values[order] for name, values in self.columns.items()}
        return replace(
            self,
            symbols=tuple(self.symbols[i] for i in order),
            columns=columns,
            last_bar=self.last_bar[order],
        )


def scan_block(
    panel: BarPanel,
    windows: ScanWindows,
    config: ScanConfig,
    benchmark: FloatArray | None = None,
    expressions: ScanExpressions = NOTHING_SAID,
    known: KnownActions = NOTHING_KNOWN,
    facts: ScanFacts | None = None,
) -> BlockRows:
    """Gate the block and compute the columns of the symbols that pass, as of ``windows.as_of``.

    The gate and every column but the expressions' own read the base window. ``benchmark``: closes
    ``(n_sessions,)`` of ``panel.sessions``, NaN where there is none. ``expressions``: those of the
    scan; what a block can say of them stands among the columns, under its text. ``known``: splits
    and dividends, in the basis of the panel's prices. ``facts``: those that expressions name.
    """
    base = windows.cut(panel, benchmark, BASE_WINDOW)
    report = gate(base.panel, base.rows, windows.as_of, config.gate, known)
    passed = np.flatnonzero(report.passed)
    gated = tuple(
        GatedSymbol(panel.symbols[i], report.code[i], report.detail[i])
        for i in np.flatnonzero(~report.passed).tolist()
    )

    def usable(window: BarWindow) -> BarWindow:
        bars, rows = usable_bars(window.panel, window.rows, report, passed)
        of_bars = None if facts is None else facts.on(bars.symbols, bars.sessions, windows.as_of)
        return BarWindow(bars, rows, window.benchmark, of_bars)

    def bars(window: int) -> BarWindow:
        return read if window == BASE_WINDOW else usable(windows.cut(panel, benchmark, window))

    read = usable(base)
    columns = evaluate(read.panel, read.rows)
    columns |= subscores(columns)
    columns |= strength_columns(read.panel, read.rows, columns, known.dividends)
    if read.benchmark is not None:
        columns |= benchmark_columns(read.panel, read.rows, read.benchmark)
    columns |= expressions.block_columns(bars, columns)
    last_bar = _last_bars(read)
    index = None
    if benchmark is None or not np.isfinite(benchmark).any():
        index = index_sums(read.panel, read.rows, last_bar == windows.as_of)
    return BlockRows(read.panel.symbols, columns, last_bar, gated, index, _trimmed(panel, report))


def _last_bars(bars: BarWindow) -> DateArray:
    """Return the day of each symbol's last bar, ``(n_symbols,)``."""
    if not bars.panel.n_bars:
        return np.empty(0, "datetime64[D]")
    position = bars.panel.session[bars.rows, np.arange(bars.panel.n_symbols)]
    return bars.panel.sessions[position]


def _trimmed(panel: BarPanel, report: GateReport) -> tuple[TrimmedHistory, ...]:
    """Name the symbols that passed on part of their bars."""
    changed = [i for i in report.breaks.changed.tolist() if report.code[i] is None]
    since = [None if np.isnat(day) else str(day) for day in report.usable_since[changed]]
    return tuple(
        TrimmedHistory(panel.symbols[i], day, report.detail[i])
        for i, day in zip(changed, since, strict=True)
    )


def concat_rows(blocks: Sequence[BlockRows]) -> BlockRows:
    """Put blocks together in the order given; no blocks make a table of no rows."""
    names = blocks[0].columns if blocks else BLOCK_COLUMNS
    return BlockRows(
        symbols=tuple(symbol for block in blocks for symbol in block.symbols),
        columns={
            name: np.concatenate([np.empty(0), *(block.columns[name] for block in blocks)])
            for name in names
        },
        last_bar=np.concatenate(
            [np.empty(0, "datetime64[D]"), *(block.last_bar for block in blocks)]
        ),
        gated=tuple(one for block in blocks for one in block.gated),
        trimmed=tuple(one for block in blocks for one in block.trimmed),
        index=IndexSums.added(block.index for block in blocks if block.index is not None),
    )
