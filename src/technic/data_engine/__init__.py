"""How bars get here: providers, the plan, the store, adjustment, the data gate."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from technic.data_engine.history import get_price_history, get_price_history_batch
    from technic.data_engine.price_cache import PriceCache

__all__ = ["PriceCache", "get_price_history", "get_price_history_batch"]

_HOMES = {
    "PriceCache": "technic.data_engine.price_cache",
    "get_price_history": "technic.data_engine.history",
    "get_price_history_batch": "technic.data_engine.history",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'technic.data_engine' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
