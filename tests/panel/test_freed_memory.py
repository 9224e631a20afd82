"""Freed memory that stays: counted in the pages that a process has to be given."""

import os
import subprocess
import sys

import pytest

from technic.panel.machine.freed_memory import has_wishes

glibc = pytest.mark.skipif(
    not hasattr(os, "confstr") or "CS_GNU_LIBC_VERSION" not in os.confstr_names,
    reason="only glibc is told to keep what is freed",
)

# a block's arrays, 160 MiB of them, made and dropped ten times, here and in a thread
BLOCKS = """
import resource
from threading import Thread

import numpy as np

from technic.panel.machine.freed_memory import keep_freed_memory

def block():
    return [np.ones(2_000_000) for _ in range(10)]

def given(work):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def blocks():
    for _ in range(10):
        block()

def in_a_thread():
    thread = Thread(target=blocks)
    thread.start()
    thread.join()

print(keep_freed_memory())
first = given(block)
print((given(blocks) + given(in_a_thread)) / first)
"""


def blocks(**wishes: str) -> tuple[bool, float]:
    """Return whether memory is kept, and of how many blocks the pages were given anew, of 20."""
    environ = {name: value for name, value in os.environ.items() if not has_wishes({name: value})}
    done = subprocess.run(
        [sys.executable, "-c", BLOCKS],
        env=environ | wishes,
        check=True,
        capture_output=True,
        text=True,
    )
    kept, again = done.stdout.split()
    return kept == "True", float(again)


@glibc
def test_the_pages_of_a_block_serve_the_next_in_every_thread() -> None:
    """Of twenty further blocks, ten of them in a thread, hardly a page is new."""
    kept, again = blocks()
    assert kept
    assert again < 3


@glibc
@pytest.mark.parametrize("name", ["MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES"])
def test_who_has_told_glibc_already_is_left_alone(name: str) -> None:
    """Nothing changes: most blocks are given new pages, as glibc does by itself."""
    value = "glibc.malloc.arena_max=2" if name == "GLIBC_TUNABLES" else "200000"
    kept, again = blocks(**{name: value})
    assert not kept
    assert again > 5


def test_other_variables_are_no_wishes() -> None:
    """Only names that glibc reads."""
    assert not has_wishes({"PATH": "/bin", "TECHNIC_MALLOC_": "1", "LD_PRELOAD": "x"})
