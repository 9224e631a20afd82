"""run_bench: the four ways, one after the other, against one vendor; and what they came to."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import math
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from technic.bench.config import BenchConfig
from technic.bench.market import open_market
from technic.bench.same_answer import largest_difference
from technic.bench.scorers import ScoreTime
from technic.bench.talib_loop import talib_there
from technic.bench.ways import OneByOne, PlannedRun, baseline, one_request_each, planned
from technic.data_engine.store import BarStore
from technic.errors import NothingToScanError
from technic.sessions import load_calendar
from technic.settings import Settings, load_settings
from technic.universe import prescreen
from technic.version import __version__

__all__ = ["BenchReport", "run_bench"]

PACKAGES = "numpy", "pandas", "pyarrow", "deltalake", "aiohttp", "msgspec"
"""What all sides stand on."""

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BenchReport:
    """What the four ways came to. ``difference``: largest relative one between the scorers."""

    config: BenchConfig
    universe: int
    source: str
    simulated: bool
    sessions: tuple[str, str]
    baseline: OneByOne
    batch: OneByOne
    prescreen: OneByOne
    planned: PlannedRun
    difference: float

    @property
    def baseline_seconds(self) -> float:
        """The baseline for the whole universe: its time per symbol, times the symbols."""
        return self.baseline.seconds / self.baseline.symbols * self.universe

    @property
    def baseline_requests(self) -> int:
        """The baseline's requests for the whole universe, those that were repeated included."""
        return round(self.baseline.requests / self.baseline.symbols * self.universe)

    @property
    def planned_over_batch(self) -> float:
        """How many times faster the planned way is than the batch."""
        return self.batch.seconds / self.planned.seconds

    @property
    def planned_over_talib(self) -> float | None:
        """How many times faster than one request for each symbol left, scored by TA-Lib."""
        seconds = self.prescreen.talib_seconds
        return None if seconds is None else seconds / self.planned.seconds

    @property
    def fetch_over_prescreen(self) -> float:
        """How many times faster it fetches than one request for each symbol left."""
        return self.prescreen.fetch_seconds / self.planned.fetch_seconds

    @property
    def floor_seconds(self) -> float:
        """Latency × rounds of the planned requests: what no program can undercut; 0 for vendors."""
        if self.config.provider != "loopback":
            return 0.0
        rounds = math.ceil(self.planned.lower_bound / self.config.max_concurrent)
        return rounds * self.config.latency_ms / 1000

    def document(self) -> dict[str, object]:
        """Return the object that ``technic bench --format json`` prints."""
        whole, each = self.baseline_seconds, self.baseline.seconds / self.baseline.symbols
        ways: dict[str, object] = {
            "baseline": {
                "seconds": whole,
                "requests": self.baseline_requests,
                "speedup": 1.0,
                "extrapolated": True,
                "sample": self.baseline.symbols,
                "sample_seconds": self.baseline.seconds,
                "sample_requests": self.baseline.requests,
                "sample_retries": self.baseline.retries,
                "seconds_per_symbol": each,
            }
        }
        for name, way in (("batch", self.batch), ("prescreen", self.prescreen)):
            ways[name] = {
                "seconds": way.seconds,
                "requests": way.requests,
                "speedup": whole / way.seconds,
                "symbols": way.symbols,
                "retries": way.retries,
                "fetch_seconds": way.fetch_seconds,
                "score_ms_per_symbol": way.score_ms,
                "scored_sample": way.scored,
                "score_extrapolated": way.scored < way.answered,
                "success_rate": way.success_rate,
                "talib_ms_per_symbol": way.talib_ms,
                "talib_seconds": way.talib_seconds,
            }
        ours = self.planned
        ways["planned"] = {
            "seconds": ours.seconds,
            "requests": ours.requests,
            "speedup": whole / ours.seconds,
            "retries": ours.retries,
            "lower_bound": ours.lower_bound,
            "fetch_seconds": ours.fetch_seconds,
            "scan_seconds": ours.scan_seconds,
            "kept": len(ours.result.table),
            "floor_seconds": self.floor_seconds,
        }
        return {
            **ways,
            "planned_over_batch": self.planned_over_batch,
            "planned_over_talib": self.planned_over_talib,
            "fetch_over_prescreen": self.fetch_over_prescreen,
            "success_rate": ours.success_rate,
            "largest_difference": self.difference,
            "universe": self.universe,
            "source": self.source,
            "provider": self.config.provider,
            "simulated": self.simulated,
            "first_session": self.sessions[0],
            "last_session": self.sessions[1],
            "machine": machine(),
            "settings": self._settings(),
        }

    def _settings(self) -> dict[str, object]:
        """What was asked for; a vendor's line is its own."""
        settings = dataclasses.asdict(self.config)
        if not self.simulated:
            for name in ("latency_ms", "requests_per_minute", "faults_pct"):
                del settings[name]
        return settings


def run_bench(
    config: BenchConfig | None = None,
    *,
    settings: Settings | None = None,
    progress: Tell | None = None,
) -> BenchReport:
    """Measure the four ways to get and scan a market, in this process, on this machine.

    Each way has a store of its own in a temporary folder. Raises UsageError for what cannot be
    asked of the provider, NothingToScanError when it answers nothing, and TechnicError when the
    scan, pandas and TA-Lib do not agree: a ratio of unequal answers means nothing.
    """
    config = config or BenchConfig()
    settings = settings or load_settings(os.environ, Path.cwd())
    calendar = load_calendar(dt.datetime.now(dt.UTC).date(), settings.home)

    def tell(stage: str) -> Callable[[int, int], None] | None:
        return None if progress is None else partial(progress, stage)

    with (
        _workplace() as (folder, fresh),
        open_market(config, settings, calendar, fresh()) as market,
    ):
        symbols = market.universe.symbols
        left = market.universe.take(prescreen(market.universe).kept).symbols
        if not left:
            raise NothingToScanError("the pre-screen leaves no symbol", "name another universe")
        market.begin()
        first = baseline(market, config, tell("baseline"))
        market.begin()
        batch = one_request_each(market, config, symbols, fresh(), tell=tell("batch"))
        market.begin()
        # the same figures for both: on a busy machine scoring takes now more, now less
        timed = ScoreTime(batch.score_ms, batch.talib_ms, 0)
        screened = one_request_each(market, config, left, fresh(), timed, tell("prescreen"))
        listings = market.save_listings(folder / "listings.parquet")
        market.begin()
        ours = planned(market, config, left, fresh(), listings, tell("planned"))
    return BenchReport(
        config=config,
        universe=len(symbols),
        source=market.universe.source,
        simulated=market.remote.simulated,
        sessions=(str(market.sessions[0]), str(market.sessions[-1])),
        baseline=first,
        batch=batch,
        prescreen=screened,
        planned=ours,
        difference=largest_difference(ours.result, market.sessions[-1]),
    )


@contextmanager
def _workplace() -> Iterator[tuple[Path, Callable[[], BarStore]]]:
    """A folder, and a maker of empty stores in it; all is gone in the end."""
    with tempfile.TemporaryDirectory(prefix="technic-bench-") as folder:
        count = itertools.count()
        yield Path(folder), lambda: BarStore.open(f"{folder}/store-{next(count)}")


def machine() -> dict[str, object]:
    """Return what the figures were measured on and with; ``talib`` None where it is not there."""
    ta = talib_there()
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "technic": __version__,
        **{name: version(name) for name in PACKAGES},
        "talib": None if ta is None else ta.__version__,
    }
