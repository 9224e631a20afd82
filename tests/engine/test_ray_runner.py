"""The Ray runner: the very table of the other runners, whatever happens to its workers."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from support.blocks_that_fail import (
    Poisoning,
    first_closes,
    killed_always,
    killed_once,
)
from support.gate import Gate, Gated, Visit
from support.made_up_market import CALENDAR, SESSIONS, SYMBOLS, assert_same, scan
from support.nobody import nobody
from support.stored_market import IN_BLOCKS, fill, scan_stored
from technic import ScanConfig, run_ray_scans, run_scan
from technic.engine.local import LocalRunner
from technic.engine.ray_runner import RayRunner, start_ray
from technic.engine.serialization import StoredPanel
from technic.engine.threads import ThreadsRunner
from technic.errors import ParameterError, RunnerError, StoreError
from technic.panel import BarPanel, LongBars
from technic.result.info import RunnerInfo
from technic.scan.block_rows import concat_rows, scan_block
from technic.scan.windows import ScanWindows
from technic.testing import FakeProvider, make_bars, make_panel

ray = pytest.importorskip("ray")

ALL = 8192
FAULTY_CLI = Path(__file__).parents[1] / "support" / "faulty_cli.py"


@pytest.fixture(scope="module", autouse=True)
def one_ray() -> Iterator[None]:
    """One local Ray for the whole module, started and ended as the runner does it."""
    tests = str(Path(__file__).parents[1])
    with pytest.MonkeyPatch.context() as patch:
        # workers import the scans that fail on purpose from here
        patch.setenv("PYTHONPATH", os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")]))
        with start_ray():
            yield
    assert not ray.is_initialized()


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols, 560 sessions up to 2024-03-08."""
    return make_bars(SYMBOLS, SESSIONS)


CASES = [
    *((width, SYMBOLS[3:9], None) for width in (1, 2)),
    *((width, SYMBOLS, None) for width in (7, 256, ALL)),
    (7, SYMBOLS[::-1], None),
    (ALL, SYMBOLS[::2] + SYMBOLS[1::2], "2023-06-30"),
    (256, SYMBOLS, "2024-01-02"),
]


@pytest.mark.parametrize("poison", [None, "BN"])
@pytest.mark.parametrize(("width", "symbols", "as_of"), CASES)
def test_three_runners_give_one_answer(
    bars: LongBars, width: int, symbols: list[str], as_of: str | None, poison: str | None
):
    """Table and ledger bit for bit: widths, orders, days, and a symbol that raises."""
    config = ScanConfig(block_size=width, symbols=tuple(symbols), as_of=as_of)
    runners = [LocalRunner(), ThreadsRunner(3), RayRunner()]
    if poison:
        runners = [Poisoning(runner, poison) for runner in runners]
    results = [scan(bars, config, runner=runner) for runner in runners]
    assert [result.runner.ran for result in results] == ["local", "threads", "ray"]
    for left, right in pairwise(results):
        assert_same(left, right)
    if poison and poison in symbols:
        assert results[2].ledger.of(poison) == ("error.ZeroDivisionError", "poison in the well")


def test_workers_read_their_blocks_from_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What memory gives, though no bar passes through here; a file that is lost is named."""
    folder = fill(tmp_path / "store", monkeypatch)
    config = ScanConfig(as_of="2024-01-12", block_size=7)
    in_memory = scan_stored(folder, config, runner=Poisoning(LocalRunner(), "BN"))
    runner = RayRunner()
    streamed = scan_stored(folder, config, IN_BLOCKS, runner=Poisoning(runner, "BN"))
    assert (in_memory.stats.streamed, streamed.stats.streamed) == (False, True)
    assert runner.last.put_bytes == 0
    assert_same(in_memory, streamed)
    assert streamed.warnings == in_memory.warnings
    one, other = (replace(each.stats.batch, seconds=0.0) for each in (in_memory, streamed))
    assert one == other
    lost = sorted((folder / "bars").glob("*/*.parquet"))[-1]
    lost.unlink()
    with pytest.raises(StoreError, match=lost.name):
        scan_stored(folder, memory=IN_BLOCKS, runner=RayRunner())


def test_real_bars_give_one_answer(real_data: Path, tmp_path: Path):
    """Every fifth symbol of the real market as of a day, with all that is wrong with its bars."""
    table = pq.read_table(real_data / "us_daily_2022_2024.parquet")
    names = pc.unique(table["symbol"]).sort()
    pq.write_table(table.filter(pc.is_in(table["symbol"], names[::5])), tmp_path / "few.parquet")
    config = ScanConfig(provider="files", data=tmp_path / "few.parquet", as_of="2024-03-08")
    local = run_scan(config, runner=LocalRunner())
    for runner in (ThreadsRunner(3), RayRunner()):
        assert_same(local, run_scan(config, price_cache=local.prices, runner=runner))
    assert len(local.table) > 400


def test_the_command_line_prints_json_alone_whatever_happens_to_workers(tmp_path: Path):
    """It uses the cluster that settings name and leaves it running; Ray's own lines are logged."""
    environ = os.environ | {
        "TECHNIC_RAY_ADDRESS": ray.get_runtime_context().gcs_address,
        "TECHNIC_HOME": str(tmp_path),
    }
    marker = tmp_path / "killed"
    fault = ["killed_first", json.dumps({"marker": str(marker)})]
    options = ["--runner", "ray", "--format", "json", "--limit", "1", "--debug"]
    done = subprocess.run(
        [sys.executable, FAULTY_CLI, *fault, "scan", *options],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert marker.exists()
    assert json.loads(done.stdout)["runner"] == {"asked": "ray", "ran": "ray", "reason": ""}
    assert "INFO:technic.engine.ray_runner:ray: " in done.stderr
    assert ray.get(ray.put(1)) == 1


def test_run_ray_scans_is_the_scan_of_these_symbols(bars: LongBars):
    """With a provider, with a full cache, and with labels for the regime."""
    chosen = SYMBOLS[4:16]
    provider = FakeProvider(bars)
    plain = scan(bars, ScanConfig(symbols=tuple(chosen)))
    on_ray = run_ray_scans(chosen, provider=provider)
    assert_same(plain, on_ray)
    assert on_ray.runner == RunnerInfo("ray", "ray", "")
    window = CALENDAR.between(CALENDAR.anchor(np.datetime64("2024-03-08"), 300), SESSIONS[-1])
    panel = BarPanel.from_long(FakeProvider(bars).history(chosen, window).bars, window)
    frames = {symbol: panel.frame(symbol) for symbol in chosen}
    provider.asked.clear()
    tags = {"trend": "up", "volatility": "calm"}
    tagged = run_ray_scans(chosen, ScanConfig(), tags, frames, provider=provider)
    assert provider.asked == []
    assert tagged.table.equals(plain.table)
    assert (tagged.regime.trend, tagged.regime.volatility) == ("up", "calm")
    assert tagged.regime.source.startswith("regime_tags")
    with pytest.raises(ParameterError, match="regime_tags"):
        run_ray_scans(chosen, regime_tags={"mood": "good"})


def test_auto_takes_ray_where_it_is(bars: LongBars):
    """And says so."""
    result = scan(bars, ScanConfig(runner="auto"))
    assert (result.runner.asked, result.runner.ran) == ("auto", "ray")
    assert result.warnings == ()


def panel_and_scan(n_symbols: int = 12) -> tuple[BarPanel, partial]:
    """A small market and the scan of one block of it."""
    panel = make_panel(n_symbols)
    return panel, partial(
        scan_block, windows=ScanWindows.whole(panel.sessions), config=ScanConfig()
    )


def test_a_killed_worker_changes_nothing(tmp_path: Path):
    """Its block is scanned again by another worker."""
    panel, work = panel_and_scan()
    marker = tmp_path / "killed"
    deadly = partial(killed_once, scan=work, symbol="S005", marker=marker)
    rows = concat_rows(RayRunner().run(panel, deadly, 2).rows)
    assert int(marker.read_text()) != os.getpid()
    expected = concat_rows(LocalRunner().run(panel, work, 2).rows)
    assert rows.symbols == expected.symbols
    for name, values in expected.columns.items():
        assert values.tobytes() == rows.columns[name].tobytes(), name


def test_a_block_that_kills_every_worker_fails_the_run():
    """An error, not a table without these symbols."""
    panel, work = panel_and_scan(4)
    with pytest.raises(RunnerError, match=r"runner ray: .*died"):
        RayRunner().run(panel, partial(killed_always, scan=work, symbol="S001"), 2)


def test_an_interrupt_cancels_what_is_left():
    """Most blocks are never begun, and Ray goes on working afterwards.

    Only the first block may end before the interrupt; the others that began wait at the gate.
    """
    panel, work = panel_and_scan(40)
    interrupted = False

    def let_go(visits: list[Visit]) -> list[Visit]:
        return [one for one in visits if interrupted or one.symbol == "S000"]

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with Gate(let_go) as gate:
        with pytest.raises(KeyboardInterrupt):
            Gated(RayRunner(), gate.port).run(panel, work, 1, interrupt)
        interrupted = True
        gate.ask_again()
        assert len(RayRunner().run(panel, work, 40).rows) > 1
    assert len(gate.visits) < 20


def test_workers_read_the_bars_where_they_lie():
    """A copy, or bars that could be written to, would be noticed by the worker."""
    owned = make_panel(2)
    with pytest.raises(RunnerError, match="a copy of open"):
        StoredPanel.of(owned).require_views()
    stored = ray.put(StoredPanel.of(owned))
    ray.get(stored).require_views()
    strided = make_panel(4).take(slice(1, 3))
    assert not strided.close.flags.c_contiguous
    work = partial(scan_block, windows=ScanWindows.whole(strided.sessions), config=ScanConfig())
    assert concat_rows(RayRunner().run(strided, work, 1).rows).symbols == ("S001", "S002")


def test_narrow_blocks_share_tasks_in_the_order_of_the_columns():
    """Two hundred blocks in a third as many tasks, and a symbol that raises in the midst of one."""
    panel = make_panel(200, 3)
    on_ray, local = RayRunner(), LocalRunner()
    far, near = [Poisoning(one, "S101").run(panel, first_closes, 1) for one in (on_ray, local)]
    assert on_ray.last.tasks <= 64
    assert concat_rows(far.rows).symbols == tuple(s for s in panel.symbols if s != "S101")
    assert (
        concat_rows(far.rows).columns["close"].tolist() == np.delete(panel.close[0], 101).tolist()
    )
    assert far.poisoned == near.poisoned
    assert (far.bars, far.left_out, far.absent) == (near.bars, near.left_out, near.absent)


def test_a_poisoned_symbol_is_logged_here(caplog: pytest.LogCaptureFixture):
    """Workers' own logs are not shown."""
    panel, work = panel_and_scan(4)
    with caplog.at_level(logging.WARNING, "technic.engine.ray_runner"):
        Poisoning(RayRunner(), "S002").run(panel, work, 4)
    assert caplog.messages == ["scanning S002 raised ZeroDivisionError: poison in the well"]


def test_a_ray_that_is_there_is_left_running():
    """Only what was started here is ended."""
    with start_ray():
        pass
    assert ray.is_initialized()


def test_an_address_where_nobody_listens_is_said_at_once(monkeypatch: pytest.MonkeyPatch):
    """Ray itself would try for more than a minute."""
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    with (
        nobody() as address,
        pytest.raises(RunnerError, match=f"runner ray: no cluster at {address}.*refused"),
    ):
        start_ray(address)
    with pytest.raises(RunnerError, match="no cluster at nobody"):
        start_ray("nobody")
