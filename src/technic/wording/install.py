"""The command that brings a package into the environment that is running.

It names packages, which every index has, and the tool that made the environment: pip in one that
pipx or uv keeps would install where nobody looks, or does not exist.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["EXTRAS", "extra_packages", "install_command", "requirements_of"]

EXTRAS = {
    "alerts": "messages of watches",
    "fast": "compiled loops over whole histories",
    "mcp": "the tools of agents",
    "polars": "polars frames",
    "ray": "scans on a cluster",
    "service": "the service and sites",
    "study": "studies of several setups",
    "xlsx": "reading Excel files",
    "yahoo": "prices of Yahoo",
}
"""What each extra is for, in words that go on after "which is for"."""

_REQUIREMENT = re.compile(
    r"(?P<package>[A-Za-z0-9_.-]+(?:\[[^\]]*\])?)[^;]*"
    r"(?:;(?P<marker>.*?)(?:and )?extra == ['\"](?P<extra>[^'\"]+)['\"])?"
)


def requirements_of(lines: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Yield package and the extra that asks for it, None where all do, from metadata.

    Without what this platform does not take.
    """
    for line in lines:
        matched = _REQUIREMENT.match(line)
        if matched is None:
            continue
        elsewhere = "sys_platform != 'win32'" in (matched["marker"] or "").replace('"', "'")
        if not (elsewhere and sys.platform == "win32"):
            yield matched["package"], matched["extra"]


def extra_packages(distribution: str, extra: str) -> tuple[str, ...]:
    """Return the packages of an extra, those of extras in it too.

    None where the distribution is not installed.
    """
    # reading metadata brings in what mail is written with: whoever lacks nothing waits for none
    from importlib.metadata import PackageNotFoundError, requires

    try:
        lines = requires(distribution) or []
    except PackageNotFoundError:
        return ()
    asked = [package for package, of in requirements_of(lines) if of == extra]
    own = [package for package in asked if package.partition("[")[0] == distribution]
    inner = [name for package in own for name in package[len(distribution) + 1 : -1].split(",")]
    more = [package for name in inner for package in extra_packages(distribution, name)]
    return tuple(dict.fromkeys([package for package in asked if package not in own] + more))


def install_command(packages: Sequence[str], prefix: Path | None = None) -> str:
    """Return the line to type; ``prefix``: the environment's folder, the running one's by default.

    The same in every shell, cmd and PowerShell too: only what needs quotes has them, double ones.
    """
    folder = Path(sys.prefix) if prefix is None else prefix
    names = " ".join(_quoted(package, "[") for package in packages)
    if (folder / "pipx_metadata.json").is_file():
        return f"pipx inject {_quoted(folder.name, ' ')} {names}"
    if (folder / "uv-receipt.toml").is_file():
        return f"uv pip install --python {_quoted(str(folder), ' ')} {names}"
    return f"{_python(folder)} -m pip install {names}"


def _python(folder: Path) -> str:
    """Return how to call the environment's Python: by its name alone where it is active."""
    if sys.prefix == sys.base_prefix or os.environ.get("VIRTUAL_ENV") == str(folder):
        return "python"
    name = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    return _quoted(str(folder / name), " ")


def _quoted(text: str, because_of: str) -> str:
    return f'"{text}"' if because_of in text else text
