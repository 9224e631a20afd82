"""Vendors: the requests that each one takes and how to read its answers."""
