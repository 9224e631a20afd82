"""One entry for all formats: ``write(result, format, limit, out)``."""

from __future__ import annotations

import sys
from pathlib import Path

from technic.export.targets import check_target, replacing
from technic.result.scan_result import ScanResult

__all__ = ["write"]


def write(
    result: ScanResult, format_: str, limit: int | None = None, out: Path | None = None
) -> tuple[str, ...]:
    """Write ``result`` to ``out``, or text formats to standard output where it is None.

    ``limit``: at most so many rows, None for all. ``json`` is exactly ``result.summary(limit)``,
    ``md`` the main columns with the headline, ``tradingview`` the symbols, every other format the
    table with all its columns. Returns sentences on what could not be written as it should be.
    Raises UsageError when the format needs a file or a package that is not there.
    """
    rendered = check_target(format_, out).render(result, limit)
    if out is None:
        sys.stdout.write(rendered.text)
    else:
        with replacing("out", out) as path:
            path.write_bytes(rendered.content)
    return rendered.notes
