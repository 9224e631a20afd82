"""``technic mcp``: tools for an agent on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from technic.cli.options.options import Debug

__all__ = ["mcp"]


def mcp(debug: Debug = False) -> None:
    """Offer scans, explanations and studies to an agent, over standard input and output (MCP).

    An agent's client starts it; it ends when the client does. What is scanned, TECHNIC_PROVIDER and
    TECHNIC_DATA say; no key is needed, since it serves whoever started it.
    """
    from technic.errors import MissingExtraError
    from technic.settings import load_settings

    try:
        from technic.service.agents.stdio import serve_stdio
        from technic.service.service_settings import service_settings
    except ModuleNotFoundError as error:
        raise MissingExtraError.of("technic mcp", "mcp", error) from None

    del debug  # logging is set up before any command runs
    serve_stdio(service_settings(load_settings(os.environ, Path.cwd()), os.environ))
