"""The summary of a result is one object for who reads it whole, and rows for who wants some."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from technic.service.jobs.summary_file import read_rows, write_summary
from technic.service.routes.grid import _five_digits

ROWS = [{"symbol": name, "close": n / 3} for n, name in enumerate(["A", 'B"]}\n', "Å,", "D"])]
PARTS = [(0, None), (0, 2), (1, 2), (3, 9), (9, 2), (0, 0), (2, None)]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], []], ids=["four", "one", "none"])
@pytest.mark.parametrize(
    "about", [{"as_of": "2024-03-08", "sort": None}, {}], ids=["about", "bare"]
)
def test_a_summary_is_one_object(tmp_path: Path, about: dict[str, Any], rows: list[Any]) -> None:
    """As json reads it; and any part of its rows is that part of the list."""
    path = tmp_path / "summary.json"
    write_summary(path, {**about, "rows": rows})
    assert json.loads(path.read_text(encoding="utf-8")) == {**about, "rows": rows}
    for offset, limit in PARTS:
        end = None if limit is None else offset + limit
        assert read_rows(path, offset, limit) == rows[offset:end]


@pytest.mark.parametrize(("offset", "limit"), PARTS)
def test_a_file_of_an_earlier_version_is_read(
    tmp_path: Path, offset: int, limit: int | None
) -> None:
    """It is one line."""
    path = tmp_path / "summary.json"
    path.write_text(json.dumps({"as_of": "2024-03-08", "rows": ROWS}), encoding="utf-8")
    assert (
        read_rows(path, offset, limit) == ROWS[offset : None if limit is None else offset + limit]
    )


def test_a_page_is_a_part_of_the_whole(client: TestClient, scan: dict[str, Any]) -> None:
    """All that is said beside the rows is the same."""
    path = f"/v1/scans/{scan['id']}/result"
    whole = client.get(path).json()
    assert len(whole["rows"]) > 4
    for offset, limit in ((0, 3), (2, 2), (1, 0), (0, 10**9)):
        page = client.get(path, params={"offset": offset, "limit": limit}).json()
        assert page == {**whole, "rows": whole["rows"][offset : offset + limit]}


def test_closes_are_written_with_five_digits() -> None:
    """Whatever their size, as decimal formatting does it."""
    values = [0.0, 1.0, 99999.5, 123456.7, 0.00012345678, -2.5 / 3, 8.1e9, 17.125, 1e-9]
    assert _five_digits(np.array(values)).tolist() == [float(f"{one:.5g}") for one in values]
    assert np.isnan(_five_digits(np.array([np.nan]))).all()
