"""Running the service until somebody ends it."""

from __future__ import annotations

import gc
import logging
import socket
import time
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from technic.service.app import create_app
from technic.service.pages.files import missing_libraries, no_pages
from technic.service.schedule.first_words import first_words
from technic.service.service_settings import ServiceSettings
from technic.service.wire import IDLE_S, BoundedProtocol

__all__ = ["SHUTDOWN_S", "listen", "run_service", "server_config"]

SHUTDOWN_S = 15
"""What running requests have to end once the service is told to; its jobs end meanwhile."""
MOST_CONNECTIONS = 1_000
BACKLOG = 2_048


def run_service(
    settings: ServiceSettings, host: str, port: int, note: Callable[[str], None]
) -> int:
    """Serve at ``host`` and ``port`` until SIGTERM or Ctrl-C; return the exit code.

    ``note``: told in a sentence where the service is, or why it is not.
    """
    try:
        listener = listen(host, port)
    except OSError as error:
        reason = error.strerror or str(error)
        note(f"{host}:{port} cannot be had ({reason}); name another port with --port")
        return 1
    app = create_app(settings, warm=True)
    log = logging.getLogger("uvicorn.error")
    log.addFilter(_without_secrets)
    shown = f"[{host}]" if ":" in host else host
    note(f"Technic at http://{shown}:{listener.getsockname()[1]}{_who(settings)}; Ctrl-C ends it")
    if missing := missing_libraries():
        note(no_pages(missing))
    if settings.schedule:
        note(first_words(settings, time.time))
    server = _Server(server_config(app, settings), app)
    gc.freeze()  # what is there by now stays: requests need not wait while it is looked through
    log.addFilter(server.is_news)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return 0
    except SystemExit:  # how the server says that it did not start
        if server.failure is None:
            raise
        note(str(server.failure))
        return 1
    finally:
        log.removeFilter(server.is_news)
        listener.close()
    return 0 if server.started else 1


def listen(host: str, port: int) -> socket.socket:
    """Open the port; who comes before the first answer waits, and is not refused.

    Where the protocol is not named, asyncio leaves Nagle's algorithm on: each small answer would
    take the 40 ms after which a client acknowledges its head.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def server_config(app: FastAPI, settings: ServiceSettings) -> uvicorn.Config:
    """Return how the server listens, and every ceiling that it holds to before a request is one."""
    logging.getLogger("uvicorn.access").setLevel(logging.CRITICAL)  # addresses may hold anything
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
        timeout_keep_alive=IDLE_S,
        backlog=BACKLOG,
        limit_concurrency=MOST_CONNECTIONS,
        http=BoundedProtocol,
        ws="none",
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=",".join(settings.proxies) or None,
    )


class _Server(uvicorn.Server):
    """A server whose jobs begin to end with the signal, not when the last reader has gone."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    @property
    def failure(self) -> Exception | None:
        """What kept the service from starting, and is told in a sentence."""
        failure: Exception | None = getattr(self._app.state, "failure", None)
        return failure

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End, now that a signal says so."""
        service = getattr(self._app.state, "service", None)
        if service is not None:
            service.dispatcher.begin_to_stop()
        super().handle_exit(sig, frame)

    def is_news(self, _: logging.LogRecord) -> bool:
        """Leave out the traceback of a failure that is told in a sentence."""
        return self.failure is None


def _who(settings: ServiceSettings) -> str:
    if settings.open:
        return ", open to everybody on this machine"
    return ", for those with a key (technic keys add NAME)"


def _without_secrets(record: logging.LogRecord) -> bool:
    """Keep a log of requests from ever holding what a client sent us."""
    return "authorization" not in record.getMessage().lower()
