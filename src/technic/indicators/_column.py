"""What a column of a scan is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from technic.indicators.workspace import Workspace
from technic.typing import FloatArray

__all__ = ["Column"]


@dataclass(frozen=True, slots=True)
class Column:
    """One number per symbol: its name, unit, the bars its first value needs, what it says.

    ``compute`` returns an array aligned as ``Workspace`` describes.
    """

    name: str
    unit: str
    bars: int
    description: str
    compute: Callable[[Workspace], FloatArray]
