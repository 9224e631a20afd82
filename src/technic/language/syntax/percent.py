"""Numbers that were written with a percent sign; what they mean depends on what stands beside."""

from __future__ import annotations

__all__ = ["Percent"]


class Percent(float):
    """``5%``, as a constant of a tree that nobody has checked yet: 5.0, and that it is percent."""

    __slots__ = ()
