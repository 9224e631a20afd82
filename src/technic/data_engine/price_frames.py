"""Price frames of the caller as a price cache: each one is looked at by itself.

What is wrong with one frame is a failure of its symbol, as a file that cannot be read is; only
where every frame is wrong, or where it is no mapping of symbols at all, is that an error.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from technic.data_engine.interfaces.records import Failure
from technic.data_engine.price_cache import LazyPrices, PriceCache, PriceFrames
from technic.data_engine.row_checks.left_out import LeftOutDays
from technic.data_engine.row_checks.market_days import FUTURE, NO_SESSION, OPEN, MarketDays
from technic.data_engine.row_checks.repeated_rows import row_order, without_repeats
from technic.data_engine.row_checks.session_check import CheckedDays, DatedRows, check_days
from technic.data_engine.row_checks.value_check import odd_values
from technic.data_engine.two_level_frames import frame_of_symbol, frames_of_table
from technic.errors import ParameterError
from technic.panel import FIELDS, FRAME_COLUMNS, BarPanel, LongBars
from technic.sessions import SessionCalendar
from technic.text.outside import LABEL, clean, could_be_symbol
from technic.typing import DateArray, FloatArray
from technic.universe import canonical
from technic.universe.symbols import without_exchange
from technic.wording.counts import agree, count_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cache_of"]


def cache_of(
    frames: PriceFrames,
    calendar: SessionCalendar,
    *,
    volume: bool = True,
    now: dt.datetime | None = None,
) -> PriceCache:
    """Return any mapping of price frames as a PriceCache; one that is one as it is.

    Symbols become canonical; a time with a zone means the date that a clock there shows. The
    window runs from the first to the last session that any frame holds; rows on other days, and
    those of sessions not over at ``now``, are left out. ``volume``: False takes prices alone.
    Raises ParameterError for what is no mapping of symbols, and where no frame can be read.
    """
    cache = frames if isinstance(frames, PriceCache) else _packed(frames, calendar, volume, now)
    if volume or np.isnan(cache.panel.volume).all():
        return cache
    return replace(cache, panel=cache.panel.without_volume())


def _packed(
    frames: PriceFrames, calendar: SessionCalendar, volume: bool, now: dt.datetime | None
) -> PriceCache:
    """Read all frames, hold their days against the sessions, pack what is left."""
    if isinstance(frames, LazyPrices):
        return frames.loaded()
    read, failures, strange = _read(frames, volume)
    bars = _joined(read)
    market = MarketDays.at(calendar, now)
    dated = DatedRows(bars.symbols, bars.column, bars.session, lambda: bars.close, one_each=True)
    checked = check_days(dated, market)
    if checked.verdict is not None and checked.verdict.refused:
        what = "frames whose dates are trading days"
        raise ParameterError("price_cache", checked.verdict.reason, what, checked.verdict.advice)
    for symbol, why in checked.alone.items():
        failures[symbol] = Failure("wrong_dates", str(why))
    bars = _without(bars, {*checked.alone})
    bars, off, notes = _on_sessions(bars, checked, market)
    if strange:
        count = count_of(len(strange), "key")
        notes += (
            f"price_cache: {count} {agree(len(strange), 'is', 'are')} no symbol and left out, such "
            f"as {clean(repr(strange[0]), LABEL)}",
        )
    bars, clashes, repeats = without_repeats(_sorted(bars))
    for symbol, day in clashes.items():
        failures[symbol] = Failure("duplicate_rows", f"two different rows {day}")
    if repeats:
        notes += (
            f"price_cache: {count_of(repeats, 'row')} {agree(repeats, 'repeats', 'repeat')} "
            f"another and {agree(repeats, 'was', 'were')} read once",
        )
    notes += tuple(f"price_cache: {what}" for what in odd_values(bars, volume=volume))
    left_out = off.with_incomplete(bars, volume=volume)
    bars = _without(bars, {*failures})
    days = bars.session
    sessions = calendar.between(days.min(), days.max()) if len(days) else calendar.sessions[:0]
    panel = BarPanel.from_long(bars, sessions, volume=volume)
    return PriceCache(panel, failures, notes=notes, left_out_days=left_out)


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """One frame's rows."""

    days: DateArray
    values: Mapping[str, FloatArray]


def _read(
    frames: object, volume: bool
) -> tuple[dict[str, _Frame], dict[str, Failure], list[object]]:
    """Return the rows of each frame that can be read, why others cannot, and keys of no symbol."""
    import pandas as pd

    if isinstance(frames, pd.DataFrame):
        frames = frames_of_table(frames)
    if not isinstance(frames, Mapping):
        what = type(frames).__name__
        raise ParameterError("price_cache", what, "a mapping from symbol to price frame")
    read: dict[str, _Frame] = {}
    errors: dict[str, ParameterError] = {}
    strange: list[object] = []
    for symbol in frames:
        if not isinstance(symbol, str) or not could_be_symbol(without_exchange(symbol)):
            strange.append(symbol)
            continue
        name = canonical(without_exchange(symbol))
        if name in read or name in errors:
            what = "one frame for each symbol"
            errors[name] = ParameterError("price_cache", symbol, what, "it has two")
            read.pop(name, None)
            continue
        try:
            read[name] = _rows(symbol, _frame_of(frames, symbol), volume)
        except ParameterError as error:
            errors[name] = error
    if errors and not read:
        raise next(iter(errors.values()))
    if strange and not read:
        raise ParameterError("price_cache", strange[0], "symbols as keys, such as 'AAPL'")
    failures = {name: Failure("unreadable_frame", str(why)) for name, why in errors.items()}
    return read, failures, strange


def _frame_of(frames: Mapping[str, object], symbol: str) -> object:
    """Return one frame of a mapping, which may be read from somewhere only now."""
    try:
        return frames[symbol]
    except (OSError, ValueError, LookupError, RuntimeError) as error:
        what = f"{type(error).__name__}: {clean(str(error))}"
        raise ParameterError(f"price_cache[{symbol!r}]", what, "a price frame") from error


def _rows(symbol: str, frame: object, volume: bool) -> _Frame:
    """Return one frame's rows; ParameterError where it is no price frame."""
    import pandas as pd

    where = f"price_cache[{symbol!r}]"
    if not isinstance(frame, pd.DataFrame):
        raise ParameterError(where, type(frame).__name__, "a pandas price frame")
    frame = frame_of_symbol(symbol, frame)
    names = FRAME_COLUMNS if volume else FRAME_COLUMNS[:-1]
    there = {name: _own_name(frame, name) for name in names}
    if None in there.values() or not isinstance(frame.index, pd.DatetimeIndex):
        columns = f"columns {list(frame.columns)}, index {type(frame.index).__name__}"
        allowed = f"a DatetimeIndex and columns {' '.join(names)}"
        raise ParameterError(where, columns, allowed)
    missing = int(np.count_nonzero(frame.index.isna()))
    if missing:
        raise ParameterError(
            where, f"{count_of(missing, 'row')} without a date", "a date for each row"
        )
    days = frame.index.tz_localize(None).to_numpy().astype("datetime64[D]")
    values = {
        field: _numbers(where, frame, str(own))
        for field, own in zip(FIELDS, there.values(), strict=False)
    }
    values.setdefault("volume", np.full(len(frame), np.nan))
    return _Frame(days, values)


def _own_name(frame: pd.DataFrame, name: str) -> str | None:
    """Return a frame's own name of a column: as it is said, else in another case."""
    if name in frame.columns:
        return name
    others = [own for own in frame.columns if isinstance(own, str) and own.lower() == name.lower()]
    return others[0] if len({*others}) == 1 else None


def _numbers(where: str, frame: pd.DataFrame, name: str) -> FloatArray:
    """Return a column as numbers; one that is there twice counts where both are the same."""
    place = f"{where}[{name!r}]"
    columns = frame.loc[:, frame.columns == name]
    try:
        values = columns.to_numpy(np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ParameterError(place, str(error), "numbers, NaN where there is none") from error
    if not np.array_equal(values, np.repeat(values[:, :1], values.shape[1], 1), equal_nan=True):
        differ = f"{count_of(values.shape[1], 'column')} that differ"
        raise ParameterError(place, differ, "one of each column")
    return np.ascontiguousarray(values[:, 0])


def _joined(read: Mapping[str, _Frame]) -> LongBars:
    frames = [*read.values()]
    counts = [len(frame.days) for frame in frames]
    empty = np.empty(0)
    return LongBars(
        tuple(read),
        np.repeat(np.arange(len(frames), dtype=np.int32), counts),
        np.concatenate([np.empty(0, "datetime64[D]"), *(frame.days for frame in frames)]),
        *(np.concatenate([empty, *(frame.values[name] for frame in frames)]) for name in FIELDS),
    )


def _on_sessions(
    bars: LongBars, checked: CheckedDays, market: MarketDays
) -> tuple[LongBars, LeftOutDays, tuple[str, ...]]:
    """Leave out the rows of no session and of sessions not over; say so."""
    table = checked.table
    notes = [f"price_cache: {note}" for note in checked.notes]
    if checked.verdict is not None and checked.verdict.warned:
        notes.append(f"price_cache: {checked.verdict}")
    later = np.concatenate([table.days_of(OPEN), table.days_of(FUTURE)])
    if len(later):
        count = table.rows_of(OPEN) + table.rows_of(FUTURE)
        notes.append(
            f"price_cache: {count_of(count, 'row')} after {market.final}, the last session that is "
            f"over, up to {later.max()}, {agree(count, 'is', 'are')} not used"
        )
    off = np.isin(bars.session, table.days_of(NO_SESSION))
    gone = off | np.isin(bars.session, later)
    left_out = LeftOutDays.off_session(bars.symbols, bars.column[off], bars.session[off])
    return bars.rows(~gone) if gone.any() else bars, left_out, tuple(notes)


def _sorted(bars: LongBars) -> LongBars:
    key = row_order(bars)
    if np.all(key[1:] >= key[:-1]):
        return bars
    return bars.rows(np.argsort(key, kind="stable"))


def _without(bars: LongBars, symbols: set[str]) -> LongBars:
    """Return the bars without some symbols, which are not among its symbols any more either."""
    if symbols.isdisjoint(bars.symbols):
        return bars
    stays = np.array([symbol not in symbols for symbol in bars.symbols], np.bool_)
    place = (np.cumsum(stays) - 1).astype(np.int32)
    rows = bars.rows(stays[bars.column])
    names = tuple(s for s, stay in zip(bars.symbols, stays.tolist(), strict=True) if stay)
    return replace(rows, symbols=names, column=place[rows.column])
