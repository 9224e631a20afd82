"""judge_watches: judge every watch that is due on each session it has not judged.

1. Open the data; what stands against it is told by every watch that it stops.
2. Read the conditions of the watches; a broken one is told by that watch alone.
3. Scan each session that a watch has not judged, all watches in one scan, oldest session first.
4. For each session: who came in and who went out, written with what is to be sent in one
   transaction (`outbox`).

As of a session nothing but bars up to it is read: judging it late, or several at once after a
pause, gives the events that judging each in its time gives.
"""

from __future__ import annotations

import datetime as dt
import gc
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from technic.errors import TechnicError, UsageError
from technic.result.scan_result import ScanResult
from technic.scan.config import ScanConfig
from technic.scan.context import load_listings
from technic.scanner_core import run_scan
from technic.settings import Settings
from technic.text.paths import with_names
from technic.watches.compiled import (
    CompiledWatch,
    compiled,
    grouped,
    names_facts,
    scan_of,
    told_apart,
)
from technic.watches.database import Database
from technic.watches.judge import judgment_of, trouble_of
from technic.watches.judging.watched_day import WatchedDay
from technic.watches.market_day import MarketDay, open_market
from technic.watches.outbox import Checkpoint, Judgment, Outbox, no_checkpoint
from technic.watches.watch_table import KeptWatch, WatchTable
from technic.wording.counts import agree, count_of

__all__ = ["CAUGHT_UP", "JudgedRun", "judge_watches"]

logger = logging.getLogger(__name__)

CAUGHT_UP = 20
"""Sessions that are judged one by one after a pause; after a longer one a watch begins anew."""


UNKNOWN = (
    "whether it matches is not known of any symbol: none has a bar then, bars enough or the facts "
    "that it asks for"
)


@dataclass(slots=True)
class JudgedRun:
    """What a run judged: watches, the sessions, events; ``troubles``: watch → why it cannot run."""

    watches: int = 0
    sessions: list[str] = field(default_factory=list)
    events: int = 0
    troubles: dict[str, str] = field(default_factory=dict)


def judge_watches(
    database: Database,
    settings: Settings,
    *,
    now: dt.datetime,
    scan: Callable[..., ScanResult] = run_scan,
    market: Callable[[Settings, dt.datetime], MarketDay] = open_market,
    checkpoint: Checkpoint = no_checkpoint,
) -> JudgedRun:
    """Judge each watch that is not paused on every session it has not judged.

    ``now``: the time it is for the data. ``scan``, ``market``: what scans and opens the data.
    """
    kept = [one for one in WatchTable(database).all() if not one.paused]
    run = _Run(database, settings, now, scan, Outbox(database, checkpoint))
    run.done.watches = len(kept)
    if kept:
        with _uncollected():
            run.all(kept, market)
    return run.done


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python from looking through its memory as a thousand watches fill it.

    Nothing that is made here refers to itself: it goes when it is used no more.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class _Run:
    """One run: what was read so far, and what it has come to."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        now: dt.datetime,
        scan: Callable[..., ScanResult],
        outbox: Outbox,
    ) -> None:
        self._settings, self._now, self._scan, self._outbox = settings, now, scan, outbox
        self._table = WatchTable(database)
        self.done = JudgedRun()

    def all(
        self, kept: Sequence[KeptWatch], market: Callable[[Settings, dt.datetime], MarketDay]
    ) -> None:
        """Judge the watches."""
        try:
            day = market(self._settings, self._now)
        except TechnicError as error:
            self._trouble([(one, str(error)) for one in kept], str(self._now.date()), None)
            return
        watches, broken = compiled(kept, self._settings, day.source)
        self._trouble(broken, day.judged_until("bars"), day)
        for group in grouped(watches):
            self._group(group, day)

    def _group(self, watches: Sequence[CompiledWatch], day: MarketDay) -> None:
        """Judge the watches that one scan can judge."""
        schedules = {one.watch.schedule for one in watches}
        last = {schedule: day.judged_until(schedule) for schedule in schedules}
        until = {one.watch.name: last[one.watch.schedule] for one in watches}
        open_ = [
            one for one in watches if _judged(one) < min(until[one.watch.name], day.last_session)
        ]
        complete = day.last_session
        if open_:
            newest = max(until[one.watch.name] for one in open_)
            first = self._first(open_, day, newest)
            if first is None:
                return
            sound, result = first
            complete = result.as_of
            ends = {name: min(end, complete) for name, end in until.items()}
            self._sessions(sound, day, result, ends)
        self._late(watches, day, complete)

    def _first(
        self, watches: Sequence[CompiledWatch], day: MarketDay, newest: str
    ) -> tuple[list[CompiledWatch], ScanResult] | None:
        """Scan the last session that is complete; tell what stands against it.

        A broken watch is taken out and the others are scanned without it, and so are those that
        name facts of companies where there are none, or none that can be read.
        """
        as_of = newest if newest < day.last_session else None
        sound = list(watches)
        try:
            try:
                return sound, self._scanned(day, sound, as_of)
            except UsageError:
                listings = load_listings(day.config, day.provider, day.calendar.sessions[-1])
                sound, broken = told_apart(day.config, sound, lambda: listings)
                if not broken:
                    raise
                self._trouble(broken, newest, day)
                return (sound, self._scanned(day, sound, as_of)) if sound else None
        except TechnicError as error:
            without = [one for one in sound if not names_facts(one, day.config)]
            stopped = [one for one in sound if one not in without] or sound
            self._trouble([(one.kept, str(error)) for one in stopped], newest, day)
            return self._first(without, day, newest) if 0 < len(without) < len(sound) else None

    def _scanned(
        self, day: MarketDay, watches: Sequence[CompiledWatch], session: str | None
    ) -> ScanResult:
        config: ScanConfig = scan_of(day.config, watches, session)
        return self._scan(config, provider=day.provider, settings=self._settings, now=self._now)

    def _sessions(
        self,
        watches: Sequence[CompiledWatch],
        day: MarketDay,
        newest: ScanResult,
        ends: Mapping[str, str],
    ) -> None:
        """Judge session after session; ``newest``: the scan of the last one."""
        starts = {one.watch.name: _start(one, day, ends[one.watch.name]) for one in watches}
        every: dict[str, list[CompiledWatch]] = {}
        for one in watches:
            name = one.watch.name
            for session in (*starts[name].baseline, *day.after(starts[name].judged, ends[name])):
                every.setdefault(session, []).append(one)
        for session in sorted(every):
            due = every[session]
            try:
                result = newest
                if session != newest.as_of:
                    result = self._scanned(day, due, session)
                self._require_bars(result)
            except TechnicError as error:
                self._trouble([(one.kept, str(error)) for one in due], session, day)
                return
            late = day.late_since(newest.as_of) is not None
            self._judge(due, day, WatchedDay(result), session, starts, late=late)

    def _require_bars(self, result: ScanResult) -> None:
        """Raise where too few symbols have bars: nobody could tell who left from who is missing."""
        if result.succeeded:
            return
        batch = result.stats.batch
        asked = count_of(batch.asked, "symbol")
        raise TechnicError(
            f"only {batch.fetched:,} of {asked} {agree(batch.fetched, 'has', 'have')} bars "
            f"of {result.as_of}"
        )

    def _judge(
        self,
        watches: Sequence[CompiledWatch],
        day: MarketDay,
        scanned: WatchedDay,
        session: str,
        starts: Mapping[str, _Start],
        *,
        late: bool,
    ) -> None:
        """Judge watches on a session; ``late``: later bars are, so no trouble is over.

        One that is unknown of everybody cannot run: it is told apart from one that nobody matches.
        """
        places = self._table.places()
        states = self._table.states()
        judgments, unknown = [], []
        for one in watches:
            start = starts[one.watch.name]
            note = start.note if session in start.baseline else None
            known = places.get(one.watch.name, {})
            state = None if late else states.get(one.watch.name)
            found = judgment_of(one, day, scanned, session, known, state, note, self._now)
            if found.judged:
                judgments.append(found)
            else:
                unknown.append((one.kept, UNKNOWN))
        self._trouble(unknown, session, day)
        self._outbox.record(judgments, self._now.timestamp())
        self.done.sessions = sorted({*self.done.sessions, session})
        self.done.events += sum(len(one.events) for one in judgments)

    def _late(self, watches: Sequence[CompiledWatch], day: MarketDay, complete: str) -> None:
        """Tell of bars that are late."""
        late = day.late_since(complete)
        if late is None:
            return
        reason = f"the bars of {late} are late: the data is complete up to {complete} only"
        told = [(one.kept, reason) for one in watches if one.watch.name not in self.done.troubles]
        self._trouble(told, late, day)

    def _trouble(
        self, broken: Sequence[tuple[KeptWatch, str]], session: str, day: MarketDay | None
    ) -> None:
        """Write down why watches cannot run; each tells it once for a session.

        Targets are others' services: they learn of files by their names.
        """
        settings = self._settings
        paths = [path for path in (settings.data, settings.universe, settings.benchmark) if path]
        named = [(one, with_names(reason, [*paths, str(settings.home)])) for one, reason in broken]
        judgments: Iterator[Judgment] = (
            trouble_of(one, session, reason, day) for one, reason in named
        )
        self._outbox.record(judgments, self._now.timestamp())
        for one, reason in named:
            self.done.troubles[one.watch.name] = reason


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a watch goes on: after ``judged``; ``baseline``: a session it begins anew with."""

    judged: str
    baseline: tuple[str, ...] = ()
    note: str = ""


def _judged(one: CompiledWatch) -> str:
    """Return the last session that a watch has judged as it is now; "" where it has none."""
    state = one.kept.state
    return state.session if state is not None and state.version == one.version else ""


def _start(one: CompiledWatch, day: MarketDay, end: str) -> _Start:
    judged, state = _judged(one), one.kept.state
    note = "begins"
    if judged and day.count(judged, end) <= CAUGHT_UP:
        return _Start(judged)
    if judged:
        judged = str(day.after(judged, end)[-CAUGHT_UP - 1])
        note = f"begins anew: it did not run for more than {count_of(CAUGHT_UP, 'session')}"
        return _Start(judged, (judged,), note)
    if state is not None and state.version:
        note = "begins anew: what it asks, or of which data, has changed"
    before = day.before(end)
    return _Start(before, (before,), note)
