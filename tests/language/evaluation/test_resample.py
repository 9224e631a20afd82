"""Weekly and monthly bars are those that pandas makes of the days so far."""

import itertools

import numpy as np
import pandas as pd
import pytest

from technic.columns.vocabulary import VOCABULARY as BASE
from technic.language import read
from technic.language.evaluation.evaluate import evaluate_day
from technic.language.evaluation.resample import periods, resampled
from technic.panel import FIELDS, BarPanel, LongBars

HOLIDAYS = np.array(
    ["2023-12-25", "2024-01-01", "2024-01-15", "2024-02-19", "2024-03-29", "2024-07-04"],
    dtype="datetime64[D]",
)
RULES = {"weekly": "W-SUN", "monthly": "ME"}
MISSED = {10: 22, 11: 12}
"""Days that symbols miss; the others miss day 20, so that all have as many bars."""
HOW = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}


def sessions():
    """Weekdays without holidays from a Wednesday on, over a turn of the year; a week is missing."""
    days = np.arange("2023-12-13", "2024-08-01", dtype="datetime64[D]")
    week = np.arange("2024-05-06", "2024-05-13", dtype="datetime64[D]")
    closed = np.isin(days, HOLIDAYS) | np.isin(days, week)
    return days[np.is_busday(days) & ~closed]


@pytest.fixture(scope="module", params=[0.0, 0.15, 0.6], ids=["few", "some", "most"])
def panel(request):
    """Symbols that trade every day, and a share of them that begin late and miss days."""
    rng = np.random.default_rng(int(request.param * 100))
    days, n_symbols = sessions(), 12
    rows = []
    for column in range(n_symbols):
        held = np.delete(np.arange(len(days)), MISSED.get(column, 20))
        if column < request.param * n_symbols:
            held = held[rng.integers(0, 60) :]
            held = held[rng.random(len(held)) > 0.3]
        close = np.round(50 * np.exp(np.cumsum(rng.normal(0, 0.03, len(held)))), 2)
        high, low = close + rng.integers(0, 3, len(held)), close - rng.integers(0, 3, len(held))
        volume = rng.integers(0, 1000, len(held)) / 7.0
        open_ = np.round(close + rng.normal(0, 0.5, len(held)), 2)
        rows.append((np.full(len(held), column), days[held], open_, high, low, close, volume))
    column, day, *fields = (np.concatenate(part) for part in zip(*rows, strict=True))
    bars = LongBars(tuple(f"S{i}" for i in range(n_symbols)), column.astype(np.int32), day, *fields)
    return BarPanel.from_long(bars, days)


def by_pandas(panel, column, row, timeframe):
    """The longer bars of one symbol's days up to a row."""
    days = panel.sessions[panel.session[: row + 1, column]]
    frame = pd.DataFrame(
        {name: getattr(panel, name)[: row + 1, column] for name in FIELDS},
        index=pd.DatetimeIndex(days.astype("datetime64[s]")),
    )
    return frame.resample(RULES[timeframe]).agg(HOW).dropna(subset=["close"])


@pytest.mark.parametrize("timeframe", RULES)
@pytest.mark.parametrize("day", ["2023-12-13", "2024-01-31", "2024-04-03", "2024-07-05"])
def test_longer_bars_are_those_of_pandas(panel, timeframe, day):
    """First, highest, lowest, last and the sum of the days that are there."""
    rows = panel.rows_at(np.datetime64(day))
    made = resampled(panel, rows, timeframe)
    for column in range(panel.n_symbols):
        wanted = by_pandas(panel, column, rows[column], timeframe)
        length = len(wanted)
        assert made.rows[column] == length - 1
        assert made.panel.length[column] == length
        for name in FIELDS:
            found = getattr(made.panel, name)[:, column]
            exact = name != "volume"
            np.testing.assert_allclose(found[:length], wanted[name], rtol=0 if exact else 1e-12)
            assert np.isnan(found[length:]).all()
        assert (made.panel.session[length:, column] == -1).all()
        ends = made.panel.sessions[made.panel.session[:length, column]]
        assert (np.diff(ends) > np.timedelta64(0)).all()


def test_weeks_are_those_of_iso_and_months_those_of_the_calendar():
    """Also of days on which nothing trades, over the turns of twelve years."""
    days = np.arange("2013-12-20", "2026-01-15", dtype="datetime64[D]")
    dates = days.astype(object)
    for timeframe, key in (
        ("weekly", [day.isocalendar()[:2] for day in dates]),
        ("monthly", [(day.year, day.month) for day in dates]),
    ):
        period, last = periods(days, timeframe)
        begins = [a != b for a, b in itertools.pairwise(key)]
        np.testing.assert_array_equal(np.diff(period), begins)
        np.testing.assert_array_equal(last[:-1], days[:-1][np.array(begins)])
        assert last[-1] == days[-1]


@pytest.mark.parametrize("timeframe", RULES)
def test_days_to_come_change_no_longer_bar(panel, timeframe):
    """A week is what is known of it on the day, in a panel that ends there or goes on."""
    day = np.datetime64("2024-04-03")
    known = panel.window(panel.sessions[0], day)
    one = resampled(panel, panel.rows_at(day), timeframe)
    other = resampled(known, known.rows_at(day), timeframe)
    np.testing.assert_array_equal(one.rows, other.rows)
    for name in (*FIELDS, "session"):
        np.testing.assert_array_equal(getattr(one.panel, name), getattr(other.panel, name))


def test_volumes_are_the_same_bits_in_every_block(panel):
    """Days are added from the first on, whoever stands beside."""
    rows = panel.rows_at(panel.sessions[-1])
    whole = resampled(panel, rows, "monthly").panel.volume
    for column in range(panel.n_symbols):
        alone = resampled(panel.take(np.array([column])), rows[[column]], "monthly").panel
        np.testing.assert_array_equal(alone.volume[:, 0], whole[: alone.n_bars, column])


def test_the_benchmark_of_a_week_is_that_of_the_symbols_last_day_in_it(panel):
    """Whatever the benchmark does on days the symbol does not trade."""
    rows = panel.rows_at(np.datetime64("2024-06-05"))
    closes = np.arange(100.0, 100.0 + len(panel.sessions))
    closes[40] = np.nan
    made = resampled(panel, rows, "weekly", closes)
    for column in range(panel.n_symbols):
        at = panel.session[: rows[column] + 1, column]
        weeks = pd.DatetimeIndex(panel.sessions[at].astype("datetime64[s]")).to_period("W")
        last = pd.Series(at, index=weeks).groupby(level=0, sort=True).last()
        np.testing.assert_array_equal(made.benchmark[: len(last), column], closes[last.to_numpy()])


def test_expressions_inside_count_longer_bars(panel):
    """A shift, a window and a recursion over weeks, against pandas' weeks."""
    rows = panel.rows_at(np.datetime64("2024-07-17"))
    texts = ("weekly(close[1])", "weekly(sma(close, 4))", "weekly(close > close[2])",
             "monthly(highest(high, 3))", "weekly(bar_count())")  # fmt: skip
    nodes = [read(text, BASE).node for text in texts]
    found = list(evaluate_day(nodes, panel, rows, BASE).values())
    for column in range(panel.n_symbols):
        week = by_pandas(panel, column, rows[column], "weekly")
        month = by_pandas(panel, column, rows[column], "monthly")
        wanted = (
            week.close.iloc[-2],
            week.close.iloc[-4:].mean(),
            float(week.close.iloc[-1] > week.close.iloc[-3]),
            month.high.iloc[-3:].max(),
            len(week),
        )
        np.testing.assert_allclose([values[column] for values in found], wanted, rtol=1e-12)


def test_a_symbol_without_bars_has_no_weeks(panel):
    """Nor has a market without any."""
    rows = panel.rows_at(panel.sessions[-1])
    rows[3] = -1
    made = resampled(panel, rows, "weekly")
    assert made.rows[3] == -1
    assert np.isnan(made.panel.close[:, 3]).all()
    nobody = resampled(panel, np.full(panel.n_symbols, -1), "weekly")
    assert nobody.panel.n_bars == 0
    assert (nobody.rows == -1).all()
