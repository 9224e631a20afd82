"""A scan as one JSON object."""

from __future__ import annotations

import json

from technic.export.rendered import Rendered
from technic.result.scan_result import ScanResult

__all__ = ["render"]


def render(result: ScanResult, limit: int | None = None) -> Rendered:
    """Return exactly ``result.summary(limit)``."""
    text = json.dumps(result.summary(limit), allow_nan=False, ensure_ascii=False)
    return Rendered.of_text(text + "\n")
