"""A copy of the package's sources to which a test adds something, used in processes of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Checkout"]

CLI = """
def cli(*words):
    from technic.cli.entry import run
    return run(list(words))
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A copy of the sources in ``package``, the originals in ``original``."""

    original: Path
    package: Path

    @classmethod
    def of(cls, original: Path, folder: Path) -> Checkout:
        """Copy the package's sources into ``folder``."""
        package = folder / "src" / original.name
        # what is compiled is copied along, which saves each process a second; half of it is not
        shutil.copytree(original, package, ignore=shutil.ignore_patterns("*.pyc.*"))
        return cls(original, package)

    def create(self, file: str, text: str) -> None:
        """Write a new file."""
        with (self.package / file).open("x", encoding="utf-8") as target:
            target.write(text)

    def insert(self, file: str, after: str, text: str) -> None:
        """Add ``text`` behind the one place where ``after`` stands."""
        path = self.package / file
        before, found, rest = path.read_text(encoding="utf-8").partition(after)
        assert found, f"{file} has no {after!r}"
        assert after not in rest, f"{file} has {after!r} more than once"
        path.write_text(f"{before}{found}{text}{rest}", encoding="utf-8")

    def insert_before(self, file: str, before: str, text: str) -> None:
        """Add ``text`` ahead of the one place where ``before`` stands."""
        self.insert(file, before, "")
        path = self.package / file
        ahead, found, rest = path.read_text(encoding="utf-8").partition(before)
        path.write_text(f"{ahead}{text}{found}{rest}", encoding="utf-8")

    def append(self, file: str, text: str) -> None:
        """Add ``text`` at the end."""
        with (self.package / file).open("a", encoding="utf-8") as target:
            target.write(text)

    def touched(self) -> list[str]:
        """Return the files that are new or differ from the original."""
        return [
            str(path.relative_to(self.package))
            for path in sorted(self.package.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts and self._differs(path)
        ]

    def _differs(self, path: Path) -> bool:
        before = self.original / path.relative_to(self.package)
        return not before.is_file() or before.read_bytes() != path.read_bytes()

    def run(self, program: str) -> subprocess.CompletedProcess[str]:
        """Run a Python program with the copy; fail with what it says unless it ends well.

        ``cli``, a function of words, runs a command of the copy in the same process.
        """
        there = f"import technic; assert technic.__path__ == [{str(self.package)!r}]"
        ended = self._python("-c", f"{there}\n{CLI}\n{program}")
        assert ended.returncode == 0, ended.stderr
        return ended

    def _python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        folder = self.package.parents[1]
        others = {name: value for name, value in os.environ.items() if "TECHNIC_" not in name}
        environ = {
            **others,
            "PYTHONPATH": str(self.package.parent),
            "TECHNIC_HOME": str(folder / "home"),
            "COLUMNS": "200",
            "TECHNIC_TOY_KEY": "secret",
        }
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
