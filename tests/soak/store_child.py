"""A task of a store's keeper in a process of its own: ``python -m soak.store_child STORE TASK``.

``TASK``: days, ranges, compact, vacuum, export or import; with ``LIMIT`` behind it, no file may
grow beyond so many bytes (RLIMIT_FSIZE), as on a disk that fills up.
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import time
from pathlib import Path

import numpy as np

from technic.cli.signals import end_like_ctrl_c
from technic.data_engine.store import BarStore
from technic.errors import TechnicError
from technic.testing import make_bars

__all__ = ["DAYS", "ONE_MORE", "TASKS", "fill", "work"]

ASKED = dt.datetime(2024, 6, 3, 22, 0, tzinfo=dt.UTC)
ONE_MORE = dt.datetime(2024, 6, 4, 22, 0, tzinfo=dt.UTC)
DAYS = np.busday_offset("2024-01-30", np.arange(24))
LATER = np.busday_offset(DAYS[-1], np.arange(1, 6))
SYMBOLS = [f"S{i:03d}" for i in range(60)]
TASKS = ("days", "ranges", "compact", "vacuum", "export", "import")


def fill(folder: Path) -> None:
    """Write a store of many files and versions, and beside it a file to import."""
    store = BarStore.open(str(folder))
    for seed, part in enumerate(np.array_split(DAYS, 8)):
        store.write_days(make_bars(SYMBOLS, part, seed), part, ASKED)
    other = BarStore.open(f"{folder}-other")
    other.write_days(make_bars(SYMBOLS, LATER, 9), LATER, ASKED)
    other.export_to(folder.parent / "import.parquet")


def work(store: BarStore, task: str) -> None:
    """Do one task."""
    folder = Path(store.url)
    if task == "days":
        store.write_days(make_bars(SYMBOLS, LATER, 9), LATER, ONE_MORE)
    elif task == "ranges":
        store.write_ranges(make_bars(SYMBOLS, LATER, 9), SYMBOLS, LATER[0], LATER[-1], ONE_MORE)
    elif task == "compact":
        store.compact()
    elif task == "vacuum":
        store.vacuum(keep_days=0)
    elif task == "export":
        store.export_to(folder.with_name(f"{folder.name}.parquet"))
    else:
        store.import_from(folder.parent / "import.parquet", ONE_MORE)


def main(folder: str, task: str, limit: str = "") -> int:
    """Say that all is ready, wait for a line, do it; print the seconds it took, or what failed."""
    end_like_ctrl_c()
    store = BarStore.open(folder)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    began = time.perf_counter()
    try:
        work(store, task)
    except (TechnicError, OSError) as error:
        sys.stdout.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"{time.perf_counter() - began}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
