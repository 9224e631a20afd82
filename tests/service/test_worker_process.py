from __future__ import annotations

import json

import pytest

from technic.service.jobs.worker_process import WorkerProcess


class CancelledError(Exception):
    """What the one who waits raises."""


def test_a_worker_that_tells_without_a_pause_is_cancelled_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each message is an occasion to look up; else a busy scan could be neither ended nor timed."""
    worker = WorkerProcess()
    monkeypatch.setattr(worker, "_send", lambda _: None)
    told: list[dict[str, object]] = []

    def beat() -> None:
        if len(told) == 3:
            raise CancelledError

    for done in range(1_000):
        message = {"stage": "fetch", "done": done, "total": 1_000}
        worker._lines.put(json.dumps(message).encode())
    worker._lines.put(b'{"state": "done"}')
    with pytest.raises(CancelledError):
        worker.ask({"kind": "scan"}, told.append, beat)
    assert len(told) == 3
