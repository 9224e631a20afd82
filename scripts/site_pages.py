"""Pages of the site that lie outside docs/: README, CONTRIBUTING, CHANGELOG; a hook of mkdocs.

A link to a file that is no page of the site becomes its name in the sources: the site has no
address of a repository to lead to.
"""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""A file at the top → the page of the site that it is."""
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>[^)#:\s]+)(?P<anchor>#[^)]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, their links as seen from docs/."""
    for name, page in PAGES.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        content = LINK.sub(lambda link: _from_docs(link, ROOT), text)
        content = content.replace("](docs/images/", "](images/")
        files.append(File.generated(config, page, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead links out of docs/ to the page that the file is, or name the file."""
    if page.file.generated_by:
        return markdown
    return LINK.sub(lambda link: _from_docs(link, ROOT / "docs"), markdown)


def _from_docs(link: re.Match[str], folder: Path) -> str:
    """Return a link of a page in ``folder`` as a page of the site has it."""
    path = (folder / link["target"]).resolve()
    anchor = link["anchor"] or ""
    if path.parent == ROOT / "docs":
        return f"[{link['text']}]({path.name}{anchor})"
    if path.is_relative_to(ROOT / "docs"):
        return f"[{link['text']}]({path.relative_to(ROOT / 'docs').as_posix()}{anchor})"
    name = path.relative_to(ROOT).as_posix()
    if name in PAGES:
        return f"[{link['text']}]({PAGES[name]}{anchor})"
    return f"{link['text']} (`{name}`)"
