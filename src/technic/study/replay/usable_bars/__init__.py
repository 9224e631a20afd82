"""Usable bars of a block of days: what the data gate says of every symbol on every day."""
