"""How single values look in a terminal: colours carry nothing that the text does not say."""

from __future__ import annotations

import math

from rich.text import Text

__all__ = [
    "change_text",
    "price_text",
    "rating_bar",
    "rating_style",
    "shortened",
    "signal_text",
]

BAR_CELLS = 6
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_SIGNALS = {
    "strong_long": "bold green",
    "long": "green",
    "watch": "yellow",
    "neutral": "dim",
    "avoid": "red",
    "short": "magenta",
    "unrated": "dim",
}


def price_text(value: float) -> str:
    """Dollars with cents; below one dollar with four decimals, as such prices are quoted."""
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4f}"


def change_text(value: float) -> Text:
    """A signed percentage, green or red."""
    if not math.isfinite(value):
        return Text("-")
    text = f"{value:+z.2f}"
    return Text(text, "" if text == "+0.00" else "green" if value > 0 else "red")


def signal_text(value: str) -> Text:
    """A signal in words."""
    return Text(value.replace("_", " "), _SIGNALS.get(value, ""))


def rating_style(value: float) -> str:
    """Colour of a rating: green from 65, yellow from 55, red below 40."""
    if value >= 65:
        return "green"
    if value >= 55:
        return "yellow"
    return "red" if value < 40 else ""


def rating_bar(value: float) -> Text:
    """A bar of 0-100 in eighths of a cell."""
    if not math.isfinite(value):
        return Text("")
    eighths = round(value / 100 * BAR_CELLS * 8)
    full, rest = divmod(eighths, 8)
    bar = "█" * full + (_EIGHTHS[rest] if rest else "")
    return Text(bar.ljust(BAR_CELLS), rating_style(value))


def shortened(text: str, width: int) -> str:
    """Cut ``text`` to ``width`` with an ellipsis."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
