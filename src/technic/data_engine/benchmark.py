"""Closes of a benchmark, from a file or from the provider, aligned to the scan's sessions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from technic.data_engine.adjust import split_adjust
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.providers.files.bar_columns import symbols_of
from technic.data_engine.row_checks.market_days import MarketDays
from technic.data_engine.row_checks.session_check import REFUSED, DatedRows, check_days
from technic.errors import InputFileError, ParameterError
from technic.panel import BarPanel
from technic.sessions import SessionCalendar
from technic.tables.column_names import BENCHMARK, PRICES, plain_name
from technic.tables.day_column import days_of
from technic.tables.file_options import FileOptions
from technic.tables.number_column import numbers_of
from technic.tables.table_file import TableFile
from technic.typing import DateArray, FloatArray
from technic.universe import canonical
from technic.wording.counts import count_of

__all__ = ["Benchmark", "load_benchmark"]

COLUMNS_OF_A_SERIES = 2
_OTHER_PRICES = {word for name in ("open", "high", "low", "volume") for word in PRICES[name]}
SHOWN = 6
"""Symbols of a file that an error names."""


@dataclass(frozen=True, slots=True, eq=False)
class Benchmark:
    """``closes``: ``(n_sessions,)``, NaN on days the benchmark has none; ``name`` is shown.

    ``notes``: what a reader should know, such as closes of another basis than the prices.
    """

    name: str
    closes: FloatArray
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it has a close at all."""
        return bool(np.isfinite(self.closes).any())


def load_benchmark(
    spec: str,
    sessions: DateArray,
    as_of: np.datetime64,
    provider: Provider,
    options: FileOptions | None = None,
) -> Benchmark:
    """Load ``SYMBOL``, ``FILE`` or ``FILE:SYMBOL`` (a file that holds several).

    A symbol's closes are split-adjusted as of the scan's day; a file's are taken as they are.
    Raises InputFileError or ParameterError when there are no closes up to ``as_of``.
    """
    path, _, symbol = spec.partition(":") if not Path(spec).exists() else (spec, "", "")
    if Path(path).exists():
        benchmark = _from_file(Path(path), canonical(symbol) if symbol else "", sessions, options)
    else:
        benchmark = _from_provider(canonical(spec), sessions, as_of, provider)
    if not np.isfinite(benchmark.closes).any():
        raise ParameterError(
            "benchmark", spec, f"closes between {sessions[0]} and {sessions[-1]}", "it has none"
        )
    return benchmark


def _from_provider(
    symbol: str, sessions: DateArray, as_of: np.datetime64, provider: Provider
) -> Benchmark:
    fetched = provider.history([symbol], sessions)
    if symbol in fetched.failures:
        raise ParameterError(
            "benchmark",
            symbol,
            f"a file of closes, or a symbol that {provider.name} has",
            fetched.failures[symbol].detail,
        )
    panel = BarPanel.from_long(split_adjust(fetched.bars, fetched.splits, as_of), sessions)
    closes = np.full(len(sessions), np.nan)
    closes[panel.session[:, 0]] = panel.close[:, 0]
    return Benchmark(symbol, closes)


def _columns(file: TableFile) -> dict[str, str]:
    """Match date and close; of two columns, one of them of days, the other is the close."""
    found = file.match(BENCHMARK, required=[])
    is_series = len(file.header) == COLUMNS_OF_A_SERIES and "symbol" not in found
    if is_series and found.keys() != {"date", "close"}:
        date = found.get("date") or _column_of_days(file)
        if date is not None and date != found.get("close"):
            (close,) = (name for name in file.header if name != date)
            if plain_name(close) not in _OTHER_PRICES:
                return {"date": date, "close": close}
    return file.match(BENCHMARK, required=["date", "close"])


def _column_of_days(file: TableFile) -> str | None:
    """Return the one column that holds days and nothing else."""
    of_days = []
    for name in file.header:
        try:
            days_of(file, name, file.read({"date": name})["date"])
        except InputFileError:
            continue
        of_days.append(name)
    return of_days[0] if len(of_days) == 1 else None


def _from_file(
    path: Path, symbol: str, sessions: DateArray, options: FileOptions | None
) -> Benchmark:
    file = TableFile.open(path, options)
    columns = _columns(file)
    table = file.read(columns)
    if not len(table):
        raise file.error("has a header but no rows")
    name, own = path.stem, np.arange(len(table))
    if "symbol" in columns:
        choices, code = symbols_of(file, columns["symbol"], table["symbol"])
        name = symbol or (choices[0] if len(choices) == 1 else "")
        if name not in choices:
            shown = ", ".join(choices[:SHOWN]) + (" ..." if len(choices) > SHOWN else "")
            raise file.error(
                f"holds {count_of(len(choices), 'symbol')} ({shown})",
                column=columns["symbol"],
                hint=f"name one of them: {path}:{choices[0]}",
            )
        own = np.flatnonzero(code == choices.index(name))
    days = days_of(file, columns["date"], table["date"])[own]
    closes = numbers_of(file, columns["close"], table["close"])[own]
    order = np.argsort(days, kind="stable")
    days, closes = days[order], closes[order]
    repeats = np.append(False, (days[1:] == days[:-1]) & (closes[1:] == closes[:-1]))
    days, closes, order = days[~repeats], closes[~repeats], order[~repeats]
    twice = np.flatnonzero(days[1:] == days[:-1])
    if len(twice):
        row = int(own[order[twice[0] + 1]])
        raise file.error(f"is a second close of {name}: {days[twice[0]]}", row, columns["date"])
    notes = [f"benchmark {name}: closes are taken as they are in {path.name}, adjusted or not"]
    if odd := _odd_dates(file, days, closes, sessions):
        notes.append(f"benchmark {name}: {odd}")
    found = np.searchsorted(days, sessions)
    there = found < len(days)
    there[there] = days[found[there]] == sessions[there]
    aligned = np.full(len(sessions), np.nan)
    aligned[there] = closes[found[there]]
    aligned[~(np.isfinite(aligned) & (aligned > 0))] = np.nan
    return Benchmark(name, aligned, tuple(notes))


def _odd_dates(file: TableFile, days: DateArray, closes: FloatArray, sessions: DateArray) -> str:
    """Return what is odd about the days (ascending) of closes; nothing where they are sessions.

    A shift leaves sessions without a close: such dates are refused, for every other close then is
    that of another day. Closes of further days beside all sessions do no harm.
    """
    inside = (days >= sessions[0]) & (days <= sessions[-1])
    days, closes = days[inside], closes[inside]
    last = sessions[-1]
    market = MarketDays(SessionCalendar(sessions, sessions.astype("M8[m]")), last, last)
    rows = DatedRows((file.path.name,), np.zeros(len(days), np.int32), days, lambda: closes)
    verdict = check_days(rows, market).verdict
    if verdict is None or not verdict.warned:
        return ""
    own = sessions[(sessions >= days[0]) & (sessions <= days[-1])]
    if verdict.refused and np.mean(~np.isin(own, days)) > REFUSED:
        raise file.error(verdict.reason, hint=verdict.advice)
    return str(verdict)
