"""Answers about results, encoded once: a result never changes, and many readers ask the same."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from threading import Lock
from typing import Any

from fastapi import Response

from technic.service.jobs.result_files import ABOUT

__all__ = ["KeptAnswers", "kept_answer"]

MOST_BYTES = 64 << 20
"""Encoded answers in memory; the one that nobody asked for longest goes first."""


class KeptAnswers:
    """Encoded answers under their questions, ``most_bytes`` of them in all."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._held = most_bytes, 0
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Hashable, make: Callable[[], dict[str, Any]]) -> bytes:
        """Return the answer as JSON; ``make`` is called where it is not there."""
        with self._lock:
            if (found := self._answers.get(question)) is not None:
                self._answers.move_to_end(question)
                return found
        body = json.dumps(make(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        answer = body.encode()
        with self._lock:
            self._held += len(answer) - len(self._answers.pop(question, b""))
            self._answers[question] = answer
            while self._held > self._most:
                self._held -= len(self._answers.popitem(last=False)[1])
        return answer


_ANSWERS = KeptAnswers()


def kept_answer(
    folder: Path, route: str, asked: Hashable, make: Callable[[], dict[str, Any]]
) -> Response:
    """Return the answer of ``route`` to ``asked`` about the result in ``folder``.

    It is encoded here, not on the loop that all requests share.
    """
    written = (folder / ABOUT).stat().st_mtime_ns
    body = _ANSWERS.get((folder, written, route, asked), make)
    return Response(body, media_type="application/json")
