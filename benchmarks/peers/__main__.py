"""Run the comparison: see ``--help`` and docs/benchmarks.md.

    python -m benchmarks.peers [--symbols 6000] [--bars 300] [--only NAME ...] [--rounds 3]

Each library runs in a process and an environment of its own, one thread unless its name says
otherwise, on bars from one file; just its computing is timed, best of a few rounds. Technic runs
right before each peer, with exactly the peer's indicators. The last table has them all, beside the
floor.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import technic
from benchmarks.peers.answers import Difference, differences
from benchmarks.peers.environments import HERE, InstallError, how_to_install, python_of
from benchmarks.peers.page import ALL_BARS, Line, floors, indicators, page
from benchmarks.peers.workers.factors import WARM_UP
from benchmarks.peers.workers.measure import FIELDS
from technic.testing import make_panel

QLIB_SHAPE = 800, 3_520
"""The published workload: 800 stocks on the trading days of 2007 to 2020."""
QLIB_EQUAL = 2e-5
"""qlib computes in float32 and stores it."""
THREADS = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"


@dataclass(frozen=True, slots=True)
class Peer:
    """A library: its environment, its worker, its indicators (none: all), threads (0: its own).

    ``unlike``: indicators that it defines or begins otherwise; they are timed, and said to differ.
    """

    title: str
    environment: str
    worker: str
    names: tuple[str, ...] = ()
    threads: int = 1
    unlike: tuple[str, ...] = ()


MEANS = "sma_50", "sma_200", "ema_20", "ema_50", "rsi_14"
BANDS = "bb_upper", "bb_middle", "bb_lower"
MACD = "macd_line", "macd_signal", "macd_histogram"
NAMES = (*MEANS, *MACD, "atr_14", *BANDS, "willr_14", "roc_10", "stddev_20")
PEERS = {
    "talib": Peer("TA-Lib, symbol by symbol", "talib", "peer_talib"),
    "kand": Peer("kand, symbol by symbol", "kand", "peer_kand"),
    "polars-talib": Peer("polars-talib, 1 thread", "polars_talib", "peer_polars_talib"),
    "polars-talib-threads": Peer(
        "polars-talib, its own threads", "polars_talib", "peer_polars_talib", threads=0
    ),
    "polars": Peer("polars, 1 thread", "polars", "peer_polars"),
    "polars-threads": Peer("polars, its own threads", "polars", "peer_polars", threads=0),
    "vectorbt": Peer(
        "vectorbt",
        "vectorbt",
        "peer_vectorbt",
        (*MEANS, *MACD, "atr_14", *BANDS, "stddev_20"),
        unlike=("ema_50",),
    ),
    "pandas-ta": Peer("pandas-ta-classic, symbol by symbol", "pandas_ta", "peer_pandas_ta"),
    "zipline": Peer(
        "zipline-reloaded Pipeline",
        "zipline",
        "peer_zipline",
        (*MEANS, *BANDS, "willr_14", "roc_10"),
        unlike=("ema_50", "rsi_14"),
    ),
    "qlib": Peer("qlib", "qlib", "peer_qlib"),
}


def main() -> None:
    """Run the peers asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, default=300)
    parser.add_argument("--only", nargs="+", choices=[*PEERS], default=[*PEERS])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=300, help="symbols for pandas-ta-classic")
    parser.add_argument("--qlib-shape", type=int, nargs=2, default=QLIB_SHAPE)
    args = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    lines = []
    for name in args.only:
        peer = PEERS[name]
        try:
            python = python_of(peer.environment)
        except InstallError as error:
            print(f"\n{peer.title}: not installed ({error}); {how_to_install(peer.environment)}")
            continue
        with tempfile.TemporaryDirectory(prefix="technic-peers-") as folder:
            if name == "qlib":
                compare_qlib(Path(folder), python, args)
            else:
                lines.append(compare(Path(folder), name, python, args))
    if lines:
        print(f"\n{args.symbols:,} symbols x {args.bars} bars")
        for line in page(
            lines, floors(args.symbols, args.bars, len(NAMES)), len(indicators(NAMES))
        ):
            print(line)


def compare(folder: Path, name: str, python: Path, args: argparse.Namespace) -> Line:
    """One peer beside Technic: answers, then times."""
    peer = PEERS[name]
    write_bars(folder, args.symbols, args.bars)
    options = ["--rounds", str(args.rounds), "--sample", str(args.sample)]
    ours = run(sys.executable, "run_technic", folder, options, peer.names)
    theirs = run(python, peer.worker, folder, options, threads=peer.threads)
    print(f"\n{peer.title}: {versions(theirs)}; {args.symbols:,} symbols x {args.bars} bars")
    for found in differences(folder, peer.worker, "run_technic"):
        print(line_of(found))
        if found.verdict == "differs" and found.name not in peer.unlike:
            raise SystemExit(f"{peer.title}: {found.name} is not what Technic says")
    for variant, timing in theirs["timings"].items():
        share = theirs["share"]
        show(f"{name}, {variant}", timing, share)
        if share < 1:
            print(f"    timed on {share:.1%} of the symbols, the seconds are of all of them")
    for variant, timing in ours["timings"].items():
        if variant == ALL_BARS and variant not in theirs["timings"]:
            continue  # a day of theirs is no measure of a whole history
        show(f"technic, {variant}", timing)
        for way, theirs_of in theirs["timings"].items():
            ratio(timing, theirs_of, theirs["share"], of=f"the peer, {way}")
    timings = ours["timings"], theirs["timings"]
    return Line.of(peer.title, peer.names or NAMES, *timings, theirs["share"])


def compare_qlib(folder: Path, python: Path, args: argparse.Namespace) -> None:
    """Compare qlib's workload, on the same bars in both stores."""
    symbols, bars = args.qlib_shape
    write_bars(folder, symbols, bars)
    options = ["--rounds", str(args.rounds)]
    ours = run(sys.executable, "run_technic_factors", folder, options)
    theirs = run(python, "peer_qlib", folder, options)
    print(f"\nqlib: {versions(theirs)}; 14 factors, {symbols:,} symbols x {bars:,} bars")
    for found in differences(folder, "peer_qlib", "run_technic_factors", WARM_UP):
        print(f"  {found.name:<15} {found.worst:.1e} at all bars from row {WARM_UP}")
        if not found.worst <= QLIB_EQUAL or found.only_one:
            raise SystemExit(f"qlib: {found.name} is not what Technic says")
    for remark, text in theirs["remarks"].items():
        print(f"  {remark}: {text}")
    for variant, timing in theirs["timings"].items():
        show(f"qlib, {variant}", timing)
    for variant, timing in ours["timings"].items():
        show(f"technic, {variant}", timing)
        for way, theirs_of in theirs["timings"].items():
            ratio(timing, theirs_of, of=way)


def write_bars(folder: Path, symbols: int, bars: int) -> None:
    """Write made-up bars, the same in every run."""
    panel = make_panel(symbols, bars)
    np.savez(folder / "bars.npz", **{name: getattr(panel, name) for name in FIELDS})


def run(
    python: str | Path,
    worker: str,
    folder: Path,
    options: list[str],
    names: tuple[str, ...] = (),
    threads: int = 1,
) -> dict[str, dict[str, dict[str, float]]]:
    """Run a worker and return its report; Technic's is that of this process, installed or not."""
    command = [python, HERE / "workers" / f"{worker}.py", folder, "--label", worker, *options]
    if names:
        command += ["--names", *names]
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", *THREADS)}
    if python == sys.executable:
        environment["PYTHONPATH"] = str(Path(technic.__file__).parents[1])
    if threads:
        environment |= dict.fromkeys(THREADS, str(threads))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{worker} failed:\n{done.stderr[-3000:]}")
    return json.loads((folder / f"{worker}.json").read_text())


def versions(report: dict[str, dict[str, object]]) -> str:
    """Names and versions of what a worker ran with."""
    return ", ".join(f"{name} {version}" for name, version in report["versions"].items())


def line_of(found: Difference) -> str:
    """One indicator's line."""
    said = f"  {found.name:<15} {found.verdict}: {found.last:.1e} on the last day"
    if found.bars > 1:
        said += f", {found.worst:.1e} at all bars"
    if found.only_one:
        said += f"; {found.only_one:.1%} of the cells are warm-up on one side only"
    return said


def show(name: str, timing: dict[str, float], share: float = 1.0) -> None:
    """Print seconds, for all symbols."""
    print(f"  {name:<26} {timing['wall'] / share:9.3f} s, of the processor "
          f"{timing['processor'] / share:9.3f} s")  # fmt: skip


def ratio(
    ours: dict[str, float], theirs: dict[str, float], share: float = 1.0, of: str = "the peer"
) -> None:
    """Print how many times as fast Technic is."""
    by = {kind: theirs[kind] / share / ours[kind] for kind in ours}
    print(f"    {by['processor']:7.2f} x as fast as {of} by processor time, {by['wall']:.2f} x by "
          "the clock")  # fmt: skip


if __name__ == "__main__":
    main()
