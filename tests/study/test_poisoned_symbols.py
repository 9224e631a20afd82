"""A symbol that raises costs that symbol alone, as in a scan, and is named."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.hard_market import NOW
from support.made_up_market import SESSIONS, SYMBOLS
from support.replayed import assert_replays, assert_same
from technic import ScanConfig
from technic.engine.local import LocalRunner
from technic.errors import NothingToScanError
from technic.scan import block_rows
from technic.scoring.relative_strength import RS_WEIGHTS
from technic.settings import Settings
from technic.study import StudyConfig, StudyResult, judged_block, run_study, study_table
from technic.study.replay import day_rows, hit_blocks
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay, open_replay
from technic.study.sweep import day_returns
from technic.study.sweep.config import SweepConfig
from technic.study.sweep.grid import Axis
from technic.study.sweep.run import SweepResult, run_sweep
from technic.testing import FakeProvider, make_bars

CONFIG = ScanConfig(where="rank(roc(close, 20)) <= 12 and close > 0", columns=("rs_rating",))
DAYS = SESSIONS[[-200, -120, -60, -30]]
RANKED_BY = {"bars", *(f"return_{bars}_pct" for bars in RS_WEIGHTS)}
WELL = "poison in the well"


def market(symbols: Collection[str] = SYMBOLS) -> FakeProvider:
    """A made-up market of some symbols."""
    return FakeProvider(make_bars(list(symbols), SESSIONS))


def opened(provider: FakeProvider | None = None, width: int = 7) -> Replay:
    """Open a replay of a few days, in narrow blocks."""
    replay = open_replay(CONFIG, days=DAYS, provider=provider or market(), now=NOW)
    return replace(replay, block_symbols=width)


def poison(patch: pytest.MonkeyPatch, symbols: Collection[str], *, late: bool = False) -> None:
    """Let what computes columns raise for some symbols; ``late``: not for those of ranks."""

    def raising(evaluate: Callable) -> Callable:
        def call(panel, rows, names=None, **more):
            there = {name.partition("\n")[0] for name in panel.symbols}
            wanted = names is None or bool(set(names) - RANKED_BY) or not late
            if wanted and there & set(symbols):
                raise ZeroDivisionError(WELL)
            return evaluate(panel, rows, *([] if names is None else [names]), **more)

        return call

    for module in (block_rows, day_rows, hit_blocks):
        patch.setattr(module, "evaluate", raising(module.evaluate))


def assert_same_hits(mine: Hits, its: Hits) -> None:
    """The same hits with the same numbers; what positions mean may differ."""
    np.testing.assert_array_equal(mine.day, its.day)
    np.testing.assert_array_equal(mine.symbol_names(), its.symbol_names())
    for name in ("rank", "ranked", "tech_rating", "rs_rating", "entry", "stop", "signal"):
        assert_same(mine.column(name), its.column(name), name)


def test_the_days_of_a_replay_are_those_of_the_scans(monkeypatch: pytest.MonkeyPatch):
    """Outcome, ranks and regime with two symbols at fault; the ledger names the error."""
    poison(monkeypatch, ("CM", "DP"))
    replay = opened()
    assert assert_replays(replay, now=NOW) == 28 * len(DAYS)
    for day in replay.replayed():
        assert day.outcomes["CM"] == day.outcomes["DP"] == "error.ZeroDivisionError"
        assert {one.symbol for one in day.poisoned} == {"CM", "DP"}


@pytest.mark.parametrize(
    ("late", "width", "travels"),
    [(False, 7, False), (True, 7, False), (True, 3_072, False), (True, 7, True)],
    ids=["before ranks", "after ranks", "in wide blocks", "in other processes"],
)
def test_hits_and_ratings_are_those_of_a_market_without_it(
    monkeypatch: pytest.MonkeyPatch, width: int, late: bool, travels: bool
):
    """Whichever pass raises, the others are ranked as if the symbol were not there."""
    monkeypatch.setattr(LocalRunner, "shares_memory", not travels)
    others = [name for name in SYMBOLS if name not in ("CM", "DP")]
    expected = list(opened(market(others)).parts(["rs_rating"]))
    poison(monkeypatch, ("CM", "DP"), late=late)
    replay = opened(width=width)
    parts = list(replay.parts(["rs_rating"]))
    assert_same_hits(*(Hits.joined(one.hits for one in each) for each in (parts, expected)))
    at = [replay.symbols.index(name) for name in others]
    for part, its in zip(parts, expected, strict=True):
        assert part.regimes == its.regimes
        assert_same(part.ratings["rs_rating"][:, at], its.ratings["rs_rating"], "rs_rating")
        assert sorted(one.symbol for one in part.poisoned) == ["CM", "DP"]
        assert {one.detail for one in part.poisoned} == {WELL}


def test_where_everybody_raises_nothing_is_hit(monkeypatch: pytest.MonkeyPatch):
    """Every symbol has its entry, and there are no rows."""
    poison(monkeypatch, SYMBOLS)
    replay = opened()
    (*_, last) = replay.parts()
    assert (len(last.hits), len(last.poisoned)) == (0, len(SYMBOLS))
    for day in replay.replayed():
        assert set(day.outcomes.values()) == {"error.ZeroDivisionError"}


def test_days_before_all_bars_have_no_hits():
    """Nobody is there to be computed."""
    provider = FakeProvider(make_bars(SYMBOLS, SESSIONS[-20:]))
    replay = open_replay(CONFIG, days=SESSIONS[[-60]], provider=provider, now=NOW)
    (part,) = replay.parts(["rs_rating"])
    assert len(part.hits) == 0
    assert np.isnan(part.ratings["rs_rating"]).all()
    (day,) = replay.replayed()
    assert set(day.outcomes.values()) == {"fetch.no_data"}


def studied(home: Path) -> StudyResult:
    """Study a month."""
    config = StudyConfig(
        scan=ScanConfig(where="close > 0"), first=str(SESSIONS[-60]), last=str(SESSIONS[-40]),
        horizon=5, horizons=(1,), ratings=("rs_rating",),
    )  # fmt: skip
    return run_study(config, provider=market(), settings=Settings(home=home), now=NOW)


def test_a_study_names_who_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """With its days and the error; of many the first are named, the others counted."""
    poison(monkeypatch, SYMBOLS[3:12])
    found = studied(tmp_path)
    first = f"{SYMBOLS[3]} is left out on 21 days from {SESSIONS[-60]} to {SESSIONS[-40]}: its scan"
    assert found.warnings[-7] == f"{first} raised ZeroDivisionError ({WELL})"
    assert found.warnings[-1] == "3 more symbols raised and are left out"
    assert set(study_table(found).to_pandas()["symbol"]) == set(SYMBOLS) - set(SYMBOLS[3:12])


def spoil(patch: pytest.MonkeyPatch, symbols: Collection[str]) -> None:
    """Let what judges bars raise for some symbols."""
    judge = judged_block.forward_returns

    def call(prices, horizon, lag=0):
        if set(prices.bars.symbols) & set(symbols):
            raise ZeroDivisionError(WELL)
        return judge(prices, horizon, lag)

    for module in (judged_block, day_returns):
        patch.setattr(module, "forward_returns", call)


def test_bars_that_cannot_be_judged_cost_their_symbol(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Its hits are there without returns and grade; those of the others are what they were."""
    whole = study_table(studied(tmp_path)).to_pandas()
    spoil(monkeypatch, ["CM"])
    found = studied(tmp_path)
    table = study_table(found).to_pandas()
    own = table["symbol"] == "CM"
    assert own.sum() == 21
    assert table.loc[own, ["return_5", "highest_5", "r", "outcome"]].isna().all(axis=None)
    for name in ("return_5", "return_5_late_1", "lowest_5", "r", "outcome"):
        assert table.loc[~own, name].equals(whole.loc[~own, name])
    day = table["session"] == table["session"].iloc[0]
    mean = table.loc[day, "return_5"].mean()
    assert table.loc[day & ~own, "universe_5"].to_numpy() == pytest.approx(mean, abs=1e-8)
    assert found.warnings[-1] == (
        "what followed the hits of 1 symbol is not known (CM): their bars raised "
        f"ZeroDivisionError ({WELL})"
    )
    assert np.isfinite(found.ratings[0].ic.mean)


def test_where_nothing_can_be_judged_that_is_the_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """One sentence, with the first error."""
    spoil(monkeypatch, SYMBOLS)
    with pytest.raises(NothingToScanError, match=f"AK raised ZeroDivisionError: {WELL}"):
        studied(tmp_path)


SWEEP = SweepConfig(
    scan=ScanConfig(where="close > n and rs_rating > 0"), axes=(Axis("n", (0, 1)),),
    first=str(SESSIONS[-60]), last=str(SESSIONS[-10]), horizon=1, folds=1,
)  # fmt: skip


def swept(home: Path) -> SweepResult:
    """Sweep a number that decides nothing."""
    return run_sweep(SWEEP, provider=market(), settings=Settings(home=home), now=NOW)


@pytest.mark.parametrize("late", [False, True], ids=["before ranks", "after ranks"])
def test_a_sweep_names_who_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, late: bool):
    """Every point has the hits of the others."""
    whole = swept(tmp_path)
    poison(monkeypatch, ["CM"], late=late)
    found = swept(tmp_path)
    assert [one.hits for one in found.points] == [one.hits - 51 for one in whole.points]
    assert found.warnings[-1].startswith(f"CM is left out on 51 days from {SESSIONS[-60]}")


def test_a_sweep_names_whom_it_cannot_judge(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Its hits count, without a return."""
    whole = swept(tmp_path)
    spoil(monkeypatch, ["CM"])
    found = swept(tmp_path)
    for mine, its in zip(found.points, whole.points, strict=True):
        assert mine.hits == its.hits
        assert mine.excess[1].hits == its.excess[1].hits - 51
    assert found.warnings[-1].startswith("what followed the hits of 1 symbol is not known (CM)")
