"""Who is scanned: listings, symbol conventions, pre-screen rules."""

from technic.universe.listings import Universe, universe_of

__all__ = ["Universe", "universe_of"]
