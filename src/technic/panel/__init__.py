"""All symbols' bars as arrays, and the moving-window kernels over them."""

from technic.panel.bar_panel import FIELDS, FRAME_COLUMNS, BarPanel
from technic.panel.block_source import BarSource, BlockSource
from technic.panel.long_bars import PRICES, LongBars
from technic.panel.symbol_bars import SymbolBars

__all__ = [
    "FIELDS",
    "FRAME_COLUMNS",
    "PRICES",
    "BarPanel",
    "BarSource",
    "BlockSource",
    "LongBars",
    "SymbolBars",
]
