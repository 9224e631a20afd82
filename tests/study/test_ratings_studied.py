"""Ratings of everybody on every day, from the replay to the verdict."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from support.hard_market import NOW, SESSIONS, around_what_happens, hard_market
from support.made_up_market import CALENDAR, SYMBOLS
from support.replayed import assert_same, scan_of
from technic import ScanConfig, run_scan
from technic.data_engine.gate.rules import GateRules
from technic.data_engine.providers.demo import DemoProvider
from technic.errors import ExpressionError, ParameterError
from technic.settings import Settings
from technic.study import StudyConfig, StudyResult, run_study
from technic.study.document import study_document
from technic.study.replay.replay import open_replay
from technic.study.replay.replay_part import WholeReplay
from technic.study.summary.rating_summary import rated, rating_names
from technic.testing import FakeProvider, make_bars

RATINGS = (
    "tech_rating",
    "rs_rating",
    "strength = roc(close, 63) - rank(roc(close, 20))",
    "close / close[333]",
    "tv_rating",
)
NAMES = (*RATINGS[:2], "strength", *RATINGS[3:])
LATER = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
HORIZON = 5


DAYS = around_what_happens()[1::12]
GATE = GateRules(max_stale_sessions=3)


@pytest.fixture(scope="module")
def scanned() -> list[pd.DataFrame]:
    """The tables of the scans as of each day."""
    replay = open_replay(
        ScanConfig(columns=RATINGS, gate=GATE), days=DAYS, provider=hard_market(), now=NOW
    )
    return [scan_of(replay, day, now=NOW).table for day in DAYS]


@pytest.mark.parametrize(
    "where",
    [None, "close > 20", "last_bar == '2024-03-11' or close > 20"],
    ids=["ratings alone", "beside hits", "day by day"],
)
def test_ratings_of_a_replay_are_those_of_the_scans(scanned: list[pd.DataFrame], where: str | None):
    """Who is ranked, and every rating of every symbol, bit for bit; who is not ranked has none."""
    config = ScanConfig(where=where, columns=RATINGS, gate=GATE)
    replay = open_replay(config, days=DAYS, provider=hard_market(), now=NOW)
    whole, stale = WholeReplay.of(replay.parts(NAMES), NAMES), 0
    place = {name: at for at, name in enumerate(replay.symbols)}
    for row, (day, table) in enumerate(zip(DAYS, scanned, strict=True)):
        current = (table["last_bar"].astype(str) == str(day)).to_numpy()
        stale += int((~current).sum())
        at = [place[name] for name in table["symbol"][current]]
        assert np.flatnonzero(whole.ranked[row]).tolist() == sorted(at)
        for name in NAMES:
            expected = np.full(len(place), np.nan)
            expected[at] = table[name].to_numpy(np.float64)[current]
            assert_same(whole.ratings[name][row], expected, f"{day} {name}")
    assert stale > 0
    assert np.isfinite(whole.ratings["strength"]).sum() > 60


@pytest.fixture(scope="module")
def market() -> DemoProvider:
    """A few symbols of the simulated market."""
    return DemoProvider(CALENDAR, size=60)


@pytest.fixture(scope="module")
def result(market: DemoProvider, tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """Two weeks of it, ratings alone."""
    config = StudyConfig(
        scan=ScanConfig(),
        first="2026-04-06",
        last="2026-04-17",
        horizon=HORIZON,
        ratings=("tech_rating", "momentum = roc(close, 120)", "tech_rating"),
    )
    home = tmp_path_factory.mktemp("home")
    return run_study(config, provider=market, settings=Settings(home=home), now=LATER)


def plain_returns(market: DemoProvider, symbols: tuple[str, ...], days: np.ndarray) -> np.ndarray:
    """Open to close by loops, ``(n_days, n_symbols)``: halts, splits and dividends by hand."""
    sessions = CALENDAR.between(days[0], np.datetime64("2026-06-30")).tolist()
    fetched = market.history(symbols, np.array(sessions, "M8[D]"))
    bars = fetched.bars
    names, on = np.array(bars.symbols)[bars.column], bars.session.tolist()
    price = dict(
        zip(zip(names, on, strict=True), zip(bars.open, bars.close, strict=True), strict=True)
    )
    made = np.full((len(days), len(symbols)), np.nan)
    for row, column in np.ndindex(made.shape):
        name, at = symbols[column], sessions.index(days[row].item())
        with_bar = [one for one in sessions[at:] if (name, one) in price]
        end = sessions[at + HORIZON]
        bought = next((one for one in with_bar if one > sessions[at]), end)
        sold = next((one for one in with_bar if one >= end), None)
        if with_bar[:1] != [sessions[at]] or sold is None or bought > end:
            continue
        shares, cash = 1.0, 0.0
        for session in sessions:
            if bought < session <= sold:
                shares *= np.prod(amounts(fetched.splits, "ratio", name, session))
                cash += shares * sum(amounts(fetched.dividends, "amount", name, session))
        left = price[name, sold][1 if sold == end else 0]
        made[row, column] = (shares * left + cash) / price[name, bought][0] - 1
    return made


def amounts(rows, field: str, symbol: str, session: dt.date) -> list[float]:
    """What a symbol's records say of a session."""
    own = (rows.symbol == symbol) & (rows.session == np.datetime64(session))
    return getattr(rows, field)[own].tolist()


def test_a_study_of_ratings_is_what_plain_loops_make_of_the_scans(
    market: DemoProvider, result: StudyResult
):
    """Correlation of each day by scipy, deciles by pandas, from scans of the days and raw bars."""
    days, symbols = result.hits.sessions, result.hits.symbols
    returns = pd.DataFrame(plain_returns(market, symbols, days), index=days, columns=symbols)
    rating, excess, stopped = {}, {}, 0
    for day in days:
        config = ScanConfig(as_of=str(day), columns=("momentum = roc(close, 120)",))
        rating[day] = run_scan(config, provider=market, now=LATER).table.set_index("symbol")
        ranked = returns.loc[day, rating[day].index]
        stopped += int(returns.loc[day].notna().sum() - ranked.notna().sum())
        excess[day] = ranked - ranked.mean()
    assert stopped > 0  # the gate stops some that have returns, and are no part of the universe
    for name, one in zip(("tech_rating", "momentum"), result.ratings, strict=True):
        assert one.name == name
        daily, deciles = [], []
        for day in days:
            both = pd.concat([rating[day][name], excess[day]], axis=1, keys=["a", "b"]).dropna()
            daily.append(scipy.stats.spearmanr(both["a"], both["b"]).statistic)
            deciles.append(both["b"].groupby(pd.qcut(both["a"], 10, labels=False)).mean())
        np.testing.assert_allclose(one.daily_ic, daily, rtol=1e-9)
        assert one.ic.mean == pytest.approx(np.mean(daily), rel=1e-8)
        means = pd.concat(deciles, axis=1)
        np.testing.assert_allclose(
            [each.mean for each in one.deciles], means.mean(axis=1), atol=1e-9
        )
        assert one.spread.mean == pytest.approx((means.loc[9] - means.loc[0]).mean(), abs=1e-9)
        assert (one.word, one.ic.days) == ("too_few", len(days))


def test_ratings_alone_are_a_study(result: StudyResult):
    """No setup and no hit; one trial for each rating, told once; numbers for programs."""
    assert (result.summaries, len(result.hits), result.comparison) == ((), 0, None)
    assert result.trial.record.entry.names == (
        "tech_rating", "momentum = roc(close, 120)",
    )  # fmt: skip
    assert result.trial.record.total == 2
    assert result.outcomes.everybody is None
    document = study_document(result)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    one = document["ratings"][0]
    assert one["says"].startswith("Too few to say: 10 sessions of ")
    assert one["daily_ic"]["2026-04-06"] == result.ratings[0].daily_ic[0]
    assert len(one["deciles"]) == 10


def studied(home: Path, bars, **options: object) -> StudyResult:
    """Study a rating of made-up bars."""
    config = StudyConfig(
        scan=ScanConfig(where="close > 0"), first=str(SESSIONS[-80]), last=str(SESSIONS[-20]),
        horizon=HORIZON, horizons=(1,), ratings=("roc(close, 20)",), **options,
    )  # fmt: skip
    settings = Settings(home=home)
    return run_study(config, provider=FakeProvider(bars), settings=settings, now=NOW)


def test_later_bars_change_no_day_that_is_over(tmp_path: Path):
    """A correlation that is known stays; the last days have none yet. Hits count as trials too."""
    bars = make_bars(SYMBOLS, SESSIONS)
    whole = studied(tmp_path, bars)
    (before,) = studied(tmp_path, bars.rows(bars.session <= SESSIONS[-18])).ratings
    (after,) = whole.ratings
    over = np.isfinite(before.daily_ic).sum()
    assert over == len(before.daily_ic) - 3  # two sessions follow the last day
    np.testing.assert_array_equal(before.daily_ic[:over], after.daily_ic[:over])
    assert np.isfinite(after.daily_ic).all()
    assert whole.trial.record.entry.trials == 2 + 1


def judged(effect: float, sessions: int = 600, trials: int = 1):
    """Judge a rating of random symbols whose returns follow it by ``effect`` standard errors."""
    rng = np.random.default_rng(3)
    rating = rng.normal(50, 20, (sessions, 60))
    excess = effect * (rating - 50) / 20 * 0.02 + rng.normal(0, 0.02, rating.shape)
    config = StudyConfig(scan=ScanConfig(), ratings=("tech_rating",), horizon=HORIZON)
    return rated("tech_rating", rating, excess, config, trials)


@pytest.mark.parametrize(
    ("effect", "sessions", "word", "says"),
    [
        (0.0, 600, "none", "Nothing that can be told from nothing: rank correlation "),
        (0.05, 600, "better", "Those it rates high did better: "),
        (-0.05, 600, "worse", "the highest decile made "),
        (0.05, 40, "too_few", "Too few to say: 40 sessions of 60 symbols, worth 4.0 separate"),
        (0.3, 600, "better", "More than 0.06 is a reason to look for a mistake."),
    ],
    ids=["nothing", "better", "worse", "few", "too good"],
)
def test_the_verdict_is_on_the_correlation(effect: float, sessions: int, word: str, says: str):
    """In the words of all verdicts, with what it stands on."""
    found = judged(effect, sessions)
    assert found.word == word
    assert says in found.sentence
    if word in ("better", "worse"):
        assert f"({sessions} sessions of 60 symbols, " in found.sentence
        assert ("% less than the lowest" in found.sentence) == (effect < 0)
        assert found.spread.mean * effect > 0


def test_trials_raise_the_bar_for_a_rating():
    """What would be better as the only one is no more than luck as the best of many."""
    one = judged(0.02)
    assert one.ic.excludes_zero
    assert judged(0.02, trials=100_000).word == "luck"


def test_nothing_known_is_too_few():
    """Where no session has twenty symbols with a return there is no number, and that is said."""
    config = StudyConfig(scan=ScanConfig(), ratings=("tech_rating",))
    found = rated("tech_rating", np.ones((50, 30)), np.full((50, 30), np.nan), config, 1)
    assert found.word == "too_few"
    assert found.sentence.startswith("Too few to say: 0 sessions, worth 0.0 separate periods")
    assert math.isnan(found.symbols)


@pytest.mark.parametrize(
    ("rating", "error", "says"),
    [
        ("signal", ParameterError, "a number that differs between symbols"),
        ("close > 5", ParameterError, "a number that differs between symbols"),
        ("1 + 1", ParameterError, "a number that differs between symbols"),
        ("tec_rating", ExpressionError, "^rating: 'tec_rating' is no name"),
    ],
    ids=["text", "condition", "constant", "misspelt"],
)
def test_what_is_no_rating_is_said(rating: str, error: type[Exception], says: str):
    """Before anything is read."""
    with pytest.raises(error, match=says):
        rating_names(StudyConfig(scan=ScanConfig(), ratings=(rating,)))


def test_there_is_a_limit_to_ratings():
    """Each takes memory."""
    with pytest.raises(ParameterError, match="at most 8 ratings"):
        StudyConfig(scan=ScanConfig(), ratings=("tech_rating",) * 9)
