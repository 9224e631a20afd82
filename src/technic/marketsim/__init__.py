"""A simulated stock market, as arrays: any symbols on any sessions, always the same bars."""

from technic.marketsim.market import DEFAULT_SEED, DEFAULT_SIZE, Market

__all__ = ["DEFAULT_SEED", "DEFAULT_SIZE", "Market"]
