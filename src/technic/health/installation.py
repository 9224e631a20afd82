"""Whether Python and the packages are there."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Literal

from technic.health.check import Check
from technic.version import DISTRIBUTION, __version__

__all__ = ["installation_checks"]

OLDEST_PYTHON = (3, 11)
_REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)[^;]*(?:;.*extra == ['\"]([^'\"]+)['\"])?")


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
    for requirement in requirements:
        matched = _REQUIREMENT.match(requirement)
        if matched is not None and matched[1] != DISTRIBUTION and matched[2] != "all":
            yield _package(matched[1], matched[2])


def _package(package: str, extra: str | None) -> Check:
    """Look for one package; ``extra``: the extra that asks for it, None where Technic needs it."""
    try:
        return Check(package, "ok", version(package))
    except PackageNotFoundError:
        if extra:
            hint = f"pip install '{DISTRIBUTION}[{extra}]'"
            return Check(package, "warn", f"extra not installed: {hint}")
        return Check(package, "fail", f"not installed: pip install {DISTRIBUTION}")
