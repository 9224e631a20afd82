"""Build hook: a wheel holds the libraries of the pages, or says that it does not.

``TECHNIC_NO_PAGES=1`` builds one without them; an editable install fetches them when they are used.
"""

from __future__ import annotations

import json
import os
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
        missing = [name for name in names if not (pages / "vendor" / name).is_file()]
        if missing:
            raise RuntimeError(
                f"the pages' libraries are missing ({', '.join(missing)}): run scripts/fetch-assets, "
                "which needs npm, or build without pages: TECHNIC_NO_PAGES=1"
            )
        for name in names:
            path = f"{PAGES}/vendor/{name}"
            build_data["force_include"][path] = f"technic/service/pages/vendor/{name}"
