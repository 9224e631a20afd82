"""A wheel with what it requires, and nothing else, does what README says.

scipy is kept away as well: it takes 143 MB on the disk, and no scan may come to need it.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from technic.panel import BarPanel
from technic.sessions import load_calendar
from technic.testing import make_bars

ROOT = Path(__file__).resolve().parents[1]
SYMBOLS = ("NVDA", "SPY", *(f"S{number:02d}" for number in range(18)))
BLOCK = re.compile(r"^```\n(.*?)^```", re.DOTALL | re.MULTILINE)
PLAN_ALONE = {"scipy"}
"""What a vendor's plan and the statistics of a study need, and nothing else."""
ONLY_BASE = """
import sys
class OnlyBase:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {others!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, OnlyBase())
"""


def plain(name: str) -> str:
    """Return a distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def others() -> set[str]:
    """Return the modules here that belong to nothing that a plain installation brings."""
    pinned = (ROOT / "constraints-base.txt").read_text(encoding="utf-8")
    base = {
        plain(name) for name in re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", pinned, re.MULTILINE)
    }
    held = packages_distributions()
    return {module for module, of in held.items() if not base & {plain(name) for name in of}}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and installed into a folder of its own."""
    checkout = tmp_path_factory.mktemp("checkout")
    for name in ("hatch_build.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    ignored = shutil.ignore_patterns("__pycache__", "vendor")
    shutil.copytree(ROOT / "src", checkout / "src", ignore=ignored)
    environ = {**os.environ, "TECHNIC_NO_PAGES": "1"}
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run(build, cwd=checkout, env=environ, check=True, capture_output=True)
    (wheel,) = (checkout / "dist").glob("technic_scanner-*.whl")
    folder = tmp_path_factory.mktemp("installed")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", str(folder), str(wheel)], check=True, capture_output=True)
    code = ONLY_BASE.format(others=(others() | PLAN_ALONE) - {"technic"})
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with the files that README names, and settings that name them."""
    folder = tmp_path_factory.mktemp("user")
    sessions = load_calendar(dt.date(2024, 3, 9), folder).last(400, np.datetime64("2024-03-08"))
    panel = BarPanel.from_long(make_bars(SYMBOLS, sessions), sessions)
    frames = {symbol: panel.frame(symbol) for symbol in SYMBOLS}
    frame = pd.concat(frames, names=["symbol", "date"]).reset_index()
    frame.to_parquet(folder / "prices.parquet")
    listings = pd.DataFrame({"symbol": SYMBOLS, "sector": "Technology", "market_cap": 5e9})
    listings.to_csv(folder / "listings.csv", index=False)
    settings = 'data = "prices.parquet"\nuniverse = "listings.csv"\n'
    (folder / "technic.toml").write_text(settings, encoding="utf-8")
    return folder


def typed(installed: Path, folder: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run the command that the wheel installed."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("TECHNIC_")}
    environ |= {"PYTHONPATH": str(installed), "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, str(installed / "bin" / "technic"), *words],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def commands() -> list[str]:
    """Return the lines of README that begin with ``technic``."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    return [line for line in lines if line.startswith("technic ")]


def test_each_command_of_the_readme_runs(installed: Path, folder: Path):
    """On a user's own files; none asks for a package that is not there."""
    lines = commands()
    assert len(lines) > 7
    for line in lines:
        done = typed(installed, folder, shlex.split(line, comments=True)[1:])
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout


def test_an_excel_file_is_written_and_an_extra_is_named(installed: Path, folder: Path):
    """Writing needs nothing more; what does says the line that brings it."""
    done = typed(installed, folder, ["scan", "--out", "scan.xlsx"])
    assert done.returncode == 0, done.stderr
    assert (folder / "scan.xlsx").read_bytes()[:2] == b"PK"
    done = typed(installed, folder, ["scan", "--data", "scan.xlsx"])
    assert done.returncode == 2
    assert "openpyxl of the extra xlsx" in done.stderr
    assert "install openpyxl" in done.stderr
