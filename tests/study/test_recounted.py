"""Parts of a summary counted again from bars: course around hits, liquidity, later entries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from support.hard_market import NOW
from support.made_up_market import SESSIONS, SYMBOLS
from technic import ScanConfig
from technic.panel import LongBars
from technic.settings import Settings
from technic.setups import load_setups
from technic.study import StudyConfig, StudyResult, run_study, study_table
from technic.study.statistics import DaySums, Interval, mean_interval
from technic.testing import FakeProvider, make_bars

FIRST, LAST = len(SESSIONS) - 160, len(SESSIONS) - 60
MAIN = 5
OWNERS = ("trend_template", "weinstein_stage_2")


def uneven_bars() -> LongBars:
    """Bars without a hole; volumes from a thousand shares to millions, changing with the months.

    Whose mean dollar volume is under 250,000 is stopped by the data gate until it is more.
    """
    bars = make_bars(SYMBOLS, SESSIONS)
    month = (bars.session.astype("datetime64[M]") - np.datetime64("2020-01", "M")).astype(int)
    return replace(bars, volume=1e3 * 3.0 ** ((bars.column + month) % 9))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """A hundred days of two setups."""
    config = StudyConfig(
        scan=ScanConfig(setups=load_setups(*OWNERS)), first=str(SESSIONS[FIRST]),
        last=str(SESSIONS[LAST]), horizon=MAIN, horizons=(MAIN,), event_curve=True,
    )  # fmt: skip
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return run_study(config, provider=FakeProvider(uneven_bars()), settings=settings, now=NOW)


@pytest.fixture(scope="module")
def hits(result: StudyResult) -> pd.DataFrame:
    """Setup, row of the session and column of the symbol of each hit."""
    table = study_table(result).to_pandas()
    found = pd.DataFrame({
        "setup": table["setup"],
        "row": np.searchsorted(SESSIONS, table["session"].to_numpy().astype("M8[D]")),
        "column": [SYMBOLS.index(name) for name in table["symbol"]],
    })  # fmt: skip
    assert set(found["setup"]) == set(OWNERS)
    return found


@pytest.fixture(scope="module")
def prices() -> dict[str, np.ndarray]:
    """Open, close and volume, ``(n_sessions, n_symbols)`` each."""
    bars = uneven_bars()
    rows = pd.DataFrame({
        "day": bars.session, "symbol": np.array(bars.symbols)[bars.column],
        "open": bars.open, "close": bars.close, "volume": bars.volume,
    })  # fmt: skip
    found = {
        name: rows.pivot(index="day", columns="symbol", values=name)[list(SYMBOLS)].to_numpy()
        for name in ("open", "close", "volume")
    }
    traded = pd.DataFrame(found["close"] * found["volume"]).rolling(20).mean().to_numpy()
    return found | {"dollar_volume": traded}


def universe(made: np.ndarray, row: np.ndarray, prices: dict[str, np.ndarray]) -> np.ndarray:
    """The mean of what everybody made whom the gate passes on these days, ``(n_hits,)``."""
    ranked = prices["dollar_volume"][row] >= 250_000
    assert 0.6 < ranked.mean() < 0.95
    return np.nanmean(np.where(ranked, made, np.nan), axis=1)


def assert_interval(found: Interval, row: np.ndarray, excess: np.ndarray, horizon: int, **more):
    """The mean of these hits, with the interval of that horizon."""
    wanted = mean_interval(DaySums.of(row - FIRST, excess, LAST + 1 - FIRST), horizon, **more)
    assert found.hits == len(excess)
    assert found.mean == pytest.approx(excess.mean(), abs=1e-8)
    for end in ("low", "high"):
        assert getattr(found, end) == pytest.approx(getattr(wanted, end), abs=1e-8, nan_ok=True)


@pytest.mark.parametrize("owner", OWNERS)
def test_the_course_around_the_hits_of_each_setup(
    result: StudyResult, hits: pd.DataFrame, prices: dict[str, np.ndarray], owner: str
):
    """Of its own hits, with the market of their days, from the study's first day on."""
    close, own = prices["close"], hits[hits["setup"] == owner]
    curve = result.summaries[OWNERS.index(owner)].curve
    assert curve is not None
    for at, offset in enumerate(curve.offsets):
        some = own[(own["row"] + offset).between(FIRST, len(SESSIONS) - 1)]
        row, column = some["row"].to_numpy(), some["column"].to_numpy()
        assert len(row) > 100
        here, there = close[row], close[row + offset]
        made = there / here - 1 if offset >= 0 else 1 - here / there
        mine = made[np.arange(len(row)), column]
        assert curve.raw[at] == pytest.approx(mine.mean(), abs=1e-8)
        market = universe(made, row, prices)
        assert curve.universe[at] == pytest.approx(market.mean(), abs=1e-8)
        assert_interval(curve.excess[at], row, mine - market, max(abs(offset), 1))


@pytest.mark.parametrize("owner", OWNERS)
def test_later_entries(
    result: StudyResult, hits: pd.DataFrame, prices: dict[str, np.ndarray], owner: str
):
    """Bought one and two sessions later and held as long; the interval spans the wait too."""
    own = hits[hits["setup"] == owner]
    row, column = own["row"].to_numpy(), own["column"].to_numpy()
    for lag, found in result.summaries[OWNERS.index(owner)].late.items():
        made = prices["close"][row + lag + MAIN] / prices["open"][row + lag + 1] - 1
        excess = made[np.arange(len(row)), column] - universe(made, row, prices)
        assert_interval(found, row, excess, MAIN + lag)
    assert set(result.summaries[0].late) == {1, 2}


@pytest.mark.parametrize("owner", OWNERS)
def test_groups_by_liquidity(
    result: StudyResult, hits: pd.DataFrame, prices: dict[str, np.ndarray], owner: str
):
    """By the mean of close x volume over the last 20 bars, with the block of all hits together."""
    one, own = result.summaries[OWNERS.index(owner)], hits[hits["setup"] == owner]
    row, column = own["row"].to_numpy(), own["column"].to_numpy()
    traded = prices["dollar_volume"]
    made = prices["close"][row + MAIN] / prices["open"][row + 1] - 1
    excess = made[np.arange(len(row)), column] - universe(made, row, prices)
    names = ["under $1M", "$1M to $5M", "$5M to $20M", "$20M to $100M", "$100M and more"]
    edges = [0, 1e6, 5e6, 20e6, 100e6, np.inf]
    group = pd.Series(pd.cut(traded[row, column], edges, right=False, labels=names)).astype(str)
    assert set(one.groups["liquidity"]) == set(group)
    assert group.nunique() >= 4
    for name, found in one.groups["liquidity"].items():
        inside = (group == name).to_numpy()
        block = one.excess[MAIN].block
        assert_interval(found, row[inside], excess[inside], MAIN, block=block)
