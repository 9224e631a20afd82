"""Runners without Ray: chosen by name, the same answer, an interrupt stops them."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.blocks_that_fail import Poisoning
from support.made_up_market import SESSIONS, SYMBOLS, assert_same, scan
from technic import ScanConfig, run_scan
from technic.engine import open as choose
from technic.engine import ray_runner
from technic.engine.blocks import BlockOutcome, BlockScan, balanced_width, even_slices
from technic.engine.local import LocalRunner
from technic.engine.open import open_runner
from technic.engine.runner import Runner, RunProgress
from technic.engine.threads import ThreadsRunner
from technic.errors import MissingExtraError, NothingToScanError, ParameterError, RunnerError
from technic.panel import BarPanel, BlockSource, LongBars
from technic.result.info import RunnerInfo
from technic.scan.block_rows import BlockRows, scan_block
from technic.scan.windows import ScanWindows
from technic.settings import load_settings
from technic.testing import FakeProvider, make_bars, make_panel


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols, 560 sessions up to 2024-03-08."""
    return make_bars(SYMBOLS, SESSIONS)


@pytest.mark.parametrize("block_size", [1, 2, 7, 256])
@pytest.mark.parametrize("workers", [1, 3])
def test_threads_give_what_local_gives(bars: LongBars, block_size: int, workers: int):
    """Table and ledger, with a symbol that raises, for each width."""
    config = ScanConfig(block_size=block_size)
    local = scan(bars, config, runner=Poisoning(LocalRunner(), "BN"))
    assert local.ledger.of("BN") == ("error.ZeroDivisionError", "poison in the well")
    assert_same(local, scan(bars, config, runner=Poisoning(ThreadsRunner(workers), "BN")))


def test_a_result_says_where_it_ran(bars: LongBars, tmp_path):
    """What was asked for and what ran; settings choose where the config does not."""
    assert scan(bars).runner == RunnerInfo("local", "local", "")
    config = ScanConfig(runner="threads")
    assert scan(bars, config).runner == RunnerInfo("threads", "threads", "")
    settings = load_settings({"TECHNIC_HOME": str(tmp_path), "TECHNIC_RUNNER": "threads"}, tmp_path)
    assert scan(bars, settings=settings).runner.ran == "threads"
    asked = scan(bars, ScanConfig(runner="local"), settings=settings)
    assert asked.runner.ran == "local"


def test_a_runner_nobody_knows_is_refused(bars: LongBars, tmp_path):
    """In the config or in the settings, before anything is fetched."""
    provider = FakeProvider(bars)
    with pytest.raises(ParameterError, match="runner is 'dask', allowed: auto, local"):
        run_scan(ScanConfig(runner="dask"), provider=provider)
    assert not provider.asked
    settings = load_settings({"TECHNIC_HOME": str(tmp_path), "TECHNIC_RUNNER": "dask"}, tmp_path)
    with pytest.raises(ParameterError, match="runner is 'dask'"):
        scan(bars, settings=settings)


def test_without_ray_its_name_is_an_error_and_auto_falls_back(
    bars: LongBars, monkeypatch: pytest.MonkeyPatch
):
    """One sentence with the command that installs it; auto says why it ran locally."""
    monkeypatch.setattr(choose.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(
        MissingExtraError, match="runner 'ray' needs ray of the extra ray, .*install ray"
    ):
        scan(bars, ScanConfig(runner="ray"))
    result = scan(bars, ScanConfig(runner="auto"))
    assert (result.runner.asked, result.runner.ran) == ("auto", "local")
    assert "install ray" in result.runner.reason
    assert result.warnings == (f"the scan ran locally: {result.runner.reason}",)
    assert_same(result, scan(bars))


def test_a_ray_that_cannot_start_is_an_error_and_auto_falls_back(
    bars: LongBars, monkeypatch: pytest.MonkeyPatch
):
    """The reason is in the error, in the result and in a warning."""

    def broken(address: str | None) -> None:
        raise RunnerError("ray", f"no cluster at {address}")

    monkeypatch.setattr(choose.importlib.util, "find_spec", lambda _: object())
    monkeypatch.setattr(ray_runner, "start_ray", broken)
    with pytest.raises(RunnerError, match="no cluster at here:1"), open_runner("ray", "here:1"):
        pass
    result = scan(bars, ScanConfig(runner="auto"))
    assert result.runner == RunnerInfo("auto", "local", "runner ray: no cluster at None")
    assert len(result.warnings) == 1


def test_a_ray_that_is_broken_is_an_error_and_auto_falls_back(
    bars: LongBars, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """One that is installed and cannot be imported is like one that cannot start."""
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "__init__.py").write_text("raise ImportError('libray.so is missing')")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "ray"]:
        monkeypatch.delitem(sys.modules, name)
    reason = "runner ray: it is installed and cannot be imported (libray.so is missing)"
    with pytest.raises(RunnerError) as raised:
        scan(bars, ScanConfig(runner="ray"))
    assert str(raised.value).startswith(reason)
    result = scan(bars, ScanConfig(runner="auto"))
    assert (result.runner.asked, result.runner.ran) == ("auto", "local")
    assert result.runner.reason.startswith(reason)
    assert len(result.warnings) == 1


def raising(panel: BarPanel, scan: BlockScan) -> BlockRows:
    """Raise as soon as a symbol passes the gate."""
    rows = scan(panel)
    if rows.symbols:
        raise ValueError("no symbol can be scored")
    return rows


class Raising(LocalRunner):
    """A runner all of whose scans raise."""

    def run(
        self,
        source: BlockSource,
        scan: BlockScan,
        block_size: int,
        progress: RunProgress | None = None,
    ) -> BlockOutcome:
        """Run the scan that raises."""
        return super().run(source, partial(raising, scan=scan), block_size, progress)


def test_a_scan_in_which_every_symbol_raises_is_no_empty_table(bars: LongBars):
    """Also where the gate stopped some: nothing qualified would look the same."""
    thin = replace(bars, volume=np.where(bars.column == 3, 0.0, bars.volume))
    assert scan(thin).ledger.counts["gate.dollar_volume_floor"] == 1
    with pytest.raises(NothingToScanError, match=r"error.ValueError 29.*no symbol can be scored"):
        scan(thin, runner=Raising())
    stopped = replace(bars, volume=np.zeros(len(bars)))
    assert list(scan(stopped, runner=Raising()).ledger.counts) == ["gate.dollar_volume_floor"]


@pytest.mark.parametrize("runner", [LocalRunner(), ThreadsRunner(2)], ids=lambda r: r.name)
def test_an_interrupt_drops_the_blocks_that_have_not_begun(runner: Runner):
    """What the caller raises ends the run; most of the forty blocks are never scanned."""
    panel = make_panel(40)
    scanned = []
    work = partial(scan_block, windows=ScanWindows.whole(panel.sessions), config=ScanConfig())

    def counted(block):
        scanned.append(block.symbols)
        return work(block)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(panel, counted, 1, interrupt)
    assert len(scanned) < 35


def note(seen: list[tuple[int, int]], done: int, total: int) -> None:
    """Write down one step of progress."""
    seen.append((done, total))


def test_progress_ends_with_all_symbols():
    """In steps of whole blocks."""
    panel = make_panel(40)
    work = partial(scan_block, windows=ScanWindows.whole(panel.sessions), config=ScanConfig())
    for runner in (LocalRunner(), ThreadsRunner(2)):
        seen: list[tuple[int, int]] = []
        runner.run(panel, work, 16, partial(note, seen))
        assert seen == sorted(seen)
        assert seen[-1] == (40, 40)


def test_every_worker_has_a_share():
    """Blocks are never wider than asked for and never empty."""
    assert balanced_width(6000, 8192, 2) == 1500
    assert balanced_width(6000, 256, 2) == 256
    assert balanced_width(3, 8192, 2) == 1
    assert balanced_width(0, 8192, 2) == 1


@given(st.integers(0, 400), st.integers(1, 60), st.integers(1, 9))
def test_even_blocks_have_all_symbols_once_and_leave_nobody_waiting(
    n_symbols: int, block_size: int, workers: int
):
    """In order, none too wide, none empty, widths apart by one; as many for each worker."""
    cuts = even_slices(n_symbols, block_size, workers)
    assert [at for cut in cuts for at in range(n_symbols)[cut]] == list(range(n_symbols))
    widths = {cut.stop - cut.start for cut in cuts}
    assert all(0 < width <= block_size for width in widths)
    assert max(widths, default=0) - min(widths, default=0) <= 1
    assert len(cuts) % workers == 0 or widths == {1}
    fewest = -(-n_symbols // block_size)
    assert len(cuts) < fewest + workers


def test_a_market_of_some_blocks_is_cut_for_two_threads():
    """Four blocks of a width, where three wide ones and a narrow one kept one thread waiting."""
    widths = [cut.stop - cut.start for cut in even_slices(4_700, 1_536, 2)]
    assert widths == [1175, 1175, 1175, 1175]


def test_importing_the_engine_does_not_import_ray():
    """Ray is an extra: scans that do not use it do not wait for it."""
    import subprocess

    code = "import technic.engine.open, technic.engine.ray_runner, technic.scanner_core, sys; "
    code += "sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
