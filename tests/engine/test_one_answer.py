"""One answer wherever a scan runs: real and simulated bars, every width, order, day and fault."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from support import stored_market
from support.blocks_that_fail import Poisoning, killed_once
from support.made_up_market import SESSIONS, SYMBOLS, assert_same
from support.saved_scans import write_prices
from support.stored_market import IN_BLOCKS, fill, raw_bars, scan_stored
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import Failure
from technic.data_engine.providers.files.provider import FilesProvider
from technic.engine.blocks import BlockOutcome, BlockScan
from technic.engine.local import LocalRunner
from technic.engine.ray_runner import RayRunner, start_ray
from technic.engine.runner import Runner, RunProgress
from technic.engine.threads import ThreadsRunner
from technic.panel import BlockSource
from technic.setups import load_setups
from technic.testing import FakeProvider, make_bars

ray = pytest.importorskip("ray")

NOW = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
ALL = 8192
WIDTHS = (1, 7, ALL)
# ordinary ones, thin ones, warrants, short histories, an unadjusted split, a listing without bars
REAL = (
    *("A", "AAPL", "ABLLW", "AEON", "AHR", "AMC", "AMZN", "ANET", "CCIA", "CHSN", "HOLO", "VVOS"),
    *("BETR", "NOBARS"),
)
SAYS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "much": {
        "where": "close > 2 and percentile(roc(close, 60)) >= 5 "
        "and bars_since(close > high[1]) < 90",
        "columns": ("ema(ema(close, 50), 9)", "rank(volume)", "weekly(rsi(close, 9))", "tv_status"),
        "sort": "rank(atr(14) / close)",
    },
    "setups": {"setups": load_setups("vcp", "squeeze_on", "rs_line_new_high", "weinstein_stage_2",
                                     "volume_dry_up", "trend_template")},
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Market:
    """A market, the symbol that a fault befalls, another to compare with, and two days."""

    provider: Provider
    symbols: tuple[str, ...]
    victim: str
    benchmark: str
    days: tuple[str, str]


@cache
def simulated() -> Market:
    """Random walks; one symbol without bars, one whose request fails."""
    failures = {"CP": Failure("http_500", "the server had enough")}
    provider = FakeProvider(make_bars(SYMBOLS, SESSIONS), failures=failures)
    return Market(provider, (*SYMBOLS, "NOBARS"), "BN", "AK", ("2024-03-08", "2023-06-30"))


@cache
def real(folder: Path, scratch: Path) -> Market:
    """Bars as they are, with all that is wrong with them; the market is no more than ``REAL``."""
    few = pq.read_table(folder / "us_daily_sample.parquet", filters=[("symbol", "in", REAL)])
    pq.write_table(few, scratch / "few.parquet")
    provider = FilesProvider(scratch / "few.parquet")
    return Market(provider, REAL, "ANET", "AAPL", ("2024-03-08", "2023-06-09"))


@pytest.fixture(params=["simulated", "real"])
def market(request: pytest.FixtureRequest) -> Market:
    """Either of them."""
    if request.param == "simulated":
        return simulated()
    scratch = request.getfixturevalue("tmp_path_factory").getbasetemp()
    return real(request.getfixturevalue("real_data"), scratch)


@pytest.fixture(scope="module", autouse=True)
def one_ray() -> Iterator[None]:
    """One local Ray for the whole module."""
    tests = str(Path(__file__).parents[1])
    with pytest.MonkeyPatch.context() as patch:
        # workers import the scans that fail on purpose from here
        patch.setenv("PYTHONPATH", os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")]))
        with start_ray():
            yield


@dataclass
class Deadly(Poisoning):
    """A runner of whose workers one is killed while it scans a symbol, once."""

    marker: Path

    def run(
        self,
        source: BlockSource,
        scan: BlockScan,
        block_size: int,
        progress: RunProgress | None = None,
    ) -> BlockOutcome:
        """Run the scan with the fault in it."""
        deadly = partial(killed_once, scan=scan, symbol=self.symbol, marker=self.marker)
        return self.inner.run(source, deadly, block_size, progress)


ORDERS: tuple[Callable[[tuple[str, ...]], tuple[str, ...]], ...] = (
    lambda symbols: symbols,
    lambda symbols: symbols[::-1],
    lambda symbols: symbols[1::2] + symbols[::2],
)
FAULTS = ("none", "poison", "kill")
# with each width every order, fault and text comes up; with each text and fault both days
CASES = [
    pytest.param(width, order, at % 2, FAULTS[(at + order) % 3], says,
                 id=f"{width}-order{order}-day{at % 2}-{FAULTS[(at + order) % 3]}-{says}")
    for at, width in enumerate(WIDTHS)
    for order, says in enumerate(SAYS)
]  # fmt: skip


def scan_of(
    market: Market, says: str, day: int, runner: Runner, order: int = 0, width: int = ALL
) -> ScanResult:
    """Scan the market with one runner."""
    config = ScanConfig(
        symbols=ORDERS[order](market.symbols),
        as_of=market.days[day],
        benchmark=market.benchmark,
        block_size=width,
        **SAYS[says],
    )
    return run_scan(config, provider=market.provider, runner=runner, now=NOW)


def met(result: ScanResult) -> dict[str, list[str]]:
    """What each condition came to for each symbol, in alphabetical order."""
    order = sorted(range(len(result.scored)), key=result.scored.__getitem__)
    return {f"{one.owner}.{one.name}": one.sentences(np.array(order)) for one in result.conditions}


@cache
def expected(market: Market, says: str, day: int, *, poison: bool) -> ScanResult:
    """In this process, all symbols at once."""
    runner = LocalRunner()
    return scan_of(market, says, day, Poisoning(runner, market.victim) if poison else runner)


@pytest.mark.parametrize(("width", "order", "day", "fault", "says"), CASES)
def test_every_runner_gives_one_answer(
    market: Market, width: int, order: int, day: int, fault: str, says: str, tmp_path: Path
):
    """Table and ledger bit for bit; only the ledger's order is that of the universe."""
    runners: list[Runner] = [LocalRunner(), ThreadsRunner(3), RayRunner()]
    if fault == "poison":
        runners = [Poisoning(runner, market.victim) for runner in runners]
    marker = tmp_path / "killed"
    if fault == "kill":  # of what runs here nothing can be killed
        runners[2] = Deadly(RayRunner(), market.victim, marker)
    whole = expected(market, says, day, poison=fault == "poison")
    universe = ORDERS[order](market.symbols)
    ledger = whole.ledger.frame().set_index("symbol").loc[list(universe)]
    for runner in runners:
        found = scan_of(market, says, day, runner, order, width)
        pd.testing.assert_frame_equal(found.table, whole.table, check_exact=True)
        pd.testing.assert_frame_equal(found.ledger.frame().set_index("symbol"), ledger)
        assert (found.regime, found.warnings) == (whole.regime, whole.warnings)
        assert found.scored == tuple(s for s in universe if s in whole.scored)
        assert met(found) == met(whole)
        assert found.runner.ran == runner.name
    assert marker.exists() == (fault == "kill")
    outcome = whole.ledger.of(market.victim)
    assert (outcome == ("error.ZeroDivisionError", "poison in the well")) == (fault == "poison")
    assert whole.ledger.of("NOBARS")[0] == "fetch.no_data"
    assert len(whole.table) > (0 if says == "setups" else 3)


@pytest.mark.parametrize("says", ["much", "setups"])
def test_workers_that_read_the_store_say_the_same(
    says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Expressions, setups and a symbol that raises, in blocks that no driver has seen."""
    folder = fill(tmp_path / "store", monkeypatch)
    config = ScanConfig(benchmark="AK", block_size=7, **SAYS[says])
    in_memory = scan_stored(folder, config, runner=Poisoning(LocalRunner(), "BN"))
    streamed = scan_stored(folder, config, IN_BLOCKS, runner=Poisoning(RayRunner(), "BN"))
    assert streamed.stats.streamed
    pd.testing.assert_frame_equal(in_memory.table, streamed.table, check_exact=True)
    pd.testing.assert_frame_equal(in_memory.ledger.frame(), streamed.ledger.frame())
    assert met(streamed) == met(in_memory)
    assert streamed.ledger.of("BN") == ("error.ZeroDivisionError", "poison in the well")


@pytest.mark.parametrize("memory", [None, "1", IN_BLOCKS])
def test_a_day_that_the_vendor_had_not_finished_is_moved_back_alike(
    memory: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A store synced while a third of the symbols had no bar of the day: in memory, in blocks."""
    bars = raw_bars()
    late = np.isin(np.array(bars.symbols)[bars.column], SYMBOLS[::3])
    partial_day = bars.rows(~(late & (bars.session == SESSIONS[-1])))
    monkeypatch.setattr(stored_market, "raw_bars", lambda: partial_day)
    folder = fill(tmp_path / "store", monkeypatch)
    config = ScanConfig(block_size=7, columns=("rank(roc(close, 20))", "close[400]"))
    here = scan_stored(folder, config, runner=LocalRunner())
    there = scan_stored(folder, config, memory, runner=RayRunner())
    assert (here.as_of, there.as_of) == (str(SESSIONS[-2]), str(SESSIONS[-2]))
    assert there.stats.streamed == (memory == IN_BLOCKS)
    assert_same(here, there)
    assert any("is not complete" in text for text in here.warnings)
    assert here.warnings == there.warnings
    whole = scan_stored(folder, replace(config, as_of=here.as_of), memory, runner=RayRunner())
    assert_same(whole, there)


def test_prices_alone_are_scanned_alike(tmp_path: Path):
    """Without a column of volume, and where there is one that is not to be read."""
    frame = pd.read_csv(write_prices(make_bars(SYMBOLS[:9], SESSIONS[-320:]), tmp_path / "a.csv"))
    frame.drop(columns="volume").to_csv(tmp_path / "b.csv", index=False)
    found = []
    for name in ("a.csv", "b.csv"):
        for runner in (LocalRunner(), RayRunner()):
            config = ScanConfig(
                provider="files", data=str(tmp_path / name), no_volume=True, block_size=4,
                columns=("sma(close, 9) > 0", "obv", "rank(rsi(close, 9))"),
            )  # fmt: skip
            found.append(run_scan(config, runner=runner, now=NOW))
    first, *others = found
    assert len(first.table) == 9
    assert first.table["obv"].isna().all()
    for other in others:
        assert_same(first, other)
    assert found[0].warnings == found[1].warnings
