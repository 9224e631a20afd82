"""Running the service until somebody ends it."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from technic.service.app import create_app
from technic.service.service_settings import ServiceSettings

__all__ = ["run_service", "server_config"]

SHUTDOWN_S = 10
"""What running requests have to end, once jobs are marked and their processes have ended."""
MOST_CONNECTIONS = 1_000
BACKLOG = 2_048


def run_service(
    settings: ServiceSettings, host: str, port: int, note: Callable[[str], None]
) -> int:
    """Serve at ``host`` and ``port`` until SIGTERM or Ctrl-C; return the exit code.

    ``note``: told in a sentence where the service is, or why it is not.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        listener.listen(BACKLOG)  # who comes before the first answer waits, and is not refused
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        note(f"{host}:{port} cannot be had ({reason}); name another port with --port")
        return 1
    config = server_config(create_app(settings, warm=True), settings)
    shown = f"[{host}]" if ":" in host else host
    note(f"Technic at http://{shown}:{listener.getsockname()[1]}{_who(settings)}; Ctrl-C ends it")
    server = _Server(config)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 1


class _Server(uvicorn.Server):
    """Settles the jobs before it waits for requests: streams of their events end with them."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        service = self.config.app.state.service  # type: ignore[union-attr]
        await asyncio.to_thread(service.dispatcher.stop)
        await super().shutdown(sockets)


def server_config(app: FastAPI, settings: ServiceSettings) -> uvicorn.Config:
    """Return how the server listens, and every ceiling that it holds to before a request is one."""
    logging.getLogger("uvicorn.error").addFilter(_without_secrets)
    logging.getLogger("uvicorn.access").setLevel(logging.CRITICAL)  # addresses may hold anything
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
        timeout_keep_alive=15,
        backlog=BACKLOG,
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=32 * 1024,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=",".join(settings.proxies) or None,
    )


def _who(settings: ServiceSettings) -> str:
    if settings.open:
        return ", open to everybody on this machine"
    return ", for those with a key (technic keys add NAME)"


def _without_secrets(record: logging.LogRecord) -> bool:
    """Keep a log of requests from ever holding what a client sent us."""
    return "authorization" not in record.getMessage().lower()
