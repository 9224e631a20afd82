"""A gate that blocks of a scan report to, from whatever process, and wait at until let through."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

from technic.engine.blocks import BlockOutcome, BlockScan
from technic.engine.runner import Runner, RunProgress
from technic.panel import BarPanel, BlockSource
from technic.scan.block_rows import BlockRows

PATIENCE = 300


@dataclass(frozen=True)
class Visit:
    """A block that reported: its first symbol, the machine it is scanned on, the process."""

    symbol: str
    node: str
    pid: int


class Gate:
    """Holds what reports until ``decide``, called with each visit so far, returns those let go.

    ``decide`` gets all visits and returns which of them may go on; it may kill something first.
    It is asked again at each new visit and at ``ask_again``.
    """

    def __init__(self, decide: Callable[[list[Visit]], list[Visit]]) -> None:
        self.visits: list[Visit] = []
        self.arrived = threading.Condition()
        self._decide = decide
        self._held: dict[Visit, list[socket.socket]] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        """Where to report."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE)
        for held in self._held.values():
            for one in held:
                one.close()

    def wait_for(self, happened: Callable[[list[Visit]], bool]) -> None:
        """Wait until the visits are such that ``happened``."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: happened(self.visits), PATIENCE), self.visits

    def ask_again(self) -> None:
        """Let those go on that may by now."""
        with self.arrived:
            self._let_go()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            visit = Visit(*json.loads(caller.makefile().readline()))
            with self.arrived:
                self.visits.append(visit)
                self._held.setdefault(visit, []).append(caller)
                self._let_go()
                self.arrived.notify_all()

    def _let_go(self) -> None:
        for visit in self._decide(self.visits):
            for caller in self._held.pop(visit, []):
                with suppress(OSError):  # killed meanwhile
                    caller.sendall(b"\n")
                caller.close()


def reported(panel: BarPanel, scan: BlockScan, port: int) -> BlockRows:
    """Report to the gate at ``port`` and scan when let through."""
    import ray

    node = ray.get_runtime_context().get_node_id()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as gate:
        gate.sendall(json.dumps([panel.symbols[0], node, os.getpid()]).encode() + b"\n")
        gate.recv(1)
    return scan(panel)


@dataclass
class Gated:
    """A runner whose blocks report to the gate at ``port``."""

    inner: Runner
    port: int

    @property
    def name(self) -> str:
        """That of the runner inside."""
        return self.inner.name

    @property
    def workers(self) -> int:
        """Those of the runner inside."""
        return self.inner.workers

    def run(
        self,
        source: BlockSource,
        scan: BlockScan,
        block_size: int,
        progress: RunProgress | None = None,
    ) -> BlockOutcome:
        """Run the scan with the gate before it."""
        return self.inner.run(
            source, partial(reported, scan=scan, port=self.port), block_size, progress
        )
