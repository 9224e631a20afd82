from __future__ import annotations

import re
from pathlib import Path

from service.fuzz import fuzz

LEAST = 500
"""Cases that schemathesis makes of some thirty routes, if it can read what describes them."""


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    """Every check it has, on every route, with a few cases each; make fuzz tries many."""
    code, report = fuzz(tmp_path, examples=1, seed=1, known=True)
    assert code == 0, report
    found = re.search(r"(\d+) generated, (\d+) passed", report)
    assert found is not None, report
    assert found[1] == found[2]
    assert int(found[1]) >= LEAST
