"""Bars from files that the user has: no request, and nothing about the prices taken on trust.

How such prices are adjusted is not written in them, so they are labelled ``unknown`` unless the
user says, or names a column of adjusted closes beside them: then they are adjusted by it. What
is in the files is handed on as it is, NaN, infinite and negative prices too: the panel and the
data gate judge it. Only two rows for one symbol and day are settled here.
"""

from __future__ import annotations

import logging
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.data_version import FilesVersion
from technic.data_engine.interfaces.records import (
    Failure,
    FetchResult,
    MissingVolume,
    PriceBasis,
    Progress,
    Splits,
)
from technic.data_engine.providers.files.adjusted_closes import adjust_by_closes
from technic.data_engine.providers.files.bar_files import BarRows, open_bars
from technic.data_engine.providers.files.file_notes import file_notes
from technic.data_engine.providers.files.file_paths import bar_paths
from technic.errors import ParameterError
from technic.panel import FIELDS, PRICES, LongBars
from technic.tables.file_options import FileOptions
from technic.typing import DateArray, FloatArray
from technic.universe import Universe, universe_of

__all__ = ["FilesProvider"]

logger = logging.getLogger(__name__)

RECENT_DAYS = 21
FAIR_FRACTION = 0.5


class FilesProvider:
    """Bars from one CSV or Parquet file, or from a folder of them.

    ``path``: a long file (one row per symbol and day), the file of one symbol, or a folder.
    ``universe``: what ``listings`` answers; without it the symbols in the data. ``price_basis``:
    how the prices are adjusted, ``unknown`` when not given. ``adjust_by``: a column of adjusted
    closes by which raw prices and volume are adjusted; ``price_basis`` then is that of the column,
    ``total_return_adjusted`` when not given. ``volume``: False reads prices alone, and every volume
    is NaN. ``options``: what the user says about the layout. ``notes``: sentences about the data.
    """

    name = "files"
    simulated = False
    local = True

    def __init__(
        self,
        path: str | Path,
        universe: Universe | None = None,
        price_basis: PriceBasis | None = None,
        adjust_by: str | None = None,
        *,
        volume: bool = True,
        options: FileOptions | None = None,
    ) -> None:
        allowed = [basis for basis in get_args(PriceBasis) if basis != "raw" or adjust_by is None]
        if price_basis is not None and price_basis not in allowed:
            raise ParameterError("price_basis", price_basis, ", ".join(allowed))
        as_they_are: PriceBasis = "unknown" if adjust_by is None else "total_return_adjusted"
        self.price_basis: PriceBasis = price_basis or as_they_are
        self._path = Path(path)
        self._universe = universe
        paths = bar_paths(self._path)
        self._version = FilesVersion.of(self._path, paths)
        self._rows = open_bars(self._path, adjust_by, volume=volume, options=options)
        self.notes = file_notes(self._path, paths, self._rows.said)
        self.notes += tuple(
            f"{self._path.name}: column {column!r} is not used, prices are taken as they are; "
            f"--adjust-by {shlex.quote(column)} adjusts them by it"
            for column in self._rows.unused
        )
        if self.price_basis == "raw":
            self.notes += (
                f"{self._path.name}: prices are taken as raw and no splits are known; the data "
                "gate ends history where it finds one",
            )
        self._last_session, usual = _last_session(self._rows.day)
        later = self._rows.day[self._rows.day > self._last_session]
        if later.size:
            self.notes += (
                f"{self._path.name}: rows after {self._last_session}, up to {later.max()}, are not "
                f"used: {later.size:,}, where a day has {usual:,.0f} as a rule; less than half of "
                "that is no session",
            )
        for note in self.notes:
            logger.info("%s", note)

    def listings(self) -> Universe:
        """Return the universe given, else the symbols in the data, unreadable files included."""
        if self._universe is not None:
            return self._universe
        return universe_of((*self._rows.symbols, *self._rows.failures), self._path.name)

    def last_session(self) -> np.datetime64:
        """Return the last day on which a fair number of symbols has a bar."""
        return self._last_session

    def data_version(self) -> FilesVersion:
        """Return which files these are."""
        return self._version

    def history(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        progress: Progress | None = None,
    ) -> FetchResult:
        """Return the bars of ``symbols`` from the first to the last of ``sessions``.

        Rows that repeat another are dropped; a symbol with two different rows for one day is a
        failure ``duplicate_rows``, one without rows there ``no_data``, one whose file cannot be
        read ``unreadable_file``.
        """
        asked = list(dict.fromkeys(symbols))
        place = {symbol: at for at, symbol in enumerate(asked)}
        bars, clashes, repeats = _settled(_selected(self._rows, place, sessions))
        failures = {}
        for symbol in asked:
            if symbol in clashes:
                failures[symbol] = Failure(
                    "duplicate_rows", f"two different rows {clashes[symbol]}"
                )
            elif symbol in self._rows.failures:
                failures[symbol] = self._rows.failures[symbol]
        missing_volume = _missing_volume(bars) if "volume" in self._rows.fields else {}
        has_bars = np.bincount(bars.column, minlength=len(asked)) > 0
        missing = [symbol for symbol in asked if not has_bars[place[symbol]]]
        known = set(self._rows.symbols)
        for symbol in missing:
            failures.setdefault(symbol, Failure("no_data", self._no_data(symbol, known, sessions)))
        if progress is not None:
            progress(len(asked), len(asked))
        new_column = np.cumsum(has_bars) - 1
        kept = tuple(symbol for symbol in asked if has_bars[place[symbol]])
        column = new_column[bars.column].astype(np.int32)
        answer = replace(bars, symbols=kept, column=column)
        notes = self.notes
        if repeats:
            notes += (f"{self._path.name}: {repeats:,} rows repeat another and were read once",)
        return FetchResult(
            answer, Splits.none(), failures, notes=notes, missing_volume=missing_volume
        )

    def _no_data(self, symbol: str, known: set[str], sessions: DateArray) -> str:
        """Say what is missing; not in which file, since a file that was moved is the same data."""
        if symbol not in known:
            return f"{symbol} is not in the data"
        if not len(sessions):
            return "no session was asked for"
        return f"the data has no bars of {symbol} from {sessions[0]} to {sessions[-1]}"


def _selected(rows: BarRows, place: dict[str, int], sessions: DateArray) -> LongBars:
    """Return the rows of the symbols and days asked for, sorted by symbol and day, adjusted."""
    column_of = np.array([place.get(symbol, -1) for symbol in rows.symbols], dtype=np.int32)
    column = column_of[rows.code]
    keep = column >= 0
    if len(sessions):
        keep &= (rows.day >= sessions[0]) & (rows.day <= sessions[-1])
    else:
        keep[:] = False
    column, day, prices = column[keep], rows.day[keep], rows.prices(keep)
    adjusted = prices.pop("adj_close", None)
    prices.setdefault("volume", np.full(len(day), np.nan))
    bars = LongBars(tuple(place), column, day, **prices)
    key = _key(bars)
    if np.any(key[1:] < key[:-1]):
        order = np.argsort(key, kind="stable")
        bars, adjusted = bars.rows(order), None if adjusted is None else adjusted[order]
    return bars if adjusted is None else adjust_by_closes(bars, adjusted)


def _settled(bars: LongBars) -> tuple[LongBars, dict[str, str], int]:
    """Drop rows that repeat another.

    Returns the bars, the symbols whose rows clash with a day, and how many rows were dropped.
    """
    key = _key(bars)
    twice = np.flatnonzero(key[1:] == key[:-1]) + 1
    if not len(twice):
        return bars, {}, 0
    same = np.ones(len(twice), dtype=np.bool_)
    for name in FIELDS:
        values: FloatArray = getattr(bars, name)
        before, after = values[twice - 1], values[twice]
        same &= (before == after) | (np.isnan(before) & np.isnan(after))
    clashing = twice[~same]
    clashes = {bars.symbols[bars.column[at]]: f"for {bars.session[at]}" for at in clashing[::-1]}
    keep = ~np.isin(bars.column, bars.column[clashing])
    keep[twice] = False
    return bars.rows(keep), clashes, int(same.sum())


def _missing_volume(bars: LongBars) -> dict[str, MissingVolume]:
    """Count the rows that have prices and no volume, of the symbols that have such rows."""
    missing = np.isnan(bars.volume)
    for name in PRICES:
        missing &= np.isfinite(getattr(bars, name))
    n = len(bars.symbols)
    rows = np.bincount(bars.column, minlength=n)
    counts = np.bincount(bars.column[missing], minlength=n)
    return {
        bars.symbols[at]: MissingVolume(int(counts[at]), int(rows[at]))
        for at in np.flatnonzero(counts)
    }


def _key(bars: LongBars) -> NDArray[np.int64]:
    """Return a number that orders rows by symbol and day."""
    days = bars.session.view(np.int64)
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    return bars.column * np.int64(last - first + 1) + (days - first)


def _last_session(day: DateArray) -> tuple[np.datetime64, float]:
    """Return the last day with a fair number of rows, and how many a day has as a rule.

    Fair is half of the median of the last 21 days: a few rows that came early, or one date typed
    wrong, do not make a session. ``day``: of each row, in any order.
    """
    first = day.min()
    counts = np.bincount((day - first).view(np.int64))
    days = np.flatnonzero(counts)
    usual = float(np.median(counts[days][-RECENT_DAYS:]))
    return first + days[counts[days] >= FAIR_FRACTION * usual][-1], usual
