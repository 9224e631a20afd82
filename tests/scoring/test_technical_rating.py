"""The Technical Rating against its plain-loop twin, TA-Lib, and bars made by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import talib

from reference import technical_rating_loops as loops
from reference.bars import edge_bars, load_panel, random_bars
from support.packed_panel import bars_of, every_row, packed_panel
from technic.panel import FIELDS, BarPanel
from technic.scoring.technical_rating import (
    TECHNICAL_COLUMNS,
    VOTES,
    technical_rating,
    unsettled_votes,
)

EDGES = ("flat", "flat_after_moves", "rising", "falling", "no_volume", "huge", "tiny")


def standing_then_moving() -> dict[str, np.ndarray]:
    """Six shares that stand still for 60 bars from the first one on, and then move."""
    bars = {name: array[:, 2:8].copy() for name, array in random_bars(240, 8, 31).items()}
    for name in FIELDS[:4]:
        bars[name][:60] = bars["close"][60]
    return bars


MARKETS = {f"random {seed}": random_bars(400, 5, seed) for seed in range(3)} | {
    kind: edge_bars(kind, 240) for kind in EDGES
}
MARKETS["standing, then moving"] = standing_then_moving()


def looped(panel: BarPanel, column: int) -> np.ndarray:
    """The twin's votes on each bar of a symbol, ``(n_bars, 26)``."""
    bars = bars_of(panel, column)
    lines = loops.indicators(bars)
    return np.array([list(loops.votes(bars, row, lines).values()) for row in range(len(bars))])


@pytest.fixture(scope="module")
def twin_votes():
    """For each market its panel and the twin's votes of each symbol."""
    panels = {name: packed_panel(bars) for name, bars in MARKETS.items()}
    return {
        name: (panel, [looped(panel, i) for i in range(panel.n_symbols)])
        for name, panel in panels.items()
    }


@pytest.mark.parametrize("market", MARKETS)
def test_every_vote_on_every_bar_is_the_twins(market: str, twin_votes):
    """Short histories, ties, no volume, gaps, dear and cheap shares: the same 26 votes."""
    panel, expected = twin_votes[market]
    found = technical_rating(panel, every_row(panel))
    assert found.votes.shape == (26, panel.n_bars, panel.n_symbols)
    for i, votes in enumerate(expected):
        np.testing.assert_array_equal(found.votes[:, : len(votes), i].T, votes)


def test_the_twins_votes_come_in_all_their_states(twin_votes):
    """The comparison above saw each of the 26 votes up, down, neutral and missing."""
    assert list(loops.SETTLED) == [name.removeprefix("tv_") for name in VOTES]
    everything = np.concatenate([votes for _, symbols in twin_votes.values() for votes in symbols])
    for at, name in enumerate(VOTES):
        column = everything[:, at]
        assert {-1.0, 0.0, 1.0} == set(column[~np.isnan(column)]), name
        assert np.isnan(column).any(), name


@pytest.mark.parametrize("market", MARKETS)
def test_group_means_rating_and_status_are_the_twins(market: str, twin_votes):
    """Means over the votes that are there, and the label of their mean."""
    panel, expected = twin_votes[market]
    found = technical_rating(panel, every_row(panel))
    for i, votes in enumerate(expected):
        for row, cast in enumerate(votes):
            averages, oscillators, rating = loops.rating(dict(zip(VOTES, cast, strict=True)))
            at = row, i
            assert found.moving_averages[at] == pytest.approx(averages, nan_ok=True)
            assert found.oscillators[at] == pytest.approx(oscillators, nan_ok=True)
            assert found.rating[at] == pytest.approx(rating, nan_ok=True)
            assert found.status[at] == loops.status(float(found.rating[at]))
            assert found.not_settled[at] == loops.unsettled(row + 1)


LONG = random_bars(420, 4, seed=8)
STEADY = [i for i in range(4) if i not in (0, 1)]  # column 0 stands still, 1 is short
TALIB = {
    "sma_50": lambda o: talib.SMA(o["close"], 50),
    "ema_200": lambda o: talib.EMA(o["close"], 200),
    "rsi": lambda o: talib.RSI(o["close"], 14),
    "stoch_k": lambda o: talib.STOCH(o["high"], o["low"], o["close"], 14, 3, 0, 3, 0)[0],
    "stoch_d": lambda o: talib.STOCH(o["high"], o["low"], o["close"], 14, 3, 0, 3, 0)[1],
    "stochrsi_k": lambda o: talib.STOCHRSI(o["close"], 14, 14, 3, 0)[1],
    "cci": lambda o: talib.CCI(o["close"], o["close"], o["close"], 20),
    "adx": lambda o: talib.ADX(o["high"], o["low"], o["close"], 14),
    "plus_di": lambda o: talib.PLUS_DI(o["high"], o["low"], o["close"], 14),
    "minus_di": lambda o: talib.MINUS_DI(o["high"], o["low"], o["close"], 14),
    "mom": lambda o: talib.MOM(o["close"], 10),
    "macd": lambda o: talib.MACD(o["close"], 12, 26, 9)[0],
    "signal": lambda o: talib.MACD(o["close"], 12, 26, 9)[1],
    "willr": lambda o: talib.WILLR(o["high"], o["low"], o["close"], 14),
    "ultimate": lambda o: talib.ULTOSC(o["high"], o["low"], o["close"], 7, 14, 28),
}
SEEDED_LIKE_PINE = {"adx", "plus_di", "minus_di", "macd", "signal"}


@pytest.mark.parametrize("name", TALIB)
def test_the_twins_indicators_are_talibs(name: str):
    """From the first value on; where Pine's seed is another one, once it has faded."""
    for i in STEADY:
        own = {field: LONG[field][:, i].copy() for field in FIELDS}
        expected = TALIB[name](own)
        bars = bars_of(packed_panel(LONG), i)
        found = np.array(loops.indicators(bars)[name])
        start = 330 if name in SEEDED_LIKE_PINE else int(np.argmax(~np.isnan(expected)))
        np.testing.assert_allclose(found[start:], expected[start:], rtol=1e-7, atol=1e-7)


def market_of(close, high=None, low=None, volume=1e6) -> BarPanel:
    """One symbol from its closes; highs and lows a little around them unless given."""
    close = np.asarray(close, dtype=np.float64)[:, None]
    high = close + 0.5 if high is None else np.asarray(high, dtype=np.float64)[:, None]
    low = close - 0.5 if low is None else np.asarray(low, dtype=np.float64)[:, None]
    traded = np.full(close.shape, volume)
    return packed_panel(dict(zip(FIELDS, (close, high, low, close, traded), strict=True)))


def votes_at_the_end(panel: BarPanel) -> dict[str, float]:
    """The one symbol's votes on its last bar."""
    found = technical_rating(panel, panel.length - 1)
    return dict(zip(VOTES, found.votes[:, 0].tolist(), strict=True))


def test_a_steady_rise_has_every_average_below_it():
    """So has Ichimoku, its cloud 26 bars behind; Hull 9 has no lag on a straight line: neutral."""
    for slope, vote in ((0.25, 1.0), (-0.25, -1.0)):
        cast = votes_at_the_end(market_of(150 + slope * np.arange(260.0)))
        averages = {name: cast[name] for name in list(VOTES)[:15]}
        assert averages.pop("tv_hull_9") == 0.0
        assert set(averages.values()) == {vote}


@pytest.mark.parametrize(
    ("n_bars", "vote"), [(51, math.nan), (52, 0.0), (77, 0.0), (78, 1.0)], ids=str
)
def test_ichimoku_is_neutral_until_there_is_a_cloud_under_today(n_bars: int, vote: float):
    """The library checks lead 2 of today, 52 bars; the cloud needs 26 more."""
    cast = votes_at_the_end(market_of(50 + 0.25 * np.arange(float(n_bars))))
    np.testing.assert_equal(cast["tv_ichimoku"], vote)


@pytest.mark.parametrize(
    ("back", "vote"), [(26, 0.0), (51, 0.0), (77, 0.0), (78, 1.0)], ids=lambda value: f"{value:g}"
)
def test_the_cloud_is_that_of_26_bars_ago(back: int, vote: float):
    """A spike lifts lead 2 over lead 1, and undoes the vote, while it is 26 to 77 bars old.

    Up to 51 bars it also lifts lead 1 over today's base line; 26 bars ago it is out of the base
    line of today, so nothing but a cloud read 26 bars back can see it.
    """
    close = 50 + 0.25 * np.arange(200.0)
    high = close + 0.5
    high[-1 - back] += 90.0
    assert votes_at_the_end(market_of(close, high))["tv_ichimoku"] == vote


def test_a_flat_price_is_above_and_below_nothing():
    """A price no binary fraction holds, 300 times: neutral averages, no range to be placed in."""
    for price in (10.1, 0.0007, 612_345.67):
        closes = np.full(300, price)
        panel = market_of(closes, closes, closes)
        cast = votes_at_the_end(panel)
        assert [cast[name] for name in list(VOTES)[:15]] == [0.0] * 15
        missing = {name for name, vote in cast.items() if math.isnan(vote)}
        assert missing == {"tv_stochastic", "tv_cci", "tv_adx", "tv_williams", "tv_ultimate"}
        others = [cast[name] for name in list(VOTES)[15:] if name not in missing]
        assert others == [0.0] * 6


def test_without_volume_the_volume_weighted_average_has_no_vote():
    """Missing, not neutral: the group is the mean of the other 14, of which Hull 9 is neutral."""
    panel = market_of(50 + 0.25 * np.arange(260.0), volume=0.0)
    found = technical_rating(panel, panel.length - 1)
    assert math.isnan(dict(zip(VOTES, found.votes[:, 0], strict=True))["tv_vwma_20"])
    assert found.moving_averages[0] == 13 / 14


def test_ultimate_above_70_is_up():
    """Closing at the high each day is 100 and votes up; at the low 0 and down."""
    middle = 50 + np.sin(np.arange(60.0))
    for offset, vote in ((0.5, 1.0), (-0.5, -1.0)):
        panel = market_of(middle + offset, middle + 0.5, middle - 0.5)
        prices = (array[:, 0].copy() for array in (panel.high, panel.low, panel.close))
        oscillator = talib.ULTOSC(*prices)[-1]
        assert oscillator > 70 if vote > 0 else oscillator < 30
        assert votes_at_the_end(panel)["tv_ultimate"] == vote


def steps(values):
    """Each value with the one before it, NaN first."""
    return values, np.concatenate([[np.nan], values[:-1]])


def test_stochastic_and_direction_ask_for_no_cross():
    """K was above D the day before as well, +DI above -DI: still up, as the library has it."""
    bars = random_bars(1_000, 6, seed=21)
    panel = packed_panel(bars)
    found = technical_rating(panel, every_row(panel)).votes
    seen = [0, 0]
    for i in (2, 3, 5):
        own = {name: bars[name][:, i].copy() for name in FIELDS}
        prices = own["high"], own["low"], own["close"]
        k, d = talib.STOCH(*prices, 14, 3, 0, 3, 0)
        old_k, old_d = steps(k)[1], steps(d)[1]
        already = (k < 20) & (d < 20) & (k > d) & (old_k > old_d)
        adx = talib.ADX(*prices, 14)
        plus, minus = talib.PLUS_DI(*prices, 14), talib.MINUS_DI(*prices, 14)
        before = steps(plus)[1] > steps(minus)[1]
        trend = (adx > 20) & (adx > steps(adx)[1]) & (plus > minus) & before
        trend[:350] = False
        for which, (name, rows) in enumerate((("tv_stochastic", already), ("tv_adx", trend))):
            votes = found[list(VOTES).index(name), rows, i]
            seen[which] += len(votes)
            assert (votes == 1.0).all()
    assert min(seen) > 20


def test_cci_is_that_of_the_close():
    """Where the typical price would vote otherwise, the close decides."""
    bars = random_bars(1_000, 6, seed=22)
    panel = packed_panel(bars)
    found = technical_rating(panel, every_row(panel)).votes[list(VOTES).index("tv_cci")]
    differs = 0
    for i in (2, 3, 5):
        close = bars["close"][:, i].copy()
        verdicts = []
        for high, low in ((close, close), (bars["high"][:, i].copy(), bars["low"][:, i].copy())):
            now, before = steps(talib.CCI(high, low, close, 20))
            up, down = (now < -100) & (now > before), (now > 100) & (now < before)
            verdicts.append(np.where(up, 1.0, np.where(down, -1.0, 0.0)))
        np.testing.assert_array_equal(found[21:, i], verdicts[0][21:])
        differs += np.count_nonzero(verdicts[0][21:] != verdicts[1][21:])
    assert differs > 20


def test_a_saucer_needs_the_bar_before_the_last():
    """Awesome above 0, falling the day before, rising today is up; rising all along is not."""
    bars = random_bars(600, 6, seed=23)
    panel = packed_panel(bars)
    found = technical_rating(panel, every_row(panel)).votes[list(VOTES).index("tv_awesome")]
    half = (bars["high"][:, 2] + bars["low"][:, 2]) / 2
    now, before = steps(talib.SMA(half, 5) - talib.SMA(half, 34))
    earlier = steps(before)[1]
    above = (now > 0) & (before > 0)
    saucer, rising = (now > before) & (before < earlier), (now > before) & (before > earlier)
    assert np.count_nonzero(above & saucer) > 5
    assert np.count_nonzero(above & rising) > 5
    assert (found[above & saucer, 2] == 1.0).all()
    assert (found[above & rising, 2] == 0.0).all()
    crossed = (now < 0) & (before > 0)
    assert np.count_nonzero(crossed) > 2
    assert (found[crossed, 2] == -1.0).all()


@pytest.mark.parametrize("name", VOTES)
def test_a_vote_is_there_from_its_first_bar_on(name: str):
    """``bars`` is the very bar, on prices that move."""
    panel = packed_panel({field: array[:, 2:3] for field, array in LONG.items()})
    first = VOTES[name].lookback
    at = list(VOTES).index(name)
    cast = technical_rating(panel, every_row(panel)).votes[at, :, 0]
    assert np.isnan(cast[: first - 1]).all()
    assert not np.isnan(cast[first - 1 :]).any()
    assert TECHNICAL_COLUMNS[name].lookback == first


def test_bars_until_a_vote_has_settled():
    """Counted by loops: 922 after its first value for EMA 200, nested recursions in turn."""
    assert {name.removeprefix("tv_"): v.stable_after for name, v in VOTES.items()} == loops.SETTLED
    assert VOTES["tv_ema_200"].stable_after == 1122
    assert TECHNICAL_COLUMNS["tv_rating"].stable_after == 1122
    bars = np.array([0, 1, 9, 10, 250, 279, 281, 560, 561, 1121, 1122, 5000])
    assert unsettled_votes(bars).tolist() == [loops.unsettled(int(n)) for n in bars]
    assert unsettled_votes(np.array([300]))[0] == "ema_100, ema_200"
    assert unsettled_votes(np.array([1122]))[0] == ""


def test_settled_votes_do_not_depend_on_older_bars():
    """From ``stable_after`` bars on, older history moves no average by a ten-thousandth.

    The EMA of a window and of a history twice as long, seeds 60 % apart.
    """
    rng = np.random.default_rng(3)
    old, new = 40 + rng.normal(0, 1, 900), 100 + rng.normal(0, 1, 1_400)
    for n in (10, 50, 200):
        settled = VOTES[f"tv_ema_{n}"].stable_after
        young = loops.ema(new.tolist(), n)[settled - 1]
        long = loops.ema([*old, *new], n)[900 + settled - 1]
        assert abs(young - long) < 60 * 1e-4 * 1.05
        short = loops.ema(new.tolist(), n)[settled - 20]
        assert abs(short - loops.ema([*old, *new], n)[900 + settled - 20]) > abs(young - long)


def test_real_bars_are_rated_as_the_twin_rates_them(real_data: Path):
    """Real symbols on their last day: liquid, thin, young and defective ones, every ninth."""
    panel = load_panel(real_data / "us_daily_sample.parquet")
    found = technical_rating(panel, panel.length - 1)
    for i in range(0, panel.n_symbols, 9):
        bars = bars_of(panel, i)
        cast = loops.votes(bars, len(bars) - 1, loops.indicators(bars))
        np.testing.assert_array_equal(found.votes[:, i], list(cast.values()), panel.symbols[i])
        rating = loops.rating(cast)[2]
        assert found.rating[i] == pytest.approx(rating, nan_ok=True)
        assert found.not_settled[i] == loops.unsettled(len(bars))
    assert set(found.status) - {"unrated"} == {
        "strong sell",
        "sell",
        "neutral",
        "buy",
        "strong buy",
    }
