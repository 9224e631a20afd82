"""Hands queued jobs to worker processes, a bounded number at a time, and settles what they say."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any

from technic.service.database.connect import AWAY
from technic.service.jobs.job import Job, JobKind, JobState, Progress
from technic.service.jobs.job_kinds import KindRules, kind_rules
from technic.service.jobs.job_table import JobTable
from technic.service.jobs.retention import drop_old
from technic.service.jobs.worker_process import WorkerGoneError, WorkerProcess
from technic.service.service_settings import ServiceSettings

__all__ = ["STOP_S", "Dispatcher"]

logger = logging.getLogger(__name__)

_IDLE_S = 1.0
"""A slot that is not woken looks for jobs this often: others may share the database."""
_BEAT_S = 2.0
"""A running job is kept alive this often."""
_SWEEP_S = 10.0
"""Jobs of services that fell silent are looked for this often."""
Ending = tuple[JobState, str | None, Mapping[str, Any] | None]
"""What became of a job: its state, why, what it came to."""
STOP_S = 20.0
"""What running jobs have to end once the service does."""
_ENDED = "the service ended while it ran; resume it"


class _CancelledError(Exception):
    """Somebody cancelled the job that a slot waits for."""


class _TooLongError(Exception):
    """The job has used its time up."""


class _ShutdownError(Exception):
    """The service ends."""


class Dispatcher:
    """Slots for each kind of job, each a thread with a worker process of its own.

    So no kind waits for another: a scan is not held up by a study that takes minutes.

    ``pinned``: scans whose results stay, however old.
    """

    def __init__(
        self,
        table: JobTable,
        settings: ServiceSettings,
        pinned: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._table, self._settings, self._pinned = table, settings, pinned
        self._ending = threading.Event()
        self._cancelled: set[str] = set()
        self._progress: dict[str, Progress] = {}
        self._slots = [
            _Slot(self, kind, rules, number)
            for kind, rules in kind_rules(settings).items()
            for number in range(rules.slots)
        ]

    def start(self, *, warm: bool = False) -> None:
        """Find what an earlier service lost, and begin to work.

        ``warm``: the processes of kinds that say so start now, not when they are first asked.
        """
        for slot in self._slots if warm else ():
            if slot.rules.warm:
                slot.worker.warm_up()
        lost = self._table.interrupt_lost()
        if lost:
            logger.warning("%d jobs were running when the service ended; they can be resumed", lost)
        for slot in self._slots:
            slot.thread.start()

    def begin_to_stop(self) -> None:
        """Have running jobs end and marked interrupted; may be called while a signal is handled."""
        self._ending.set()
        self.wake()

    def stop(self, seconds: float = STOP_S) -> None:
        """End: running jobs are marked interrupted, workers are ended."""
        self.begin_to_stop()
        deadline = time.monotonic() + seconds
        for slot in self._slots:
            slot.thread.join(max(0.0, deadline - time.monotonic()))

    @property
    def ending(self) -> bool:
        """Whether the service is about to end."""
        return self._ending.is_set()

    def wake(self) -> None:
        """Tell the slots that there may be something to do."""
        for slot in self._slots:
            slot.woken.put(None)

    def cancel(self, identity: str) -> bool:
        """Cancel a job, waiting or running; False where it is neither."""
        if self._table.cancel_queued(identity):
            return True
        if self._table.get(identity).state != "running":
            return False
        self._cancelled.add(identity)
        return True

    def progress(self, identity: str) -> Progress | None:
        """Return how far a job is that runs here."""
        return self._progress.get(identity)

    def ask(
        self, question: Mapping[str, Any], prefer: str | None = None, kind: JobKind = "scan"
    ) -> Future[dict[str, Any]]:
        """Have a worker answer a question between its jobs, which are of ``kind``.

        ``prefer``: the result that it is about; the worker that made it still has it.
        """
        scans = [slot for slot in self._slots if slot.kind == kind]
        holding = [slot for slot in scans if prefer in slot.held]
        slot = min(holding or scans, key=lambda one: (one.busy, one.questions.qsize()))
        future: Future[dict[str, Any]] = Future()
        slot.questions.put((dict(question), future))
        slot.woken.put(None)
        return future

    @property
    def worker_pids(self) -> list[int]:
        """Numbers of the processes that work for this service."""
        return [slot.worker.pid for slot in self._slots if slot.worker.pid is not None]


class _Slot:
    """One thread, one worker process, one job at a time."""

    def __init__(
        self, dispatcher: Dispatcher, kind: JobKind, rules: KindRules, number: int
    ) -> None:
        self.kind, self.rules, self._owner = kind, rules, dispatcher
        self.worker = WorkerProcess()
        self.woken: SimpleQueue[None] = SimpleQueue()
        self.questions: SimpleQueue[tuple[dict[str, Any], Future[dict[str, Any]]]] = SimpleQueue()
        self.held: OrderedDict[str, None] = OrderedDict()
        self.busy = False
        self._unsettled: tuple[str, Ending] | None = None
        self._away, self._sweep_at = False, 0.0
        self.thread = threading.Thread(target=self._work, name=f"{kind}-{number}", daemon=True)

    def _work(self) -> None:
        dispatcher = self._owner
        while not dispatcher._ending.is_set():
            job = self._next_job()
            if job is None:
                try:
                    self.woken.get(timeout=_IDLE_S)
                except Empty:
                    continue
            else:
                self._carry_out(job)
        self._refuse_questions()
        self.worker.end()

    def _refuse_questions(self) -> None:
        """Tell those who still wait that there will be no answer."""
        while not self.questions.empty():
            _, future = self.questions.get()
            if future.set_running_or_notify_cancel():
                future.set_exception(WorkerGoneError())

    def _next_job(self) -> Job | None:
        """Return a job to carry out; None where none waits, and while the database is away."""
        table = self._owner._table
        try:
            self._settle()
            self._answer_questions()
            if time.monotonic() > self._sweep_at:
                self._sweep_at = time.monotonic() + _SWEEP_S
                table.interrupt_silent()
            job = table.claim(self.kind)
        except AWAY as error:
            if not self._away:
                self._away = True
                logger.warning("the database is away, jobs wait for it: %s", type(error).__name__)
            return None
        except Exception:  # the service's job boundary: jobs of this kind are tried again
            logger.exception("jobs cannot be read")
            return None
        if self._away:
            self._away = False
            logger.warning("the database is there again")
        return job

    def _settle(self) -> None:
        """Write what became of the last job; until that is written no other is begun."""
        if self._unsettled is not None:
            identity, (state, message, outcome) = self._unsettled
            self._owner._table.finish(identity, state, message, outcome)
            self._unsettled = None

    def _answer_questions(self) -> None:
        while not self._owner._ending.is_set():
            try:
                question, future = self.questions.get_nowait()
            except Empty:
                return
            if not future.set_running_or_notify_cancel():
                continue
            try:
                answer = self.worker.ask(question, lambda _: None, self._within(60.0))
            except (WorkerGoneError, _TooLongError, _ShutdownError):
                future.set_exception(WorkerGoneError())
            else:
                self._hold(str(question.get("result")))
                future.set_result({**answer, "message": self._said(answer)})

    def _hold(self, result: str) -> None:
        from technic.service.jobs.worker import MOST_RESULTS

        self.held[result] = None
        self.held.move_to_end(result)
        while len(self.held) > MOST_RESULTS:
            self.held.popitem(last=False)

    def _carry_out(self, job: Job) -> None:
        dispatcher, kept = self._owner, self.rules.kept
        self.busy = True
        try:
            self._unsettled = (job.id, self._ending_of(job))
            self._settle()
            if kept is not None:
                drop_old(dispatcher._table, job.kind, kept, dispatcher._pinned())
            if self.rules.remembered is not None:
                dispatcher._table.forget_beyond(job.kind, self.rules.remembered)
        except AWAY:  # it is settled as soon as the database is there again
            logger.warning("job %s has ended; the database is away", job.id)
        except Exception:  # the service's job boundary: the next job is begun all the same
            logger.exception("job %s cannot be settled", job.id)
            self._unsettled = None
        finally:
            self.busy = False
            if self.rules.anew:
                self.worker.end()
            dispatcher._progress.pop(job.id, None)
            dispatcher._cancelled.discard(job.id)

    def _ending_of(self, job: Job) -> Ending:
        """Have the worker do a job; return what became of it."""
        rules = self.rules
        question = {**job.request, "kind": job.kind, "result": job.id}
        question["home"] = str(self._owner._settings.settings.home)
        if rules.kept is not None:
            question["folder"] = str(rules.kept.folder / job.id)
        try:
            beat = self._within(rules.seconds, job)
            answer = self.worker.ask(question, lambda message: self._told(job, message), beat)
            if answer["state"] == "done" and rules.held:
                self._hold(job.id)
            return answer["state"], self._said(answer), answer.get("outcome")
        except _CancelledError:
            return "cancelled", "cancelled", None
        except _TooLongError:
            text = (
                f"it took longer than {rules.seconds:g} s, the most that a {job.kind} may take here"
            )
            return "failed", text, None
        except _ShutdownError:
            return "interrupted", _ENDED, None
        except WorkerGoneError:
            text = "its process was ended from outside, or ran out of memory; resume it"
            return "interrupted", text, None
        except Exception as error:  # the service's job boundary: it becomes the job's message
            logger.exception("job %s", job.id)
            return "failed", f"unexpected {type(error).__name__}", None

    def _said(self, answer: Mapping[str, Any]) -> str | None:
        """Return a worker's message with uploads by their names: whoever asks knows no folders."""
        message: str | None = answer.get("message")
        folder = f"{self._owner._settings.uploads}{os.sep}"
        return None if message is None else message.replace(folder, "")

    def _told(self, job: Job, message: dict[str, Any]) -> None:
        progress = Progress(str(message["stage"]), int(message["done"]), int(message["total"]))
        self._owner._progress[job.id] = progress

    def _within(self, seconds: float, job: Job | None = None) -> Callable[[], None]:
        """Return what is called while waiting: it raises when there is nothing to wait for."""
        dispatcher = self._owner
        started = last = time.monotonic()

        def beat() -> None:
            nonlocal last
            now = time.monotonic()
            if dispatcher._ending.is_set():
                raise _ShutdownError
            if job is not None and job.id in dispatcher._cancelled:
                raise _CancelledError
            if now - started > seconds:
                self.worker.kill()
                raise _TooLongError
            if job is not None and now - last > _BEAT_S:
                last = now
                with contextlib.suppress(*AWAY):  # the scan itself needs no table
                    dispatcher._table.keep_alive(job.id, dispatcher._progress.get(job.id))

        return beat
