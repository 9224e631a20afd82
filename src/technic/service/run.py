"""Running the service until somebody ends it."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable

import uvicorn

from technic.service.app import create_app
from technic.service.schedule.first_words import first_words
from technic.service.service_settings import ServiceSettings

__all__ = ["run_service"]

SHUTDOWN_S = 25
"""What running requests and jobs have to end once the service is told to."""
MOST_CONNECTIONS = 1_000


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
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        note(f"{host}:{port} cannot be had ({reason}); name another port with --port")
        return 1
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
        timeout_keep_alive=15,
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=32 * 1024,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=",".join(settings.proxies) or None,
    )
    logging.getLogger("uvicorn.error").addFilter(_without_secrets)
    shown = f"[{host}]" if ":" in host else host
    note(f"Technic at http://{shown}:{listener.getsockname()[1]}{_who(settings)}; Ctrl-C ends it")
    if settings.schedule:
        note(first_words(settings, time.time))
    server = uvicorn.Server(config)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 1


def _who(settings: ServiceSettings) -> str:
    if settings.open:
        return ", open to everybody on this machine"
    return ", for those with a key (technic keys add NAME)"


def _without_secrets(record: logging.LogRecord) -> bool:
    """Keep a log of requests from ever holding what a client sent us."""
    return "authorization" not in record.getMessage().lower()
