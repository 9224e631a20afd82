"""Simulated companies: what they earn, when they say so, and how they get it wrong at first."""
