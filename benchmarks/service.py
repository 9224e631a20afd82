"""The service as its readers see it: the grid of 6,000 rows, and 200 readers at once.

    python -m benchmarks.service [--symbols 6000] [--readers 200] [--rounds 5] [--pause 5]

A service in a process of its own is started a few times: seconds to the first answer of /ready. It
scans a file of made-up bars, all of whose symbols are kept. Then Debian's chromium opens the result
(navigation to the first row drawn) and sorts it by the close; the floor is the same browser opening
the page of an unknown result, which draws no row. Then that many readers ask at once, each over a
connection that is open and each a route of another kind, while the service scans and while it does
not; the floor is as many requests for /health. And as many persons ask now and then: each looks at
what came for ``pause`` seconds, more or less, before it asks again. Least and median of the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import aiohttp

from benchmarks.http_readers import at_once
from benchmarks.process_start import write_file
from benchmarks.timing import Spent, machine_line, status

ENTRY = ("-c", "from technic.cli import main; main()", "serve", "--open", "--port", "0")
ASKED = {"data": "bars.parquet", "price_basis": "split_adjusted"}
PATHS = (
    "/v1/scans/latest/rows?columns=symbol,close,tech_rating",
    "/v1/scans/latest/ledger",
    "/v1/scans/latest/result?limit=25",
    "/v1/jobs?limit=20",
    "/v1/columns",
)
PATIENCE_S = 300.0
SORT = """
() => new Promise(done => {
  const first = () => document.querySelector(
    '.tabulator-row .tabulator-cell[tabulator-field=symbol]').textContent;
  const before = first(), began = performance.now();
  document.querySelector('.tabulator-col[tabulator-field=close]').click();
  const look = () => first() === before
    ? requestAnimationFrame(look) : requestAnimationFrame(() => done(performance.now() - began));
  look();
})
"""


@contextmanager
def served(home: Path) -> Iterator[tuple[str, int]]:
    """Start a service; yield its address and its process."""
    environ = {**os.environ, "TECHNIC_HOME": str(home)}
    environ["TECHNIC_SERVICE_REQUESTS_PER_MINUTE"] = "10000000"
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with subprocess.Popen(
        [sys.executable, *ENTRY], env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        line = next(text for text in process.stderr if "http://" in text)
        try:
            yield line.partition(" at ")[2].partition(",")[0], process.pid
        finally:
            process.terminate()


async def _ask(session: aiohttp.ClientSession, path: str, **given: Any) -> Any:
    async with session.request(given.pop("method", "GET"), path, **given) as answer:
        answer.raise_for_status()
        return await answer.json()


async def scan(base: str, *, wait: bool = True) -> str:
    """Queue a scan of the file; return its id, once it is done."""
    async with aiohttp.ClientSession(base) as session:
        job = await _ask(session, "/v1/scans", method="POST", json=ASKED)
        until = time.monotonic() + PATIENCE_S
        while wait and job["state"] in ("queued", "running") and time.monotonic() < until:
            await asyncio.sleep(0.1)
            job = await _ask(session, f"/v1/jobs/{job['id']}")
    if wait and job["state"] != "done":
        raise SystemExit(job["message"])
    return str(job["id"])


def started(home: Path) -> Spent:
    """Seconds from the start of a service to the first answer of /ready."""
    began = time.perf_counter()
    with served(home) as (base, pid):
        urlopen(f"{base}/ready", timeout=PATIENCE_S).close()
        return Spent(time.perf_counter() - began, processor(pid))


def processor(pid: int) -> float:
    """Seconds of the processor that a process has had."""
    spent = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return sum(int(ticks) for ticks in spent) / os.sysconf("SC_CLK_TCK")


async def busy_readers(base: str, count: int, rounds: int) -> list[list[float]]:
    """The same while a scan runs; rounds in which none ran do not count."""
    found = []
    async with aiohttp.ClientSession(base) as session:
        while len(found) < rounds:
            identity = await scan(base, wait=False)
            job = await _ask(session, f"/v1/jobs/{identity}")
            while job["state"] == "queued" or job["progress"] is None:
                await asyncio.sleep(0.02)
                job = await _ask(session, f"/v1/jobs/{identity}")
            waited = at_once(base, PATHS, count)
            job = await _ask(session, f"/v1/jobs/{identity}")
            if job["state"] == "running":
                found.append(waited)
            while job["state"] in ("queued", "running"):
                await asyncio.sleep(0.1)
                job = await _ask(session, f"/v1/jobs/{identity}")
    return found


async def persons(
    base: str, paths: Sequence[str], count: int, pause: float, scanning: bool
) -> list[float]:
    """Seconds that each answer took of ``count`` persons who ask three times, with pauses.

    ``scanning``: one scan after the other runs meanwhile.
    """
    rng, waited = random.Random(7), []
    over = asyncio.Event()

    async def person(session: aiohttp.ClientSession, own: Iterator[str]) -> None:
        await asyncio.sleep(rng.uniform(0, pause))
        for path in itertools.islice(own, 3):
            began = time.perf_counter()
            async with session.get(path) as answer:
                answer.raise_for_status()
                await answer.read()
            waited.append(time.perf_counter() - began)
            await asyncio.sleep(rng.uniform(0.5 * pause, 1.5 * pause))

    async def scans() -> None:
        while not over.is_set():
            await scan(base)

    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
    async with aiohttp.ClientSession(base, connector=connector) as session:
        beside = asyncio.ensure_future(scans()) if scanning else None
        own = [
            itertools.cycle(paths[n % len(paths) :] + paths[: n % len(paths)]) for n in range(count)
        ]
        await asyncio.gather(*(person(session, one) for one in own))
        over.set()
        if beside is not None:
            await beside
    return waited


def in_browser(base: str, identity: str, rounds: int) -> dict[str, list[float]]:
    """Seconds from the click to the first row, to an empty page, and of a sort."""
    from playwright.sync_api import sync_playwright

    found: dict[str, list[float]] = {"floor": [], "first row": [], "sort": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_context(
            base_url=base, viewport={"width": 1440, "height": 900}
        ).new_page()
        page.set_default_timeout(PATIENCE_S * 1_000)
        for _ in range(rounds + 1):  # the first one fills the browser's cache
            for name, path, seen in (
                ("floor", f"/scan?id={'0' * 32}", "#where"),
                ("first row", f"/scan?id={identity}", ".tabulator-row"),
            ):
                page.goto("/data")
                began = time.perf_counter()
                page.evaluate("path => { location.href = path }", path)
                page.wait_for_url(f"**{path}", wait_until="commit")
                page.wait_for_selector(seen)
                found[name].append(time.perf_counter() - began)
            found["sort"].append(page.evaluate(SORT) / 1_000)
        browser.close()
    return {name: values[1:] for name, values in found.items()}


def shown(name: str, values: Sequence[float], floor: float) -> str:
    """Least and median, and the median's ratio to the floor."""
    middle = statistics.median(values)
    return (
        f"  {name:<40} least {min(values):6.3f} s  median {middle:6.3f} s  {middle / floor:5.1f} x"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pause", type=float, default=5.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        uploads = home / "service" / "uploads"
        uploads.mkdir(parents=True)
        times = range(args.rounds)
        starts = [started(home) for _ in times]
        write_file(uploads / "bars.parquet", args.symbols, 300)
        with served(home) as (base, pid):
            identity = asyncio.run(scan(base))
            drawn = in_browser(base, identity, args.rounds)
            at_once(base, PATHS, 20)
            floor = [one for _ in times for one in at_once(base, ["/health"], args.readers)]
            before = processor(pid)
            calm = [one for _ in times for one in at_once(base, PATHS, args.readers)]
            cost = (processor(pid) - before) / len(calm)
            busy = asyncio.run(busy_readers(base, args.readers, args.rounds))
            looking = asyncio.run(persons(base, PATHS, args.readers, args.pause, scanning=True))
            alone = asyncio.run(persons(base, ["/health"], args.readers, args.pause, scanning=True))
            held = status("VmRSS", pid)
    print(f"{machine_line('fastapi', 'uvicorn')}; load {os.getloadavg()[0]:.1f}; "
          f"{args.symbols:,} symbols, {args.rounds} rounds"
          f"; the service holds {held >> 20} MiB")  # fmt: skip
    clock, spent = (statistics.median(part) for part in zip(*map(astuple, starts), strict=True))
    print(f"  from the start to /ready {clock:.2f} s, {spent:.2f} s of the processor")
    bare = statistics.median(drawn["floor"])
    print(shown("an empty page", drawn["floor"], bare))
    print(shown("click to first row", drawn["first row"], bare))
    print(shown("sort", drawn["sort"], bare))
    health = statistics.median(floor)
    print(shown(f"{args.readers} readers of /health", floor, health))
    print(shown(f"{args.readers} readers", calm, health))
    print(f"  a request of them cost the service {1e3 * cost:.2f} ms of the processor")
    print(shown(f"{args.readers} readers during a scan", [x for one in busy for x in one], health))
    medians = ", ".join(f"{statistics.median(one):.3f}" for one in busy)
    print(f"  medians of the rounds during a scan: {medians} s")
    bare = statistics.median(alone)
    name = f"{args.readers} persons, {args.pause:g} s between"
    print(shown(f"{name}, of /health", alone, bare))
    print(shown(name, looking, bare))
    print(f"  of them 95 of 100 within {statistics.quantiles(looking, n=20)[-1]:.3f} s")


if __name__ == "__main__":
    main()
