"""A worker process as its service sees it: a question in, what it tells on the way, an answer."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Any

__all__ = ["WorkerGoneError", "WorkerProcess"]

_POLL_S = 0.25
_END_S = 5.0
"""What a worker has to end by itself before it is killed."""


class WorkerGoneError(Exception):
    """The worker ended, or was ended, before it answered."""


class WorkerProcess:
    """Starts a worker when it is first asked, and again after it has been ended."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return None if self._process is None else self._process.pid

    def warm_up(self) -> None:
        """Start the process before anybody asks."""
        if self._process is None:
            self._start()

    def ask(
        self,
        question: Mapping[str, Any],
        told: Callable[[dict[str, Any]], None],
        beat: Callable[[], None],
    ) -> dict[str, Any]:
        """Send a question and return the answer, the message that has a ``state``.

        ``told``: called with every message before it; ``beat``: called a few times a second, and
        may raise, which ends the wait and the worker. Raises WorkerGoneError.
        """
        self._send(question)
        while (message := self._heard(beat)) is not None:
            if "state" in message:
                return message
            told(message)
            self._look_up(beat)  # a worker that has much to tell is never silent
        self.end()
        raise WorkerGoneError

    def _heard(self, beat: Callable[[], None]) -> dict[str, Any] | None:
        """Wait for the next message; None when the worker has ended."""
        while True:
            try:
                line = self._lines.get(timeout=_POLL_S)
            except Empty:
                self._look_up(beat)
                continue
            return None if line is None else dict(json.loads(line))

    def _look_up(self, beat: Callable[[], None]) -> None:
        """Ask whether to wait on; where not, end the worker."""
        try:
            beat()
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """End the process: by closing its input, and by force where that is not enough."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self) -> None:
        """End the process at once."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            with contextlib.suppress(OSError):
                if process.stdin is not None:
                    process.stdin.close()

    def _send(self, message: Mapping[str, Any]) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            process = self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()
        except OSError as error:
            self._process = None
            raise WorkerGoneError from error

    def _start(self) -> subprocess.Popen[bytes]:
        self._lines = SimpleQueue()
        process = subprocess.Popen(
            [sys.executable, "-m", "technic.service.jobs.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environ,
            start_new_session=True,  # Ctrl-C in a terminal is the service's, which ends it
        )
        threading.Thread(target=_read, args=(process, self._lines), daemon=True).start()
        self._process = process
        return process


def _read(process: subprocess.Popen[bytes], lines: SimpleQueue[bytes | None]) -> None:
    """Hand the lines of a worker on; None when it has ended."""
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)
