"""Bars of up to three symbols as a file of prices, and what the files provider makes of it."""

import numpy as np
import pandas as pd

from technic.data_engine.providers.files.provider import FilesProvider
from technic.panel import FIELDS
from technic.tables.file_options import FileOptions

__all__ = ["DAYS", "TITLES", "assert_read", "bars", "lines", "read", "text"]

DAYS = np.array(["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-13"], "M8[D]")
TITLES = {name: name.title() for name in FIELDS}


def bars(symbol="AAA"):
    """Return four bars of a symbol."""
    close = 20.25 + 10 * "ABC".index(symbol[0]) + np.arange(4)
    values = [close - 0.1, close + 0.6, close - 0.6, close, 1000.0 + np.arange(4)]
    frame = pd.DataFrame(dict(zip(FIELDS, np.round(values, 2), strict=True)))
    frame.insert(0, "date", DAYS.astype(str))
    return frame


def text(frame=None, **how):
    """Write bars as CSV text."""
    return (bars() if frame is None else frame).to_csv(index=False, **how)


def lines(at, extra, frame=None):
    """Write bars with another line before line ``at``."""
    rows = text(frame).splitlines()
    return "\n".join([*rows[:at], extra, *rows[at:]]) + "\n"


def read(path, symbols=("AAA",), **options):
    """Return what the provider of a path has, as columns of a symbol each, and its notes."""
    provider = FilesProvider(path, options=FileOptions.of(**options))
    answer = provider.history(symbols, DAYS)
    assert not answer.failures
    got = answer.bars
    frames = {}
    for at, symbol in enumerate(got.symbols):
        own = got.column == at
        assert got.session[own].tolist() == DAYS.tolist()
        frames[symbol] = {name: getattr(got, name)[own] for name in FIELDS}
    return frames, provider.notes


def assert_read(path, symbols=("AAA",), **options):
    """The bars are those made; returns the notes."""
    frames, notes = read(path, symbols, **options)
    for symbol in symbols:
        for name in FIELDS:
            np.testing.assert_array_equal(frames[symbol][name], bars(symbol)[name])
    return notes
