"""A market that is read from the store in blocks: the very result of the one in memory."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from support import stored_market
from support.blocks_that_fail import Poisoning
from support.made_up_market import NOW, SESSIONS, SYMBOLS, assert_same
from support.stored_market import (
    ASKED,
    SILENT,
    fill,
    listed,
    raw_bars,
    scan_stored,
    stored,
)
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine import memory_budget as panel_memory
from technic.data_engine.adjust import split_adjust
from technic.data_engine.memory_budget import memory_limit, widest_block
from technic.data_engine.store import BarStore, _files
from technic.data_engine.store.bar_source import StoredBars
from technic.engine.blocks import BlockOutcome, BlockScan
from technic.engine.local import LocalRunner
from technic.engine.runner import Runner, RunProgress
from technic.engine.threads import ThreadsRunner
from technic.errors import NothingToScanError, ParameterError, StoreError
from technic.panel import FIELDS, BarPanel, BlockSource
from technic.settings import Settings
from technic.testing import FakeProvider, make_bars
from technic.universe import PrescreenRules

TINY = "0.0001"
"""GiB: less than the market takes, so that it is read in blocks."""
BARS = 200
"""Enough for every rule that is looked at, and half as many months to read as by default."""
DAY = "2024-03-08"
Step = Callable[[str, int, int], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the made-up market that no test changes."""
    with pytest.MonkeyPatch.context() as patch:
        return fill(tmp_path_factory.mktemp("market") / "store", patch)


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that a test may spoil."""
    return fill(tmp_path / "store", monkeypatch)


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small limit allow wide blocks: each reads a file for every month."""
    for name in ("WORKING_BYTES", "SCANNED_BYTES", "ARRAY_BYTES"):
        monkeypatch.setattr(panel_memory, name, 0.001)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The symbols of each block that is read."""
    blocks: list[tuple[str, ...]] = []
    take = StoredBars.take

    def noted(self: StoredBars, columns: slice) -> BarPanel:
        blocks.append(self.symbols[columns])
        return take(self, columns)

    monkeypatch.setattr(StoredBars, "take", noted)
    return blocks


def assert_streamed(left: ScanResult, right: ScanResult) -> None:
    """``right`` was read in blocks, and nothing else tells it from ``left``."""
    assert (left.stats.streamed, right.stats.streamed) == (False, True)
    assert_same(left, right)
    assert left.warnings == right.warnings
    assert left.scored == right.scored
    assert list(left.columns) == list(right.columns)
    for name, values in left.columns.items():
        assert values.tobytes() == right.columns[name].tobytes(), name
    one, other = (replace(r.stats.batch, seconds=0.0) for r in (left, right))
    if left.config.symbols:  # gathered at once, those compared with are asked of the store as well
        one = replace(one, from_store=other.from_store)
    assert one == other
    assert list(left.prices) == list(right.prices)
    assert left.prices.failures == right.prices.failures


@pytest.mark.parametrize(
    ("runner", "width"),
    [*((LocalRunner(), width) for width in (1, 7, 8192)), (ThreadsRunner(3), 7)],
    ids=lambda one: getattr(one, "name", one),
)
@pytest.mark.usefixtures("wide")
def test_blocks_from_the_store_give_what_memory_gives(
    folder: Path, runner: Runner, width: int, taken: list[tuple[str, ...]]
):
    """Splits, holes, late listings, symbols without bars, a symbol that raises; each width."""
    poisoned = Poisoning(runner, "BN")
    config = ScanConfig(bars=BARS, block_size=width)
    left = scan_stored(folder, config, runner=poisoned)
    right = scan_stored(folder, config, TINY, runner=poisoned)
    widest = max(map(len, taken))
    if isinstance(runner, LocalRunner):
        assert widest == min(width, len(SYMBOLS) + len(SILENT))
    else:  # as much for each worker
        assert 1 < widest <= width
    assert_streamed(left, right)
    loaded = scan_stored(folder, config, "1", runner=poisoned)
    assert_streamed(loaded, right)
    for symbol, frame in left.prices.items():
        pd.testing.assert_frame_equal(frame, loaded.prices[symbol], check_exact=True)
    assert right.ledger.of("BN") == ("error.ZeroDivisionError", "poison in the well")
    for symbol in SILENT:
        assert right.ledger.of(symbol)[0] == "fetch.no_data"
    assert right.stats.batch.failed == len(SILENT)


@pytest.mark.parametrize(
    ("symbols", "as_of"),
    [
        ((), "2024-01-12"),
        ((*SYMBOLS[::-1], "CC"), "2024-01-16"),
        (("EP", "CC", "AK", "BN"), "2023-06-30"),
        (("EP", "CC", "AK", "BN"), "2024-01-12"),
        (("CC", "ZZ", "DK"), None),
    ],
)
@pytest.mark.usefixtures("wide")
def test_orders_and_days(folder: Path, symbols: tuple[str, ...], as_of: str | None):
    """Any order of the symbols; past days see the splits that were in force."""
    config = ScanConfig(bars=BARS, symbols=symbols, as_of=as_of, block_size=12)
    assert_streamed(scan_stored(folder, config), scan_stored(folder, config, "0.000001"))


@pytest.mark.usefixtures("wide")
def test_a_session_that_the_vendor_has_in_part_is_not_scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A store that was synced before the vendor was done: the day before, from blocks as well."""
    bars = raw_bars()
    late = np.isin(np.array(bars.symbols)[bars.column], SYMBOLS[::3])
    part = bars.rows(~(late & (bars.session == SESSIONS[-1])))
    monkeypatch.setattr(stored_market, "raw_bars", lambda: part)
    folder = fill(tmp_path / "store", monkeypatch)
    left, right = scan_stored(folder), scan_stored(folder, memory=TINY)
    assert_streamed(left, right)
    assert left.as_of == str(SESSIONS[-2])
    assert any(f"{SESSIONS[-1]} is not complete" in text for text in right.warnings)
    past = scan_stored(folder, ScanConfig(as_of=str(SESSIONS[-2])))
    assert_same(left, past)


@pytest.mark.usefixtures("wide")
def test_a_watchlist_is_ranked_among_all_that_the_store_has(folder: Path):
    """In memory and in blocks; nobody is asked for the others."""
    market = scan_stored(folder, ScanConfig(bars=BARS))
    config = ScanConfig(bars=BARS, symbols=("EP", "CC", "AK", "BN"))
    left, right = scan_stored(folder, config), scan_stored(folder, config, "0.000001")
    assert_streamed(left, right)
    assert left.ranks.size == market.ranks.size > 20
    kept = left.table.set_index("symbol")
    pd.testing.assert_frame_equal(kept, market.table.set_index("symbol").loc[kept.index])
    assert left.stats.batch.asked == 4


@pytest.mark.usefixtures("wide")
def test_a_benchmark_is_compared_block_by_block(folder: Path, tmp_path: Path):
    """A symbol of the data, and a file of closes."""
    file = tmp_path / "index.csv"
    closes = 100 + np.arange(len(SESSIONS)) % 17
    pd.DataFrame({"date": SESSIONS, "close": closes}).to_csv(file, index=False)
    for benchmark in ("AK", str(file)):
        config = ScanConfig(bars=BARS, benchmark=benchmark, block_size=12)
        left, right = scan_stored(folder, config), scan_stored(folder, config, TINY)
        assert_streamed(left, right)
        assert right.table["rs_vs_benchmark"].notna().any()
        assert right.regime.source.startswith("benchmark")


@pytest.mark.usefixtures("wide")
def test_expressions_are_evaluated_block_by_block(folder: Path):
    """Those that look back, and those that compare symbols with each other."""
    config = ScanConfig(
        where="close > sma(close, 20) and rank(roc(close, 60)) <= 15",
        columns=("ema(close, 100)", "rank(volume)"),
        sort="rank(volume)",
        block_size=12,
        bars=BARS,
    )
    left, right = scan_stored(folder, config), scan_stored(folder, config, TINY)
    assert_streamed(left, right)
    assert 0 < len(right.table) < len(SYMBOLS) - 1
    assert list(right.added) == list(left.added)


@pytest.mark.usefixtures("wide")
def test_nothing_left_to_read_is_no_reason_to_fail(folder: Path):
    """Everything pre-screened, or nothing there: the answers of a scan in memory."""
    config = ScanConfig(
        prescreen=PrescreenRules(symbol_patterns=(".*",)),
        benchmark="AK",
        where="close > sma(close, 20)",
        bars=BARS,
    )
    one, other = scan_stored(folder, config), scan_stored(folder, config, "0.0000000001")
    assert_same(one, other)
    assert list(one.table) == list(scan_stored(folder, ScanConfig(benchmark="AK", bars=BARS)).table)
    config = ScanConfig(symbols=tuple(SILENT))
    errors = []
    for memory in (None, "0.000001"):
        with pytest.raises(NothingToScanError) as raised:
            scan_stored(folder, config, memory)
        errors.append(str(raised.value))
    assert errors[0] == errors[1]


@pytest.mark.usefixtures("wide")
def test_prices_are_read_when_they_are_asked_for(folder: Path):
    """Frame by frame what memory holds; as a price cache they give the same scan."""
    config = ScanConfig(bars=BARS)
    left, right = scan_stored(folder, config), scan_stored(folder, config, TINY)
    for symbol in ("AK", "AL", "BN", "CM", "DK", "EP"):  # whole, ended, late, with splits, a hole
        pd.testing.assert_frame_equal(left.prices[symbol], right.prices[symbol], check_exact=True)
    assert "CC" not in right.prices
    assert right.prices.get("CC") is None
    assert len(right.prices) == len(SYMBOLS)
    every = ScanConfig(symbols=tuple(listed().symbols), bars=BARS)
    again = run_scan(every, price_cache=right.prices, now=NOW)
    assert again.table.equals(left.table)
    assert right.explain("AK") == left.explain("AK")


class Meddling:
    """A runner that calls ``meddle`` once the first block is in."""

    name, workers = "meddling", 1

    def __init__(self, meddle: Callable[[], None]) -> None:
        self.meddle = meddle

    def run(
        self,
        source: BlockSource,
        scan: BlockScan,
        block_size: int,
        progress: RunProgress | None = None,
    ) -> BlockOutcome:
        """Scan symbol by symbol, in one thread."""
        outcome = ThreadsRunner(1).run(_First(source), scan, 1)
        self.meddle()
        outcome.add(ThreadsRunner(1).run(_Rest(source), scan, block_size, progress))
        return outcome


class _First:
    """The first column of a source."""

    def __init__(self, source: BlockSource) -> None:
        self.source, self.symbols, self.n_symbols = source, source.symbols[:1], 1

    def take(self, columns: slice) -> BarPanel:
        return self.source.take(columns)


class _Rest:
    """All others."""

    def __init__(self, source: BlockSource) -> None:
        self.source, self.symbols = source, source.symbols[1:]
        self.n_symbols = source.n_symbols - 1

    def take(self, columns: slice) -> BarPanel:
        return self.source.take(slice(columns.start + 1, columns.stop + 1))


@pytest.mark.usefixtures("wide")
def test_a_write_during_the_scan_changes_nothing(own_folder: Path):
    """Every block is of the version that was there at the start; the next scan sees the write."""
    config = ScanConfig(bars=BARS, block_size=12)
    before = scan_stored(own_folder, config)

    def write() -> None:
        store = BarStore.open(str(own_folder))
        others = make_bars(SYMBOLS, SESSIONS, seed=5)
        store.write_days(others, SESSIONS, ASKED, SESSIONS[-1])
        store.write_splits(stored(own_folder).syncer.store.splits(), *SESSIONS[[0, -1]], ASKED)
        store.compact()

    during = scan_stored(own_folder, config, TINY, runner=Meddling(write))
    assert_streamed(before, during)
    assert during.data_version.provenance() == before.data_version.provenance()
    after = scan_stored(own_folder, config, TINY)
    assert not after.table.equals(before.table)
    assert_streamed(scan_stored(own_folder, config), after)


def test_a_file_that_is_lost_during_the_scan_is_named(own_folder: Path):
    """A StoreError, not a table without these bars."""
    lost = sorted((own_folder / "bars").glob("*/*.parquet"))[-1]
    with pytest.raises(StoreError, match=lost.name):
        scan_stored(own_folder, memory=TINY, runner=Meddling(lost.unlink))
    with pytest.raises(StoreError, match=lost.name):
        scan_stored(own_folder, memory=TINY)


def test_a_file_that_is_spoiled_is_named(own_folder: Path):
    """Also where the reader below says only that it is no Parquet."""
    spoiled = sorted((own_folder / "bars").glob("*/*.parquet"))[-1]
    spoiled.write_bytes(b"PAR1" + bytes(64) + b"PAR1")
    with pytest.raises(StoreError, match=spoiled.name):
        scan_stored(own_folder, memory=TINY)


@pytest.mark.parametrize("runner", [LocalRunner(), ThreadsRunner(2)], ids=lambda r: r.name)
def test_an_interrupt_ends_the_scan(folder: Path, runner: Runner, taken: list[tuple[str, ...]]):
    """Blocks that have not begun are never read."""

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "scan":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_stored(folder, ScanConfig(block_size=1), TINY, runner=runner, progress=interrupt)
    assert 0 < len(taken) < len(SYMBOLS)  # a symbol each


def opened(folder: Path, symbols: list[str] = SYMBOLS) -> StoredBars:
    """All of the market, as of the last day."""
    store = BarStore.open(str(folder))
    return StoredBars.open(store, symbols, SESSIONS, SESSIONS[-1])


def test_a_block_is_its_part_of_the_panel(folder: Path):
    """Bit for bit, whatever the cut, after a journey to another process."""
    store = BarStore.open(str(folder))
    source: StoredBars = pickle.loads(pickle.dumps(opened(folder, [*SYMBOLS[::-1], *SILENT])))
    assert source.symbols == tuple(sorted([*SYMBOLS, *SILENT]))
    bars = split_adjust(raw_bars(), store.splits(), SESSIONS[-1])
    whole = BarPanel.from_long(bars, SESSIONS)
    for cut in (slice(0, 1), slice(1, 8), slice(5, 33), slice(32, 33)):
        block = source.take(cut)
        assert block.symbols == tuple(s for s in source.symbols[cut] if s not in SILENT)
        expected = whole.of(block.symbols)
        for name in (*FIELDS, "session"):
            rows = getattr(expected, name)[: block.n_bars]
            np.testing.assert_array_equal(getattr(block, name), rows)
    files = replace(source.window, files=source.window.files[::-1])
    backward = replace(source, window=files).take(slice(1, 8))  # sorted, where months are not
    np.testing.assert_array_equal(backward.close, source.take(slice(1, 8)).close)
    assert source.of(["EP", "AK"]).take(slice(0, 2)).symbols == ("AK", "EP")
    assert len(pickle.dumps(source)) < 20_000


def test_a_store_by_a_relative_path_is_found_from_anywhere(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Workers may stand in another folder."""
    monkeypatch.chdir(folder.parent)
    source = opened(Path(folder.name))
    monkeypatch.chdir(tmp_path)
    assert source.take(slice(0, 2)).symbols == tuple(SYMBOLS[:2])


def test_only_the_row_groups_of_the_block_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Neighbours in the alphabet lie in few row groups of each file."""
    groups_with, seen = _files._groups_with, []

    def counted(metadata: object, by: str, wanted: list[str]) -> list[int]:
        found = groups_with(metadata, by, wanted)
        seen.append((len(found), metadata.num_row_groups))
        return found

    monkeypatch.setattr(_files, "_groups_with", counted)
    block = opened(folder).take(slice(10, 13))
    assert block.symbols == tuple(SYMBOLS[10:13])
    large = [(read, there) for read, there in seen if there > 5]
    assert len(large) > 20
    # three symbols of at most 23 bars each fit into two of the groups of 64 rows
    assert max(read for read, _ in large) <= 2


def test_storage_options_are_never_shown(folder: Path, caplog: pytest.LogCaptureFixture):
    """Neither in a repr nor in the log."""
    store = BarStore.open(str(folder), {"aws_secret_access_key": "hidden-word"})
    with caplog.at_level(logging.DEBUG):
        source = StoredBars.open(store, SYMBOLS, SESSIONS, SESSIONS[-1])
        source.take(slice(0, 2))
    assert "hidden-word" not in repr(source) + repr(source.window) + repr(store) + caplog.text
    assert source.window.table.folder.options == {"aws_secret_access_key": "hidden-word"}


def test_a_provider_that_cannot_be_read_in_blocks_is_loaded_with_a_warning(tmp_path: Path):
    """One sentence, with the sizes and the setting's name."""
    provider = FakeProvider(make_bars(SYMBOLS, SESSIONS))
    settings = Settings(home=tmp_path, panel_memory="0.0005")
    result = run_scan(ScanConfig(), provider=provider, now=NOW, settings=settings)
    assert not result.stats.streamed
    assert result.warnings == (
        "30 symbols x 548 sessions take 0.000674 GiB, more than panel_memory (0.0005 GiB): fake "
        "cannot read them in blocks, so all are in memory",
    )
    plain = run_scan(ScanConfig(), provider=provider, now=NOW, settings=Settings(home=tmp_path))
    assert plain.warnings == ()
    assert_same(plain, result)


@pytest.mark.parametrize("text", ["much", "0", "-1", "nan", "inf"])
def test_a_memory_that_is_no_size_is_refused(folder: Path, text: str):
    """Before anything is fetched, naming the setting."""
    with pytest.raises(ParameterError, match=r"panel_memory is .*TECHNIC_PANEL_MEMORY"):
        scan_stored(folder, memory=text)


def test_blocks_of_all_workers_fit_into_the_memory(folder: Path):
    """The width follows from the limit; the default is 2 GiB."""
    assert memory_limit(None) == 2 << 30
    assert memory_limit("0.5") == 1 << 29
    one = widest_block(1 << 30, 2520, 1)
    assert one * 2520 * 44 < 1 << 30
    assert widest_block(1 << 30, 2520, 4) == one // 4
    assert widest_block(1, 2520, 8) == 1
    widths: list[int] = []

    class Noting(ThreadsRunner):
        def run(
            self,
            source: BlockSource,
            scan: BlockScan,
            block_size: int,
            progress: RunProgress | None = None,
        ) -> BlockOutcome:
            widths.append(block_size)
            return super().run(source, scan, block_size, progress)

    scan_stored(folder, ScanConfig(bars=200), "0.0003", runner=Noting(1))
    sessions = np.count_nonzero(SESSIONS.astype("datetime64[Y]") >= np.datetime64("2023"))
    assert widths == [widest_block(memory_limit("0.0003"), sessions, 1)]
    assert 1 < widths[0] < len(SYMBOLS)
    # what waits for its neighbours is there at every bar, once for each
    waiting = f"ema({' + ('.join(f'ema(close, {n})' for n in range(5, 15))}{')' * 9}, 9)"
    scan_stored(folder, ScanConfig(bars=200, columns=(waiting,)), "0.0003", runner=Noting(1))
    assert 1 <= widths[1] <= widths[0] * 120 / (96 + 8 * 10)
