"""What one running service consists of, for its routes."""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from fastapi import Request
from sqlalchemy import Engine

from technic.errors import ParameterError, TechnicError
from technic.service.access.keys import KeyTable
from technic.service.access.rate import RequestLimiter
from technic.service.access.sessions import SessionTable
from technic.service.database.connect import START_PAUSES_S, open_database
from technic.service.held.answers import AnswerMemory
from technic.service.held.finished_scans import FinishedScans
from technic.service.held.once import Once
from technic.service.jobs.dispatcher import Dispatcher
from technic.service.jobs.job_table import JobTable
from technic.service.schedule.clockwork import Clockwork, both, open_scheduler
from technic.service.schedule.run_table import RunTable
from technic.service.schedule.watch_runs import WatchRuns
from technic.service.service_settings import ServiceSettings

__all__ = ["Service", "open_service", "service_of"]

logger = logging.getLogger(__name__)

_ANSWERS = 500
"""Answers about symbols that are kept in memory."""

_LOG_INS = 20
"""Attempts to log in from one address in a minute."""


@dataclass(slots=True, eq=False)
class Service:
    """The parts of a service.

    ``streams``: of events that are open; ``once``: shares what many ask for at once; ``memory``:
    encoded answers; ``answers``: about symbols of results, by (result, symbol).
    """

    settings: ServiceSettings
    engine: Engine
    keys: KeyTable
    sessions: SessionTable
    jobs: JobTable
    finished: FinishedScans
    dispatcher: Dispatcher
    runs: RunTable
    clockwork: Clockwork
    limiter: RequestLimiter
    log_ins: RequestLimiter
    clock: Callable[[], float]
    streams: int = 0
    once: Once = field(default_factory=Once)
    memory: AnswerMemory = field(default_factory=AnswerMemory)
    answers: OrderedDict[tuple[str, str], dict[str, Any]] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def remember(self, result: str, symbol: str, answer: dict[str, Any]) -> None:
        """Keep an answer; the one that was used longest ago goes."""
        with self.lock:
            self.answers[result, symbol] = answer
            while len(self.answers) > _ANSWERS:
                self.answers.popitem(last=False)


def open_service(settings: ServiceSettings, clock: Callable[[], float] = time.time) -> Service:
    """Open the tables and the parts; nothing runs yet."""
    try:
        settings.results.mkdir(parents=True, exist_ok=True)
        settings.studies.mkdir(parents=True, exist_ok=True)
        owner = _owner(settings.home)
    except OSError as error:
        home, reason = settings.settings.home, error.strerror or str(error)
        allowed = f"a folder that user {os.geteuid()} may write to ({reason})"
        raise ParameterError("TECHNIC_HOME", str(home), allowed) from error
    engine = open_database(settings.database_url, START_PAUSES_S)
    try:
        keys = _keys(engine, settings, clock)
    except TechnicError:
        engine.dispose()
        raise
    jobs = JobTable(engine, owner, clock)
    runs = RunTable(engine, jobs, clock)
    dispatcher = Dispatcher(jobs, settings, runs.pinned)
    scheduler = open_scheduler(settings, runs, jobs, dispatcher, clock)
    watch_runs = WatchRuns(
        runs=runs, jobs=jobs, settings=settings.settings, clock=clock, wake=dispatcher.wake
    )
    return Service(
        settings=settings,
        engine=engine,
        keys=keys,
        sessions=SessionTable(engine, keys, clock),
        jobs=jobs,
        finished=FinishedScans(jobs),
        dispatcher=dispatcher,
        runs=runs,
        clockwork=Clockwork(both(scheduler.tick, watch_runs.tick)),
        limiter=RequestLimiter(settings.requests_per_minute),
        log_ins=RequestLimiter(_LOG_INS),
        clock=clock,
    )


def _keys(engine: Engine, settings: ServiceSettings, clock: Callable[[], float]) -> KeyTable:
    """Open the keys, with the one that the settings tell of."""
    keys = KeyTable(engine, clock)
    if settings.first_key and (made := keys.admit(settings.first_key)) is not None:
        logger.warning(
            "the key %s may now do everything, as TECHNIC_SERVICE_FIRST_KEY says", made.name
        )
    return keys


def _owner(home: Path) -> str:
    """Return the name of the service of this home, made once: containers change theirs."""
    path = home / "owner"
    if not path.is_file():
        part = home / f".owner.{os.getpid()}"
        part.write_text(secrets.token_hex(16), encoding="utf-8")
        part.replace(path)
    return path.read_text(encoding="utf-8").strip()[:100]


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    return cast(Service, request.app.state.service)
