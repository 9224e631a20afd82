"""A made-up market with listings, and the days of its site."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from technic.data_engine.gate.rules import GateRules
from technic.scan.config import ScanConfig
from technic.service.schedule.scheduled_scans import ScheduledScan
from technic.settings import Settings
from technic.site.day import Day, scan_day
from technic.site.tables import site_tables

__all__ = ["HOSTILE", "LISTINGS", "NOW", "SCANS", "Market"]

HOSTILE = "</title><script>alert(1)</script> & \"Co\" 'x'"
_QUOTED = HOSTILE.replace('"', '""')
LISTINGS = "symbol,company,sector\n" + "".join(
    f'S{n:02d},"{_QUOTED if n == 8 else f"Company {n}"}",{"Energy" if n % 2 else "Finance"}\n'
    for n in range(12)
)
AS_GIVEN = {"price_floor_basis": "as_given"}
"""What is known of prices that nobody adjusts later: else a past day would be told with a doubt."""
_ABOVE = {"where": "close > sma(close, 20)", "columns": ["natr_14"], **AS_GIVEN}
SCANS = (
    ScheduledScan("Above 20 days", _ABOVE),
    ScheduledScan("nothing", {"where": "close > 1e9", **AS_GIVEN}),
)
NOW = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Market:
    """Files of a market; ``home``: of the settings."""

    prices: Path
    listings: Path
    home: Path

    @property
    def config(self) -> ScanConfig:
        """A scan of everything."""
        return ScanConfig(
            provider="files",
            data=str(self.prices),
            universe=str(self.listings),
            gate=GateRules(price_floor_basis="as_given"),
        )

    def day(self, as_of: str | None = None, now: dt.datetime = NOW) -> Day:
        """Scan all tables of a day."""
        settings = Settings(home=self.home)
        config = replace(self.config, as_of=as_of)
        return scan_day(site_tables(config, SCANS, settings), settings, now=now)
