"""Running a coroutine to its end from anywhere: a script, a thread, a notebook's running loop."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["run_async"]

T = TypeVar("T")


def run_async(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run ``coroutine`` and return its result; Ctrl-C cancels it and lets it clean up.

    Where a loop runs already (a notebook, a service) it runs on a loop of its own in a thread.
    So it does where Ctrl-C is ignored (in the background of a script): asyncio heeds no signal
    then, and what SIGTERM raises in the main thread would tear the loop apart wherever it is.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        if _signals_are_heeded():
            return asyncio.run(coroutine)
    return _in_thread(coroutine)


def _signals_are_heeded() -> bool:
    """Whether no signal can raise in this thread but as a cancellation by asyncio."""
    elsewhere = threading.current_thread() is not threading.main_thread()
    return elsewhere or signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _in_thread(coroutine: Coroutine[Any, Any, T]) -> T:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="technic-fetch", daemon=True)
    try:  # from here on a signal may raise between any two lines
        thread.start()
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()
    finally:
        if thread.is_alive():
            asyncio.run_coroutine_threadsafe(_others_ended(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
        coroutine.close()  # of one that has run it does nothing


async def _others_ended() -> None:
    """Cancel whatever still runs, and wait until it has cleaned up."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)
