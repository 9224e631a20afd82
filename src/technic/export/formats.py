"""Formats by name: a module for each, and its ending.

A module is imported when its format is written, so that the names cost the command line nothing.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from technic.export.rendered import Rendered
    from technic.result.scan_result import ScanResult

__all__ = ["FORMATS", "Format", "FormatName"]

FormatName = Literal["csv", "json", "parquet", "xlsx", "md", "tradingview"]


@dataclass(frozen=True, slots=True)
class Format:
    """How results are written.

    ``module``: has ``render(result, limit)``. ``ending``: of files that mean this format, None
    where none does. ``binary``: no text, so it needs a file.
    """

    module: str
    ending: str | None = None
    binary: bool = False

    def render(self, result: ScanResult, limit: int | None = None) -> Rendered:
        """Return ``result`` in this format: at most ``limit`` rows, None for all."""
        rendered: Rendered = importlib.import_module(self.module).render(result, limit)
        return rendered


FORMATS: Mapping[FormatName, Format] = MappingProxyType(
    {
        "csv": Format("technic.export.csv", ".csv"),
        "json": Format("technic.export.json", ".json"),
        "parquet": Format("technic.export.parquet", ".parquet", binary=True),
        "xlsx": Format("technic.export.xlsx", ".xlsx", binary=True),
        "md": Format("technic.export.markdown", ".md"),
        "tradingview": Format("technic.export.tradingview"),
    }
)
"""Every format by its name."""
