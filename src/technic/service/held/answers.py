"""Encoded answers in memory, under what they answer and under the addresses that ask for them."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from technic.service.jobs.result_files import ABOUT

__all__ = ["AnswerMemory", "KeptAnswers", "Question"]

MOST_BYTES = 64 << 20
"""Encoded answers in memory; the one that nobody asked for longest goes first."""
LONGEST_ADDRESS = 2_000
MOST_ADDRESSES = 2_000


class KeptAnswers:
    """Encoded answers under their questions, ``most_bytes`` of them in all."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._held = most_bytes, 0
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def find(self, question: Hashable) -> bytes | None:
        """Return the answer where it is there."""
        with self._lock:
            if (found := self._answers.get(question)) is not None:
                self._answers.move_to_end(question)
            return found

    def get(self, question: Hashable, make: Callable[[], dict[str, Any]]) -> bytes:
        """Return the answer as JSON; ``make`` is called where it is not there.

        Of many who ask at once one makes it, the others wait for that.
        """
        if (found := self.find(question)) is not None:
            return found
        with self._lock:
            making = self._making.setdefault(question, Lock())
        try:
            with making:
                return self.find(question) or self._made(question, make)
        finally:
            with self._lock:
                self._making.pop(question, None)

    def _made(self, question: Hashable, make: Callable[[], dict[str, Any]]) -> bytes:
        body = json.dumps(make(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        answer = body.encode()
        with self._lock:
            self._held += len(answer) - len(self._answers.pop(question, b""))
            self._answers[question] = answer
            while self._held > self._most:
                self._held -= len(self._answers.popitem(last=False)[1])
        return answer


@dataclass(frozen=True, slots=True)
class Question:
    """What an address asks: which answer, and about which result if any.

    ``latest``: the address names no result but the last one, whichever that is.
    """

    name: Hashable
    folder: Path | None = None
    written: int = 0
    latest: bool = False

    def stands(self, latest: str | None) -> bool:
        """Tell whether the address still asks this: its result is there, and the ``latest``."""
        if self.folder is None:
            return True
        if self.latest and latest != self.folder.name:
            return False
        try:
            return os.stat(self.folder / ABOUT).st_mtime_ns == self.written
        except OSError:
            return False


class AnswerMemory:
    """Answers, and the addresses that ask for them."""

    def __init__(self) -> None:
        self.answers = KeptAnswers()
        self._asked: OrderedDict[str, Question] = OrderedDict()

    def answer(self, address: str, question: Question, make: Callable[[], dict[str, Any]]) -> bytes:
        """Return the answer, and from now on find it under its address."""
        body = self.answers.get(question.name, make)
        if len(address) <= LONGEST_ADDRESS:
            self._asked[address] = question
            if len(self._asked) > MOST_ADDRESSES:
                self._asked.popitem(last=False)
        return body

    def question(self, address: str) -> Question | None:
        """Return what an address asks, where it was answered before."""
        return self._asked.get(address)
