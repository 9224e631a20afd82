"""Bringing the store of facts up to date: what is asked, in how few requests, and what became."""
