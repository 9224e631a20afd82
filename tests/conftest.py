"""Fixtures for the whole suite: where the real data lies, and panels made from it."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# neither examples nor how they are drawn is timed: a busy machine would make them fail at random
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# the same examples in every run: one that turns up by luck is for the profiles below, which look
settings.register_profile("technic", untimed, max_examples=30, derandomize=True, database=None)
# what a change to the language, a kernel or a pattern deserves; others scale with max_examples
settings.register_profile("thorough", untimed, max_examples=200)
# for long runs: pytest tests/language --hypothesis-profile=soak
settings.register_profile("soak", untimed, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "technic"))

IN_CI = os.environ.get("TECHNIC_CI") == "1"
NAMED = os.environ.get("TECHNIC_TEST_DATA")
REAL_DATA = Path(NAMED or Path(__file__).resolve().parents[2] / "shared" / "data")

if os.environ.get("TECHNIC_TEST_COMPILED") == "1":  # as make compiled does: loops, however small
    import numba  # noqa: F401  the tests fail where it is missing

    from technic.panel.compiled import COMPILER

    COMPILER.loading = COMPILER.compiling = 0


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> None:
    """Refuse bytes as the name of a case: packed ones hold the time, and nobody can read them.

    Two workers that name a case differently collect different tests, and neither runs any.
    """
    if isinstance(val, bytes):
        raise pytest.UsageError(f"{argname} is {val[:20]!r}: name bytes with ids= or id=")


def pytest_collection_finish() -> None:
    """Leave what collecting has made out of every later look for garbage: it stays to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real market data, which is never committed.

    It is the one that TECHNIC_TEST_DATA names, which then must be there, else one beside the
    checkout; where neither is, as on a newcomer's machine, tests that need it are skipped.
    """
    if not REAL_DATA.is_dir():
        message = f"the real market data is not at {REAL_DATA}"
        if NAMED:
            pytest.fail(message)
        pytest.skip(message)
    return REAL_DATA


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """A PostgreSQL that runs; where it is not installed tests are skipped, and fail in CI."""
    from support.postgresql import programs, running_cluster

    found = programs()
    if found is None:
        message = "PostgreSQL is missing: apt-get install postgresql"
        if IN_CI:
            pytest.fail(message)
        pytest.skip(message)
    with running_cluster(found) as running:
        yield running


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory):
    """No test sees the user's settings; what Technic keeps goes into a folder of the run."""
    for name in list(os.environ):
        if name.startswith("TECHNIC_"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path_factory.getbasetemp() / "technic-home"))
