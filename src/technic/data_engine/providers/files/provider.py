"""Bars from files that the user has: no request, and nothing about the prices taken on trust.

How such prices are adjusted is not written in them, so they are labelled ``unknown`` unless the
user says, or names a column of adjusted closes beside them: then they are adjusted by it. What
is in the files is handed on as it is, NaN, infinite and negative prices too: the panel and the
data gate judge it. Only two rows for one symbol and day are settled here.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np

from technic.data_engine.data_version import FilesVersion
from technic.data_engine.interfaces.records import (
    Dividends,
    Failure,
    FetchResult,
    LeftOutRows,
    PriceBasis,
    Progress,
    SplitRecord,
    Splits,
)
from technic.data_engine.providers.files.adjusted_closes import adjust_by_closes
from technic.data_engine.providers.files.bar_folder import open_bars
from technic.data_engine.providers.files.column_actions import column_actions
from technic.data_engine.providers.files.file_days import FileDays
from technic.data_engine.providers.files.file_notes import file_notes
from technic.data_engine.providers.files.file_paths import bar_paths
from technic.data_engine.providers.files.no_data import no_data, other_names, other_names_note
from technic.data_engine.row_checks.left_out import LeftOutDays
from technic.data_engine.row_checks.market_days import MarketDays
from technic.data_engine.row_checks.repeated_rows import row_order, without_repeats
from technic.data_engine.row_checks.value_check import odd_values
from technic.errors import InputFileError, ParameterError
from technic.panel import LongBars
from technic.sessions import SessionCalendar, load_calendar
from technic.settings import load_settings
from technic.tables.file_options import FileOptions
from technic.typing import DateArray
from technic.universe import Universe, universe_of
from technic.wording.counts import agree, count_of

__all__ = ["FilesProvider"]

logger = logging.getLogger(__name__)


class FilesProvider:
    """Bars from one CSV or Parquet file, or from a folder of them.

    ``path``: a long file (one row per symbol and day), the file of one symbol, or a folder.
    ``universe``: what ``listings`` answers; without it the symbols in the data. ``price_basis``:
    how the prices are adjusted, ``unknown`` when not given. ``adjust_by``: a column of adjusted
    closes by which raw prices and volume are adjusted; ``price_basis`` then is that of the column,
    ``total_return_adjusted`` when not given. ``volume``: False reads prices alone, and every volume
    is NaN. ``options``: what the user says about the layout. ``calendar``, ``now``: the sessions,
    and the time from which days are seen; those of the settings and the clock when not given.
    ``notes``: sentences about the data.
    """

    name = "files"
    simulated = False
    local = True
    splits_known = False

    def __init__(
        self,
        path: str | Path,
        universe: Universe | None = None,
        price_basis: PriceBasis | None = None,
        adjust_by: str | None = None,
        *,
        volume: bool = True,
        options: FileOptions | None = None,
        calendar: SessionCalendar | None = None,
        now: dt.datetime | None = None,
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
        now = now or dt.datetime.now(dt.UTC)
        self._market = MarketDays.at(calendar or _own_calendar(now), now)
        self._days = FileDays.of(self._path, self._rows, self._market)
        self._failures = {**self._rows.failures, **self._days.failures}
        self.notes += self._rows.notes + self._days.notes
        for note in self.notes:
            logger.info("%s", note)

    def listings(self) -> Universe:
        """Return the universe given, else the symbols in the data, unreadable files included."""
        if self._universe is not None:
            return self._universe
        names = dict.fromkeys((*self._rows.symbols, *self._failures))
        found = universe_of(tuple(names), self._path.name)
        if names and not len(found):
            raise InputFileError(
                str(self._path),
                f"has no symbol in the names of its files, such as {next(iter(names))[:60]!r}",
                hint='--symbol-from "REGEX" says what of a name is the symbol',
            )
        return found

    def last_session(self) -> np.datetime64:
        """Return the last session that is over and of which a fair number of symbols has a bar."""
        return self._days.last_session

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
        read ``unreadable_file``, one whose dates cannot be right ``wrong_dates``.
        """
        asked = list(dict.fromkeys(symbols))
        failures = {name: self._failures[name] for name in asked if name in self._failures}
        read, off, (records, dividends) = self._selected(asked, failures, sessions)
        bars, clashes, repeats = without_repeats(read)
        for name, day in clashes.items():
            failures[name] = Failure("duplicate_rows", f"two different rows {day}")
        left_out = self._left_out(bars, off, failures)
        has_bars = np.bincount(bars.column, minlength=len(asked)) > 0
        known = set(self._rows.symbols)
        others = other_names(dict.fromkeys(asked), known)
        for name, there in zip(asked, has_bars.tolist(), strict=True):
            if not there:
                why = no_data(name, known, sessions, others.get(name, ""))
                failures.setdefault(name, Failure("no_data", why))
        if progress is not None:
            progress(len(asked), len(asked))
        new_column = np.cumsum(has_bars) - 1
        kept = tuple(name for name, there in zip(asked, has_bars.tolist(), strict=True) if there)
        column = new_column[bars.column].astype(np.int32)
        answer = replace(bars, symbols=kept, column=column)
        odd = odd_values(bars, volume="volume" in self._rows.fields)
        notes = self.notes + tuple(f"{self._path.name}: {what}" for what in odd)
        notes += other_names_note(others, asked)
        if repeats:
            notes += (
                f"{self._path.name}: {count_of(repeats, 'row')} "
                f"{agree(repeats, 'repeats', 'repeat')} another and "
                f"{agree(repeats, 'was', 'were')} read once",
            )
        return FetchResult(
            answer,
            Splits.none(),
            failures,
            dividends,
            notes=notes,
            left_out=left_out,
            split_records=records,
        )

    def _selected(
        self, asked: Sequence[str], failures: Mapping[str, Failure], sessions: DateArray
    ) -> tuple[LongBars, LeftOutDays, tuple[dict[str, SplitRecord], Dividends]]:
        """Return the rows asked for, sorted by symbol and day, adjusted.

        Rows on no session are not among them but beside them; those of the days after the last
        session belong to it. With them what the adjusted closes beside them say of
        splits and dividends.
        """
        rows, names = self._rows, tuple(asked)
        place = {name: at for at, name in enumerate(names) if name not in failures}
        column_of = np.array([place.get(name, -1) for name in rows.symbols], dtype=np.int32)
        column = column_of[rows.code]
        keep = column >= 0
        if len(sessions):
            until = self._market.until_next(sessions[-1])
            keep &= (rows.day >= sessions[0]) & (rows.day <= until)
        else:
            keep[:] = False
        off = LeftOutDays(names)
        if len(self._days.off):
            out = keep & np.isin(rows.day.view(np.int64), self._days.off.view(np.int64))
            off = LeftOutDays.off_session(names, column[out], rows.day[out])
            keep &= ~out
        column, day, prices = column[keep], rows.day[keep], rows.prices(keep)
        applied = "adj_close" in prices
        adjusted = prices.pop("adj_close") if applied else rows.adjusted_closes(keep)
        prices.setdefault("volume", np.full(len(day), np.nan))
        bars = LongBars(names, column, day, **prices)
        key = row_order(bars)
        if np.any(key[1:] < key[:-1]):
            order = np.argsort(key, kind="stable")
            bars, adjusted = bars.rows(order), None if adjusted is None else adjusted[order]
        if adjusted is None:
            return bars, off, ({}, Dividends.none())
        actions = column_actions(bars, adjusted, applied=applied)
        return adjust_by_closes(bars, adjusted) if applied else bars, off, actions

    def _left_out(
        self, bars: LongBars, off: LeftOutDays, failures: Mapping[str, Failure]
    ) -> dict[str, LeftOutRows]:
        """Count the rows that are no bars, of the symbols that have not failed."""
        found = off.with_incomplete(bars, volume="volume" in self._rows.fields)
        if not len(found.day):
            return {}
        rows = np.bincount(bars.column, minlength=len(bars.symbols))
        rows -= np.bincount(found.column[len(off.day) :], minlength=len(bars.symbols))
        there = dict(zip(bars.symbols, rows.tolist(), strict=True))
        counts = found.counted(found.day.min(), found.day.max(), there)
        return {name: count for name, count in counts.items() if name not in failures}


def _own_calendar(now: dt.datetime) -> SessionCalendar:
    """Load the calendar of whoever opens files without one."""
    return load_calendar(now.date(), load_settings(os.environ, Path.cwd()).home)
