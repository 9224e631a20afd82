"""Technic: scan the whole US stock market, ranked and explained, nothing dropped silently."""
