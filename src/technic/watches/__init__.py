"""Watches: named conditions judged after each session, and the messages they send."""
