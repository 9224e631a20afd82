"""A world for a schedule, in a database of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.schedules import World
from technic.service.database.connect import open_database


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A vendor, two scans, nothing done yet."""
    return World(open_database(f"sqlite:///{tmp_path / 'schedule.db'}"), tmp_path)
