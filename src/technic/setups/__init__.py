"""Setups: named scans, and the chart patterns they can ask for."""
