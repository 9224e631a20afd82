"""The service through a whole scan: readers who open pages one after the other, without a pause.

    python -m benchmarks.service_pages [--symbols 6000] [--readers 200] [--rounds 3]

``benchmarks.service`` writes requests of five routes at one moment. Here each reader, over a
connection that is open, asks for what the pages ask for: the pages themselves, setups, functions,
rows, ledger, market, and the page of a symbol that is its own. It asks for the next as soon as it
has the last, from the start of a scan to its end. All of them have to be answered. A reader waits
for those before it, so the median is the number of readers times what an answer costs: the floor
is the same with /health alone. Least and median of all rounds, and the median of each.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import statistics
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

from benchmarks.http_readers import without_pause
from benchmarks.process_start import write_file
from benchmarks.service import PATHS, PATIENCE_S, processor, scan, served, shown
from benchmarks.timing import machine_line

PAGES = ("/market", "/scan", "/v1/setups", "/v1/functions", "/v1/scans/latest/market")


def asked_by(base: str, readers: int) -> list[list[str]]:
    """What each reader asks for in turn: they begin at different places."""
    with urlopen(f"{base}/v1/scans/latest/rows?columns=symbol", timeout=PATIENCE_S) as answer:
        symbols = itertools.cycle(json.load(answer)["values"][0])
    asked = []
    for reader, symbol in zip(range(readers), symbols, strict=False):
        own = [*PATHS, *PAGES, f"/symbols/{symbol}", f"/v1/symbols/{symbol}"]
        first = reader % len(own)
        asked.append(own[first:] + own[:first])
    return asked


def through_a_scan(base: str, asked: Sequence[Sequence[str]]) -> list[float]:
    """Seconds that each answer took, from the start of a scan to its end."""
    with ThreadPoolExecutor(1) as beside:
        scanned = beside.submit(lambda: asyncio.run(scan(base)))
        waited = without_pause(base, asked, lambda: not scanned.done())
        scanned.result()
    return waited


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        uploads = Path(folder) / "service" / "uploads"
        uploads.mkdir(parents=True)
        write_file(uploads / "bars.parquet", args.symbols, 300)
        with served(Path(folder)) as (base, pid):
            asyncio.run(scan(base))
            before = processor(pid)
            rounds = [
                through_a_scan(base, asked_by(base, args.readers)) for _ in range(args.rounds)
            ]
            spent = processor(pid) - before
            floor = through_a_scan(base, [["/health"]] * args.readers)
    every = [one for waited in rounds for one in waited]
    print(f"{machine_line('fastapi', 'uvicorn')}; load {os.getloadavg()[0]:.1f}; "
          f"{args.symbols:,} symbols, {args.rounds} scans")  # fmt: skip
    bare = statistics.median(floor)
    print(shown(f"{args.readers} readers of /health", floor, bare))
    print(shown(f"{args.readers} readers of pages", every, bare))
    medians = ", ".join(f"{statistics.median(waited):.3f}" for waited in rounds)
    print(f"  medians of the rounds: {medians} s")
    late, cost = statistics.quantiles(every, n=20)[-1], 1e3 * spent / len(every)
    print(
        f"  {len(every):,} answers, 95 of 100 within {late:.3f} s, {cost:.2f} ms of the processor"
    )


if __name__ == "__main__":
    main()
