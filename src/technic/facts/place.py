"""Where facts are kept below the user's home; those of a simulated market are kept apart."""

from __future__ import annotations

from pathlib import Path

__all__ = ["fact_home"]


def fact_home(home: Path, *, simulated: bool = False) -> Path:
    """Return the folder to open a ``FactStore`` in."""
    return home / "simulated" if simulated else home
