"""Means of means, and the oscillators that are made of them."""
