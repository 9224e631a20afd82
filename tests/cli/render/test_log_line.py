"""``--format line``: a scan and a comparison in one line each, for a log."""

from __future__ import annotations

import pytest


@pytest.fixture
def saved(scan, tmp_path):
    """Two results, a session apart, the later one without one of the symbols."""
    for name, asked in (("a", ("--as-of", "2024-03-07")), ("b", ("--min-price", "0.01"))):
        assert scan("--save", tmp_path / name, "--quiet", *asked).code == 0
    return tmp_path / "a", tmp_path / "b"


def test_a_scan_is_its_headline(scan):
    """One line on standard output; warnings on standard error, none with --quiet."""
    ran = scan("--format", "line", "--quiet")
    (line,) = ran.out.splitlines()
    assert line.startswith("as of 2024-03-08 · ")
    assert "symbols kept · files data to 2024-03-08" in line
    assert ran.err == ""
    assert "warning: " in scan("--format", "line").err


def test_a_comparison_is_the_later_headline_and_what_changed(technic, saved):
    """The counts are those of the table."""
    (line,) = technic("diff", *saved, "--format", "line").out.splitlines()
    assert line.startswith("as of 2024-03-08 · ")
    counts = next(
        text for text in technic("diff", *saved).out.splitlines() if "unchanged" in text
    ).strip()
    assert f" · {counts} since 2024-03-07" in line


def test_a_line_is_not_for_a_file(technic, scan, saved, tmp_path):
    """A line that would go into a file is refused before anything runs."""
    out = ("--format", "line", "--out", tmp_path / "line.txt")
    for ran in (scan(*out), technic("diff", *saved, *out)):
        assert ran.code == 2
        assert "no file with --format line; it prints one line" in ran.err
    assert not (tmp_path / "line.txt").exists()
