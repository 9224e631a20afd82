"""Pages from templates: every text in them is escaped, whatever it is."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["FOLDER", "STATIC", "VENDOR", "missing_libraries", "render"]

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
VENDOR = FOLDER / "vendor"
LIBRARIES = ("tabulator.mjs", "tabulator.css", "lightweight-charts.mjs")


def render(template: str, **context: Any) -> str:
    """Return a page; a name that the template uses and nobody gave is an error."""
    return _environment().get_template(template).render(**context)


def missing_libraries() -> list[str]:
    """Name the published libraries that nobody fetched: without them there are no pages."""
    return [name for name in LIBRARIES if not (VENDOR / name).is_file()]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
