"""Upkeep of a store: verify, repair, vacuum, upgrade, import and export."""
