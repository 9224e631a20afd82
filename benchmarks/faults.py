"""What faults cost: scans in which symbols raise or files are broken, beside the same without.

    python -m benchmarks.faults [--symbols 1500] [--at-fault 3] [--files 300] [--bars 300]

*Symbols that raise*: the block scan of a market, and the same where it raises at its very end as
long as one of the symbols at fault is in the block: the dearest way to find them. *Broken files*: a
folder with a file for each symbol, and the same where some are empty or no text. Both come to the
same values for all symbols that nothing is wrong with. Processor time, the two sides in turn.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.runners import bars_and_scan
from benchmarks.timing import in_turn, machine_line
from technic import ScanConfig, ScanResult, run_scan
from technic.engine.blocks import BlockOutcome, BlockScan
from technic.engine.local import LocalRunner
from technic.panel import BarPanel
from technic.scan.block_rows import BlockRows, concat_rows
from technic.sessions import SessionCalendar, load_calendar
from technic.settings import load_settings

__all__ = ["broken_files", "symbols_that_raise"]

EVERY = 20
"""One file of so many is broken."""
BROKEN = b"", b"\x00\x93\xff" * 400
NOW = dt.datetime(2024, 3, 9, tzinfo=dt.UTC)


def symbols_that_raise(
    n_symbols: int, n_bars: int, n_at_fault: int, rounds: int
) -> tuple[float, float]:
    """Seconds of a clean scan, and of one with some symbols at fault, spread over the market.

    Raises SystemExit unless these symbols alone are missing, all others the same bit for bit.
    """
    panel, scan = bars_and_scan(own_calendar(), n_symbols, n_bars)
    odd = np.linspace(0, n_symbols - 1, n_at_fault).round().astype(np.intp)
    names = frozenset(panel.symbols[place] for place in odd.tolist())
    run, width = LocalRunner().run, panel.n_symbols
    clean, faulty = (partial(run, panel, one, width) for one in (scan, raising(scan, names)))
    with quiet():
        check_rows(clean(), faulty(), names)
        first, second = in_turn([clean, faulty], rounds)
    return first, second


def own_calendar() -> SessionCalendar:
    """Return the sessions until 2026."""
    return load_calendar(dt.date(2026, 1, 1), load_settings(os.environ, Path.cwd()).home)


def raising(scan: BlockScan, at_fault: frozenset[str]) -> BlockScan:
    """Return the scan that does its work, then raises where one at fault is in the block."""

    def scan_or_raise(block: BarPanel) -> BlockRows:
        rows = scan(block)
        if not at_fault.isdisjoint(block.symbols):
            raise ArithmeticError("made up")
        return rows

    return scan_or_raise


def check_rows(clean: BlockOutcome, faulty: BlockOutcome, at_fault: frozenset[str]) -> None:
    """Raise unless all others have the same rows, and those at fault none."""
    one, other = concat_rows(clean.rows), concat_rows(faulty.rows)
    kept = np.array([symbol not in at_fault for symbol in one.symbols])
    same = {poisoned.symbol for poisoned in faulty.poisoned} == at_fault
    same = same and [*other.symbols] == [s for s in one.symbols if s not in at_fault]
    if not same or any(
        values[kept].tobytes() != other.columns[name].tobytes()
        for name, values in one.columns.items()
    ):
        raise SystemExit("symbols that raise changed others")


def broken_files(n_files: int, n_bars: int, rounds: int) -> tuple[float, float]:
    """Seconds of a scan of a folder, and of the same folder where one file of twenty is broken.

    Raises SystemExit unless the broken files alone are missing, the closes of all others the same.
    """
    with tempfile.TemporaryDirectory() as folder, quiet():
        whole, broken = Path(folder) / "whole", Path(folder) / "broken"
        panel, _ = bars_and_scan(own_calendar(), n_files, n_bars)
        write_folder(whole, panel, every=0)
        names = write_folder(broken, panel, EVERY)
        clean, faulty = (partial(scan_of, path) for path in (whole, broken))
        one, other = clean(), faulty()
        expected = one.table.loc[~one.table["symbol"].isin(names), ["symbol", "close"]]
        found = other.table[["symbol", "close"]]
        if dict(expected.to_numpy()) != dict(found.to_numpy()) or one.table.empty:
            raise SystemExit("broken files changed others")
        first, second = in_turn([clean, faulty], rounds)
    return first, second


def write_folder(folder: Path, panel: BarPanel, every: int) -> frozenset[str]:
    """Write one CSV a symbol, each ``every``-th of them broken; return the symbols of those."""
    folder.mkdir()
    broken: list[str] = []
    for place, symbol in enumerate(panel.symbols):
        path = folder / f"{symbol}.csv"
        if every and place % every == 0:
            path.write_bytes(BROKEN[len(broken) % len(BROKEN)])
            broken.append(symbol)
        else:
            panel.frame(symbol).to_csv(path)
    return frozenset(broken)


def scan_of(folder: Path) -> ScanResult:
    """Scan the files of a folder."""
    return run_scan(ScanConfig(data=str(folder), price_basis="split_adjusted"), now=NOW)


@contextmanager
def quiet() -> Iterator[None]:
    """Log nothing: a traceback for each symbol in each round would be on the screen."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def main() -> None:
    """Measure both and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=1_500)
    parser.add_argument("--bars", type=int, default=300)
    parser.add_argument("--at-fault", type=int, default=3, help="symbols that raise")
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print(machine_line("pandas"))
    for what, (clean, faulty) in (
        (f"{args.at_fault} of {args.symbols:,} symbols raise",
         symbols_that_raise(args.symbols, args.bars, args.at_fault, args.rounds)),
        (f"one of {EVERY} files broken, {args.files:,} files",
         broken_files(args.files, args.bars, args.rounds)),
    ):  # fmt: skip
        print(f"{what:40} {faulty:8.3f} s of the processor, without {clean:8.3f} s: "
              f"{faulty / clean:.2f} x")  # fmt: skip


if __name__ == "__main__":
    main()
