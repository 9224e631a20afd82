"""The summary of a result as a file: one JSON object, a line for each row.

So a few rows are read without parsing the rest: of a whole market that is twenty megabytes, which
take a third of a second and hold up every other request meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

__all__ = ["read_rows", "write_summary"]


def write_summary(path: Path, document: Mapping[str, object]) -> None:
    """Write the object that ``technic scan --format json`` prints; its rows come last."""
    about = {name: value for name, value in document.items() if name != "rows"}
    rows = document["rows"]
    assert isinstance(rows, list)
    head = json.dumps(about, allow_nan=False)[:-1]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{head}{", " if about else ""}"rows": [')
        for place, row in enumerate(rows):
            file.write(",\n" if place else "\n")
            file.write(json.dumps(row, allow_nan=False))
        file.write("\n]}\n")


def read_rows(path: Path, offset: int, limit: int | None) -> list[Any]:
    """Return ``limit`` rows from ``offset`` on; all unless given.

    A file that an earlier version wrote is one line, and parsed as a whole.
    """
    end = None if limit is None else offset + limit
    with path.open(encoding="utf-8") as file:
        head = file.readline()
        if not head.endswith('"rows": [\n'):
            rows: list[Any] = json.loads(head)["rows"]
            return rows[offset:end]
        found = islice(file, offset, end)
        return [json.loads(line.rstrip(",\n")) for line in found if not line.startswith("]")]
