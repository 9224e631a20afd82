"""The simulated market over HTTP on this machine, read as if it were Polygon."""

from __future__ import annotations

from dataclasses import dataclass, field

from technic.data_engine.providers.polygon import PolygonProvider
from technic.data_engine.requests import Capabilities

__all__ = ["LOOPBACK_URL", "UNLIMITED", "LoopbackProvider"]

LOOPBACK_URL = "http://127.0.0.1:8765"

UNLIMITED = Capabilities(kinds=frozenset({"symbol_range", "market_day", "snapshot"}), intraday=True)
"""What the simulated vendor offers unless it is told to be stricter."""


@dataclass(frozen=True, slots=True)
class LoopbackProvider(PolygonProvider):
    """A client of ``technic marketsim``; the key is of no matter, the data SIMULATED."""

    key: str = field(default="loopback", repr=False)
    base_url: str = field(default=LOOPBACK_URL, kw_only=True)
    plan: Capabilities = field(default=UNLIMITED, kw_only=True, repr=False)

    name = "loopback"
    simulated = True
