"""Questions about a result that a worker answers, since it has the result in memory."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLongError
from pathlib import Path
from typing import Any

from fastapi import HTTPException

from technic.service.jobs.worker_process import WorkerGoneError
from technic.service.state import Service

__all__ = ["ask_sync_worker", "ask_worker"]

WAIT_S = 30.0
"""An answer waits so long for a worker that scans."""


def ask_worker(service: Service, folder: Path, **question: Any) -> dict[str, Any]:
    """Return what a worker answers about the result in ``folder``; 503 where none can now."""
    about = {**question, "result": folder.name, "folder": str(folder)}
    return _answer(service.dispatcher.ask(about, folder.name), "scan")


def ask_sync_worker(service: Service, **question: Any) -> dict[str, Any]:
    """Return what the worker that syncs answers; 503 where it cannot now."""
    return _answer(service.dispatcher.ask(question, kind="sync"), "sync")


def _answer(future: Future[dict[str, Any]], what: str) -> dict[str, Any]:
    try:
        answer = future.result(WAIT_S)
    except TooLongError:
        future.cancel()
        raise HTTPException(503, f"a {what} is running; try again", {"Retry-After": "5"}) from None
    except WorkerGoneError:
        raise HTTPException(
            503, "the service restarts a worker; try again", {"Retry-After": "2"}
        ) from None
    if answer["state"] != "done":
        raise HTTPException(404, str(answer["message"]))
    outcome: dict[str, Any] = answer["outcome"]
    return outcome
