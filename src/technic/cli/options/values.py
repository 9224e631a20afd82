"""How option values are written: numbers with K, M, B, T or %, lists with commas."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from technic.errors import ParameterError
from technic.text.amounts import amount_of

__all__ = ["amount", "at_home", "percentage", "split"]


def amount(text: str) -> float:
    """Parse dollars: ``250000``, ``250_000``, ``250K``, ``2.5B``."""
    try:
        return amount_of(text.replace("%", "?"))  # dollars are no percentage
    except ValueError:
        message = f"{text!r} is no amount; write 250000, 250K, 2.5M or 10B"
        raise typer.BadParameter(message) from None


def percentage(text: str) -> float:
    """Parse a number that counts in percent or in points: ``2``, ``2%``, ``2 %``."""
    try:
        return amount_of(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no number; write 2, 2.5 or 2%") from None


def at_home(path: str | None) -> str | None:
    """Write the home folder in the place of ``~``, which no shell does after an equals sign."""
    return str(Path(path).expanduser()) if path and path.startswith("~") else path


def split(option: str, values: Sequence[str] | None) -> tuple[str, ...]:
    """Split each value at commas; blanks go, so ``A, B`` and two options mean the same.

    Raises ParameterError where an option is given and names nothing: that is no list of all.
    """
    parts = (part.strip() for value in values or () for part in value.split(","))
    found = tuple(part for part in parts if part)
    if values and not found:
        raise ParameterError(option, ",".join(values), f"one or more values, as in --{option} A,B")
    return found
