"""Pages from templates: every text in them is escaped, whatever it is."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from technic.service.pages.files import page_files

__all__ = ["render"]


def render(template: str, **context: Any) -> str:
    """Return a page; a name that the template uses and nobody gave is an error."""
    return _environment().get_template(template).render(**context)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    files = page_files()
    environment.globals.update(static=files.prefix, modules=files.modules, site=None)
    return environment
