"""A replay that reads a store block by block has the bits of one that gathers all bars first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.made_up_market import NOW, SESSIONS
from support.replayed import assert_replays, assert_same_hits
from support.stored_market import ASKED, SPLITS, Gathered, Listing, fill, raw_bars, stored
from technic import ScanConfig
from technic.data_engine.interfaces.records import Dividends
from technic.data_engine.store import BarStore
from technic.settings import Settings
from technic.setups import load_setups
from technic.study.replay.basis_bars import StreamedBars
from technic.study.replay.hits import Hits
from technic.study.replay.load_bars import load_bars
from technic.study.replay.replay import Replay, open_replay

CONFIG = ScanConfig(setups=load_setups("trend_template", "nr7", "weinstein_stage_2", "squeeze_on"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with splits, a special dividend before one, late and early listings."""
    with pytest.MonkeyPatch.context() as patch:
        folder = fill(tmp_path_factory.mktemp("replayed") / "store", patch)
    bars = raw_bars()
    own = (bars.column == bars.symbols.index("BN")) & (bars.session == np.datetime64("2023-11-30"))
    paid = Dividends(
        np.array(["BN"], dtype=object),
        np.array(["2023-12-01"], dtype="datetime64[D]"),
        0.25 * bars.close[own],
    )
    store = BarStore.open(str(folder))
    store.write_dividends(paid, np.datetime64("2022-01-01"), np.datetime64("2024-03-31"), ASKED)
    return folder


def days() -> np.ndarray:
    """Days around the splits, and the last ones."""
    at = np.searchsorted(SESSIONS, np.array([day for _, day, _ in SPLITS], "datetime64[D]"))
    return SESSIONS[np.unique(np.concatenate([at - 1, at, [520, 540, len(SESSIONS) - 1]]))]


def opened(folder: Path, *, gathered: bool) -> Replay:
    """Replay the store, by blocks or gathered."""
    provider = Listing(stored(folder).syncer)
    held = Gathered(provider, ()) if gathered else provider
    settings = Settings(home=folder / "home", panel_memory="0.001")
    return open_replay(CONFIG, days=days(), provider=held, settings=settings, now=NOW)


def test_days_are_the_scans_of_the_store(folder: Path):
    """Splits within the block, symbols without a bar, what the store knows of dividends."""
    replay = opened(folder, gathered=False)
    settings = Settings(home=folder / "home", panel_memory="0.001")
    chosen = replay.days[::3]
    assert assert_replays(replay, chosen, settings=settings, now=NOW) > 40


def test_hits_are_those_of_gathered_bars(folder: Path):
    """The store hands out bars a few symbols at a time."""
    replay = replace(opened(folder, gathered=False), block_symbols=5)
    provider, last = replay.context.provider, replay.days[-1]
    sessions = SESSIONS[-300:]
    bars = load_bars(provider, replay.symbols, sessions, np.array([last]), sessions[:1])
    assert isinstance(bars, StreamedBars)
    streamed = Hits.joined(replay.hits())
    whole = Hits.joined(opened(folder, gathered=True).hits())
    assert len(streamed) > 50
    assert_same_hits(streamed, whole)
