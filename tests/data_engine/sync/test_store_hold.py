"""Several syncs on one store at once send the requests of one."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.vendor import CALENDAR, Vendor, run, syncer
from technic.data_engine.store import BarStore
from technic.errors import StoreError
from technic.testing import make_bars

NOW = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(12, np.datetime64("2024-03-08"))
SYMBOLS = [f"S{i:02d}" for i in range(30)]


class YieldingClock:
    """Time that passes when nobody has anything else to do."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """Seconds slept by all."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let the others go first."""
        self.now += seconds
        await asyncio.sleep(0)


def test_four_syncs_at_once_send_the_requests_of_one(tmp_path: Path):
    """Three wait for the first and find that nothing is missing any more."""
    vendor = Vendor(make_bars(SYMBOLS, SESSIONS))
    syncs = [
        replace(syncer(vendor, tmp_path / "store", NOW), clock=YieldingClock()) for _ in range(4)
    ]

    async def together() -> list[object]:
        return await asyncio.gather(*(one.run(SYMBOLS, SESSIONS) for one in syncs))

    reports = asyncio.run(together())
    assert vendor.kinds == {"day": 12, "splits": 1}
    assert [report.failures for report in reports] == [{}] * 4
    assert sorted(report.stats.requests for report in reports) == [0, 0, 0, 13]


def test_a_sync_says_who_writes_when_it_has_waited_long_enough(tmp_path: Path):
    """Not one request is sent; what is there can be had without the lock."""
    vendor = Vendor(make_bars(SYMBOLS, SESSIONS))
    one = syncer(vendor, tmp_path / "store", NOW)
    run(one, SYMBOLS, SESSIONS[:6])
    asked = vendor.kinds.total()
    other = BarStore.open(one.store.url)
    assert other.lock.try_acquire()
    with pytest.raises(StoreError, match="is being written by process"):
        run(replace(one, clock=YieldingClock()), SYMBOLS, SESSIONS)
    assert run(one, SYMBOLS, SESSIONS[:6]).failures == {}
    assert vendor.kinds.total() == asked
    other.lock.release()
    assert run(one, SYMBOLS, SESSIONS).failures == {}
