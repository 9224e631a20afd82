"""What the command line shows can be had without it: no program needs ``technic.cli``."""

from __future__ import annotations

import subprocess
import sys

PLAN = """
from technic import ScanConfig, plan_requests
planned = plan_requests(ScanConfig(provider="demo"), days=3)
assert planned.document()["requests"] == 3
"""
HEALTH = """
from technic.health import run_checks
assert {check.state for check in run_checks("demo")} <= {"ok", "warn"}
"""
STORE = """
from technic.data_engine.provider_store import open_store
from technic.settings import load_settings
import os, pathlib
open_store("polygon", load_settings(os.environ, pathlib.Path.cwd()), create=True).problems()
"""
SAVED = """
from technic import ScanConfig, diff, load_saved, run_scan, verify
from technic.result.symbol_report import symbol_report
result = run_scan(ScanConfig(provider="demo", symbols=("NZAT",)))
assert symbol_report(result, "NZAT").document()["symbol"] == "NZAT"
result.save("saved")
assert verify("saved").identical
assert not diff(load_saved("saved"), load_saved("saved")).moved
"""
HISTORY = """
from technic import get_price_history, get_price_history_batch, history
frame = history("NZAT", days=5)
assert frame.equals(get_price_history("NZAT", 5))
assert frame.equals(get_price_history_batch(["NZAT"], 5)["NZAT"])
"""


UNLOADED = """
import sys
assert not {'technic.cli', 'typer', 'rich'} & set(sys.modules), "of the command line"
print("done", flush=True)
"""


def test_a_program_does_it_without_the_command_line(tmp_path):
    """In a process of its own neither ``technic.cli`` nor what it is made of is loaded."""
    parts = [PLAN, HEALTH, STORE, SAVED, HISTORY]
    done = subprocess.run(
        [sys.executable, "-c", UNLOADED.join([*parts, ""])],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("done") == len(parts)
