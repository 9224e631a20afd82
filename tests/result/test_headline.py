"""One headline: of a result, of the same result read back, of every format."""

from __future__ import annotations

import pytest

from technic import FilterRules, ScanConfig, load_saved, run_scan
from technic.result.headline import Headline, headline_of
from technic.result.info import DataInfo, RankInfo
from technic.view.main_columns import MAIN_COLUMNS, main_columns


@pytest.mark.parametrize(
    ("basis", "simulated", "ranks", "text"),
    [
        (
            "split_adjusted",
            True,
            RankInfo(4700),
            "as of 2024-03-08 · 1,203 of 6,000 symbols kept · "
            "demo data to 2024-03-11 (split adjusted) · SIMULATED",
        ),
        (
            "unknown",
            False,
            RankInfo(3, shown_only=True),
            "as of 2024-03-08 · 1,203 of 6,000 symbols kept · "
            "demo data to 2024-03-11 (price basis unknown) · RS among 3 symbols",
        ),
        (
            "raw",
            False,
            RankInfo(1),
            "as of 2024-03-08 · 1,203 of 6,000 symbols kept · "
            "demo data to 2024-03-11 (raw prices) · RS among 1 symbol",
        ),
        (
            "unknown",
            True,
            RankInfo(499),
            "as of 2024-03-08 · 1,203 of 6,000 symbols kept · "
            "demo data to 2024-03-11 (price basis unknown) · RS among 499 symbols · SIMULATED",
        ),
    ],
)
def test_a_headline_says_when_how_many_and_from_where(basis, simulated, ranks, text):
    """So few ranked that ranks mean little are told; SIMULATED stands last."""
    data = DataInfo("demo", "2024-03-11", simulated, basis)
    assert str(Headline("2024-03-08", 1203, 6000, data, ranks)) == text


def test_a_saved_result_has_the_headline_that_it_had(tmp_path):
    """Read back from the folder, word for word."""
    filters = FilterRules(signals=("strong_long",))
    result = run_scan(ScanConfig(provider="demo", filters=filters, as_of="2026-03-31"))
    saved = load_saved(result.save(tmp_path / "saved"))
    assert saved.headline() == result.headline()
    assert headline_of(saved) == headline_of(result)
    kept = len(result.table)
    assert str(headline_of(result)).startswith(f"as of 2026-03-31 · {kept:,} of 6,000 symbols kept")


def test_the_main_columns_are_columns_of_the_table():
    """In this order a notebook shows them; none is listed twice."""
    result = run_scan(ScanConfig(provider="demo", symbols=("NZAT",)))
    names = [column.name for column in MAIN_COLUMNS]
    assert set(names) <= set(result.table.columns)
    assert len(set(names)) == len(names)
    html = result._repr_html_()
    shown = [column.name for column in main_columns(result.table)]
    places = [html.index(f"<th>{name}</th>") for name in shown]
    assert places == sorted(places)
