"""Build hook: a wheel holds the libraries of the pages, fetched by npm where they are missing.

``TECHNIC_NO_PAGES=1`` builds one without them; for an editable install ``make serve`` fetches them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGES = Path("src/technic/service/pages")


class PagesHook(BuildHookInterface[Any]):
    """Refuses to build a wheel whose pages would be empty."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Include the fetched libraries, or stop and say how to get them."""
        if version == "editable" or os.environ.get("TECHNIC_NO_PAGES") == "1":
            return
        pages = Path(self.root) / PAGES
        wanted = json.loads((pages / "assets.json").read_text(encoding="utf-8"))
        names = [name for library in wanted for name in library["files"].values()]
        if not all((pages / "vendor" / name).is_file() for name in names):
            fetch = [sys.executable, str(Path(self.root) / "scripts" / "fetch-assets")]
            done = subprocess.run(fetch, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise RuntimeError(
                    f"the pages' libraries are missing: {done.stderr.strip()}; "
                    "or build without pages: TECHNIC_NO_PAGES=1"
                )
        for name in names:
            path = f"{PAGES}/vendor/{name}"
            build_data["force_include"][path] = f"technic/service/pages/vendor/{name}"
