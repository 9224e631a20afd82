"""A coroutine that runs to its end from anywhere, and ends in order when a signal comes."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from technic.cli.signals import end_like_ctrl_c
from technic.data_engine.network.run_async import run_async

PATIENCE = 300


@pytest.fixture
def signals() -> Iterator[Callable[[object], None]]:
    """Set what Ctrl-C does, and that SIGTERM ends like it; all is put back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    kept[signal.SIGHUP] = signal.getsignal(signal.SIGHUP)

    def start_with(ctrl_c: object) -> None:
        signal.signal(signal.SIGINT, ctrl_c)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        end_like_ctrl_c()

    yield start_with
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    "ctrl_c", [signal.default_int_handler, signal.SIG_IGN], ids=["heeded", "ignored"]
)
def test_a_signal_is_a_cancellation_wherever_the_coroutine_is(signals, ctrl_c):
    """It never raises between two lines of the coroutine, which cleans up to its end."""
    signals(ctrl_c)
    told: list[str] = []

    async def waits() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(10_000):
            told[:] = ["all lines run"]
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            await asyncio.sleep(0)
            told.append("cleaned up")

    with pytest.raises(KeyboardInterrupt):
        run_async(waits())
    assert told == ["all lines run", "cleaned up"]


def test_a_signal_between_two_lines_leaves_nothing_running(signals, monkeypatch):
    """One that comes when the coroutine has begun and nobody waits for it yet."""
    signals(signal.SIG_IGN)
    told: list[str] = []
    begun, submit = threading.Event(), asyncio.run_coroutine_threadsafe

    async def waits() -> None:
        begun.set()
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            told.append("cleaned up")

    def interrupted(coroutine, loop):
        monkeypatch.setattr(asyncio, "run_coroutine_threadsafe", submit)
        submit(coroutine, loop)
        assert begun.wait(PATIENCE)
        raise KeyboardInterrupt

    monkeypatch.setattr(asyncio, "run_coroutine_threadsafe", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_async(waits())
    assert told == ["cleaned up"]


def test_it_runs_beside_a_running_loop_and_in_a_thread():
    """A notebook's loop, a thread of a service: the result comes back, errors too."""

    async def answers() -> int:
        await asyncio.sleep(0)
        return 7

    async def fails() -> None:
        raise ValueError("told")

    async def notebook() -> int:
        return run_async(answers())

    assert asyncio.run(notebook()) == 7
    with pytest.raises(ValueError, match="told"):
        run_async(fails())
    got: list[int] = []
    thread = threading.Thread(target=lambda: got.append(run_async(answers())))
    thread.start()
    thread.join(PATIENCE)
    assert got == [7]
