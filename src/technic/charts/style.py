"""Colours and type of all drawings: on paper, on light and on dark screens.

Every text has a contrast of at least 4.5 : 1 to what it stands on, every line that means something
3 : 1 (WCAG 2.2, level AA); no colour says anything that a shape or a word does not say as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["AVERAGE_COLOURS", "DARK", "FONT", "LIGHT", "STYLE"]

FONT = "'Segoe UI',Roboto,'Helvetica Neue',Arial,'Liberation Sans',sans-serif"
LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "ground": "#ffffff",
        "panel": "#f3f5f7",
        "ink": "#1f2328",
        "muted": "#57606a",
        "grid": "#e3e7eb",
        "edge": "#8c959f",
        "up": "#08775a",
        "down": "#c22f49",
        "good": "#08775a",
        "bad": "#c22f49",
        "first": "#0a63c9",
        "second": "#985a00",
        "third": "#b3307d",
        "fourth": "#176f76",
        "shape": "#7a45d8",
        "track": "#dde3e9",
        "flag": "#ffe9a8",
        "flagged": "#5c3c00",
    }
)
DARK: Mapping[str, str] = MappingProxyType(
    {
        "ground": "#0f141a",
        "panel": "#1a212a",
        "ink": "#e6edf3",
        "muted": "#9aa4af",
        "grid": "#232b34",
        "edge": "#6b7683",
        "up": "#35b98c",
        "down": "#f26a7e",
        "good": "#35b98c",
        "bad": "#f26a7e",
        "first": "#62a8ff",
        "second": "#e0a346",
        "third": "#f284bd",
        "fourth": "#45c4cc",
        "shape": "#b596f5",
        "track": "#2b343f",
        "flag": "#4a3a05",
        "flagged": "#f7d774",
    }
)
AVERAGE_COLOURS = ("first", "second", "third", "fourth")
"""Of the moving averages, in their order."""
_LINES = ("up", "down", "edge", "grid", *AVERAGE_COLOURS, "shape", "muted", "ink", "good", "bad")


def _colours(palette: Mapping[str, str]) -> str:
    fills = [f".tc .f-{name}{{fill:{colour}}}" for name, colour in palette.items()]
    lines = [f".tc .s-{name}{{stroke:{palette[name]}}}" for name in _LINES]
    return "".join(
        [
            f".tc text{{fill:{palette['ink']}}}.tc .t-muted{{fill:{palette['muted']}}}",
            *fills,
            *lines,
        ]
    )


STYLE = (
    f".tc{{font-family:{FONT};font-size:12px}}"
    ".tc text{font-variant-numeric:tabular-nums}"
    ".tc .small{font-size:11px}.tc .large{font-size:16px}.tc .bold{font-weight:600}"
    ".tc .end{text-anchor:end}.tc .middle{text-anchor:middle}"
    ".tc .line{fill:none;stroke-width:1.5;stroke-linejoin:round}"
    ".tc .thick{fill:none;stroke-width:2;stroke-linejoin:round}"
    ".tc .hair{fill:none;stroke-width:1;shape-rendering:crispEdges}"
    ".tc .dashed{stroke-dasharray:6 4}.tc .dotted{stroke-dasharray:2 3}"
    ".tc .crisp{shape-rendering:crispEdges}.tc .none{fill:none}"
    ".tc .half{fill-opacity:.55}.tc .w1{fill-opacity:.08}.tc .w2{fill-opacity:.16}"
    ".tc .w3{fill-opacity:.24}.tc .w4{fill-opacity:.32}"
    ".tc .faint{fill-opacity:.08}.tc .old{opacity:.4}"
    ".tc .hover{fill:transparent;pointer-events:all}"
    ".tc .hover:hover{fill:#808890;fill-opacity:.14}"
    f"{_colours(LIGHT)}"
    f"@media (prefers-color-scheme:dark){{{_colours(DARK)}}}"
    f"@media print{{{_colours(LIGHT)}.tc{{print-color-adjust:exact}}}}"
)
"""The style sheet of every drawing; where a page has it once, drawings need not carry it."""
