"""Choosing a runner by name, and saying which one ran and why.

``auto`` takes Ray where it can start and falls back to local, with the reason; a runner that was
asked for by name runs or the scan fails.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from technic.engine.local import LocalRunner
from technic.engine.runner import Runner
from technic.engine.threads import ThreadsRunner
from technic.errors import MissingExtraError, ParameterError, RunnerError
from technic.scan.config import RUNNERS

__all__ = ["DEFAULT_RUNNER", "ChosenRunner", "check_runner", "open_runner"]

logger = logging.getLogger(__name__)

DEFAULT_RUNNER = "local"
"""Where a scan runs when neither its config nor the settings say."""


@dataclass(frozen=True, slots=True)
class ChosenRunner:
    """The runner that is open, the name that was asked for, and why they differ if they do."""

    runner: Runner
    asked: str
    reason: str = ""

    def notes(self) -> Iterator[str]:
        """Say that the scan ran locally where Ray would have been taken."""
        if self.asked == "auto" and self.runner.name == "local":
            yield f"the scan ran locally: {self.reason}"


def check_runner(name: str) -> None:
    """Raise when ``name`` is no runner or its extra is missing: before anything is fetched."""
    if name not in RUNNERS:
        raise ParameterError("runner", name, ", ".join(RUNNERS))
    if name == "ray" and importlib.util.find_spec("ray") is None:
        raise MissingExtraError("the runner 'ray'", "ray", "ray")


@contextmanager
def open_runner(
    name: str, ray_address: str | None = None, given: Runner | None = None
) -> Iterator[ChosenRunner]:
    """Open the runner called ``name``; what it started is ended when the block is left.

    ``given``: an open one, taken instead. ``ray_address``: a Ray cluster that is there already;
    without one a local Ray is started. Raises MissingExtraError or RunnerError when ``ray`` was
    asked for and cannot run.
    """
    if given is not None:
        yield ChosenRunner(given, given.name)
    elif name == "local":
        yield ChosenRunner(LocalRunner(), name)
    elif name == "threads":
        yield ChosenRunner(ThreadsRunner(), name)
    else:
        with _open_ray(name, ray_address) as chosen:
            yield chosen


@contextmanager
def _open_ray(name: str, address: str | None) -> Iterator[ChosenRunner]:
    from technic.engine.ray_runner import RayRunner

    try:
        check_runner("ray")
        session = _started(address)
    except (MissingExtraError, RunnerError) as error:
        if name == "ray":
            raise
        logger.warning("the scan runs locally: %s", error)
        yield ChosenRunner(LocalRunner(), name, str(error))
        return
    with session:
        yield ChosenRunner(RayRunner(), name, "Ray is there" if name == "auto" else "")


def _started(address: str | None) -> ExitStack:
    """Start Ray; one that is installed and broken is one that cannot start."""
    from technic.engine.ray_runner import START_HINT, start_ray

    try:
        return start_ray(address)
    except ImportError as error:
        what = f"it is installed and cannot be imported ({error})"
        raise RunnerError("ray", what, START_HINT) from error
