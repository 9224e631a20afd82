"""Several processes on one store: kills, races, readers during writes, clean exits."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from technic.data_engine.store import BarStore
from technic.testing import make_bars

ASKED = dt.datetime(2024, 6, 3, 22, 0, tzinfo=dt.UTC)
DAYS = np.busday_offset("2024-01-30", np.arange(8))
SYMBOLS = ["A", "B", "C"]
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
KILLS, RUNS = (5, 20) if THOROUGH else (3, 4)

PRELUDE = """
import datetime as dt, itertools, os, signal, sys, threading
import numpy as np
from technic.data_engine.store import BarStore
from technic.testing import make_bars
ASKED = dt.datetime(2024, 6, 3, 22, 0, tzinfo=dt.UTC)
DAYS = np.busday_offset("2024-01-30", np.arange(8))
SYMBOLS = ["A", "B", "C"]
store = BarStore.open(sys.argv[1])
"""

WRITE_UNTIL_KILLED = """
threading.Timer(float(sys.argv[2]), os.kill, (os.getpid(), signal.SIGKILL)).start()
for seed in itertools.count(1):
    store.write_days(make_bars(SYMBOLS, DAYS, seed), DAYS, ASKED)
    store.write_ranges(make_bars(["A"], DAYS, 500 + seed), ["A"], DAYS[0], DAYS[-1], ASKED)
"""

WRITE_UNTIL_TOLD = """
told = threading.Thread(target=sys.stdin.read)
told.start()
for seed in itertools.cycle(range(1, 13)):
    store.write_days(make_bars(SYMBOLS, DAYS, seed), DAYS, ASKED)
    if not told.is_alive():
        break
"""

RACE = """
own, seed = sys.argv[2], int(sys.argv[3])
whole = make_bars(SYMBOLS, DAYS, seed)
print("ready", flush=True)
sys.stdin.readline()
for day in DAYS[:4]:
    one = np.array([day])
    store.write_days(whole.rows(whole.session == day), one, ASKED)
    store.write_ranges(make_bars([own], one), [own], day, day, ASKED)
"""

READ_ONCE = """
import sys
import numpy as np
from technic.data_engine.store import BarStore
DAYS = np.busday_offset("2024-01-30", np.arange(8))
store = BarStore.open(sys.argv[1])
print(len(store.read(None, DAYS[0], DAYS[-1])), len(store.coverage().sessions))
"""


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a script on a store in a fresh Python."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def generation(store: BarStore, symbol: str) -> bytes:
    """The closes of one symbol, whichever write they came from."""
    return store.read([symbol], DAYS[0], DAYS[-1]).close.tobytes()


def closes(symbol: str, seed: int) -> bytes:
    """The closes that the write of a seed holds."""
    return make_bars([symbol], DAYS, seed).close.tobytes()


def test_a_store_opens_with_whole_commits_after_a_kill(tmp_path: Path):
    """SIGKILL at some moments: every symbol's bars are of one write, and writing goes on."""
    moments = np.random.default_rng(7).uniform(0.02, 0.6, KILLS)

    def killed(number: int) -> tuple[BarStore, int]:
        url = str(tmp_path / f"store{number}")
        BarStore.open(url).write_days(make_bars(SYMBOLS, DAYS, 0), DAYS, ASKED)
        return BarStore.open(url), run(
            PRELUDE + WRITE_UNTIL_KILLED, url, moments[number]
        ).returncode

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(killed, range(KILLS)))
    seeds = {closes("B", seed): seed for seed in range(500)}
    for store, code in results:
        assert code == -signal.SIGKILL
        assert store.verify() == []
        seed = seeds[generation(store, "B")]
        assert generation(store, "C") == closes("C", seed)
        assert generation(store, "A") in (closes("A", seed), closes("A", 500 + seed))
        assert store.coverage().sessions.tolist() == DAYS.tolist()
        store.write_days(make_bars(SYMBOLS, DAYS, 5), DAYS, ASKED)
        assert generation(store, "A") == closes("A", 5)


def test_two_writers_neither_corrupt_nor_double_a_session(tmp_path: Path):
    """Both write the same sessions and a symbol of their own, at the same time."""
    url = str(tmp_path / "store")
    BarStore.open(url)
    command = [sys.executable, "-c", PRELUDE + RACE, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen([*command, "X", "1"], **pipes) as one,
        subprocess.Popen([*command, "Y", "2"], **pipes) as other,
    ):
        assert [writer.stdout.readline() for writer in (one, other)] == ["ready\n"] * 2
        for writer in (one, other):
            writer.stdin.write("go\n")
            writer.stdin.flush()
        assert [writer.wait(timeout=120) for writer in (one, other)] == [0, 0]
    store = BarStore.open(url)
    assert store.verify() == []
    held = store.read(None, DAYS[0], DAYS[-1])
    for symbol in SYMBOLS:
        own = held.rows(held.column == held.symbols.index(symbol))
        assert own.session.tolist() == DAYS[:4].tolist()
        choices = [make_bars([symbol], DAYS, seed).close[:4].tolist() for seed in (1, 2)]
        assert all(close in (a, b) for close, a, b in zip(own.close, *choices, strict=True))
    assert store.coverage().sessions.tolist() == DAYS[:4].tolist()
    assert set(store.coverage().ranges) == {"X", "Y"}


def test_a_reader_during_writes_sees_whole_commits(tmp_path: Path):
    """Each read holds the bars of exactly one of the writes."""
    url = str(tmp_path / "store")
    store = BarStore.open(url)
    store.write_days(make_bars(SYMBOLS, DAYS, 0), DAYS, ASKED)
    whole = {make_bars(SYMBOLS, DAYS, seed).close.tobytes() for seed in range(13)}
    seen = set()
    command = [sys.executable, "-c", PRELUDE + WRITE_UNTIL_TOLD, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as writer:
        while len(seen) < 4 and writer.poll() is None:
            seen.add(store.read(None, DAYS[0], DAYS[-1]).close.tobytes())
        writer.stdin.close()
    assert writer.returncode == 0
    assert seen <= whole
    assert len(seen) == 4


def test_reading_a_store_never_breaks_the_exit_of_python(tmp_path: Path):
    """Fresh processes open, read and leave with exit code 0."""
    url = str(tmp_path / "store")
    BarStore.open(url).write_days(make_bars(SYMBOLS, DAYS), DAYS, ASKED)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: run(READ_ONCE, url), range(RUNS)))
    assert {(result.returncode, result.stdout, result.stderr) for result in results} == {
        (0, "24 8\n", "")
    }
