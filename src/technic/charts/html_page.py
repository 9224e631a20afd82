"""A page in one file: style, pictures and tables, and nothing that is fetched."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Protocol

from technic.charts.drawing import Drawing
from technic.charts.style import DARK, FONT, LIGHT, STYLE
from technic.charts.text import escape

__all__ = ["PAGE_STYLE", "fragment", "page", "responsive"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may fetch for the page: nothing."""
NO_ICON = ("; img-src data:", '<link rel="icon" href="data:,">')
"""An empty icon, so that none is asked for where a page is served."""


class InSight(Protocol):
    """What stays in sight: days, source and size of the data, and whether they are made up."""

    @property
    def parts(self) -> tuple[str, ...]: ...
    @property
    def simulated(self) -> bool: ...


def _colours(palette: dict[str, str]) -> str:
    return (
        f".tp{{color:{palette['ink']};background:{palette['ground']}}}"
        f".tp a,.tp summary{{color:{palette['first']}}}"
        f".tp .muted{{color:{palette['muted']}}}"
        f".tp .good{{color:{palette['good']}}}.tp .bad{{color:{palette['bad']}}}"
        f".tp th,.tp td{{border-color:{palette['grid']}}}"
        f".tp .strip,.tp thead th{{background:{palette['panel']}}}"
        f".tp .warning{{border-left:3px solid {palette['second']};padding-left:8px}}"
        f".tp .flag{{background:{palette['flag']};color:{palette['flagged']}}}"
    )


PAGE_STYLE = (
    f".tp{{font-family:{FONT};font-size:14px;line-height:1.45;margin:0}}"
    ".tp main{max-width:936px;margin:0 auto;padding:12px}"
    ".tp figure{margin:0 -12px 20px}.tp figure details{margin:0 12px}.tp .narrow svg.tc{width:100%}"
    ".tp svg.tc{max-width:100%;height:auto;display:block}"
    ".tp h1{font-size:20px;margin:8px 0}.tp p{margin:8px 0}.tp h2{font-size:16px;margin:24px 0 6px}"
    ".tp .strip{position:sticky;top:0;z-index:1;padding:6px 12px;font-size:13px}"
    ".tp .flag{font-weight:600;padding:1px 6px;border-radius:3px;margin-right:6px}"
    ".tp .scroll{max-height:24em;overflow:auto;margin:6px 0}"
    ".tp table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}"
    ".tp th,.tp td{padding:3px 10px 3px 0;text-align:right;border-bottom:1px solid;"
    "font-weight:400;white-space:nowrap;color:inherit}"
    ".tp th:first-child,.tp .words td,.tp .words th{text-align:left}"
    ".tp .words td,.tp .words th{white-space:normal;vertical-align:top}"
    ".tp thead th{position:sticky;top:0;font-weight:600}"
    ".tp summary{cursor:pointer;font-size:13px;padding:4px 0}"
    ".tp .narrow{display:none}"
    "@media (max-width:640px){.tp .wide{display:none}.tp .narrow{display:block}}"
    "@media print{.tp .wide{display:block}.tp .narrow{display:none}.tp .strip{position:static}"
    ".tp figure{break-inside:avoid}.tp details:not([open]){display:none}}"
    f"{_colours(dict(LIGHT))}"
    f"@media screen and (prefers-color-scheme:dark){{{_colours(dict(DARK))}}}"
)
"""The style of a page around the drawings; its root has the class ``tp``."""


def responsive(wide: Drawing, narrow: Drawing) -> str:
    """Return a figure that shows one picture on wide and the other on narrow screens."""
    return (
        f'<figure><div class="wide">{wide.svg(style=False)}</div>'
        f'<div class="narrow">{narrow.svg(style=False)}</div>{wide.table.html(wide.title)}</figure>'
    )


def fragment(parts: Sequence[str], provenance: InSight) -> str:
    """Return the content as a part of a page of somebody else: with its own style."""
    return (
        f'<div class="tp"><style>{STYLE}{PAGE_STYLE}</style>{_strip(provenance)}'
        f"<main>{''.join(parts)}</main></div>"
    )


def page(
    title: str, parts: Sequence[str], provenance: InSight, *, style: str = "", script: str = ""
) -> str:
    """Return a whole page; ``parts``: HTML, each text in it escaped by who made it.

    ``style`` is added to that of every page; ``script`` is the only one that may run.
    """
    (allowed, icon), code = NO_ICON, ""
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        allowed, icon = f"; script-src 'sha256-{digest}'", ""
        code = f"<script>{script}</script>"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}{allowed}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="color-scheme" content="light dark">{icon}'
        f"<title>{escape(title)}</title><style>{STYLE}{PAGE_STYLE}{style}</style></head>"
        f'<body class="tp">{_strip(provenance)}<main><h1>{escape(title)}</h1>'
        f"{''.join(parts)}</main>{code}</body></html>\n"
    )


def _strip(provenance: InSight) -> str:
    """Return the line that stays in sight."""
    flag = '<span class="flag">SIMULATED</span>' if provenance.simulated else ""
    said = " \u00b7 ".join(provenance.parts)
    return f'<header class="strip">{flag}{escape(said)}</header>'
