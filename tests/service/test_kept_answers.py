"""Answers about results are encoded once, and no more of them are kept than there is room for."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request

from technic.service.answers.kept import kept_answer
from technic.service.held.answers import AnswerMemory, KeptAnswers
from technic.service.jobs.result_files import ABOUT
from technic.service.state import Service


class Making:
    """Counts how often an answer is made."""

    def __init__(self, answer: dict[str, object]) -> None:
        self.answer, self.times = answer, 0

    def __call__(self) -> dict[str, object]:
        """Make it."""
        self.times += 1
        return self.answer


def test_the_same_question_is_answered_once():
    """Another one is made; what comes out is the JSON of what was made."""
    kept, making = KeptAnswers(), Making({"values": [1.5, None, "Å"]})
    assert json.loads(kept.get(("a", 1), making)) == making.answer
    assert kept.get(("a", 1), making) == kept.get(("a", 1), making)
    assert making.times == 1
    kept.get(("a", 2), making)
    assert making.times == 2


def test_the_one_that_nobody_asked_for_longest_goes_first():
    """Three of ten bytes do not fit into twenty-five; a larger one is answered all the same."""
    kept = KeptAnswers(25)
    makings = {name: Making({"a": name * 2}) for name in "xyz"}
    for name in "xyxz":
        assert len(kept.get(name, makings[name])) == 10
    kept.get("x", makings["x"])
    kept.get("y", makings["y"])
    assert {name: one.times for name, one in makings.items()} == {"x": 1, "y": 2, "z": 1}
    large = Making({"a": "x" * 100})
    assert json.loads(kept.get("large", large)) == large.answer
    kept.get("large", large)
    assert large.times == 2


def test_of_many_who_ask_at_once_one_makes_the_answer():
    """The others wait for it, and have the same; one who fails leaves it to the next."""
    kept, began, release = KeptAnswers(), threading.Event(), threading.Event()
    making = Making({"a": 1})

    def slow() -> dict[str, object]:
        began.set()
        assert release.wait(60)
        return making()

    with ThreadPoolExecutor(5) as threads:
        first = threads.submit(kept.get, "a", slow)
        assert began.wait(60)
        others = [threads.submit(kept.get, "a", slow) for _ in range(4)]
        release.set()
        answers = {first.result(60), *(one.result(60) for one in others)}
    assert answers == {b'{"a":1}'}
    assert making.times == 1
    with pytest.raises(ValueError, match="JSON"):
        kept.get("b", Making({"b": float("nan")}))
    assert kept.get("b", Making({"b": 2})) == b'{"b":2}'


def test_what_is_no_json_is_not_answered():
    """A number that JSON does not have would break every reader."""
    with pytest.raises(ValueError, match="JSON"):
        KeptAnswers().get("a", Making({"a": float("nan")}))


def asked(service: Service, path: str) -> Request:
    """A request for a path of a service."""
    app = SimpleNamespace(state=SimpleNamespace(service=service))
    scope = {"type": "http", "path": path, "query_string": b"", "headers": [], "app": app}
    return Request({**scope, "method": "GET", "path_params": {}})


def test_a_result_that_was_written_again_is_answered_anew(tmp_path: Path):
    """The time at which it was kept is a part of the question, and so is the route."""
    service: Any = SimpleNamespace(memory=AnswerMemory())
    about, making = tmp_path / ABOUT, Making({"a": 1})
    about.write_text("{}")
    for when, times in ((10, 1), (10, 1), (20, 2)):
        os.utime(about, (when, when))
        answer = kept_answer(asked(service, "/a"), tmp_path, "rows", ("close",), making)
        assert answer.headers["content-type"] == "application/json"
        assert making.times == times
    kept_answer(asked(service, "/b"), tmp_path, "ledger", ("close",), making)
    assert making.times == 3
