"""The peers' environments: pinned, under ``.peers``, apart from the project's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

__all__ = ["ROOT", "InstallError", "how_to_install", "python_of"]

HERE = Path(__file__).parent
ROOT = HERE.parent.parent / ".peers"


class InstallError(Exception):
    """An environment could not be made; the text is the installer's last line."""


def python_of(name: str) -> Path:
    """Return the interpreter of the environment ``name``; it is made if it is not as pinned.

    Raises InstallError where something of ``requirements-<name>.txt`` cannot be installed.
    """
    wanted = HERE / f"requirements-{name}.txt"
    home = ROOT / name
    python, made_of = home / "bin" / "python", home / "requirements.txt"
    if python.exists() and made_of.exists() and made_of.read_text() == wanted.read_text():
        return python
    print(f"making the environment {name}", flush=True)
    _run(sys.executable, "-m", "venv", "--clear", home)
    _run(python, "-m", "pip", "install", "--quiet", "--requirement", wanted)
    made_of.write_text(wanted.read_text())
    return python


def how_to_install(name: str) -> str:
    """Return what a user whose environment could not be made does next."""
    wanted = (HERE / f"requirements-{name}.txt").relative_to(ROOT.parent)
    return f"begin again where pip can install {wanted}"


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
        raise InstallError(next((s for s in reversed(said) if s.startswith("ERROR")), said[-1]))
