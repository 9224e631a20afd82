"""Questions about a result that a worker answers, since it has the result in memory."""

from __future__ import annotations

from concurrent.futures import TimeoutError as TooLongError
from pathlib import Path
from typing import Any

from fastapi import HTTPException

from technic.service.jobs.worker_process import WorkerGoneError
from technic.service.state import Service

__all__ = ["ask_worker"]

WAIT_S = 30.0
"""An answer waits so long for a worker that scans."""


def ask_worker(service: Service, folder: Path, **question: Any) -> dict[str, Any]:
    """Return what a worker answers about the result in ``folder``; 503 where none can now."""
    about = {**question, "result": folder.name, "folder": str(folder)}
    future = service.dispatcher.ask(about, folder.name)
    try:
        answer = future.result(WAIT_S)
    except TooLongError:
        future.cancel()
        raise HTTPException(503, "a scan is running; try again", {"Retry-After": "5"}) from None
    except WorkerGoneError:
        raise HTTPException(
            503, "the service restarts a worker; try again", {"Retry-After": "2"}
        ) from None
    if answer["state"] != "done":
        raise HTTPException(404, str(answer["message"]))
    outcome: dict[str, Any] = answer["outcome"]
    return outcome
