"""Which code computed something: the version, a hash of the sources, the packages underneath."""

from __future__ import annotations

import platform
from hashlib import blake2b
from importlib import metadata
from pathlib import Path

from technic.version import __version__

__all__ = ["code_version", "environment", "fingerprint"]

PACKAGES = ("numpy", "pandas", "pyarrow")
"""Packages whose version can show in a number or in how it is stored."""
UNKNOWN = "unknown"


def code_version() -> dict[str, str]:
    """Return Technic's version, and a hash of its sources that tells two states of one version."""
    return {"technic": __version__, "fingerprint": fingerprint(Path(__file__).parent)}


def fingerprint(package: Path) -> str:
    """Hash the Python sources of a package: names and contents, wherever it is installed.

    ``unknown`` where there are no source files to read (a zipped installation).
    """
    sources = sorted(package.rglob("*.py"), key=lambda path: path.relative_to(package).as_posix())
    if not sources:
        return UNKNOWN
    digest = blake2b(digest_size=8)
    for path in sources:
        # a checkout on Windows may have other line ends; the code is the same
        content = path.read_bytes().replace(b"\r\n", b"\n")
        name = path.relative_to(package).as_posix().encode()
        digest.update(b"%d %b %d " % (len(name), name, len(content)))
        digest.update(content)
    return digest.hexdigest()


def environment() -> dict[str, str]:
    """Return what beside the code can show in a number: Python, packages, kind of machine."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = UNKNOWN
    return {**found, "machine": f"{platform.system()} {platform.machine()}"}
