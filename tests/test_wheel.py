"""A wheel installed alone in an empty environment does what README says.

The environment has its own interpreter and what the wheel requires, at the versions that are
pinned. README is followed without scipy: it takes 143 MB on the disk, and no scan may need it.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import PackageNotFoundError, distribution
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
PLAN_ALONE = ("scipy", "scipy.libs")
"""What a vendor's plan and the statistics of a study need, and nothing else."""


def pinned() -> list[str]:
    """Return the distributions that a plain installation brings, and building with it."""
    text = (ROOT / "constraints-base.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", text, re.MULTILINE)
    return sorted(set(names))


def pip(environment: Path, *words: str) -> None:
    """Run pip for an environment that has none."""
    asked = [sys.executable, "-m", "pip", "--python", str(environment), *words]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of nothing but what a plain installation brings, as it lies here."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    for name in pinned():
        try:
            held = distribution(name)
        except PackageNotFoundError:  # of other systems
            continue
        for top in {file.parts[0] for file in held.files or ()} - {"..", "__pycache__"}:
            (packages / top).symlink_to(str(held.locate_file(top)))
    return folder


@pytest.fixture(scope="module")
def installed(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and installed there; nothing is missing that it requires."""
    checkout = tmp_path_factory.mktemp("checkout")
    for name in ("hatch_build.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    ignored = shutil.ignore_patterns("__pycache__", "vendor")
    shutil.copytree(ROOT / "src", checkout / "src", ignore=ignored)
    environ = {**os.environ, "TECHNIC_NO_PAGES": "1"}
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run(build, cwd=checkout, env=environ, check=True, capture_output=True)
    (wheel,) = (checkout / "dist").glob("technic_scanner-*.whl")
    pip(environment, "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    pip(environment, "check")
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(environment)}))
    for name in PLAN_ALONE:
        (packages / name).unlink()
    return environment


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
    dropped = ("TECHNIC_", "PYTHON", "VIRTUAL_ENV")
    environ = {name: text for name, text in os.environ.items() if not name.startswith(dropped)}
    return subprocess.run(
        [str(installed / "bin" / "technic"), *words],
        cwd=folder,
        env={**environ, "HOME": str(folder)},
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
