"""Tests that send signals to their children work wherever the tests were started from."""

from __future__ import annotations

import subprocess

import pytest

from support.heeding import SIGNALS, heeding_python

IGNORING = ["sh", "-c", 'trap "" INT TERM HUP; exec "$@"', "sh"]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_child_heeds_signals_that_its_starter_ignored(number):
    """As in a background shell, or under nohup."""
    code = f"import os, signal; os.kill(os.getpid(), {int(number)}); print('went on')"
    ran = subprocess.run(
        [*IGNORING, *heeding_python("-c", code)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == -number
    assert ran.stdout == ""
