"""Bringing a store up to date, and reading it as a provider."""
