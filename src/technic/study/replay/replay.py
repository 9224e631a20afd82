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
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np

from technic.columns import DEFAULT_COLUMNS
from technic.data_engine.benchmark import load_benchmark
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.kept_listings import kept_listings_warnings
from technic.engine.blocks import PoisonedSymbol, call_or_halve, even_slices
from technic.engine.open import DEFAULT_RUNNER, check_runner, open_runner, workers_here
from technic.engine.processes import can_start_processes
from technic.engine.runner import TaskRunner
from technic.errors import ParameterError
from technic.panel.machine.freed_memory import keep_freed_memory
from technic.scan.config import ScanConfig, checked_config
from technic.scan.context import ScanContext, open_context, settled_files, settled_universe
from technic.scan.expressions.scan_expressions import ScanExpressions, scan_expressions
from technic.scan.facts.access import GivenFacts
from technic.scan.facts.many_days import FactsOfBlocks
from technic.scan.windows import ScanWindows
from technic.sessions import parse_day
from technic.settings import Settings, load_settings
from technic.study.replay.basis_bars import BlockBars
from technic.study.replay.block_hits import HitAxes, part_of_block, parts_in_processes
from technic.study.replay.blocks import Block, blocks
from technic.study.replay.both_passes import BlockWork
from technic.study.replay.day_rows import DayRows, ReplayTask, rows_of_block
from technic.study.replay.hits import Hits
from technic.study.replay.later_bars import LaterBars, LaterFetch
from technic.study.replay.lean import HitRules, hit_rules
from technic.study.replay.listed_names import ListedNames
from technic.study.replay.load_bars import load_bars
from technic.study.replay.met_places import MetPart, met_of_block, met_on_day
from technic.study.replay.regimes import benchmark_regimes, day_stops
from technic.study.replay.replay_part import ReplayPart
from technic.study.replay.replayed_day import MarketRows, ReplayedDay, replayed_day
from technic.study.replay.rosters import Rosters
from technic.typing import DateArray, FloatArray

__all__ = ["Replay", "open_replay"]

BLOCK_SYMBOLS = 1_536
"""Most symbols that are computed together: what is done for each day is done once for all."""
PLACES_APART = 1_000_000
"""Days times symbols from which on blocks of days go to processes: to start one takes a second."""
MOST_PROCESSES = 2
"""Each holds a block of days, about a gigabyte of 6,000 symbols; what it has of cores is shared."""
A_YEAR = 252
"""Sessions that are replayed unless the first is named."""


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """A replay that is open: nothing is computed until days or hits are asked for.

    ``days``: the sessions replayed, ascending. ``runner``: where blocks of symbols run; it changes
    no value. ``warnings``: what a reader of the results should know. ``facts``: those of companies
    that the expressions name.
    """

    config: ScanConfig
    context: ScanContext
    expressions: ScanExpressions
    days: DateArray
    rosters: Rosters
    warnings: tuple[str, ...] = ()
    runner: str = DEFAULT_RUNNER
    ray_address: str | None = None
    block_symbols: int = BLOCK_SYMBOLS
    facts: FactsOfBlocks | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """Everybody who is scanned on one of the days, each once."""
        return self.rosters.names

    def reopened(
        self,
        days: DateArray,
        *,
        provider: Provider | None = None,
        config: ScanConfig | None = None,
        known_until: np.datetime64 | None = None,
    ) -> Replay:
        """Return a replay of other days, or of the same from elsewhere, or by other rules.

        ``known_until``: a day after which no company has filed anything.
        """
        config = config or self.config
        context = self.context if provider is None else replace(self.context, provider=provider)
        if known_until is not None and context.facts is not None:
            context = replace(context, facts=context.facts.until(known_until))
        again = _settled(config, context, scan_expressions(config), days)
        return replace(again, runner=self.runner, ray_address=self.ray_address)

    def replayed(self) -> Iterator[ReplayedDay]:
        """Yield each day in turn, with all that the scan of it has."""
        longer = self.expressions.windows
        with self._runner() as runner:
            for block in blocks(self.days, self.context, self.config, longer):
                yield from self._block(block, runner)

    def hits(self) -> Iterator[Hits]:
        """Yield the hits, those of a block of days together, ascending by day."""
        return (part.hits for part in self.parts())

    def parts(self, ratings: Sequence[str] = ()) -> Iterator[ReplayPart]:
        """Yield hits, regimes, who is ranked and how, those of a block of days together, ascending.

        ``ratings``: names among the columns that the config asks for, numbers all of them.
        """
        rules = hit_rules(self.expressions, ratings)
        if rules is None:
            for day in self.replayed():
                yield ReplayPart(
                    days=np.searchsorted(self.days, [day.day]),
                    hits=day.hits(self.days, self.symbols),
                    regimes=(day.market.regime,),
                    ranked=day.ranked(self.symbols)[None],
                    ratings={name: day.rating(name, self.symbols)[None] for name in ratings},
                    poisoned=day.poisoned,
                )
            return
        axes = HitAxes(self.days, self.symbols, tuple(owner for owner, _ in rules.owners))
        processes = self._processes()
        with closing(self._works(rules)) as works:
            if processes > 1:
                threads = max(1, workers_here(self.runner) // processes)
                yield from parts_in_processes(works, axes, self.block_symbols, processes, threads)
                return
            with self._runner() as runner:
                for block, work in works:
                    regimes = benchmark_regimes(block)
                    yield part_of_block(work, axes, self.block_symbols, runner, regimes)

    def met(self) -> Iterator[MetPart]:
        """Yield who met what of the setups, those of a block of days together, ascending by day.

        Hits without ranks and plans, for many owners: a hit takes one bit, and nothing is computed
        of it beside its being one.
        """
        rules = hit_rules(self.expressions)
        if rules is None:
            for day in self.replayed():
                yield met_on_day(day, self.days, self.symbols)
            return
        with self._runner() as runner:
            for _, work in self._works(rules):
                cuts = self._cuts(work.bars, runner)
                yield met_of_block(work, cuts, self.days, self.symbols, runner)

    def _works(self, rules: HitRules) -> Generator[tuple[Block, BlockWork], None, None]:
        """Yield each block of days and what is computed of it.

        The bars of the next one are read while one is computed.
        """
        ahead = blocks(self.days, self.context, self.config, self.expressions.windows)
        columns = tuple(dict.fromkeys(("sector", *rules.listed)))

        def read() -> tuple[Block, BlockWork] | None:
            block = next(ahead, None)
            if block is None:
                return None
            bars, task = self._opened(block)
            listed = self.rosters.of_block(block.days, columns, bars.refusals)
            return block, BlockWork(bars, task, rules, listed)

        with ThreadPoolExecutor(1) as reader:
            following = deque([reader.submit(read)])

            def handed() -> tuple[Block, BlockWork] | None:
                found = following.popleft().result()
                following.append(reader.submit(read))
                return found

            yield from iter(handed, None)  # which holds no block that it has handed out

    def later_bars(
        self, symbols: Sequence[str], first: np.datetime64, last: np.datetime64
    ) -> LaterBars:
        """Return the bars of some symbols from one day to another, as far as the data goes."""
        return self.later_fetch(symbols, first, last).bars()

    def later_fetch(
        self, symbols: Sequence[str], first: np.datetime64, last: np.datetime64
    ) -> LaterFetch:
        """Ask the provider for these bars, and lay nothing out yet."""
        sessions = self.data_sessions
        inside = sessions[(sessions >= first) & (sessions <= last)]
        if not len(inside):
            raise ParameterError("first", first, f"a day up to {self.context.last_session}")
        after = sessions[sessions > last]
        config, provider = self.config, self.context.provider
        return LaterFetch.of(
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

    def _opened(self, block: Block) -> tuple[BlockBars, ReplayTask]:
        """Return the bars of everybody who is scanned in a block, and what is computed of them."""
        names = tuple(self.rosters.of_block(block.days, (), {}).names)
        bars = load_bars(
            self.context.provider,
            names,
            block.sessions,
            block.days,
            block.windows.starts[block.windows.longest],
            volume=not self.config.no_volume,
        )
        task = ReplayTask(
            block.days,
            block.windows,
            self.config,
            self.expressions,
            DEFAULT_COLUMNS,
            block.benchmark,
            None if self.facts is None else self.facts.of_block(block.sessions, bars.records),
        )
        return bars, task

    def _block(self, block: Block, runner: TaskRunner) -> Iterator[ReplayedDay]:
        bars, task = self._opened(block)
        listed = self.rosters.of_block(block.days, (), bars.refusals)
        cuts = [(cut,) for cut in self._cuts(bars, runner)]
        stops = day_stops(block.sessions, block.windows, block.days)
        halved = runner.map(_rows, (bars, task, listed), cuts)
        parts = [rows for done, _ in halved for _, rows in done]
        if not parts:  # nobody is left: no rows, but every column
            parts = [rows_of_block(bars.take(slice(0, 0), block.days), task, listed)]
        poisoned = [one for _, some in halved for one in some]
        rows = MarketRows.of(parts, poisoned, bars, stops)
        regimes = benchmark_regimes(block) or [None] * len(block.days)
        roster, span = None, -1
        for at, (day, regime) in enumerate(zip(block.days, regimes, strict=True)):
            if roster is None or self.rosters.span(day) != span:
                roster, span = self.rosters.on(day), self.rosters.span(day)
            yield replayed_day(rows, at, day, roster, self.config, self.expressions, regime)

    @contextmanager
    def _runner(self) -> Iterator[TaskRunner]:
        """Open the runner that was asked for, as a scan does; once for all blocks."""
        with open_runner(self.runner, self.ray_address) as chosen:
            yield cast("TaskRunner", chosen.runner)  # every runner that has a name is one

    def _processes(self) -> int:
        """Return in how many processes blocks of days are computed; 1: in this one."""
        large = len(self.days) * len(self.symbols) >= PLACES_APART
        if not large or self.runner not in ("local", "threads") or not can_start_processes():
            return 1
        years = len(np.unique(self.days.astype("datetime64[Y]")))
        return min(MOST_PROCESSES, workers_here(self.runner), years)

    def _cuts(self, bars: BlockBars, runner: TaskRunner) -> list[slice]:
        """Cut the symbols so that each worker has as many blocks, none of them too wide."""
        return even_slices(len(bars.symbols), self.block_symbols, runner.workers)


def _rows(
    shared: tuple[BlockBars, ReplayTask, ListedNames], cut: slice
) -> tuple[list[tuple[slice, DayRows]], list[PoisonedSymbol]]:
    bars, task, listed = shared
    return call_or_halve(
        cut,
        lambda own: bars.take(own, task.days),
        lambda bases: rows_of_block(bases, task, listed),
        bars.symbols,
    )


def open_replay(
    config: ScanConfig | None = None,
    first: str | None = None,
    last: str | None = None,
    *,
    provider: Provider | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
    days: DateArray | None = None,
    facts: GivenFacts | None = None,
) -> Replay:
    """Settle what is replayed: from session ``first`` to ``last``, the scan that ``config`` says.

    ``first``, ``last``: ``YYYY-MM-DD``, else the data's last session and a year of sessions up to
    the last day. ``days``: chosen sessions instead. Other arguments are those of ``run_scan``.
    Raises ParameterError for an ``as_of`` in the config, and what ``run_scan`` raises.
    """
    keep_freed_memory()
    config = checked_config(config)
    if config.as_of is not None:
        raise ParameterError("as_of", config.as_of, "none: a replay has many days")
    expressions = scan_expressions(config)
    settings = settings or load_settings(os.environ, Path.cwd())
    if provider is None:
        config = settled_universe(settled_files(config, settings), settings)
    context = open_context(config, settings, now, provider, None, expressions.windows, facts)
    chosen = _days(context, first, last) if days is None else days
    runner = config.runner or settings.runner or DEFAULT_RUNNER
    check_runner(runner)
    early = kept_listings_warnings(config.universe, settings, chosen[0], context.last_session)
    warnings = tuple(dict.fromkeys((*context.warnings, *early)))
    found = _settled(config, replace(context, warnings=warnings), expressions, chosen)
    return replace(found, runner=runner, ray_address=settings.ray_address)


def _settled(
    config: ScanConfig, context: ScanContext, expressions: ScanExpressions, days: DateArray
) -> Replay:
    """Settle who is scanned on each day."""
    found = Rosters.of(config, context.provider, expressions, days)
    warning = found.survivorship_warning
    warnings = (*context.warnings, *([] if warning is None else [warning]))
    facts = None
    if context.facts is not None and expressions.facts:
        context.facts.require(expressions.facts)
        facts = FactsOfBlocks(context.facts, expressions.facts, found.names, context.calendar)
    return Replay(config, context, expressions, days, found, warnings, facts=facts)


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
        return calendar.last(A_YEAR, end)
    begin = calendar.require_session("first", parse_day("first", first))
    if begin > end:
        raise ParameterError("first", first, f"at most {end}, the last day of the replay")
    return calendar.between(begin, end)
