"""What a request asks for: a config, whose files are uploads and no others of this machine."""

from __future__ import annotations

from typing import Any

from technic.data_engine.open_provider import PROVIDERS
from technic.errors import ParameterError
from technic.scan.config import ScanConfig
from technic.scan.flat_config import flat_config
from technic.service.jobs.uploads import upload_path
from technic.service.state import Service

__all__ = ["asked_config", "own_files", "require_provider"]

FILES = ("data", "universe", "watchlist", "benchmark")
"""Keys that name files."""


def asked_config(service: Service, asked: dict[str, Any]) -> ScanConfig:
    """Return the config that keys of ``technic scan`` ask for; UsageError names what is wrong."""
    config = flat_config(own_files(service, asked), service.settings.settings)
    require_provider(config)
    return config


def require_provider(config: ScanConfig) -> None:
    """Raise ParameterError for a provider that there is not."""
    if config.provider not in PROVIDERS:
        raise ParameterError("provider", config.provider, ", ".join(PROVIDERS))


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
