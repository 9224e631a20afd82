"""Answers that do not change: encoded once, and sent from memory to whoever is known.

An answer about a result is made by its route, in a thread. From then on it is held under the
address that was asked, and leaves without a thread, and without a table being read: many readers
ask the same. Whoever is not known, asks too often, or asks something else takes the ordinary way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, MutableMapping
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from starlette.requests import HTTPConnection

from technic.service.database.connect import AWAY
from technic.service.held.answers import Question
from technic.service.jobs.result_files import ABOUT
from technic.service.requests.caller import known_caller
from technic.service.state import Service, service_of

__all__ = ["HeldAnswersMiddleware", "kept_answer", "lasting_answer", "stamped_answer"]

JSON = "application/json"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def kept_answer(
    request: Request, folder: Path, route: str, asked: Hashable, make: Callable[[], dict[str, Any]]
) -> Response:
    """Return the answer of ``route`` to ``asked`` about the result in ``folder``.

    It is encoded here, not on the loop that all requests share.
    """
    written = (folder / ABOUT).stat().st_mtime_ns
    latest = request.path_params.get("identity") == "latest"
    question = Question((folder, written, route, asked), folder, written, latest)
    return _answer(request, question, make)


def lasting_answer(request: Request, route: str, make: Callable[[], dict[str, Any]]) -> Response:
    """Return an answer that is the same as long as this process runs."""
    return _answer(request, Question(route), make)


def stamped_answer(
    request: Request, route: str, stamp: Hashable, make: Callable[[], dict[str, Any]]
) -> Response:
    """Return an answer that is the same as long as ``stamp``, which is looked at each time."""
    body = service_of(request).memory.answers.get((route, stamp), make)
    return Response(body, media_type=JSON)


def _answer(request: Request, question: Question, make: Callable[[], dict[str, Any]]) -> Response:
    body = service_of(request).memory.answer(_address(request.scope), question, make)
    return Response(body, media_type=JSON)


class HeldAnswersMiddleware:
    """Sends what is held in memory to callers who are known."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer from memory, or have the routes answer."""
        asks = scope["type"] == "http" and scope["method"] == "GET"
        body = await _held(scope) if asks else None
        if body is None:
            await self._app(scope, receive, send)
        else:
            await Response(body, media_type=JSON)(scope, receive, send)


async def _held(scope: Message) -> bytes | None:
    """Return the answer; None where the routes have to say what there is to say."""
    service: Service | None = getattr(scope["app"].state, "service", None)
    question = None if service is None else service.memory.question(_address(scope))
    if service is None or question is None:
        return None
    try:
        caller = await known_caller(HTTPConnection(scope), service)
        latest = await _latest(service) if question.latest else None
    except AWAY:
        return None
    body = service.memory.answers.find(question.name) if question.stands(latest) else None
    if caller is None or body is None or service.limiter.wait(caller.identity):
        return None
    return body


async def _latest(service: Service) -> str | None:
    held = service.finished.held_latest()
    return held or await service.once.do("latest", service.finished.latest)


def _address(scope: Message) -> str:
    return f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
