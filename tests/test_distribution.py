"""What is installed is called technic-scanner; no hint names the other project, technic."""

from __future__ import annotations

import re
import tomllib
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
