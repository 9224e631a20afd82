"""What a scan knows of splits and dividends beside its bars, a symbol at a time."""

from __future__ import annotations

from technic.data_engine.interfaces.known_actions import KnownActions
from technic.data_engine.price_cache import LazyPrices, PriceCache
from technic.scan.special_dividends import by_symbol

__all__ = ["known_actions"]


def known_actions(prices: PriceCache | LazyPrices) -> KnownActions:
    """Return the corporate actions that came with the bars, in the basis of these."""
    return KnownActions(prices.split_records, by_symbol(prices.dividends))
