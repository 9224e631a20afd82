"""Where a result may be written, settled before a scan is run for it."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from technic.errors import MissingExtraError, ParameterError

__all__ = ["BINARY", "FORMATS", "check_target", "format_of", "replacing"]

FORMATS = ("csv", "json", "parquet", "xlsx", "md", "tradingview")
BINARY = ("parquet", "xlsx")
"""Formats that are no text, so they need a file."""
_ENDINGS = {".csv": "csv", ".json": "json", ".parquet": "parquet", ".xlsx": "xlsx", ".md": "md"}


def format_of(out: Path | None) -> str | None:
    """Return the format that a file's ending names; None where it names none."""
    return _ENDINGS.get(out.suffix.lower()) if out is not None else None


def check_target(format_: str, out: Path | None) -> None:
    """Raise UsageError when ``format_`` cannot be written to ``out`` (None: standard output)."""
    if format_ not in FORMATS:
        raise ParameterError("format", format_, ", ".join(FORMATS))
    if format_ in BINARY and out is None:
        hint = f"for example: --out scan.{format_}"
        raise ParameterError("out", out, f"a file, which --format {format_} needs", hint)
    if format_ == "xlsx" and importlib.util.find_spec("xlsxwriter") is None:
        raise MissingExtraError("--format xlsx", "xlsxwriter", "xlsx")
    if out is not None:
        check_file("out", out)


def check_file(parameter: str, path: Path) -> None:
    """Raise ParameterError unless ``path`` is a file, old or new, in a folder that is there."""
    if path.is_dir():
        raise ParameterError(parameter, str(path), "a file", "a folder of that name is there")
    if not path.parent.is_dir():
        hint = f"make it first: mkdir -p {path.parent}"
        raise ParameterError(parameter, str(path), "a file in a folder that is there", hint)


@contextmanager
def replacing(parameter: str, path: Path) -> Iterator[Path]:
    """Hand out a path beside ``path`` and rename it at the end, so nobody reads half a file.

    A target that is no regular file (a pipe, /dev/stdout) is handed out as it is.
    """
    beside = path if path.exists() and not path.is_file() else path.with_name(f".{path.name}.part")
    try:
        yield beside
        if beside != path:
            beside.replace(path)
    except OSError as error:
        allowed = "a file that can be written"
        raise ParameterError(parameter, str(path), allowed, error.strerror or str(error)) from error
    finally:
        if beside != path:
            beside.unlink(missing_ok=True)
