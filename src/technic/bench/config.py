"""What a benchmark measures, and with what."""

from __future__ import annotations

import math
from dataclasses import dataclass

from technic.data_engine.network.fetch import FetchRules
from technic.data_engine.open_provider import REMOTE
from technic.errors import ParameterError

__all__ = ["BenchConfig"]

SMALL_SAMPLE = 40
WHOLE_MARKET = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchConfig:
    """Market, line and sample of a benchmark.

    ``symbols``: size of the universe, 0 for 6,000 simulated ones or 40 of a vendor's. ``sessions``
    of history each symbol gets. ``latency_ms``, ``requests_per_minute`` and ``faults_pct`` (percent
    of answers that are 429 or 500) are those of the loopback provider; a vendor has its own.
    ``sample``: symbols that the one-after-the-other baseline asks for, and that plain pandas is
    timed on.
    """

    provider: str = "loopback"
    universe: str | None = None
    symbols: int = 0
    sessions: int = 150
    latency_ms: float = 150.0
    requests_per_minute: float | None = None
    faults_pct: float = 0.0
    max_concurrent: int = 50
    sample: int = SMALL_SAMPLE

    def __post_init__(self) -> None:
        if self.provider not in REMOTE:
            raise ParameterError("provider", self.provider, ", ".join(REMOTE))
        simulated = self.provider == "loopback"
        if not self.symbols:
            object.__setattr__(self, "symbols", WHOLE_MARKET if simulated else SMALL_SAMPLE)
        for name, least, most in (
            ("symbols", 2, 9_000),
            ("sessions", 2, 2_520),
            ("max_concurrent", 1, 1_000),
            ("sample", 1, 9_000),
        ):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise ParameterError(name, value, f"a whole number from {least} to {most:,}")
        for name, top in (("latency_ms", 60_000.0), ("faults_pct", 50.0)):
            value = getattr(self, name)
            if not (math.isfinite(value) and 0 <= value <= top):
                raise ParameterError(name, value, f"a number from 0 to {top:,.0f}")
        rate = self.requests_per_minute
        if rate is not None and not (math.isfinite(rate) and rate >= 1):
            raise ParameterError("requests_per_minute", rate, "a number from 1")
        if not simulated and (self.faults_pct or rate is not None):
            given = "faults_pct" if self.faults_pct else "requests_per_minute"
            raise ParameterError(given, getattr(self, given), "nothing with a vendor's interface")

    def fetch_rules(self) -> FetchRules:
        """Rules by which every way but the baseline fetches."""
        return FetchRules(max_concurrent=self.max_concurrent)
