"""Pages from templates: every text in them is escaped, whatever it is."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from technic.charts import STYLE
from technic.charts.style import DARK, LIGHT

__all__ = ["FOLDER", "STATIC", "VENDOR", "chart_style", "missing_libraries", "render"]

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
def chart_style() -> str:
    """Return the style sheet of drawings in the theme of the page, which its reader may choose."""
    rules = [STYLE]
    for name, light in LIGHT.items():
        both = f"light-dark({light},{DARK[name]})"
        rules += [f":root .tc .f-{name}{{fill:{both}}}", f":root .tc .s-{name}{{stroke:{both}}}"]
    ink, muted = (f"light-dark({LIGHT[name]},{DARK[name]})" for name in ("ink", "muted"))
    rules += [f":root .tc text{{fill:{ink}}}", f":root .tc text.t-muted{{fill:{muted}}}"]
    return "\n".join(rules)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
