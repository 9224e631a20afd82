"""Closes of a benchmark, from a file or from the provider, aligned to the scan's sessions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from technic.aliases import DateArray, FloatArray
from technic.data_engine.adjust import split_adjust
from technic.data_engine.providers.base import Provider
from technic.errors import ParameterError
from technic.panel import BarPanel
from technic.universe import canonical
from technic.universe.table_file import TableFile

__all__ = ["Benchmark", "load_benchmark"]

NAMES = {
    "date": ("date", "session", "datetime", "timestamp", "day"),
    "close": ("close", "adjclose", "price", "value"),
    "symbol": ("symbol", "ticker"),
}
"""Spellings of the columns of a file, as TableFile matches them."""


@dataclass(frozen=True, slots=True, eq=False)
class Benchmark:
    """``closes``: ``(n_sessions,)``, NaN on days the benchmark has none; ``name`` is shown.

    ``notes``: what a reader should know, such as closes of another basis than the prices.
    """

    name: str
    closes: FloatArray
    notes: tuple[str, ...] = ()


def load_benchmark(
    spec: str, sessions: DateArray, as_of: np.datetime64, provider: Provider
) -> Benchmark:
    """Load ``SYMBOL``, ``FILE`` or ``FILE:SYMBOL`` (a file that holds several).

    A symbol's closes are split-adjusted as of the scan's day; a file's are taken as they are.
    Raises InputFileError or ParameterError when there are no closes up to ``as_of``.
    """
    path, _, symbol = spec.partition(":") if not Path(spec).exists() else (spec, "", "")
    if Path(path).exists():
        benchmark = _from_file(Path(path), canonical(symbol) if symbol else "", sessions)
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


def _from_file(path: Path, symbol: str, sessions: DateArray) -> Benchmark:
    file = TableFile.open(path)
    table = file.read(file.match(NAMES, required=["date", "close"])).to_pandas()
    name = path.stem
    if "symbol" in table:
        choices = sorted(table["symbol"].dropna().astype(str).unique())
        name = symbol or (choices[0] if len(choices) == 1 else "")
        if name not in choices:
            raise file.error(
                f"holds {len(choices)} symbols ({', '.join(choices[:6])} ...)",
                column="symbol",
                hint=f"name one of them: {path}:{choices[0]}",
            )
        table = table[table["symbol"] == name]
    days = pd.to_datetime(table["date"], errors="coerce").dt.normalize()
    closes = pd.to_numeric(table["close"], errors="coerce").to_numpy(np.float64)
    usable = days.notna().to_numpy() & np.isfinite(closes) & (closes > 0)
    series = pd.Series(closes[usable], index=pd.DatetimeIndex(days[usable]))
    if series.index.has_duplicates:
        twice = series.index[series.index.duplicated()][0]
        raise file.error(f"has two closes of {name} on {twice:%Y-%m-%d}", column="date")
    note = f"benchmark {name}: closes are taken as they are in {path.name}, adjusted or not"
    closes = series.reindex(pd.DatetimeIndex(sessions)).to_numpy(np.float64)
    return Benchmark(name, closes, (note,))
