"""Step functions of several symbols: a value from the session on which it is known to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.records import Splits
from technic.errors import ParameterError
from technic.sessions import SessionCalendar
from technic.typing import DateArray, FloatArray

__all__ = ["FactSteps", "Reading", "read_steps"]

Reading = Literal["level", "sessions_since", "sessions_until"]
"""What a step's number is: the value; or a position of the calendar that a day's is counted to."""


@dataclass(frozen=True, slots=True, eq=False)
class FactSteps:
    """Steps of symbol i stand at ``offsets[i]:offsets[i + 1]``, by ``known_from``.

    ``known_from``: the first session at whose close the value is known. ``value``: NaN where it is
    known to be missing from there on. ``basis_day``: the day in whose shares a value per share or
    a number of shares is counted, NaT where no splits matter. ``per_share``: -1 per share (divided
    by later splits), 1 a number of shares (multiplied), 0 neither. ``period_end``: of the latest
    period in it. ``source_row``: the row of the reader's table whose filing made the step, -1 where
    it is missing. ``reading``: ``level``; or the value on day D is the position of D in the
    calendar less the step's (``sessions_since``), or the step's less that of D, missing once it is
    over (``sessions_until``).
    """

    known_from: DateArray
    value: FloatArray
    basis_day: DateArray
    per_share: int
    offsets: NDArray[np.int64]
    period_end: DateArray
    source_row: NDArray[np.int64]
    reading: Reading = "level"

    def of(self, at: int) -> slice:
        """Return where the steps of one symbol stand."""
        return slice(int(self.offsets[at]), int(self.offsets[at + 1]))


def read_steps(
    steps: FactSteps,
    symbols: tuple[str, ...],
    sessions: DateArray,
    calendar: SessionCalendar,
    splits: Splits | None,
) -> FloatArray:
    """Return the values at the close of sessions: (n_sessions, n_symbols), NaN where missing.

    sessions: ascending sessions of the calendar. Each value is in the shares of its session: a
    split counts from its day on, one after the other, so that later ones change no earlier value.
    """
    sessions = np.asarray(sessions, dtype="datetime64[D]")
    if len(sessions) and not bool(np.all(sessions[1:] > sessions[:-1])):
        raise ParameterError("sessions", "days in another order", "ascending days, each once")
    place = _places(steps, sessions)
    with_none = np.append(steps.value, np.nan)
    values = np.ascontiguousarray(with_none[place].T)
    if steps.reading == "level":
        if splits is not None and steps.per_share:
            _rescale(values, steps, symbols, sessions, splits, place)
        return values
    position = np.searchsorted(calendar.sessions, sessions).astype(np.float64)[:, None]
    if steps.reading == "sessions_since":
        gone: FloatArray = position - values
        return gone
    left: FloatArray = values - position
    left[left < 0.0] = np.nan
    return left


def _places(steps: FactSteps, sessions: DateArray) -> NDArray[np.int64]:
    """Return which step is in force, (n_symbols, n_sessions); ``len(steps.value)``: none yet."""
    count, most = len(steps.offsets) - 1, len(sessions)
    first = np.searchsorted(sessions, steps.known_from)
    # Each step lasts until the next one of its symbol; what comes before the first is none.
    start = np.zeros(len(first) + count, np.int64)
    number = np.full(len(start), len(first))
    symbol = np.repeat(np.arange(count), np.diff(steps.offsets))
    at = np.arange(len(first)) + symbol + 1
    start[at], number[at] = first, np.arange(len(first))
    end = np.append(start[1:], most)
    end[steps.offsets[1:] + np.arange(count)] = most
    return np.repeat(number, end - start).reshape(count, most)


def _rescale(
    values: FloatArray,
    steps: FactSteps,
    symbols: tuple[str, ...],
    sessions: DateArray,
    splits: Splits,
    place: NDArray[np.int64],
) -> None:
    """Apply each split to the sessions from its day on whose step is counted in older shares."""
    column = {symbol: at for at, symbol in enumerate(symbols)}
    basis = np.append(steps.basis_day, np.datetime64("NaT"))
    for at in np.argsort(splits.session, kind="stable"):
        symbol = column.get(splits.symbol[at])
        if symbol is None:
            continue
        day, ratio = splits.session[at], splits.ratio[at]
        row = int(np.searchsorted(sessions, day))
        older = np.flatnonzero(basis[place[symbol, row:]] < day) + row
        if steps.per_share < 0:
            values[older, symbol] /= ratio
        else:
            values[older, symbol] *= ratio
