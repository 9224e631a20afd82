"""Checked expressions: scope, lookback, unstable period, suggestions."""
