"""ScanResult: the one object a scan answers with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.benchmark import Benchmark
from technic.data_engine.data_version import DataVersion
from technic.data_engine.price_cache import LazyPrices, PriceCache
from technic.errors import MissingExtraError, ParameterError
from technic.regime import Regime
from technic.result.headline import headline_of
from technic.result.html import html
from technic.result.info import DataInfo, RankInfo, RunnerInfo, ScanStats, UniverseInfo
from technic.result.ledger import Ledger
from technic.result.summary import summary
from technic.scan.config import ScanConfig
from technic.scan.expressions.conditions import ConditionResult, NotSettled
from technic.scan.facts.access import OpenFacts
from technic.scoring import Explanation, explain, signals
from technic.text.short_repr import short_repr
from technic.typing import FloatArray
from technic.universe import Universe
from technic.universe.meant_symbols import unknown_symbol
from technic.view.column_table import ColumnTable
from technic.wording.counts import count_of

if TYPE_CHECKING:
    import pandas as pd
    import polars

    from technic.result.symbol_plot import SymbolPlot

__all__ = ["ScanResult"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScanResult:
    """The ranked table, the account of every other symbol, and how both came about.

    ``table``: one row for each kept symbol, best first, snake_case columns; ``ranking``: the same
    as arrays, of which ``table`` is made when it is first asked for. ``ledger``: one outcome for
    each symbol of the universe; ``kept`` counts the rows of the table. ``scored``: the symbols that
    passed the data gate, filtered ones included; ``columns``: their values.
    ``conditions``: those of ``where`` and of the setups; ``not_settled``: recursions in them, in
    columns or in the order that the loaded history does not settle. ``chosen``: the columns that
    the user wants to see, all where there are none; ``added``: those that setups added, or the
    user to the ones shown (``wanted``); ``sort_values``: values of the expressions that rows are
    sorted by, in the order of the table;
    ``expressions``: what each of both is, every argument written out.
    ``prices``: the bars that were scanned, up to ``as_of`` and split-adjusted as of it; those of a
    market larger than memory are read when they are asked for.
    ``listings``: the universe; ``compared``: listings of symbols that are not shown, and whose
    bars were read to compare them with those shown; ``ranks``: among how many the ranks are;
    ``data_version`` names the data that was read; ``benchmark``: its closes, where one was asked
    for; ``market_index``: where none was, levels of the equal-weighted market on the sessions of
    the base window. ``facts``: those of companies that the scan names, open.
    """

    ranking: ColumnTable
    ledger: Ledger
    stats: ScanStats
    config: ScanConfig
    as_of: str
    universe: UniverseInfo
    data: DataInfo
    runner: RunnerInfo
    regime: Regime
    warnings: tuple[str, ...]
    scored: tuple[str, ...]
    columns: Mapping[str, FloatArray]
    conditions: tuple[ConditionResult, ...] = ()
    not_settled: tuple[NotSettled, ...] = ()
    chosen: tuple[str, ...] = ()
    expressions: Mapping[str, str] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    sort_values: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    prices: PriceCache | LazyPrices
    listings: Universe
    compared: Universe
    ranks: RankInfo
    data_version: DataVersion
    benchmark: Benchmark | None
    market_index: FloatArray | None = None
    facts: OpenFacts | None = None

    @property
    def table(self) -> pd.DataFrame:
        """The ranked table as a pandas frame, the same one each time."""
        return self.ranking.frame

    def met(self, owner: str) -> tuple[str, ...]:
        """Return the symbols of the table, in its order, that meet ``where`` or a setup."""
        held = [one.values == 1.0 for one in self.conditions if one.owner == owner]
        if not held:
            known = ", ".join(dict.fromkeys(one.owner for one in self.conditions)) or "none"
            raise ParameterError("owner", owner, known)
        met = {self.scored[i] for i in np.flatnonzero(np.all(held, axis=0))}
        return tuple(symbol for symbol in self.ranking["symbol"].tolist() if symbol in met)

    def explain(self, symbol: str) -> Explanation:
        """Show how a symbol's rating came about: every contribution, adding up to the rating.

        A symbol that was never scored raises ParameterError with its ledger entry.
        """
        try:
            outcome, detail = self.ledger.of(symbol)
        except KeyError:
            raise unknown_symbol(symbol, self.listings) from None
        if symbol not in self.scored:
            because = f"{outcome} ({detail})" if detail else outcome
            raise ParameterError("symbol", symbol, "a symbol that was scored", because)
        return explain(
            self.columns,
            self.scored.index(symbol),
            self.config.weights,
            self.config.signals,
            allow_shorts=self.config.plan.allow_shorts,
        )

    def plot(
        self,
        symbol: str,
        *,
        sessions: int = 200,
        averages: Sequence[int] = (50, 200),
        log: bool = False,
    ) -> SymbolPlot:
        """Draw a symbol of the universe: ``.svg``, ``.html``, ``.save(file)``; in a notebook as is.

        The latest ``sessions``, with plain averages of so many closes; ``log``: equal ratios of
        prices are equally high.
        """
        from technic.result.symbol_report import symbol_report

        report = symbol_report(self, symbol)
        return report.plot(sessions=sessions, averages=averages, log=log)

    @property
    def has_older_bars(self) -> bool:
        """Whether a row of the table has its last bar before the scan's day."""
        return bool(np.any(self.ranking["last_bar"] != self.as_of))

    @property
    def succeeded(self) -> bool:
        """Whether enough of the symbols asked for had bars (``config.min_success_pct``)."""
        return 100 * self.stats.batch.success_rate >= self.config.min_success_pct

    def to_polars(self) -> polars.DataFrame:
        """Return the table as a polars frame."""
        try:
            import polars as pl
        except ImportError:
            raise MissingExtraError("to_polars()", "polars", "polars") from None
        return pl.from_pandas(self.table)

    def rows(self, limit: int | None = None) -> pd.DataFrame:
        """Return the first rows of the table with the columns that the user wants to see.

        The day of a row's last bar is always among them.
        """
        rows = self.table if limit is None else self.table.head(limit)
        return rows[list(self._shown_columns)] if self.chosen else rows

    def shown(self, limit: int | None = None) -> ColumnTable:
        """Return the same as arrays."""
        rows = self.ranking.head(limit)
        return rows.select(self._shown_columns) if self.chosen else rows

    @property
    def _shown_columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("symbol", *self.chosen, "last_bar")))

    def summary(self, limit: int | None = None) -> dict[str, object]:
        """Return the object that ``--format json`` prints: plain values, None instead of NaN."""
        return summary(self, limit)

    def save(self, folder: str | Path) -> Path:
        """Save everything that it takes to run the scan again and compare.

        ``load_saved`` reads it, ``technic verify`` runs it again; docs/verify-and-diff.md has the
        files. Raises ParameterError where a file of that name is.
        """
        from technic.result.save import save_result

        return save_result(self, folder)

    def filtered(self) -> pd.DataFrame:
        """Return signal and columns of the symbols that were scored and that a filter left out."""
        import pandas as pd

        kept = set(self.ranking["symbol"])
        own = np.array([symbol not in kept for symbol in self.scored], dtype=np.bool_)
        names = [symbol for symbol in self.scored if symbol not in kept]
        columns = {name: values[own] for name, values in self.columns.items()}
        signal = signals(
            columns["tech_rating"],
            columns["score_trend"],
            columns["rating_coverage"],
            self.config.signals,
            allow_shorts=self.config.plan.allow_shorts,
        )
        return pd.DataFrame({"symbol": names, "signal": signal.astype(object), **columns})

    def headline(self) -> str:
        """One line: as of when, how many of how many, from where, SIMULATED where it is."""
        return str(headline_of(self))

    def __repr__(self) -> str:
        counts = ", ".join(f"{name} {count:,}" for name, count in self.ledger.counts.items())
        return short_repr(
            self,
            self.headline(),
            f".table: {count_of(len(self.ranking), 'row')}",
            f".ledger: {counts}",
        )

    def _repr_html_(self) -> str:
        return html(self)
