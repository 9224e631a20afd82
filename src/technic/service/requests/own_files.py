"""Files that a request names: those that were uploaded, and no other of this machine."""

from __future__ import annotations

from typing import Any

from technic.errors import ParameterError
from technic.service.jobs.uploads import upload_path
from technic.service.state import Service

__all__ = ["own_files"]

FILES = ("data", "universe", "watchlist", "benchmark")
"""Keys that name files."""


def own_files(service: Service, asked: dict[str, Any]) -> dict[str, Any]:
    """Put the path of an upload for its name; any other path is refused."""
    keys = dict(asked)
    for name in FILES:
        value = keys.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            raise ParameterError(name, value, "the name of a file that was uploaded")
        path = upload_path(service.settings.uploads, value)
        symbol = name == "benchmark" and "." not in value and "/" not in value
        if path is not None:
            keys[name] = str(path)
        elif not symbol:
            hint = "PUT /v1/uploads/NAME brings one; other files are read by the command line"
            raise ParameterError(name, value, "the name of a file that was uploaded", hint)
    return keys
