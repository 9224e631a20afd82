"""Paths of drawings read back: every point that a pen comes to, stroke by stroke."""

from __future__ import annotations

import re

__all__ = ["strokes"]

TOKEN = re.compile(r"([MmLlHhVvZz])|(-?(?:\d+\.?\d*|\.\d+))")
NEEDS = {"M": 2, "L": 2, "H": 1, "V": 1, "Z": 0}


def strokes(path: str) -> list[list[tuple[float, float]]]:
    """The points of a path, absolute; each M begins a stroke, a z ends at its beginning."""
    found: list[list[tuple[float, float]]] = []
    x = y = 0.0
    letter, numbers = "", []
    for command, number in TOKEN.findall(path):
        if command:
            assert not numbers, path
            letter = command
            if letter in "zZ":
                x, y = found[-1][0]
                found[-1].append((x, y))
            continue
        numbers.append(float(number))
        if len(numbers) < NEEDS[letter.upper()]:
            continue
        base = (x, y) if letter.islower() else (0.0, 0.0)
        if letter in "Hh":
            x = base[0] + numbers[0]
        elif letter in "Vv":
            y = base[1] + numbers[0]
        else:
            x, y = base[0] + numbers[0], base[1] + numbers[1]
        if letter in "Mm":
            found.append([])
            letter = "L" if letter == "M" else "l"
        found[-1].append((x, y))
        numbers = []
    return found
