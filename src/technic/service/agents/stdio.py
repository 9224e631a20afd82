"""The tools over standard input and output, for an agent on this machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import anyio

from technic.service.agents.server import agents_server
from technic.service.service_settings import ServiceSettings
from technic.service.state import Service, open_service

__all__ = ["serve_stdio"]

_KEPT = 50
"""Scans and studies that one session of an agent may ask about later."""


def serve_stdio(settings: ServiceSettings) -> None:
    """Answer on standard output what comes on standard input, until that ends.

    Scans and studies lie in a folder of this process, which goes with it: a service or another
    agent on the same home is not disturbed. Studies are written into the ledger of trials.
    """
    with (
        tempfile.TemporaryDirectory(prefix="technic-mcp-") as folder,
        _opened(
            replace(
                settings,
                folder=Path(folder),
                database="",
                first_key="",
                schedule=False,
                keep_results=_KEPT,
                keep_studies=_KEPT,
            )
        ) as service,
    ):
        anyio.run(agents_server(service).run_stdio_async)


@contextmanager
def _opened(settings: ServiceSettings) -> Iterator[Service]:
    service = open_service(settings, time.time)
    service.dispatcher.start()
    try:
        yield service
    finally:
        service.dispatcher.stop()
        service.engine.dispose()
