"""The files of the pages: held in memory, under addresses that change when any of them does.

So a browser keeps them for good and asks for none again, and no path leads to a folder.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from functools import cached_property, lru_cache
from pathlib import Path

from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from technic.charts import STYLE
from technic.charts.style import DARK, LIGHT

__all__ = [
    "LIBRARIES",
    "STATIC",
    "VENDOR",
    "PageFiles",
    "missing_libraries",
    "no_pages",
    "page_files",
]

STATIC = Path(__file__).parent / "static"
VENDOR = Path(__file__).parent / "vendor"
FETCH = Path(__file__).resolve().parents[4] / "scripts" / "fetch-assets"
"""What brings the published libraries; there in a checkout alone."""
LIBRARIES = ("tabulator.mjs", "tabulator.css", "lightweight-charts.mjs")
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
FOR_GOOD = "public, max-age=31536000, immutable"
_IMPORTED = re.compile(r'^import .* from "\./([^"]+)";$', re.MULTILINE)


class PageFiles:
    """Own and published files by their names; as an application it serves ``/DIGEST/NAME``."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._zipped: dict[str, bytes] = {}

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Return the content of each file."""
        there = [folder for folder in self._folders if folder.is_dir()]
        found = {
            path.name: path.read_bytes()
            for folder in there
            for path in sorted(folder.iterdir())
            if path.suffix in TYPES
        }
        return {**found, "charts.css": _chart_style().encode()}

    @cached_property
    def prefix(self) -> str:
        """Return the address before each name: another one for other contents."""
        digest = hashlib.sha256()
        for name, content in self.files.items():
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return f"/static/{digest.hexdigest()[:16]}"

    @lru_cache(maxsize=32)  # noqa: B019 - there is one of these
    def modules(self, entry: str) -> tuple[str, ...]:
        """Return a module and all that it imports, so that a page can ask for them at once."""
        found: dict[str, None] = {}
        waiting = [entry]
        while waiting:
            name = waiting.pop(0)
            if name in self.files and name not in found:
                found[name] = None
                if not name.endswith(".mjs"):  # what is published is whole
                    waiting += _IMPORTED.findall(self.files[name].decode("utf-8"))
        return tuple(found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file; nobody needs a key for it."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        digest, _, name = get_route_path(scope).lstrip("/").partition("/")
        if name not in self.files:
            raise HTTPException(404)
        headers = {"vary": "accept-encoding"}
        current = self.prefix.endswith(f"/{digest}")
        headers["cache-control"] = FOR_GOOD if current else "no-cache"  # of an older page
        content = self.files[name]
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"")
        if b"gzip" in accepted:
            headers["content-encoding"] = "gzip"
            if name not in self._zipped:
                self._zipped[name] = await asyncio.to_thread(gzip.compress, content, 6, mtime=0)
            content = self._zipped[name]
        kind = TYPES[Path(name).suffix]
        await Response(content, media_type=kind, headers=headers)(scope, receive, send)


@lru_cache(maxsize=1)
def page_files() -> PageFiles:
    """Return the files of this installation."""
    return PageFiles(STATIC, VENDOR)


def missing_libraries() -> list[str]:
    """Name the published libraries that nobody fetched: without them there are no pages."""
    return [name for name in LIBRARIES if name not in page_files().files]


def no_pages(missing: list[str]) -> str:
    """Say in a sentence why there are no pages, and what whoever runs the service can do."""
    what = (
        "scripts/fetch-assets brings them with npm (apt-get install npm, or nodejs.org)"
        if FETCH.is_file()
        else "this package was built with TECHNIC_NO_PAGES=1, install one that was not"
    )
    names = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'}"
    return f"there are no pages, since {names} missing: {what}; all else works without them"


def _chart_style() -> str:
    """Return the style sheet of drawings in the theme of the page, which its reader may choose."""
    rules = [STYLE]
    for name, light in LIGHT.items():
        both = f"light-dark({light},{DARK[name]})"
        rules += [f":root .tc .f-{name}{{fill:{both}}}", f":root .tc .s-{name}{{stroke:{both}}}"]
    ink, muted = (f"light-dark({LIGHT[name]},{DARK[name]})" for name in ("ink", "muted"))
    rules += [f":root .tc text{{fill:{ink}}}", f":root .tc text.t-muted{{fill:{muted}}}"]
    return "\n".join(rules)
