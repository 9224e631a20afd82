"""Thirty made-up symbols up to 2024-03-08, and scans of them with a fake provider."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from technic import ScanConfig, ScanResult, run_scan
from technic.panel import LongBars
from technic.sessions import build_calendar
from technic.testing import FakeProvider

CALENDAR = build_calendar(2026)
NOW = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(560, np.datetime64("2024-03-08"))
SYMBOLS = [f"{letter}{other}" for letter in "ABCDE" for other in "KLMNOP"]


def scan(bars: LongBars, config: ScanConfig | None = None, **kwargs) -> ScanResult:
    """Scan with a fake provider, so that nothing comes from anywhere else."""
    return run_scan(config or ScanConfig(), provider=FakeProvider(bars), now=NOW, **kwargs)


def until(bars: LongBars, day: str) -> LongBars:
    """The bars as they were known on ``day``."""
    return bars.rows(bars.session <= np.datetime64(day))


def assert_same(left: ScanResult, right: ScanResult) -> None:
    """Tables and ledgers are identical, bit for bit."""
    pd.testing.assert_frame_equal(left.table, right.table, check_exact=True)
    pd.testing.assert_frame_equal(left.ledger.frame(), right.ledger.frame())
    assert left.regime == right.regime
