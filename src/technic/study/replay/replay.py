"""Replay: the scan of each of many past days, in one pass over the bars.

1. Days fall into blocks by the year in which their windows begin (`blocks`), and who is scanned on
   each is settled as the scan settles it (`rosters`).
2. The bars of a block are read once, in each split basis that was in force on a day of it
   (`basis_bars`), a few symbols at a time.
3. Gate, columns and expressions of all days of these symbols at once (`usable_columns`,
   `gate_codes`, `day_rows`).
4. The market of each day, by the scan's own steps (`replayed_day`).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from technic.columns import DEFAULT_COLUMNS
from technic.data_engine.benchmark import load_benchmark
from technic.data_engine.interfaces.provider import Provider
from technic.engine.blocks import block_slices
from technic.errors import ParameterError
from technic.scan.config import ScanConfig, checked_config
from technic.scan.context import ScanContext, open_context, settled_files
from technic.scan.expressions.scan_expressions import ScanExpressions, scan_expressions
from technic.scan.windows import ScanWindows
from technic.sessions import parse_day
from technic.settings import Settings, load_settings
from technic.study.replay.basis_bars import BlockBars
from technic.study.replay.block_hits import HitAxes, hits_of_block
from technic.study.replay.blocks import Block, blocks
from technic.study.replay.day_rows import DayRows, ReplayTask, rows_of_block
from technic.study.replay.hits import Hits
from technic.study.replay.later_bars import LaterBars, load_later_bars
from technic.study.replay.lean import hit_rules
from technic.study.replay.listed_names import ListedNames
from technic.study.replay.load_bars import load_bars
from technic.study.replay.replayed_day import MarketRows, ReplayedDay, replayed_day
from technic.study.replay.rosters import Roster, rosters, survivorship_warning
from technic.typing import DateArray, FloatArray

__all__ = ["Replay", "open_replay"]

BLOCK_SYMBOLS = 512


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """A replay that is open: nothing is computed until days or hits are asked for.

    ``days``: the sessions replayed, ascending. ``workers``: threads. ``warnings``: what a reader of
    the results should know.
    """

    config: ScanConfig
    context: ScanContext
    expressions: ScanExpressions
    days: DateArray
    rosters: tuple[Roster, ...]
    roster_of: tuple[int, ...]
    warnings: tuple[str, ...] = ()
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    block_symbols: int = BLOCK_SYMBOLS

    @property
    def symbols(self) -> tuple[str, ...]:
        """Everybody who is scanned on one of the days, each once."""
        return tuple(dict.fromkeys(name for one in self.rosters for name in one.symbols))

    def replayed(self) -> Iterator[ReplayedDay]:
        """Yield each day in turn, with all that the scan of it has."""
        longer = self.expressions.windows
        for block in blocks(self.days, self.context, self.config, longer):
            yield from self._block(block)

    def hits(self) -> Iterator[Hits]:
        """Yield the hits, those of a block of days together, ascending by day."""
        rules = hit_rules(self.expressions)
        if rules is None:
            for day in self.replayed():
                yield day.hits(self.days, self.symbols)
            return
        axes = HitAxes(self.days, self.symbols, tuple(owner for owner, _ in rules.owners))
        for block in blocks(self.days, self.context, self.config, self.expressions.windows):
            rosters, bars, task = self._opened(block)
            listed = ListedNames.of(block.days, rosters, bars.refusals)
            cuts = block_slices(len(bars.symbols), self.block_symbols)
            with ThreadPoolExecutor(self.workers) as pool:
                yield hits_of_block(bars, cuts, task, rules, listed, axes, pool.map)

    def later_bars(
        self, symbols: Sequence[str], first: np.datetime64, last: np.datetime64
    ) -> LaterBars:
        """Return the bars of some symbols from one day to another, as far as the data goes."""
        sessions = self.data_sessions
        inside = sessions[(sessions >= first) & (sessions <= last)]
        if not len(inside):
            raise ParameterError("first", first, f"a day up to {self.context.last_session}")
        after = sessions[sessions > last]
        config, provider = self.config, self.context.provider
        return load_later_bars(
            provider, symbols, inside, after, config.gate, volume=not config.no_volume
        )

    def benchmark_closes(self, sessions: DateArray) -> FloatArray | None:
        """Return the benchmark's closes in the basis of the last of ``sessions``; None without."""
        if not self.config.benchmark:
            return None
        provider, options = self.context.provider, self.config.file_options()
        return load_benchmark(
            self.config.benchmark, sessions, sessions[-1], provider, options
        ).closes

    @property
    def data_sessions(self) -> DateArray:
        """All sessions from the first that the replay reads to the last of the data."""
        windows = ScanWindows.anchored(
            self.context.calendar, self.days[0], self.config.bars, self.expressions.windows
        )
        return self.context.calendar.between(windows.start, self.context.last_session)

    def _opened(self, block: Block) -> tuple[list[Roster], BlockBars, ReplayTask]:
        """Return who is scanned on each day of a block, the bars, and what is computed of them."""
        at = np.searchsorted(self.days, block.days).tolist()
        rosters = [self.rosters[self.roster_of[day]] for day in at]
        every = dict.fromkeys(rosters)
        names = tuple(dict.fromkeys(name for one in every for name in one.symbols))
        bars = load_bars(
            self.context.provider,
            names,
            block.sessions,
            block.days,
            volume=not self.config.no_volume,
        )
        task = ReplayTask(
            block.days,
            block.windows,
            self.config,
            self.expressions,
            DEFAULT_COLUMNS,
            block.benchmark,
        )
        return rosters, bars, task

    def _block(self, block: Block) -> Iterator[ReplayedDay]:
        rosters, bars, task = self._opened(block)
        rows = MarketRows.of(self._rows(bars, task), bars)
        for at, (day, roster) in enumerate(zip(block.days, rosters, strict=True)):
            yield replayed_day(rows, at, day, roster, self.config, self.expressions)

    def _rows(self, bars: BlockBars, task: ReplayTask) -> Sequence[DayRows]:
        """Scan blocks of symbols on threads."""
        cuts = block_slices(len(bars.symbols), self.block_symbols)
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(lambda cut: rows_of_block(bars, cut, task), cuts))


def open_replay(
    config: ScanConfig | None = None,
    first: str | None = None,
    last: str | None = None,
    *,
    provider: Provider | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
    days: DateArray | None = None,
) -> Replay:
    """Settle what is replayed: from session ``first`` to ``last``, the scan that ``config`` says.

    ``first``, ``last``: ``YYYY-MM-DD``, else the first and last session that the data can say
    something of. ``days``: chosen sessions instead. Other arguments are those of ``run_scan``.
    Raises ParameterError for an ``as_of`` in the config, and what ``run_scan`` raises.
    """
    config = checked_config(config)
    if config.as_of is not None:
        raise ParameterError("as_of", config.as_of, "none: a replay has many days")
    expressions = scan_expressions(config)
    settings = settings or load_settings(os.environ, Path.cwd())
    if provider is None:
        config = settled_files(config, settings)
    context = open_context(config, settings, now, provider, None, expressions.windows)
    chosen = _days(context, first, last) if days is None else days
    found: list[Roster] = []
    roster_of = [0] * len(chosen)
    for at, roster in rosters(config, context.provider, expressions, chosen):
        for day in at.tolist():
            roster_of[day] = len(found)
        found.append(roster)
    warning = survivorship_warning(config, context.provider, chosen)
    warnings = (*context.warnings, *([] if warning is None else [warning]))
    return Replay(config, context, expressions, chosen, tuple(found), tuple(roster_of), warnings)


def _days(context: ScanContext, first: str | None, last: str | None) -> DateArray:
    """Return the sessions from ``first`` to ``last``."""
    calendar = context.calendar
    end = context.last_session
    if last is not None:
        end = calendar.require_session("last", parse_day("last", last))
        if end > context.last_session:
            allowed = f"at most {context.last_session}, the data's last session"
            raise ParameterError("last", last, allowed)
    if first is None:
        raise ParameterError("first", first, "a session, YYYY-MM-DD")
    begin = calendar.require_session("first", parse_day("first", first))
    if begin > end:
        raise ParameterError("first", first, f"at most {end}, the last day of the replay")
    return calendar.between(begin, end)
