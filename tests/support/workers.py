"""Workers of a service that are no processes: they answer when a test says so, or work here."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from technic.service.jobs.worker import Worker

__all__ = ["WaitingWorker", "WorkerHere"]

Told = Callable[[dict[str, Any]], None]
Beat = Callable[[], None]


class _NoProcess:
    pid = None

    def __init__(self) -> None:
        """Take nothing: a worker of a service is made so."""

    def warm_up(self) -> None:
        """Nothing starts."""

    def end(self) -> None:
        """Nothing ends."""

    kill = end


class WaitingWorker(_NoProcess):
    """Does studies for good, until whoever waits for them gives up; everything else at once."""

    def ask(self, question: Mapping[str, Any], told: Told, beat: Beat) -> dict[str, Any]:
        """Answer as a worker that had nothing to do."""
        if question["kind"] == "study":
            told({"stage": "replay", "done": 3, "total": 9})
            while True:
                beat()
                threading.Event().wait(0.005)
        return {"state": "done", "outcome": {}}


class _GivenUpError(BaseException):
    """Whoever waits has given up; no boundary of a job may take it for an error of the job."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class WorkerHere(_NoProcess):
    """Works in the thread that asks; a study waits in the middle while ``gate`` is closed."""

    gate = threading.Event()

    def ask(self, question: Mapping[str, Any], told: Told, beat: Beat) -> dict[str, Any]:
        """Carry a job out."""
        answers: list[dict[str, Any]] = []

        class Out:
            def write(self, line: str) -> None:
                message = json.loads(line)
                if "state" in message:
                    answers.append(message)
                    return
                told(message)
                while question["kind"] == "study" and not WorkerHere.gate.wait(0.02):
                    try:
                        beat()
                    except Exception as error:  # noqa: BLE001 - whatever is raised is handed on
                        raise _GivenUpError(error) from None

            def flush(self) -> None:
                """Nothing waits."""

        try:
            Worker(Out()).carry_out(dict(question))  # type: ignore[arg-type]
        except _GivenUpError as given_up:
            raise given_up.error from None
        return answers[-1]
