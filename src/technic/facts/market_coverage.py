"""How much of a market each concept covers on a day, from the rows of a store.

The market are the companies that have a bar on one of the last sessions: funds and notes, which
file no accounts, belong to no company. Concepts are read one after the other, so that the rows of
all of them are never in memory at once.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from technic.data_engine.interfaces.records import Splits
from technic.data_engine.open_provider import REMOTE
from technic.data_engine.provider_store import NOT_THERE, open_store
from technic.data_engine.store import BarStore
from technic.errors import ParameterError, StoreError
from technic.facts.fields import FIELDS
from technic.facts.reader import FactReader, FieldCoverage, SplitIndex, coverage
from technic.facts.rows import LISTED_AS
from technic.facts.store import FactStore
from technic.facts.terms import FactTerm
from technic.panel import LongBars
from technic.sessions import SessionCalendar, load_calendar
from technic.settings import Settings
from technic.typing import FloatArray

__all__ = ["COVERED", "MOST_SESSIONS_OLD", "MarketCoverage", "market_coverage", "stored_coverage"]

COVERED = tuple(name for name, field in FIELDS.items() if field.kind == "concept")
"""The concepts that are counted; all other fields are made of them."""
MOST_SESSIONS_OLD = 5
"""Sessions up to the day of which a symbol has a bar."""
SHARES = "shares_outstanding"
Progress = Callable[[str, int, int], None]
"""Called with the stage, and how many concepts are done of how many."""


@dataclass(frozen=True, slots=True)
class MarketCoverage:
    """Coverage as of a day.

    ``with_bars``: symbols that have a bar, None where there are no bars. ``names``: those that
    stand for a company. ``valued``: those of them whose market capitalization is known.
    """

    day: np.datetime64
    with_bars: int | None
    names: int
    valued: int
    fields: tuple[FieldCoverage, ...]


def market_coverage(
    store: FactStore,
    calendar: SessionCalendar,
    day: np.datetime64,
    bars: LongBars | None = None,
    splits: Splits | None = None,
    progress: Progress | None = None,
) -> MarketCoverage:
    """Return what was known of a market's companies at the close of ``day``, a session.

    bars: of the last ``MOST_SESSIONS_OLD`` sessions up to ``day``, as traded, by (symbol,
    session). A company is worth its last close times ``shares_outstanding``, both in the shares of
    ``day``. None: all companies of the store are the market, and nothing is known of their worth.
    Raises StoreError for a store that cannot be read.
    """
    closes = {} if bars is None else _last_closes(bars)
    companies = _companies(store)
    names = sorted(companies if bars is None else companies & closes.keys())

    def reader(field: str) -> FactReader:
        rows = store.rows(concepts=FIELDS[field].concepts, coded=True)
        return FactReader(rows, calendar, splits)

    worth = np.full(len(names), np.nan)
    if bars is not None:
        shares = reader(SHARES).values(FactTerm(SHARES), names, np.array([day], "datetime64[D]"))
        worth = shares[0] * _in_shares_of(day, names, closes, splits)
    found: list[FieldCoverage] = []
    for at, field in enumerate(COVERED):
        found += coverage(reader(field), [field], names, worth, day)
        if progress is not None:
            progress("coverage", at + 1, len(COVERED))
    return MarketCoverage(
        day,
        None if bars is None else len(closes),
        len(names),
        int(np.count_nonzero(np.isfinite(worth))),
        tuple(found),
    )


def stored_coverage(
    store: FactStore,
    settings: Settings,
    provider: str | None = None,
    day: np.datetime64 | None = None,
    progress: Progress | None = None,
) -> MarketCoverage:
    """Return the coverage of the market that is stored for a provider; nobody is asked.

    provider: as settings say unless given. day: the last session up to it counts; the last one of
    the bars unless given, without bars the first that knew all facts. Raises ParameterError for a
    day before all sessions, StoreError for bars or facts that cannot be read.
    """
    now = dt.datetime.now(dt.UTC)
    calendar = load_calendar(now.date(), settings.home)
    bars = _bars(settings.source(provider).provider, settings)
    last = None if bars is None else bars.last_day()
    if day is None:
        day = last if last is not None else _knowing(store, calendar, now)
    window = calendar.last(MOST_SESSIONS_OLD, day)
    if not len(window):
        raise ParameterError("as_of", str(day), f"a day from {calendar.sessions[0]} on")
    found = None if bars is None or last is None else bars.read(None, window[0], window[-1])
    if bars is None or found is None or not len(found):
        return market_coverage(store, calendar, window[-1], progress=progress)
    return market_coverage(store, calendar, window[-1], found, bars.splits(), progress)


def _knowing(store: FactStore, calendar: SessionCalendar, now: dt.datetime) -> np.datetime64:
    """Return the first session whose close knew all that is stored, at most the last completed."""
    done, known = calendar.last_completed(now), store.status().last_known
    if known is None:
        return done
    at = int(np.searchsorted(calendar.closes, known.astype("datetime64[m]"), side="right"))
    return min(calendar.sessions[at], done) if at < len(calendar.sessions) else done


def _bars(provider: str, settings: Settings) -> BarStore | None:
    """Open the store of a provider's bars, None where it keeps or has none."""
    if provider not in REMOTE:
        return None
    try:
        return open_store(provider, settings).store
    except StoreError as error:
        if error.reason != NOT_THERE:
            raise
        return None


def _companies(store: FactStore) -> set[str]:
    """Return the symbols under which a company was ever listed."""
    rows = store.rows(concepts=())
    listed = rows.filter(pc.and_(pc.equal(rows["concept"], LISTED_AS), pc.greater(rows["cik"], 0)))
    return set(pc.unique(listed["symbol"]).to_pylist()) - {None}


def _last_closes(bars: LongBars) -> dict[str, tuple[np.datetime64, float]]:
    """Return the last close of each symbol that has one, with its session."""
    rows = zip(bars.column.tolist(), bars.session, bars.close.tolist(), strict=True)
    return {
        bars.symbols[column]: (session, close)
        for column, session, close in rows
        if math.isfinite(close)
    }


def _in_shares_of(
    day: np.datetime64,
    names: Sequence[str],
    closes: Mapping[str, tuple[np.datetime64, float]],
    splits: Splits | None,
) -> FloatArray:
    """Return closes in the shares of ``day``: who stopped trading may have been split since."""
    sessions = np.array([closes[name][0] for name in names], "datetime64[D]").astype(np.int64)
    close = np.array([closes[name][1] for name in names])
    until = np.full(len(names), day.astype("datetime64[D]").astype(np.int64))
    owner = np.arange(len(names))
    return SplitIndex(splits, names).restated(close, owner, sessions, until, -1)
