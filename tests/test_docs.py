"""The documentation is true: its examples run, and what is generated is current."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The examples of a page run from top to bottom, as a reader would run them."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    text = page.read_text(encoding="utf-8")
    for example in EXAMPLE.finditer(text):
        line = text[: example.start()].count("\n") + 1
        code = "\n" * line + example.group(1)
        exec(compile(code, str(page), "exec", dont_inherit=True), names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path):
    """A link to a file of the repository names a file that is there."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


GENERATORS = [
    "make-architecture-drawing",
    "make-cli-docs",
    "make-config-docs",
    "make-indicator-docs",
    "make-language-docs",
    "make-pattern-pictures",
    "make-setup-docs",
]


@pytest.mark.parametrize("script", GENERATORS)
def test_generated_pages_are_current(
    script: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Run with --check, a generator says whether its page is what it would write."""
    path = str(ROOT / "scripts" / script)
    monkeypatch.setattr(sys, "argv", [path, "--check"])
    monkeypatch.setattr(sys, "path", [str(ROOT / "scripts"), *sys.path])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(path, run_name="__main__")
    assert ended.value.code in (0, None), (ended.value.code, *capsys.readouterr())
