"""Loops compiled however small the work is, or none at all: what both come to must be the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from technic.panel.compiled import COMPILER, Compiler, Loop

__all__ = ["LoopsAsked", "switched_loops"]

LoopsAsked = list[Loop | None]


def switched_loops(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], LoopsAsked]:
    """Return a switch: compile whatever is asked for, or leave everything to numpy.

    It returns what was asked for so far: a loop each time, None where numpy had to do it.
    """
    always, asked = Compiler(loading=0, compiling=0).loop, LoopsAsked()

    def compiled(*work: Any) -> Loop | None:
        asked.append(always(*work))
        return asked[-1]

    def switch(on: bool) -> LoopsAsked:
        monkeypatch.setattr(COMPILER, "loop", compiled if on else lambda *_: None)
        return asked

    return switch
