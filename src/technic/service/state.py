"""What one running service consists of, for its routes."""

from __future__ import annotations

import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from fastapi import Request
from sqlalchemy import Engine

from technic.service.access.keys import KeyTable
from technic.service.access.limits import RequestLimiter
from technic.service.access.sessions import SessionTable
from technic.service.database.connect import open_database
from technic.service.jobs.dispatcher import Dispatcher
from technic.service.jobs.job_table import JobTable
from technic.service.schedule.clockwork import Clockwork, open_scheduler
from technic.service.schedule.run_table import RunTable
from technic.service.service_settings import ServiceSettings

__all__ = ["Service", "open_service", "service_of"]

_ANSWERS = 500
"""Answers about symbols that are kept in memory."""

_LOG_INS = 20
"""Attempts to log in from one address in a minute."""


@dataclass(slots=True, eq=False)
class Service:
    """The parts of a service. ``answers``: about symbols of results, by (result, symbol)."""

    settings: ServiceSettings
    engine: Engine
    keys: KeyTable
    sessions: SessionTable
    jobs: JobTable
    dispatcher: Dispatcher
    runs: RunTable
    clockwork: Clockwork
    limiter: RequestLimiter
    log_ins: RequestLimiter
    clock: Callable[[], float]
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
    settings.results.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database_url)
    keys = KeyTable(engine, clock)
    owner = f"{socket.gethostname()}:{settings.home}"[-100:]
    jobs = JobTable(engine, owner, clock)
    runs = RunTable(engine, jobs, clock)
    dispatcher = Dispatcher(jobs, settings, runs.pinned)
    scheduler = open_scheduler(settings, runs, jobs, dispatcher, clock)
    return Service(
        settings=settings,
        engine=engine,
        keys=keys,
        sessions=SessionTable(engine, keys, clock),
        jobs=jobs,
        dispatcher=dispatcher,
        runs=runs,
        clockwork=Clockwork(scheduler.tick),
        limiter=RequestLimiter(settings.requests_per_minute),
        log_ins=RequestLimiter(_LOG_INS),
        clock=clock,
    )


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    return cast(Service, request.app.state.service)
