"""The fingerprint of the code: the same for the same sources, another for any other."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np
import pytest

import technic
from technic.code_version import code_version, environment, fingerprint


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Two modules, one in a folder."""
    folder = tmp_path / "package"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.py").write_bytes(b"A = 1\nB = 2\n")
    (folder / "inner" / "b.py").write_bytes(b"C = 3\n")
    return folder


def test_where_the_code_lies_and_its_line_ends_do_not_matter(package: Path, tmp_path: Path):
    """A copy elsewhere, a Windows checkout, and what Python leaves behind are the same code."""
    other = tmp_path / "elsewhere"
    (other / "inner" / "__pycache__").mkdir(parents=True)
    (other / "a.py").write_bytes(b"A = 1\r\nB = 2\r\n")
    (other / "inner" / "b.py").write_bytes(b"C = 3\n")
    (other / "inner" / "__pycache__" / "b.cpython-311.pyc").write_bytes(b"x")
    assert fingerprint(other) == fingerprint(package)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "a.py").write_bytes(b"A = 1\nB = 3\n"),
        lambda folder: (folder / "a.py").rename(folder / "c.py"),
        lambda folder: (folder / "inner" / "b.py").rename(folder / "b.py"),
        lambda folder: (folder / "new.py").write_bytes(b""),
        lambda folder: (folder / "inner" / "b.py").unlink(),
        # the same bytes in all, cut between the files elsewhere
        lambda folder: [
            (folder / "a.py").write_bytes(b"A = 1\n"),
            (folder / "inner" / "b.py").write_bytes(b"B = 2\nC = 3\n"),
        ],
    ],
    ids=["value", "name", "folder", "added", "removed", "moved text"],
)
def test_any_change_of_the_code_shows(package: Path, change):
    """Contents, names and which text is in which file."""
    before = fingerprint(package)
    change(package)
    assert fingerprint(package) != before


def test_a_text_that_looks_like_two_files_is_not_two_files(tmp_path: Path):
    """Where a file ends is part of what is hashed."""
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    (one / "a.py").write_bytes(b"xb.pyy")
    (two / "a.py").write_bytes(b"x")
    (two / "b.py").write_bytes(b"y")
    assert fingerprint(one) != fingerprint(two)


def test_code_that_cannot_be_read_is_unknown(tmp_path: Path):
    """No sources: no made-up hash of nothing."""
    assert fingerprint(tmp_path) == fingerprint(tmp_path / "missing") == "unknown"


def test_the_version_and_the_packages_are_those_that_run():
    """Against what the packages say themselves."""
    assert code_version()["technic"] == technic.__version__
    assert code_version() == code_version()
    found = environment()
    assert (found["python"], found["numpy"]) == (platform.python_version(), np.__version__)
