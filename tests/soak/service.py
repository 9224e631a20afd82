"""SIGKILL of the service and of its workers in scans, syncs and uploads; what was done stays."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import numpy as np

from soak.kills import PATIENCE
from soak.trials import Trial, contents, unsound
from support.loopback import small
from technic.data_engine.store import BarStore
from technic.loopback import Loopback, LoopbackServer, Wiring
from technic.sessions import build_calendar
from technic.testing import make_bars

__all__ = ["ended_services", "killed_services"]

KINDS = (
    "the service in a scan",
    "a worker in a sync",
    "the service in a sync",
    "a worker in a scan",
    "the service in an upload",
)
SYNC, SCAN = {"provider": "loopback"}, {"data": "prices.csv", "where": "close > sma(close, 50)"}
SYMBOLS, MARKET = 150, 60
READY_S = 5.0
"""What the service may take to be ready, by the clock, less its waiting for a processor in use."""
END_S = 30.0
"""What it may take to end after SIGTERM, by the clock."""
ENTRY = ("-c", "from technic.cli import main; main()", "serve", "--open", "--port", "0")


@dataclass
class Running:
    """A service in a process of its own.

    ``started``: seconds until it was ready, by the clock, those that it waited for a processor that
    others used, and those of the processor.
    """

    process: subprocess.Popen[str]
    base: str
    started: tuple[float, float, float] = (0.0, 0.0, 0.0)
    said: list[str] = field(default_factory=list)

    def ask(self, path: str, body: object = None, method: str | None = None) -> Any:
        """Ask a route; bytes are sent as they are."""
        raw = isinstance(body, bytes)
        sent = body if raw or body is None else json.dumps(body).encode()
        headers = {} if raw else {"Content-Type": "application/json"}
        request = Request(self.base + path, sent, headers, method=method)
        with urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())

    def settled(self, identity: str) -> dict[str, Any]:
        """Wait until a job neither waits nor runs."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            job: dict[str, Any] = self.ask(f"/v1/jobs/{identity}")
            if job["state"] not in ("queued", "running"):
                return job
            time.sleep(0.05)
        raise TimeoutError(identity)

    def workers(self) -> list[int]:
        """Process numbers of its workers."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for path in children for pid in path.read_text().split()]


@contextlib.contextmanager
def serve(home: Path, store: Path, url: str) -> Iterator[Running]:
    """Start a service and wait until it is ready; it is killed at the end if it still runs."""
    given = {"TECHNIC_HOME": str(home), "TECHNIC_STORE": str(store), "TECHNIC_LOOPBACK_URL": url}
    given |= {"TECHNIC_SERVICE_REQUESTS_PER_MINUTE": "1000000"}
    dropped = ("PYTHONDONTWRITEBYTECODE", "TECHNIC_DATA")
    environ = {name: value for name, value in os.environ.items() if name not in dropped} | given
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *ENTRY], env=environ, cwd=home, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        said: list[str] = []
        base = None
        for line in process.stderr:
            said.append(line)
            base = re.search(r"http://[\d.:]+", line)
            if base is not None:
                break
        if base is None:
            raise RuntimeError("".join(said))
        reader = threading.Thread(target=lambda: said.extend(process.stderr), daemon=True)
        reader.start()
        running = Running(process, base[0], said=said)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(URLError, OSError, HTTPException):
                running.ask("/ready")
                break
            time.sleep(0.02)
        spent = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        cpu = sum(int(ticks) for ticks in spent) / os.sysconf("SC_CLK_TCK")
        running.started = (time.perf_counter() - began, _waited(process.pid), cpu)
        try:
            yield running
        finally:
            process.kill()
            process.wait()
            reader.join(PATIENCE)


@dataclass
class Calm:
    """What comes of a scan and a sync that nobody disturbs, and how long they take."""

    rows: object
    bars: dict[str, str]
    seconds: dict[str, float]
    kept: dict[str, object] = field(default_factory=dict)


def result_of(service: Running, identity: str) -> object:
    """Rows, ledger and day of a result."""
    answer = service.ask(f"/v1/scans/{identity}/result")
    return [answer[name] for name in ("as_of", "rows", "ledger", "rs_universe")]


def _calm(home: Path, store: Path, url: str, prices: bytes, *, syncs: bool) -> Calm:
    with serve(home, store, url) as service:
        service.ask("/v1/uploads/prices.csv", prices, "PUT")
        seconds = {}
        for _ in range(2):  # the first one warms what every later service finds warm
            began = time.perf_counter()
            scan = service.settled(service.ask("/v1/scans", SCAN)["id"])
            seconds["scan"] = time.perf_counter() - began
        ended, bars = [scan], {}
        if syncs:
            began = time.perf_counter()
            ended.append(service.settled(service.ask("/v1/syncs", SYNC)["id"]))
            seconds["sync"] = time.perf_counter() - began
            bars = contents(BarStore.open(str(store / "loopback")))
        if any(job["state"] != "done" for job in ended):
            raise RuntimeError("; ".join(job["message"] for job in ended))
        rows = result_of(service, scan["id"])
        calm = Calm(rows, bars, seconds)
        calm.kept[scan["id"]] = rows
    return calm


def killed_services(times: int, folder: Path) -> Iterator[Trial]:
    """Kill that often, each kind in turn; one home lives through all of it."""
    home = folder / "service-home"
    home.mkdir()
    prices = _prices()
    with LoopbackServer(Loopback(small(MARKET).world), Wiring(latency_s=0.02)) as market:
        syncs = any(kind.endswith("sync") for kind in KINDS[:times])
        calm = _calm(home, folder / "calm", market.url, prices, syncs=syncs)
        for seed in range(times):
            kind, store = KINDS[seed % len(KINDS)], folder / f"store-{seed}"
            problem = _kill(kind, home, store, market.url, calm, prices, random.Random(seed))
            yield Trial(f"SIGKILL of {kind}", str(seed), problem)
            shutil.rmtree(store, ignore_errors=True)


def _kill(
    kind: str, home: Path, store: Path, url: str, calm: Calm, prices: bytes, rng: random.Random
) -> str:
    """Kill once; say what is not as promised."""
    what = kind.rpartition(" ")[2]
    with serve(home, store, url) as service:
        if problem := _slow(service):
            return problem
        jobs = []
        if what != "upload":
            path, asked = ("/v1/syncs", SYNC) if what == "sync" else ("/v1/scans", SCAN)
            jobs = [service.ask(path, asked)["id"] for _ in range(2)]
        moment = rng.uniform(0.0, 1.2 * calm.seconds.get(what, 0.1))
        if kind.startswith("a worker"):
            time.sleep(moment)
            for pid in service.workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return _whole(service, store, jobs, what, calm)
        threading.Timer(moment, service.process.kill).start()
        if what == "upload":
            with contextlib.suppress(
                URLError, OSError, HTTPException
            ):  # the half of an answer, too
                for _ in range(10_000):
                    service.ask("/v1/uploads/prices.csv", prices, "PUT")
        service.process.wait(PATIENCE)
    with serve(home, store, url) as service:
        return _slow(service) or _whole(service, store, jobs, what, calm)


def _slow(service: Running) -> str:
    clock, waited, processor = service.started
    said = f"ready after {clock:.1f} s, of which it waited {waited:.1f} s for a processor"
    sys.stderr.write(f"{said} and used one for {processor:.1f} s\n")
    return "" if clock - waited <= READY_S else said


def _waited(pid: int) -> float:
    """Seconds that the first thread of a process, which starts the service, could not run."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="utf-8").split()[1]) / 1e9


def _whole(service: Running, store: Path, jobs: list[str], what: str, calm: Calm) -> str:
    """Resume what was interrupted, and compare all there is with what nobody disturbed."""
    for identity in jobs:
        if problem := _finished(service, identity):
            return problem
        if what == "scan":
            calm.kept[identity] = calm.rows
    if what == "sync":
        left = BarStore.open(str(store / "loopback"))
        if problem := unsound(left):
            return problem
        if contents(left) != calm.bars:
            return "other bars than without the kill"
    return _kept(service, calm) or next((line for line in service.said if "Traceback" in line), "")


def _finished(service: Running, identity: str) -> str:
    """Resume a job where it was interrupted; say what keeps it from being done."""
    job = service.settled(identity)
    if job["state"] == "interrupted":
        if "resume" not in job["message"]:
            return f"interrupted, and the reason is {job['message']!r}"
        service.ask(f"/v1/jobs/{identity}/resume", {})
        job = service.settled(identity)
    return "" if job["state"] == "done" else f"{job['state']}: {job['message']}"


def _kept(service: Running, calm: Calm) -> str:
    """Say what is gone, or other than it was; a scan of what is left gives what it gave."""
    for identity, rows in calm.kept.items():
        if result_of(service, identity) != rows:
            return f"the result {identity} is not what it was"
    if service.ask("/v1/data")["uploads"] != ["prices.csv"]:
        return "uploads are not what they were"
    again = service.ask("/v1/scans", SCAN)["id"]
    if problem := _finished(service, again):
        return f"the next scan: {problem}"
    return "" if result_of(service, again) == calm.rows else "the next scan is another one"


def ended_services(times: int, folder: Path) -> Iterator[Trial]:
    """SIGTERM in the middle of scans and syncs while somebody follows them, that often."""
    home = folder / "ended-home"
    home.mkdir()
    prices = _prices()
    with LoopbackServer(Loopback(small(MARKET).world), Wiring(latency_s=0.02)) as market:
        calm = _calm(home, folder / "calm-ended", market.url, prices, syncs=True)
        for seed in range(times):
            what, store = ("scan", "sync")[seed % 2], folder / f"ended-{seed}"
            moment = random.Random(seed).uniform(0.0, calm.seconds[what])
            problem = _end(what, home, store, market.url, calm, moment)
            yield Trial(f"SIGTERM of the service in a {what}", str(seed), problem)
            shutil.rmtree(store, ignore_errors=True)


def _end(what: str, home: Path, store: Path, url: str, calm: Calm, moment: float) -> str:
    with serve(home, store, url) as service:
        path, asked = ("/v1/syncs", SYNC) if what == "sync" else ("/v1/scans", SCAN)
        jobs = [service.ask(path, asked)["id"] for _ in range(2)]
        with urlopen(f"{service.base}/v1/jobs/{jobs[0]}/events", timeout=PATIENCE) as events:
            time.sleep(moment)
            began = time.perf_counter()
            service.process.send_signal(signal.SIGTERM)
            told = events.read().decode()
        code = service.process.wait(PATIENCE)
        seconds = time.perf_counter() - began
    if code or seconds > END_S:
        return f"exit code {code} after {seconds:.1f} s"
    if any("Traceback" in line for line in service.said):
        return "".join(service.said)[-300:]
    last = told.rpartition("event: ")[2].partition("\n")[0]
    with serve(home, store, url) as again:
        state = again.ask(f"/v1/jobs/{jobs[0]}")["state"]
        if last in ("done", "interrupted") and last not in (state, "running"):
            return f"told {last}, then {state}"
        return _whole(again, store, jobs, what, calm)


def _prices() -> bytes:
    """A file of prices that takes a while to scan."""
    sessions = build_calendar(2026).last(320, np.datetime64("2024-03-08"))
    bars = make_bars([f"S{number:03d}" for number in range(SYMBOLS)], sessions, 5)
    names = ("open", "high", "low", "close", "volume")
    columns = [getattr(bars, name).tolist() for name in names]
    symbols = [bars.symbols[code] for code in bars.column.tolist()]
    days = bars.session.astype("datetime64[D]").astype(str).tolist()
    lines = [",".join(("symbol", "date", *names))]
    lines += [",".join(map(str, row)) for row in zip(symbols, days, *columns, strict=True)]
    return "\n".join(lines).encode()
