"""Runners by name: how each is opened, which one ran and why.

``auto`` takes Ray where it can start and falls back to local, with the reason; a runner that was
asked for by name runs or the scan fails. A runner's module is imported when it is opened, so that
the names cost nothing.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from technic.errors import MissingExtraError, ParameterError, RunnerError

if TYPE_CHECKING:
    from technic.engine.runner import Runner

__all__ = [
    "DEFAULT_RUNNER",
    "ChosenRunner",
    "RunnerName",
    "check_runner",
    "open_runner",
    "workers_here",
]

logger = logging.getLogger(__name__)

RunnerName = Literal["auto", "local", "threads", "ray"]
"""What may be asked for: a runner of ``_RUNNERS``, or ``auto``."""

DEFAULT_RUNNER: RunnerName = "local"
"""Where a scan runs when neither its config nor the settings say."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A runner to be opened: given the address of a cluster, or None for one of its own.

    ``package``: what it cannot run without, by the name of its extra.
    """

    open: Callable[[str | None], AbstractContextManager[Runner]]
    package: str | None = None


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
    if name not in get_args(RunnerName):
        raise ParameterError("runner", name, ", ".join(get_args(RunnerName)))
    package = None if name == "auto" else _RUNNERS[name].package
    if package is not None and importlib.util.find_spec(package) is None:
        raise MissingExtraError(f"the runner {name!r}", package, package)


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
        if not callable(getattr(given, "run", None)):
            hint = "ScanConfig(runner=...) takes a name"
            raise ParameterError("runner", given, "an open runner, with its run()", hint)
        yield ChosenRunner(given, given.name)
    elif name == "auto":
        with _ray_or_local(ray_address) as chosen:
            yield chosen
    else:
        check_runner(name)
        with _RUNNERS[name].open(ray_address) as runner:
            yield ChosenRunner(runner, name)


def workers_here(name: str) -> int:
    """Return on how many threads work that stays in this process runs beside the runner ``name``.

    Those of the runner where it runs here itself; of the default one beside Ray.
    """
    here = name if name in ("local", "threads") else DEFAULT_RUNNER
    with _RUNNERS[here].open(None) as runner:
        return runner.workers


@contextmanager
def _ray_or_local(address: str | None) -> Iterator[ChosenRunner]:
    with ExitStack() as opened:
        try:
            check_runner("ray")
            runner, reason = opened.enter_context(_ray(address)), "Ray is there"
        except (MissingExtraError, RunnerError) as error:
            logger.warning("the scan runs locally: %s", error)
            runner, reason = opened.enter_context(_local(None)), str(error)
        yield ChosenRunner(runner, "auto", reason)


def _local(_: str | None) -> AbstractContextManager[Runner]:
    from technic.engine.local import LocalRunner

    return nullcontext(LocalRunner())


def _threads(_: str | None) -> AbstractContextManager[Runner]:
    from technic.engine.threads import ThreadsRunner

    return nullcontext(ThreadsRunner())


@contextmanager
def _ray(address: str | None) -> Iterator[Runner]:
    """Start Ray; one that is installed and broken is one that cannot start."""
    from technic.engine.ray_runner import START_HINT, RayRunner, start_ray

    try:
        session = start_ray(address)
    except ImportError as error:
        what = f"it is installed and cannot be imported ({error})"
        raise RunnerError("ray", what, START_HINT) from error
    with session:
        yield RayRunner()


_RUNNERS: Mapping[str, _Entry] = {
    "local": _Entry(_local),
    "threads": _Entry(_threads),
    "ray": _Entry(_ray, package="ray"),
}
