"""Faults of every class, tried many times, and a table of what became of them.

    make soak
    PYTHONPATH=tests:. .venv/bin/python -m soak [--size small|full] [--only CLASS ...]

The suite runs the small size.
"""
