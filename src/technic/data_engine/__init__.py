"""How bars get here: providers, the plan, the store, adjustment, the data gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic._lazy import lazy_names

if TYPE_CHECKING:
    from technic.data_engine.history import get_price_history, get_price_history_batch
    from technic.data_engine.price_cache import PriceCache

__all__ = ["PriceCache", "get_price_history", "get_price_history_batch"]

__getattr__ = lazy_names(
    __name__,
    {
        "PriceCache": "technic.data_engine.price_cache",
        "get_price_history": "technic.data_engine.history",
        "get_price_history_batch": "technic.data_engine.history",
    },
)
