"""A market larger than memory: 60,000 simulated symbols x 2,520 sessions, scanned in blocks.

    python -m benchmarks.larger_than_memory FOLDER [--symbols 60000] [--sessions 2520]
        [--runners local threads ray] [--panel-memory 2] [--cap 4]

Makes the store in FOLDER, once (about 3 GB, 2 minutes), then scans it with each runner in a fresh
process that may not allocate more than ``--cap`` GiB (RLIMIT_DATA: private memory; files that are
mapped do not count), and prints what it took. Tables and ledgers of all runners are compared, and
for the first 3,000 symbols also with the scan in memory.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np

from benchmarks.large_store import large_store, open_offline, symbols_of, universe_file
from benchmarks.timing import status
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.memory_budget import GIB, most_panel_bytes
from technic.data_engine.store import BarStore, _files
from technic.sessions import SessionCalendar, load_calendar
from technic.settings import Settings, load_settings
from technic.typing import DateArray

FIRST = np.datetime64("2015-01-01")
COMPARED = 3_000


def calendar_and_sessions(n_sessions: int) -> tuple[SessionCalendar, DateArray]:
    """The calendar, and the window: a whole number of years and some days, as scans load it."""
    settings = load_settings(os.environ, Path.cwd())
    calendar = load_calendar(dt.date(2026, 1, 1), settings.home)
    return calendar, calendar.between(FIRST, np.datetime64("2026-12-31"))[:n_sessions]


def scan(args: argparse.Namespace, memory: str, **config: object) -> ScanResult:
    """One scan of the store."""
    calendar, sessions = calendar_and_sessions(args.sessions)
    store = BarStore.open(str(args.folder / f"store-{args.symbols}"))
    provider = open_offline(store, calendar, sessions[-1])
    now = provider.syncer.now()
    settings = Settings(home=args.folder / "home", panel_memory=memory)
    options = ScanConfig(
        universe=str(universe_file(args.folder, args.symbols)), bars=args.sessions, **config
    )
    return run_scan(options, provider=provider, settings=settings, now=now)


def peaks_of_workers() -> list[int]:
    """Most memory of each Ray worker that this process has, shared memory included."""
    parents, names = {}, {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text(encoding="utf-8")
        except OSError:
            continue  # it has ended
        name, _, rest = text.partition("(")[2].rpartition(")")
        parents[int(entry.parent.name)], names[int(entry.parent.name)] = int(rest.split()[1]), name
    found = []
    for process, name in names.items():
        above = process
        while above in parents and above != os.getpid():
            above = parents[above]
        if above == os.getpid() and name.startswith("ray::"):
            found.append(status("VmHWM", process))
    return sorted(found, reverse=True)


@contextmanager
def counted_bytes(total: list[int]) -> Iterator[None]:
    """Add up the compressed bytes of the row groups that are read in this process."""
    groups_with = _files._groups_with

    def counted(metadata: object, wanted: list[str]) -> list[int]:
        found = groups_with(metadata, wanted)
        columns = range(metadata.num_columns)
        groups = [metadata.row_group(one) for one in found]
        total[0] += sum(g.column(at).total_compressed_size for g in groups for at in columns)
        return found

    _files._groups_with = counted
    try:
        yield
    finally:
        _files._groups_with = groups_with


def digest(result: ScanResult) -> str:
    """A hash of table, ledger and warnings, bit for bit."""
    found = hashlib.sha256()
    for name, values in result.table.items():
        raw = values.to_numpy()
        found.update(name.encode())
        found.update(raw.tobytes() if raw.dtype.kind == "f" else repr(raw.tolist()).encode())
    ledger = result.ledger
    found.update(repr((ledger.symbols, ledger.outcome.tolist(), ledger.detail.tolist())).encode())
    found.update(repr((result.warnings, result.regime)).encode())
    return found.hexdigest()


def child(args: argparse.Namespace) -> None:
    """Scan under the cap and print what it took as JSON."""
    limit = int(args.cap * GIB)
    session = nullcontext()
    if args.child == "ray":
        from technic.engine.ray_runner import start_ray

        session = start_ray()
    with session:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        read = [0]
        started, worked = time.perf_counter(), time.process_time()
        with counted_bytes(read):
            result = scan(args, str(args.panel_memory), runner=args.child)
        found = {
            "seconds": time.perf_counter() - started,
            "cpu": time.process_time() - worked,
            "stages": dict(result.stats.seconds),
            "peak": status("VmHWM"),
            "workers": peaks_of_workers(),
            "read": read[0],
            "streamed": result.stats.streamed,
            "bars": result.stats.batch.bars,
            "counts": dict(result.ledger.counts),
            "digest": digest(result),
        }
    print(json.dumps(found))


def compare(args: argparse.Namespace) -> None:
    """Check that blocks give what memory gives, for a part that fits."""
    part = tuple(symbols_of(args.symbols)[:COMPARED])
    size = most_panel_bytes(len(part), args.sessions) / GIB
    started = time.process_time()
    in_memory = scan(args, str(size), symbols=part)
    loaded = time.process_time()
    in_blocks = scan(args, str(size / 2), symbols=part)
    done = time.process_time()
    if in_memory.stats.streamed or not in_blocks.stats.streamed:
        raise SystemExit("one of the two scans did not run as it should")
    if digest(in_memory) != digest(in_blocks):
        raise SystemExit("blocks give another answer than memory")
    print(f"\nthe first {len(part):,} symbols: in memory and in blocks the same, bit for bit; "
          f"processor time in blocks {(done - loaded) / (loaded - started):.2f} x "
          f"in memory ({loaded - started:.1f} s)")  # fmt: skip


def report(runner: str, found: dict[str, object], floor: int) -> None:
    """Print one runner's line."""
    stages = ", ".join(f"{name} {value:.1f}" for name, value in found["stages"].items())
    peak, workers = found["peak"], found["workers"]
    print(f"{runner:<8} {found['seconds']:6.1f} s, {found['cpu']:.1f} s of the driver's processor; "
          f"its peak {peak / GIB:.2f} GiB, {peak / floor:.2f} x the panel")  # fmt: skip
    print(f"         {stages}")
    if found["read"]:
        print(f"         row groups read: {found['read'] / 1e9:.2f} GB")
    if workers:
        print(f"         workers' peaks: {', '.join(f'{one / GIB:.2f}' for one in workers)} GiB")


def main() -> None:
    """Make the store, scan it with each runner, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--symbols", type=int, default=60_000)
    parser.add_argument("--sessions", type=int, default=2_520)
    parser.add_argument("--runners", nargs="+", default=["local", "threads", "ray"])
    parser.add_argument("--panel-memory", type=float, default=2.0)
    parser.add_argument("--cap", type=float, default=4.0)
    parser.add_argument("--child")
    args = parser.parse_args()
    if args.child:
        child(args)
        return
    _, sessions = calendar_and_sessions(args.sessions)
    args.folder.mkdir(parents=True, exist_ok=True)
    store = large_store(str(args.folder / f"store-{args.symbols}"), args.symbols, sessions)
    files = store.window(sessions[0], sessions[-1]).files
    floor = most_panel_bytes(args.symbols, args.sessions)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{args.symbols:,} symbols x {args.sessions:,} sessions: {sum(f.rows for f in files):,} "
          f"bars in {len(files)} files, {sum(f.size for f in files) / 1e9:.2f} GB; as one panel "
          f"{floor / GIB:.2f} GiB")  # fmt: skip
    print(f"cap {args.cap:g} GiB, panel_memory {args.panel_memory:g} GiB\n")
    answers = set()
    for runner in args.runners:
        command = [sys.executable, "-m", "benchmarks.larger_than_memory", *sys.argv[1:]]
        done = subprocess.run(
            [*command, "--child", runner], check=True, stdout=subprocess.PIPE, text=True
        )
        found = json.loads(done.stdout.splitlines()[-1])
        report(runner, found, floor)
        if not found["streamed"] or found["peak"] > args.cap * GIB:
            raise SystemExit(f"{runner}: not in blocks, or more than the cap")
        answers.add(found["digest"])
    print(found["counts"])
    if len(answers) > 1:
        raise SystemExit("the runners do not agree")
    compare(args)


if __name__ == "__main__":
    main()
