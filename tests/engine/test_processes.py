"""Work in processes: results in order, what cannot travel is done here, nothing is left behind."""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from support import process_work
from technic.engine import processes
from technic.engine.nameless_files import read_value, written
from technic.engine.processes import can_start_processes, in_processes
from technic.errors import RunnerError

pytestmark = pytest.mark.skipif(not can_start_processes(), reason="no sockets that hand files over")


def pipes_in(folder: Path, count: int) -> Path:
    """Make pipes with names: who opens one end waits for who opens the other."""
    for number in range(count):
        os.mkfifo(folder / f"{number}")
    return folder


def test_results_come_in_order_from_two_processes_at_one_time(tmp_path: Path):
    """Each pair is done only where both are at work: one process alone would wait for ever."""
    pipes = pipes_in(tmp_path, 3)
    found = list(in_processes(process_work.met, ((pipes, number) for number in range(6)), 2))
    assert [number for number, _ in found] == list(range(6))
    others = {process for _, process in found}
    assert len(others) == 2
    assert os.getpid() not in others


def test_arrays_travel_as_they_are():
    """The same bits; read-only there, and the caller's own when they come back."""
    random = np.random.default_rng(3)
    arrays = [random.normal(size=(number, 70)) for number in range(4)]
    items = ((values, number) for number, values in enumerate(arrays))
    found = list(in_processes(process_work.cubed, items, 2))
    for number, (values, (cubes, its, writeable, where)) in enumerate(
        zip(arrays, found, strict=True)
    ):
        assert its == number
        assert cubes.tobytes() == (values**3).tobytes()
        assert cubes.shape == values.shape
        assert not writeable
        assert cubes.flags.writeable
        assert where != os.getpid()


def test_items_are_asked_for_as_processes_come_free():
    """Never more than one for each process and one ahead are there at a time."""
    asked = []

    def items() -> Iterator[tuple[int]]:
        for number in range(9):
            asked.append(number)
            yield (number,)

    for done, _ in enumerate(in_processes(process_work.in_a_sentence, items(), 2)):
        assert len(asked) <= done + 3


def test_what_cannot_travel_is_done_here():
    """In its place among the others."""
    nobody = (value for value in ())
    found = list(in_processes(process_work.in_a_sentence, [(1,), (nobody,), (3,)], 2))
    assert found == ["1", str(nobody), "3"]


def test_what_cannot_come_back_is_done_again_here():
    """The call went well there, and its result has no way home."""
    found = list(in_processes(process_work.counted, [(3,), (1,)], 2))
    assert [list(one) for one in found] == [[0, 1, 2], [0]]


def test_a_full_disk_is_no_end(monkeypatch: pytest.MonkeyPatch):
    """What cannot be written down is done here too."""

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(processes, "written", full)
    assert list(in_processes(process_work.in_a_sentence, [(1,), (2,)], 2)) == ["1", "2"]


def test_processes_that_cannot_start_are_no_end(monkeypatch: pytest.MonkeyPatch):
    """All is done here then."""

    def refused(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(processes.subprocess, "Popen", refused)
    arrays = [np.arange(3.0), np.arange(4.0)]
    found = list(in_processes(process_work.cubed, [(one, 1) for one in arrays], 2))
    assert [where for *_, where in found] == [os.getpid()] * 2


def test_what_a_process_left_undone_is_done_here(caplog: pytest.LogCaptureFixture):
    """One that the system has ended; what comes after it goes on."""
    caplog.set_level(logging.WARNING, "technic")
    items = ((os.getpid(), number) for number in range(5))
    assert list(in_processes(process_work.killed, items, 2)) == [0, 10, 20, 30, 40]
    assert "a process ended before its work was done" in caplog.text


def test_what_a_call_raises_ends_all():
    """As it was raised, with its own words; what was done before has been handed out."""
    running = in_processes(process_work.refused, ((number,) for number in range(4)), 2)
    assert next(running) == 0
    with pytest.raises(RunnerError, match="the second is refused"):
        next(running)
    assert list(running) == []


class FirstAlone:
    """Threads of which none comes to what is asked after the first."""

    def __init__(self, _: int) -> None:
        self.begun = False

    def submit(self, call: Callable[..., object], asked: object) -> Future[object]:
        """Do the first at once."""
        future: Future[object] = Future()
        if not self.begun:
            self.begun = True
            try:
                future.set_result(call(asked))
            except RunnerError as error:
                future.set_exception(error)
        return future

    def shutdown(self, *, wait: bool = True, cancel_futures: bool = False) -> None:
        """Nobody is at work."""


def test_what_was_never_begun_leaves_no_file_open(monkeypatch: pytest.MonkeyPatch):
    """The first raises while others wait for a process."""
    files = []

    def kept(value: object) -> object:
        files.append(written(value))
        return files[-1]

    monkeypatch.setattr(processes, "written", kept)
    monkeypatch.setattr(processes, "ThreadPoolExecutor", FirstAlone)
    with pytest.raises(RunnerError, match="the second is refused"):
        next(in_processes(process_work.refused, [(1,), (2,), (3,), (4,)], 2))
    assert [file.closed for file in files] == [True] * 3


def test_who_stops_early_leaves_no_process_behind(tmp_path: Path):
    """Not even one that would be at work for ever."""
    pipe = pipes_in(tmp_path, 1) / "0"
    reading = os.open(pipe, os.O_RDWR)  # there is always somebody at both ends
    running = in_processes(process_work.waits_for_ever, ((pipe, n) for n in (-1, 1, 2)), 1)
    assert next(running) == -1
    process, again = np.frombuffer(os.read(reading, 8) + os.read(reading, 8), np.int64).tolist()
    assert process == again != os.getpid()
    running.close()
    os.close(reading)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


ENDLESS = """
import sys
from pathlib import Path
from support import process_work
from technic.engine.processes import in_processes
list(in_processes(process_work.waits_for_ever, [(Path(sys.argv[1]), 1)], 1))
"""


def test_processes_end_with_the_one_that_asks(tmp_path: Path):
    """Who is killed can end nobody; the pipe that they hold closes all the same."""
    pipe = pipes_in(tmp_path, 1) / "0"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    asking = subprocess.Popen([sys.executable, "-c", ENDLESS, str(pipe)], env=environment)
    with pipe.open("rb", buffering=0) as file:
        process = int(np.frombuffer(file.read(8), np.int64)[0])
        assert process != asking.pid
        os.kill(asking.pid, signal.SIGKILL)
        asking.wait()
        ready, _, _ = select.select([file], [], [], 60)
        assert ready
        assert file.read(1) == b""


@pytest.mark.parametrize("copied", [False, True])
def test_a_value_in_a_file(copied: bool, monkeypatch: pytest.MonkeyPatch):
    """Arrays of several orders and types, empty ones, and what is none; in memory or on a disk."""
    random = np.random.default_rng(5)
    value = {
        "rows": random.normal(size=(7, 3)),
        "columns": np.asfortranarray(random.normal(size=(7, 3))),
        "small": np.array([True, False]),
        "none": np.empty((0, 4)),
        "texts": np.array(["a", None], dtype=object),
        "plain": [1, "two", None],
    }
    if copied:  # as on systems without such files in memory
        monkeypatch.delattr(os, "memfd_create", raising=False)
    with written(value) as file:
        found = read_value(file.fileno(), copied=copied)
    assert found.keys() == value.keys()
    for name, one in value.items():
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(found[name], one, strict=True)
            assert found[name].flags.f_contiguous == one.flags.f_contiguous
        else:
            assert found[name] == one
    assert found["rows"].flags.writeable == copied
