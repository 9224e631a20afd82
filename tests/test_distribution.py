"""What is installed is called technic-scanner; no hint names the other project, technic."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from technic.version import DISTRIBUTION

ROOT = Path(__file__).resolve().parents[1]
EXTRAS_OF_ANOTHER = re.compile(r"(?<![\w-])technic\[[\w{]")
INSTALLS_ANOTHER = re.compile(r"install [^\n`]*(?<![\w./=-])technic(?![\w./-])")
HINTS = sorted(
    path
    for folder in ("src", "docs", "deploy", "scripts")
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and path.suffix not in (".pyc", ".svg", ".png", ".jpg")
) + [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml")]


def test_the_project_has_that_name_in_its_metadata():
    """Extras refer to it too; the command stays technic."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == DISTRIBUTION == "technic-scanner"
    everything = set(project["optional-dependencies"]) - {"all"}
    assert project["optional-dependencies"]["all"] == [
        f"{DISTRIBUTION}[{','.join(sorted(everything))}]"
    ]
    assert list(project["scripts"]) == ["technic"]


def test_no_hint_installs_another_project():
    """Every text that a user reads, and every source that messages are made in."""
    assert len(HINTS) > 300
    wrong = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in HINTS
        for pattern in (EXTRAS_OF_ANOTHER, INSTALLS_ANOTHER)
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("pip install 'technic[xlsx]'", True),
        ("with `technic[ray]`", True),
        ("'technic[{extra}]'", True),
        ("pip install technic", True),
        ("pip install --upgrade technic", True),
        ("pip install 'technic-scanner[xlsx]'", False),
        ("pip install --no-deps /home/ray/technic", False),
        ("pipx install .`, then `technic scan", False),
    ],
)
def test_what_counts_as_such_a_hint(text, named):
    """The patterns find what would install the other project, and nothing else."""
    assert bool(EXTRAS_OF_ANOTHER.search(text) or INSTALLS_ANOTHER.search(text)) is named


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a wheel is built from, without the libraries of the pages."""
    for name in ("hatch_build.py", "pyproject.toml", "README.md", "LICENSE", "scripts", "src"):
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "vendor") if name == "src" else None
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


def build(checkout: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Build a wheel where npm cannot be found."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    found = {"PATH": "", "HOME": str(checkout), **environ}
    return subprocess.run(
        command, cwd=checkout, env=found, capture_output=True, text=True, check=False
    )


def test_a_wheel_without_the_pages_libraries_is_built_only_where_that_is_meant(checkout: Path):
    """Else the build says what brings them, and what leaves them out."""
    done = build(checkout)
    assert done.returncode != 0
    assert "npm is missing" in done.stderr
    assert "TECHNIC_NO_PAGES=1" in done.stderr
    assert build(checkout, TECHNIC_NO_PAGES="1").returncode == 0


def test_a_wheel_holds_the_pages_libraries_with_their_licences(checkout: Path):
    """Whoever installs it needs no npm."""
    pages = checkout / "src/technic/service/pages"
    names = [
        name
        for library in json.loads((pages / "assets.json").read_text(encoding="utf-8"))
        for name in library["files"].values()
    ]
    (pages / "vendor").mkdir()
    for name in names:
        (pages / "vendor" / name).write_text("fetched", encoding="utf-8")
    assert build(checkout).returncode == 0
    (wheel,) = (checkout / "dist").glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {f"technic/service/pages/vendor/{name}" for name in names} <= held
    assert "technic/service/pages/templates/scan.html" in held
    assert sum(name.endswith(".LICENSE.txt") for name in names) == 2
