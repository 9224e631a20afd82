"""The thread that has the schedule look, every few seconds, and says what stood against it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as TooLongError
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from technic.errors import TechnicError
from technic.scan.config_json import config_to_json
from technic.scan.flat_config import flat_config
from technic.service.jobs.dispatcher import Dispatcher
from technic.service.jobs.job_table import JobTable
from technic.service.jobs.worker_process import WorkerGoneError
from technic.service.schedule.bar_source import open_bar_source
from technic.service.schedule.run_table import RunTable
from technic.service.schedule.scheduled_scans import FILE_NAME, ScheduledScan, load_scans
from technic.service.schedule.scheduler import NotYetKnownError, Scheduler
from technic.service.service_settings import ServiceSettings

__all__ = ["Clockwork", "both", "configured_scans", "open_scheduler"]

logger = logging.getLogger(__name__)

_EVERY_S = 5.0
_LOOK_S = 90.0
"""What a look at the files may take, the scans before it included."""


class Clockwork:
    """Has ``tick`` called every few seconds until it is stopped.

    ``trouble``: why the last look could not be taken, or "".
    """

    def __init__(self, tick: Callable[[], None], every_s: float = _EVERY_S) -> None:
        self._tick, self._every_s = tick, every_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="schedule", daemon=True)
        self.trouble = ""

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, seconds: float = 2.0) -> None:
        """Look no more; what runs is its own."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def look(self) -> None:
        """Look once; what stands against it is said, and the next look tries again."""
        try:
            self._tick()
        except (TechnicError, SQLAlchemyError, OSError) as error:
            shown = str(error) if isinstance(error, TechnicError) else "its tables cannot be read"
            if shown != self.trouble:
                logger.warning("the schedule cannot look: %s", error)
            self.trouble = shown
        except Exception:  # the service's job boundary: a schedule that ends would end in silence
            logger.exception("the schedule cannot look")
            self.trouble = "something unexpected happened; the log of the service has it"
        else:
            self.trouble = ""

    def _work(self) -> None:
        while not self._ending.is_set():
            self.look()
            self._ending.wait(self._every_s)


def both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    """Return what does both: the second also where the first raises."""

    def do() -> None:
        try:
            first()
        finally:
            second()

    return do


def configured_scans(settings: ServiceSettings) -> tuple[ScheduledScan, ...]:
    """Return the scans that the settings name; UsageError says what is wrong with them."""
    given = settings.schedule_file
    file = Path(given).expanduser() if given else settings.settings.home / FILE_NAME
    return load_scans(file, settings.schedule_setups, required=bool(given))


def open_scheduler(
    settings: ServiceSettings,
    runs: RunTable,
    jobs: JobTable,
    dispatcher: Dispatcher,
    clock: Callable[[], float],
) -> Scheduler:
    """Put the schedule of a service together."""
    user = settings.settings

    def complete_until() -> str:
        question = {"kind": "data_end", "config": config_to_json(flat_config({}, user))}
        try:
            future = dispatcher.ask(question, kind="sync")
            answer = future.result(_LOOK_S)
        except (TooLongError, CancelledError, WorkerGoneError) as error:
            future.cancel()
            raise NotYetKnownError from error
        if answer["state"] != "done":
            raise TechnicError(str(answer["message"]))
        return str(answer["outcome"]["complete_until"])

    return Scheduler(
        runs=runs,
        jobs=jobs,
        settings=user,
        results=settings.results,
        clock=clock,
        bar_source=lambda: open_bar_source(user, clock),
        scans=lambda: configured_scans(settings),
        complete_until=complete_until,
        attempts=settings.schedule_attempts,
        wake=dispatcher.wake,
    )
