"""Large work is shared out to the cores, where nobody else has them at work; no bit changes."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from reference.bars import random_bars
from technic.columns import evaluate
from technic.language.evaluation import bar_values
from technic.panel import windows
from technic.panel.machine import cores
from technic.panel.machine.cores import column_shares, cores_at_hand, on_cores
from technic.testing import make_panel

MANY = cores.LARGE


@pytest.fixture
def two_cores(monkeypatch):
    """A machine of two cores."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(cores.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)


def test_large_work_is_done_by_two_threads_at_a_time(two_cores):
    """Each piece waits until the other one is being done as well."""
    together, done = threading.Barrier(2, timeout=30), []

    def work(piece):
        together.wait()
        done.append((piece, threading.get_ident()))

    on_cores(work, [(0,), (1,)], MANY)
    assert sorted(piece for piece, _ in done) == [0, 1]
    assert len({thread for _, thread in done}) == 2


@pytest.mark.parametrize(("pieces", "cells"), [(2, MANY - 1), (1, MANY)])
def test_small_work_stays_where_it_is(two_cores, pieces, cells):
    """A thread costs more than it gains there."""
    done = []
    on_cores(lambda: done.append(threading.current_thread()), [()] * pieces, cells)
    assert done == [threading.main_thread()] * pieces


def test_a_thread_of_a_pool_asks_for_no_others(two_cores):
    """There are as many of them as cores."""
    found = []
    worker = threading.Thread(target=lambda: found.append(cores_at_hand()))
    worker.start()
    worker.join()
    assert found == [1]
    assert cores_at_hand() == 2


@pytest.mark.parametrize(
    ("told", "threads"), [("1", 1), ("2", 2), ("64", 2), ("0", 2), ("x", 2), ("1,4", 1)]
)
def test_a_number_of_threads_that_is_told_is_heeded(two_cores, monkeypatch, told, threads):
    """Never more than there are cores."""
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert cores_at_hand() == threads


@pytest.mark.parametrize("in_helper", [False, True])
def test_what_a_piece_raises_is_raised_and_no_other_begins(two_cores, in_helper):
    """Whichever thread it was in."""
    together, begun, raised = threading.Barrier(2, timeout=30), [], threading.Event()

    def work(piece):
        begun.append(piece)
        together.wait()
        if in_helper is (threading.current_thread() is not threading.main_thread()):
            raised.set()
            raise IndexError("of the piece")
        raised.wait(30)
        time.sleep(0.05)

    with pytest.raises(IndexError, match="of the piece"):
        on_cores(work, [(0,), (1,), (2,), (3,)], MANY)
    assert sorted(begun) == [0, 1]


def test_what_is_shared_out_shares_out_no_more(two_cores):
    """In the main thread's own piece neither; afterwards again."""
    together, found = threading.Barrier(2, timeout=30), []

    def work(_):
        together.wait()
        found.append(cores_at_hand())

    on_cores(work, [(0,), (1,)], MANY)
    assert found == [1, 1]
    assert cores_at_hand() == 2


def test_overflows_are_handled_in_threads_as_outside(two_cores):
    """What numpy was told to ignore is ignored there too: a warning would be an error here."""
    together = threading.Barrier(2, timeout=30)

    def work(_):
        together.wait()
        np.ones(3) / np.zeros(3)

    with np.errstate(all="ignore"):
        on_cores(work, [(0,), (1,)], MANY)


@pytest.mark.parametrize(
    ("rows", "columns", "shares"),
    [
        (1_000, 1_000, [(0, 512), (512, 1_000)]),
        (10_000, 100, [(0, 100)]),
        (10, 1_000, [(0, 1_000)]),
        (10, 0, []),
    ],
)
def test_columns_are_shared_out_in_whole_rings(two_cores, rows, columns, shares):
    """None is left out and none is narrow without need."""
    assert [(s.start, s.stop) for (s,) in column_shares(rows, columns, 128)] == shares


WINDOWS = ["sum", "mean", "weighted_sum", "variance", "deviation", "max", "min"]


@pytest.mark.parametrize("name", WINDOWS)
def test_windows_have_the_same_bits_on_two_cores(two_cores, name, monkeypatch):
    """Each column is one thread's."""
    values = random_bars(330, 259, seed=7)["close"]
    monkeypatch.setattr(windows, "STRIPE_CELLS", 330 * 40)
    work = getattr(windows, f"window_{name}")
    with np.errstate(all="ignore"):
        wanted = work(values, 20)
        monkeypatch.setattr(cores, "LARGE", 1)
        found = work(values, 20)
    for a, b in zip(np.atleast_3d(wanted), np.atleast_3d(found), strict=True):
        assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize("tile", [(40, 50), (300, 60)])
def test_all_bars_of_columns_have_the_same_bits_on_two_cores(two_cores, tile, monkeypatch):
    """Tiles of bars and of symbols, two at a time."""
    panel = make_panel(150, 300)
    rows = np.broadcast_to(np.arange(300)[:, None], panel.close.shape)
    monkeypatch.setattr(bar_values, "_tile", lambda *_: tile)
    wanted = evaluate(panel, rows)
    asked = []
    monkeypatch.setattr(cores, "LARGE", 1)
    monkeypatch.setattr(
        bar_values, "on_cores", lambda *work: (asked.append(work[-1]), on_cores(*work))
    )
    found = evaluate(panel, rows)
    assert asked == [300 * 150 * len(wanted)]
    assert {n: v.tobytes() for n, v in found.items()} == {n: v.tobytes() for n, v in wanted.items()}
