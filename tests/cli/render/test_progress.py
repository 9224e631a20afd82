"""Progress is shown where somebody can see it, and nowhere else."""

from __future__ import annotations

import io
import sys

import pytest

from technic.cli.render.progress import progress_on_stderr


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.mark.parametrize(("stream", "quiet"), [(io.StringIO(), False), (Terminal(), True)])
def test_no_progress_without_a_terminal_or_when_quiet(monkeypatch, stream, quiet):
    """Nothing to report to, nothing printed."""
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_on_stderr(quiet) as report:
        assert report is None
    assert stream.getvalue() == ""


def test_progress_names_stage_count_and_total_on_a_terminal(monkeypatch):
    """Each stage has its line with how far it is."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    with progress_on_stderr(quiet=False) as report:
        assert report is not None
        report("fetch", 3000, 6000)
        report("fetch", 6000, 6000)
        report("scan", 10, 20)
    for text in ("fetching prices", "6000/6000", "scanning", "10/20"):
        assert text in stream.getvalue()
