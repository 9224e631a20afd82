"""The benchmarks of facts: they stop where a scan keeps others than their plain loop does."""

from __future__ import annotations

import pytest
from benchmarks import facts_scan
from benchmarks.made_filings import FACT_TERMS


def test_a_scan_by_facts_keeps_whom_the_loop_keeps():
    """In a small market, with splits; all three scans are timed."""
    found = facts_scan.measure(200, 1)
    assert min(found.plain, found.prices, found.facts, found.first) > 0.0
    assert min(found.kept) > 0


@pytest.mark.parametrize(
    ("said", "instead"), [("yoy > 25", "yoy > 24"), ("pe_ttm < 40", "pe_ttm < 8")]
)
def test_another_scan_stops_the_benchmark(monkeypatch: pytest.MonkeyPatch, said, instead):
    """One percent of growth more, or prices of 8 years of earnings, is noticed."""
    monkeypatch.setattr(facts_scan, "FACT_TERMS", FACT_TERMS.replace(said, instead))
    with pytest.raises(SystemExit, match="another outcome"):
        facts_scan.measure(600, 1)
