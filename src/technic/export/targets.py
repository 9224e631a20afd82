"""Where a result may be written, settled before a scan is run for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from technic.errors import ParameterError
from technic.export.formats import FORMATS, Format, FormatName

__all__ = ["check_file", "check_target", "format_of", "replacing"]

_ENDINGS = {one.ending: name for name, one in FORMATS.items() if one.ending is not None}


def format_of(out: Path | None) -> FormatName | None:
    """Return the format that a file's ending names; None where it names none."""
    return _ENDINGS.get(out.suffix.lower()) if out is not None else None


def check_target(format_: str, out: Path | None) -> Format:
    """Return the format, or raise UsageError when it cannot be written to ``out``.

    ``out``: None for standard output.
    """
    chosen = next((one for name, one in FORMATS.items() if name == format_), None)
    if chosen is None:
        raise ParameterError("format", format_, ", ".join(FORMATS))
    if chosen.binary and out is None:
        hint = f"for example: --out scan.{format_}"
        raise ParameterError("out", out, f"a file, which --format {format_} needs", hint)
    if out is not None:
        check_file("out", out)
    return chosen


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
