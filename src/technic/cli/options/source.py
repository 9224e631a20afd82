"""Which provider a command means: the option, else the settings', else demo."""

from __future__ import annotations

import os
from pathlib import Path

from technic.cli.options.config import source_of
from technic.settings import load_settings

__all__ = ["named_source"]


def named_source(provider: str | None) -> str:
    """Return the name of the provider that is meant; it need not be one that exists."""
    name, _ = source_of(provider, None, load_settings(os.environ, Path.cwd()))
    return name
