"""The float from a 10-K in scans and replays: by closes that no window need reach."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.facts import filing, table_of
from support.made_up_market import NOW, SYMBOLS
from support.replayed import assert_replays, assert_same_hits, scan_of
from support.stored_market import IN_BLOCKS, SPLITS, Listing, fill, raw_bars, stored
from technic import ScanConfig
from technic.facts.place import fact_home
from technic.facts.store import FactStore
from technic.facts.terms import FactTerm
from technic.result.symbol_facts import symbol_facts
from technic.settings import Settings
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay, open_replay

FLOATS = (("2022-07-02", "2023-02-10", "2022-07-01"), ("2023-06-30", "2024-01-12", "2023-06-30"))
"""Day of the float, day of the filing, last session up to the float's day."""
DAYS = np.array(
    ["2023-04-28", "2023-05-01", "2024-01-11", "2024-01-12", "2024-01-16", "2024-02-20"],
    "datetime64[D]",
)
CONFIG = ScanConfig(
    where="float_shares > 600000 or is_missing(float_shares)",
    columns=("float_shares", "age(float_shares)"),
    bars=100,
)
FILERS = SYMBOLS[::2]


def worth(at: int, number: int) -> float:
    """Dollars of the public float of a filer."""
    return 1e7 * (at + 1) * (number + 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of bars with splits, and beside it one of facts; the last filer has two classes."""
    folder = tmp_path_factory.mktemp("float")
    with pytest.MonkeyPatch.context() as patch:
        fill(folder / "store", patch)
    rows = []
    for at, symbol in enumerate(FILERS):
        for number, (day, known, _) in enumerate(FLOATS):
            said = [("public_float", "dei:EntityPublicFloat", None, day, worth(at, number))]
            if symbol != FILERS[-1]:
                cover = "dei:EntityCommonStockSharesOutstanding"
                said.append(("shares_outstanding", cover, None, known, 1e6))
            rows.append(filing((at + 1, symbol), "10-K", f"{known}T13:00:00", *said))
    FactStore(fact_home(folder / "home", simulated=True)).append(table_of(*rows))
    return folder


def opened(folder: Path, config: ScanConfig = CONFIG, days: np.ndarray = DAYS) -> Replay:
    """A replay of the store."""
    settings = Settings(home=folder / "home", panel_memory=IN_BLOCKS)
    provider = Listing(stored(folder / "store").syncer)
    return open_replay(config, days=days, provider=provider, settings=settings, now=NOW)


def looped(symbol: str, day: str) -> float:
    """The float in the shares of a day, from filings, raw closes and splits by hand."""
    known = [number for number, (_, filed, _) in enumerate(FLOATS) if filed <= day]
    if symbol not in FILERS[:-1] or not known:
        return np.nan
    float_day, _, session = FLOATS[known[-1]]
    bars = raw_bars()
    own = (bars.column == SYMBOLS.index(symbol)) & (bars.session == np.datetime64(session))
    if not own.any():
        return np.nan
    shares = worth(FILERS.index(symbol), known[-1]) / bars.close[own][0]
    for name, split_day, ratio in SPLITS:
        if name == symbol and float_day < split_day <= day:
            shares *= ratio
    return shares


def test_days_have_the_float_of_their_scans(folder: Path):
    """Whatever their windows reach; alone and beside the others; the values are those by hand."""
    replay = opened(folder)
    settings = Settings(home=folder / "home", panel_memory=IN_BLOCKS)
    assert assert_replays(replay, settings=settings) > 50
    assert replay.context.windows.start > np.datetime64(FLOATS[0][2])
    by_day = Hits.joined(day.hits(replay.days, replay.symbols) for day in replay.replayed())
    assert_same_hits(Hits.joined(replay.hits()), by_day)
    for day in replay.replayed():
        values = day.values.columns["float_shares"]
        expected = [looped(symbol, str(day.day)) for symbol in day.market.symbols]
        np.testing.assert_array_equal(values, expected)
        assert np.isfinite(values).sum() >= 10


def test_a_symbol_alone_has_its_float(folder: Path):
    """The very bits, and what it is made of in words."""
    for symbol in ("BN", "AK", FILERS[3]):
        replay = opened(folder, ScanConfig(columns=("float_shares",), symbols=(symbol,), bars=100))
        settings = Settings(home=folder / "home", panel_memory=IN_BLOCKS)
        result = scan_of(replay, DAYS[-1], settings=settings)
        alone = float(result.table.set_index("symbol").loc[symbol, "float_shares"])
        np.testing.assert_array_equal(alone, looped(symbol, str(DAYS[-1])))
        if symbol in FILERS:
            (said,) = symbol_facts(result.facts, symbol, str(DAYS[-1]))
            assert "10-K float, 2023-06-30" in said.route


def test_no_close_is_asked_of_the_vendor(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """What is not stored is missing, whoever might have it."""
    replay = opened(folder, days=DAYS[-1:])
    provider = replay.context.provider
    list(replay.replayed())
    before = provider.last_report
    access = replay.context.facts
    monkeypatch.setattr(type(provider), "sync", None)
    facts = access.open(replay.expressions.facts, FILERS, replay.context.calendar, {})
    found = facts.reader.provenance(FactTerm("float_shares"), FILERS[0], DAYS[-1])
    assert found.route == "10-K float, 2023-06-30"
    assert provider.last_report is before
