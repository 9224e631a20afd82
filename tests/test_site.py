"""The site is built from docs/ alone, has a search, and asks nothing of other hosts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FETCHED = re.compile(
    r"""<(?:script|img|link|iframe)\b[^>]*?(?:src|href)=["']?((?:https?:)?//[^"'> ]+)"""
)
BLOCK = re.compile(r"^```(?:sh|console|shell)?\n(.*?)^```", re.DOTALL | re.MULTILINE)
TYPED_ALIKE = re.compile(r"""(?:[^"'<>|;`$!^\\*&]|"[^"`$]*")*""")
"""Double quotes around what a shell would read otherwise, and in them nothing that it puts in."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site; a page that is in no menu, a dead link, a dead anchor would end the build."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_there_and_found_by_the_search(site: Path):
    """With README, CONTRIBUTING and CHANGELOG, which lie outside docs/."""
    names = {page.stem for page in (ROOT / "docs").glob("*.md")}
    names |= {"index", "contributing", "changelog"}
    assert not {name for name in names if not (site / f"{name}.html").is_file()}
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    assert names <= {entry["location"].partition(".html")[0] for entry in index["docs"]}
    assert (site / "tutorial.ipynb").is_file()


def test_no_page_fetches_from_another_host(site: Path):
    """Links are followed by readers alone."""
    pages = sorted(site.glob("*.html"))
    assert pages
    assert not {
        f"{page.name}: {address}"
        for page in pages
        for address in FETCHED.findall(page.read_text(encoding="utf-8"))
    }


def commands() -> list[str]:
    """Return each command of the docs that begins a line, without comment and redirection.

    What cron runs is a script of one shell, and no Windows has it.
    """
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    pages.remove(ROOT / "docs" / "nightly.md")
    texts = [page.read_text(encoding="utf-8") for page in pages]
    lines = [line for text in texts for block in BLOCK.findall(text) for line in block.splitlines()]
    return [
        re.split(r"\s+(?:#|\|\|)|\s>\s[\w.]+\s*(?:#.*)?$", line)[0]
        for line in lines
        if line.startswith("technic ")
    ]


def test_a_command_is_typed_alike_in_every_shell():
    """PowerShell and cmd, too: double quotes around, nothing that a shell would put in."""
    lines = commands()
    assert len(lines) > 50
    assert not [line for line in lines if not TYPED_ALIKE.fullmatch(line)]
