"""Whether Python and the packages are there."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Literal

from technic.health.check import Check
from technic.version import DISTRIBUTION, __version__
from technic.wording.install import install_command, requirements_of

__all__ = ["installation_checks"]

OLDEST_PYTHON = (3, 11)


def installation_checks() -> Iterator[Check]:
    """Yield Python, Technic, what it needs, and its extras.

    A missing package comes with the command that brings it; a missing extra only warns.
    """
    state: Literal["ok", "fail"] = "ok" if sys.version_info >= OLDEST_PYTHON else "fail"
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Check("python", state, detail)
    yield Check("technic", "ok", __version__)
    try:
        requirements = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        yield Check("packages", "warn", f"{DISTRIBUTION} is not installed, only imported")
        return
    for package, extra in requirements_of(requirements):
        if package.partition("[")[0] != DISTRIBUTION and extra != "all":
            yield _package(package, extra)


def _package(package: str, extra: str | None) -> Check:
    """Look for one package; ``extra``: the extra that asks for it, None where Technic needs it."""
    name, command = package.partition("[")[0], install_command([package])
    try:
        return Check(name, "ok", version(name))
    except PackageNotFoundError:
        if extra:
            return Check(name, "warn", f"extra {extra} not installed: {command}")
        return Check(name, "fail", f"not installed: {command}")
