"""An address of this machine at which nobody listens."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["nobody"]


@contextmanager
def nobody() -> Iterator[str]:
    """``host:port`` that refuses connections for as long as the block lasts.

    The port is taken, so that no other process can begin to listen there meanwhile.
    """
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host, port = taken.getsockname()
        yield f"{host}:{port}"
