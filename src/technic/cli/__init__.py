"""The command line: argument parsing and printing only."""

from technic.cli.entry import main

__all__ = ["main"]
