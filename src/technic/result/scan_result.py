"""ScanResult: the one object a scan answers with."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from technic.code_version import code_version, environment
from technic.data_engine.benchmark import Benchmark
from technic.data_engine.data_version import BAR_FACTS, DataVersion, bar_facts, hash_of
from technic.data_engine.price_cache import BatchStats, LazyPrices, PriceCache
from technic.errors import MissingExtraError, ParameterError
from technic.regime import Regime
from technic.result.folder import write_folder
from technic.result.ledger import KEPT, Ledger
from technic.scan.conditions import ConditionResult, NotSettled
from technic.scan.config import ScanConfig
from technic.scan.config_json import config_to_json
from technic.scoring import Explanation, explain, signals
from technic.typing import FloatArray
from technic.universe import Universe
from technic.version import __version__

if TYPE_CHECKING:
    import polars

__all__ = ["DataInfo", "RunnerInfo", "ScanResult", "ScanStats", "UniverseInfo"]


HTML_ROWS = 25
HTML_COLUMNS = (
    "symbol",
    "company",
    "sector",
    "close",
    "return_1_pct",
    "tech_rating",
    "signal",
    "rs_rating",
    "entry",
    "stop",
    "target",
    "reward_risk",
    "shares",
    "plan_note",
)
"""What a notebook shows of a row; the table has every column."""


@dataclass(frozen=True, slots=True)
class UniverseInfo:
    """How many symbols the scan had to account for, and where the list came from."""

    size: int
    source: str


@dataclass(frozen=True, slots=True)
class DataInfo:
    """Where the bars came from, up to which day, and how their prices are adjusted."""

    provider: str
    last_session: str
    simulated: bool
    price_basis: str


@dataclass(frozen=True, slots=True)
class RunnerInfo:
    """Which runner was asked for, which one ran, and why if they differ."""

    asked: str
    ran: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScanStats:
    """Seconds of each stage, the batch telemetry, and what the pre-screen took away.

    ``prescreen_off``: default rules that could not run, with the reason. ``streamed``: the bars
    were more than fit in memory and were read block by block.
    """

    seconds: Mapping[str, float]
    batch: BatchStats
    prescreen_removed: Mapping[str, int] = field(default_factory=dict)
    prescreen_off: Mapping[str, str] = field(default_factory=dict)
    streamed: bool = False

    @property
    def total_seconds(self) -> float:
        """Wall time of the whole scan."""
        return math.fsum(self.seconds.values())

    def as_dict(self) -> dict[str, object]:
        """Return what ``--format json`` prints under ``stats``."""
        return {
            "seconds": {**self.seconds, "total": self.total_seconds},
            "batch": {
                **dataclasses.asdict(self.batch),
                "success_rate": self.batch.success_rate,
            },
            "prescreen_removed": dict(self.prescreen_removed),
            "prescreen_off": dict(self.prescreen_off),
            "streamed": self.streamed,
        }


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScanResult:
    """The ranked table, the account of every other symbol, and how both came about.

    ``table``: one row for each kept symbol, best first, snake_case columns. ``ledger``: one
    outcome for each symbol of the universe; ``kept`` counts the rows of the table. ``scored``:
    the symbols that passed the data gate, filtered ones included; ``columns``: their values.
    ``conditions``: those of ``where`` and of the setups; ``not_settled``: recursions in them, in
    columns or in the order that the loaded history does not settle. ``chosen``: the columns that
    the user wants to see, all where there are none; ``added``: those that setups added.
    ``prices``: the bars that were scanned, up to ``as_of`` and split-adjusted as of it; those of a
    market larger than memory are read when they are asked for.
    ``listings``: the universe; ``data_version`` names the data that was read; ``benchmark``: its
    closes, where one was asked for.
    """

    table: pd.DataFrame
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
    added: tuple[str, ...] = ()
    prices: PriceCache | LazyPrices
    listings: Universe
    data_version: DataVersion
    benchmark: Benchmark | None

    def met(self, owner: str) -> tuple[str, ...]:
        """Return the symbols of the table, in its order, that meet ``where`` or a setup."""
        held = [one.values == 1.0 for one in self.conditions if one.owner == owner]
        if not held:
            known = ", ".join(dict.fromkeys(one.owner for one in self.conditions)) or "none"
            raise ParameterError("owner", owner, known)
        met = {self.scored[i] for i in np.flatnonzero(np.all(held, axis=0))}
        return tuple(symbol for symbol in self.table["symbol"] if symbol in met)

    def explain(self, symbol: str) -> Explanation:
        """Show how a symbol's rating came about: every contribution, adding up to the rating.

        A symbol that was never scored raises ParameterError with its ledger entry.
        """
        try:
            outcome, detail = self.ledger.of(symbol)
        except KeyError:
            raise ParameterError(
                "symbol", symbol, f"one of the {len(self.ledger):,} symbols of the universe"
            ) from None
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
        """Return the first rows of the table with the columns that the user wants to see."""
        rows = self.table if limit is None else self.table.head(limit)
        if not self.chosen:
            return rows
        return rows[["symbol", *(name for name in self.chosen if name != "symbol")]]

    def summary(self, limit: int | None = None) -> dict[str, object]:
        """Return the object that ``--format json`` prints: plain values, None instead of NaN."""
        rows = self.rows(limit)
        return {
            "technic": __version__,
            "as_of": self.as_of,
            "universe": dataclasses.asdict(self.universe),
            "data": dataclasses.asdict(self.data),
            "regime": dataclasses.asdict(self.regime),
            "stats": self.stats.as_dict(),
            "runner": dataclasses.asdict(self.runner),
            "sort": self.config.sort,
            "warnings": list(self.warnings),
            "where": self.config.where,
            "conditions": [
                {"owner": one.owner, "name": one.name, "expression": one.text, **one.counts}
                for one in self.conditions
            ],
            "setups": {setup.name: list(self.met(setup.name)) for setup in self.config.setups},
            "not_settled": [dataclasses.asdict(one) for one in self.not_settled],
            "ranked_over": len(self.scored),
            "ledger": dict(self.ledger.counts),
            "rows": _plain_rows(rows),
        }

    def save(self, folder: str | Path) -> Path:
        """Save everything that it takes to run the scan again and compare.

        ``load_saved`` reads it, ``technic verify`` runs it again; docs/verify-and-diff.md has the
        files. Raises ParameterError where a file of that name is.
        """
        config = config_to_json(self.config)
        document = {**self.summary(limit=0), "config": config, **self._origin()}
        del document["rows"]
        frames = {
            "table": self.table,
            "filtered": self.filtered(),
            "ledger": self.ledger.frame(),
            "universe": self.listings.frame,
            "bars": pd.DataFrame(bar_facts(self.prices.bars), columns=list(BAR_FACTS)),
        }
        note = {"headline": self.headline(), "as_of": self.as_of, "config": config}
        content: Mapping[str, object] = {key: plain(value) for key, value in document.items()}
        write_folder(Path(folder), frames, content, note)
        return Path(folder)

    def _origin(self) -> dict[str, object]:
        """Return what the result came from: code, packages, data, benchmark."""
        benchmark = None
        if self.benchmark is not None:
            closes = hash_of(self.benchmark.closes)
            benchmark = {"name": self.benchmark.name, "hash": closes}
        return {
            "code": code_version(),
            "environment": environment(),
            "data_version": self.data_version.facts(),
            "benchmark": benchmark,
        }

    def filtered(self) -> pd.DataFrame:
        """Return signal and columns of the symbols that were scored and that a filter left out."""
        kept = set(self.table["symbol"])
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
        label = " · SIMULATED" if self.data.simulated else ""
        kept = self.ledger.counts.get(KEPT, 0)
        return (
            f"as of {self.as_of} · {kept:,} of {self.universe.size:,} symbols kept · "
            f"{self.data.provider} data to {self.data.last_session} "
            f"({self.data.price_basis.replace('_', ' ')}){label}"
        )

    def _repr_html_(self) -> str:
        """The best rows with their main columns, under the headline, with warnings and ledger."""
        shown = [name for name in HTML_COLUMNS if name in self.table.columns]
        rows = self.table[shown].head(HTML_ROWS)
        whole = {name: "{:,.0f}".format for name in ("rs_rating", "shares") if name in shown}
        table = rows.to_html(
            index=False, float_format="{:,.2f}".format, formatters=whole, na_rep="-"
        )
        more = len(self.table) - len(rows)
        hidden = [f"and {more:,} more rows: result.table"] if more else []
        counts = " · ".join(f"{name} {n:,}" for name, n in self.ledger.counts.items())
        regime = f"market trend {self.regime.trend}, volatility {self.regime.volatility}"
        lines = [f"{regime} ({self.regime.source})", *self.warnings]
        above = "".join(f"<p>{escape(line)}</p>" for line in lines)
        below = "".join(f"<p>{escape(line)}</p>" for line in (*hidden, counts))
        return f"<p><b>{escape(self.headline())}</b></p>{above}{table}{below}"


def plain(value: object) -> object:
    """Turn numpy values, tuples and NaN into what JSON has: numbers, lists, null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is pd.NA:
        return None
    return value


def _plain_rows(table: pd.DataFrame) -> list[dict[str, object]]:
    columns = {name: table[name].tolist() for name in table.columns}
    return [{name: plain(values[i]) for name, values in columns.items()} for i in range(len(table))]
