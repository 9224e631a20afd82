from __future__ import annotations

import numpy as np
import pytest

from technic.data_engine.adjust import split_adjust
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.providers.demo import LAST_SESSION, DemoProvider
from technic.errors import ParameterError
from technic.panel import FIELDS, BarPanel
from technic.sessions import SessionCalendar
from technic.universe.listings import Universe
from technic.universe.security_type import security_types

FIRST_DAY, LAST_DAY = np.datetime64("2015-01-01", "D"), np.datetime64("2026-12-31", "D")


@pytest.fixture(scope="module")
def calendar() -> SessionCalendar:
    """Every weekday is a session."""
    days = np.arange(FIRST_DAY, LAST_DAY)
    days = days[np.is_busday(days)]
    return SessionCalendar(days, days.astype("datetime64[m]") + np.timedelta64(21, "h"))


@pytest.fixture(scope="module")
def provider(calendar) -> DemoProvider:
    """Return a demo market of four hundred symbols."""
    return DemoProvider(calendar, size=400)


def test_it_is_a_provider_and_says_that_it_is_simulated(provider):
    """The provider is labelled: name, raw prices, SIMULATED in the source of its listings."""
    seen: Provider = provider
    assert (seen.name, seen.simulated, seen.price_basis) == ("demo", True, "raw")
    assert "SIMULATED" in seen.listings().source
    assert seen.last_session() == LAST_SESSION


def test_the_default_market_stays_what_it_is(provider, calendar):
    """The same bars on every machine: documents quote this market, a change has to be meant."""
    bars = provider.history(["QKEW", "HQIS", "XZOB"], calendar.last(1, LAST_SESSION)).bars
    rows = np.column_stack([getattr(bars, name) for name in FIELDS]).tolist()
    assert rows == [
        [9.63, 9.65, 9.19, 9.35, 160.0],
        [64.1, 72.23, 61.21, 70.57, 19416.0],
        [18.52, 18.79, 15.87, 17.23, 8849.0],
    ]


def test_listings_carry_all_metadata(provider):
    """Each symbol has a name, an exchange, a country, a type; companies have a sector, a cap."""
    universe = provider.listings()
    assert len(universe) == 400
    for column in ("company", "exchange", "country", "type"):
        assert all(universe.text(column))
    company = np.isin(universe.text("type"), ["common", "adr"])
    assert all(universe.text("sector")[company])
    assert np.isfinite(universe.market_cap[company]).mean() > 0.95
    assert np.isnan(universe.market_cap[~company]).all()


def test_types_can_be_read_off_symbols_and_names(provider):
    """Without the type column each listing is taken for what it is."""
    universe = provider.listings()
    bare = Universe(universe.frame.drop(columns="type"), universe.source)
    assert security_types(bare).code.tolist() == universe.text("type").tolist()


def test_every_symbol_asked_for_has_bars_or_a_failure(provider, calendar):
    """Symbols come in the order asked, each once; what has no bars says why."""
    sessions = calendar.last(20, LAST_SESSION)
    listed = list(provider.listings().symbols)
    asked = [*listed[::-1], "AAPL", listed[3], "nosuch"]
    fetched = provider.history(asked, sessions)
    assert fetched.failures["AAPL"].reason == "unknown_symbol"
    assert fetched.failures["nosuch"].reason == "unknown_symbol"
    expected = [symbol for symbol in listed[::-1] if symbol not in fetched.failures]
    assert list(fetched.bars.symbols) == expected
    assert set(np.unique(fetched.bars.column)) == set(range(len(expected)))
    assert {failure.reason for failure in fetched.failures.values()} == {
        "unknown_symbol", "no_data",
    }  # fmt: skip


def test_bars_are_of_the_sessions_asked(provider, calendar):
    """Bars lie between the first and the last session asked; splits are all that there are."""
    sessions = calendar.between(np.datetime64("2024-02-01"), np.datetime64("2025-03-31"))
    fetched = provider.history(provider.listings().symbols, sessions)
    assert fetched.bars.session.min() == sessions[0]
    assert fetched.bars.session.max() == sessions[-1]
    assert np.isin(fetched.bars.session, sessions).all()
    assert fetched.splits.session.min() < sessions[0] < sessions[-1] < fetched.splits.session.max()
    assert set(fetched.splits.symbol) <= set(provider.listings().symbols)


@pytest.mark.parametrize(
    ("start", "end"), [("2015-01-05", "2015-03-31"), ("2026-07-01", "2026-08-31")],
    ids=["before", "after"],
)  # fmt: skip
def test_days_outside_the_market_have_no_data(provider, calendar, start, end):
    """Sessions before the first and after the last day answer no_data for each symbol."""
    symbols = provider.listings().symbols
    sessions = calendar.between(np.datetime64(start), np.datetime64(end))
    fetched = provider.history(symbols, sessions)
    assert len(fetched.bars) == 0
    assert fetched.bars.symbols == ()
    assert {failure.reason for failure in fetched.failures.values()} == {"no_data"}
    assert set(fetched.failures) == set(symbols)


def test_no_symbols_and_no_sessions_are_answered(provider, calendar):
    """Nothing asked is nothing answered, not an error."""
    sessions = calendar.last(5, LAST_SESSION)
    assert len(provider.history([], sessions).bars) == 0
    symbols = provider.listings().symbols[:3]
    assert set(provider.history(symbols, sessions[:0]).failures) == set(symbols)


def test_adjusted_as_of_a_day_equals_whatever_was_loaded_later(provider, calendar):
    """Bars up to a day, adjusted as of it, are the same from a history that goes on beyond it."""
    day = calendar.last(200, LAST_SESSION)[0]
    symbols = provider.listings().symbols
    sessions = calendar.last(600, LAST_SESSION)
    panels = []
    for end in (day, LAST_SESSION):
        asked = sessions[sessions <= end]
        fetched = provider.history(symbols, asked)
        bars = split_adjust(fetched.bars, fetched.splits, day)
        known = [symbol for symbol in symbols if symbol in fetched.bars.symbols]
        panel = BarPanel.from_long(bars, asked).window(sessions[0], day)
        panels.append({symbol: panel.frame(symbol) for symbol in known})
    alone, longer = panels
    assert len(alone) > 300
    for symbol, frame in alone.items():
        assert frame.equals(longer[symbol])


def test_adjusted_prices_do_not_jump_on_splits(provider, calendar):
    """Where a split is on record, adjusted closes around it differ by an ordinary move."""
    sessions = calendar.last(2_520, LAST_SESSION)
    fetched = provider.history(provider.listings().symbols, sessions)
    bars = split_adjust(fetched.bars, fetched.splits, LAST_SESSION)
    assert set(FIELDS) <= set(bars.__slots__)
    moves = []
    for symbol, session in zip(fetched.splits.symbol, fetched.splits.session, strict=True):
        own = np.flatnonzero(bars.column == bars.symbols.index(symbol))
        at = int(np.searchsorted(bars.session[own], session))
        if 0 < at < len(own):
            moves.append(bars.close[own[at]] / bars.close[own[at - 1]])
    assert len(moves) > 20
    assert np.nanmedian(np.abs(np.log(moves))) < 0.05


def test_progress_reaches_the_number_of_symbols(provider, calendar):
    """Progress is reported in symbols."""
    seen: list[tuple[int, int]] = []
    symbols = provider.listings().symbols
    provider.history(symbols, calendar.last(300, LAST_SESSION), lambda *at: seen.append(at))
    assert seen[-1] == (400, 400)


def test_a_calendar_without_the_last_session_is_refused(calendar):
    """The market ends on a fixed day, which the calendar must have."""
    early = SessionCalendar(calendar.sessions[:500], calendar.closes[:500])
    with pytest.raises(ParameterError, match="2026-06-30"):
        DemoProvider(early)
