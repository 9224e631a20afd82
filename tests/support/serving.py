"""A service on a free port of this machine, in a thread of this process."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

from technic.service.app import create_app
from technic.service.run import listen, server_config
from technic.service.service_settings import ServiceSettings

__all__ = ["serving"]

PATIENCE_S = 300.0


@contextlib.contextmanager
def serving(settings: ServiceSettings) -> Iterator[tuple[str, Any]]:
    """Yield the address of a service and its parts; it ends with the block."""
    app = create_app(settings)
    config = server_config(app, settings)
    config.timeout_graceful_shutdown = 1
    server, listener = uvicorn.Server(config), listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE_S
    while not server.started and thread.is_alive() and time.monotonic() < until:
        threading.Event().wait(0.02)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", app.state.service
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        listener.close()
