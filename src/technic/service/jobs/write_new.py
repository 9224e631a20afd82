"""A file that is written whole, and only where there is none of its name."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from technic.errors import ParameterError

__all__ = ["write_new"]


def write_new(path: Path, text: str) -> None:
    """Write a new file; ParameterError where one of its name has come in the meantime."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    part.write_text(text, encoding="utf-8", newline="")
    try:
        os.link(part, path)  # unlike a rename it replaces nothing
    except FileExistsError:
        raise ParameterError("name", path.stem, "a name that no setup has") from None
    finally:
        part.unlink()
