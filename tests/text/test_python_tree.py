"""Expressions are read in threads: those of a scan's blocks, and those of a service's requests."""

from __future__ import annotations

import ast
import gc
import sys
import threading
from collections.abc import Iterator

import pytest

from technic.language.syntax.parse import parse
from technic.text.python_tree import python_tree

TEXT = "close * volume + open * (high - low) / (close + 1)"


class Noticed:
    """What is collected here and there runs code, and lets another thread go on."""

    def __del__(self) -> None:
        for _ in range(50):
            pass


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads change places as often as they can, also while a tree is made."""
    often, many = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(10)
    yield
    sys.setswitchinterval(often)
    gc.set_threshold(*many)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("read", [python_tree, parse], ids=["python_tree", "parse"])
def test_threads_that_read_at_a_time_read_the_same(read) -> None:
    """The parser of CPython 3.11 counts for all of them together, and would give up."""
    found: list[object] = []
    wanted = read(TEXT)

    def work(below: int) -> object:
        if below:  # each thread is at another depth
            return work(below - 1)
        for _ in range(2_000):
            ring: list[object] = [Noticed()]
            ring.append(ring)
            try:
                made = read(TEXT)
            except SystemError as error:
                return found.append(error)
        return found.append(made)

    threads = [threading.Thread(target=work, args=(5 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shown = [ast.dump(one) if isinstance(one, ast.expr) else one for one in found]
    assert shown == [ast.dump(wanted) if isinstance(wanted, ast.expr) else wanted] * 4
