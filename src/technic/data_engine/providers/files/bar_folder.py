"""Bars from a path: one file, or a folder of them, of which some may be broken.

What cannot be read never takes the rest along. In a folder of one file per symbol it is a failure
of that symbol; elsewhere nobody can say what was in it, and a note names the file.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from technic.data_engine.interfaces.records import Failure
from technic.data_engine.providers.files.bar_files import (
    BarRows,
    bar_paths,
    is_named_after,
    open_one,
    symbol_of,
)
from technic.errors import InputFileError
from technic.typing import FloatArray
from technic.wording.counts import agree, count_of

__all__ = ["open_bars"]

logger = logging.getLogger(__name__)

SHOWN = 3
"""Broken files that a note names."""


def open_bars(path: Path, adjust_by: str | None = None, *, volume: bool = True) -> BarRows:
    """Read who has bars when; InputFileError when the files are no price files.

    ``adjust_by``: the column of adjusted closes to read as ``adj_close``. ``volume``: False reads
    prices alone.
    """
    if not path.is_dir():
        return open_one(path, adjust_by, volume=volume)
    paths = bar_paths(path)
    if not paths:
        hint = "name a file, or a folder with one file per symbol"
        raise InputFileError(str(path), "holds no CSV or Parquet file", hint=hint)
    good: dict[Path, BarRows] = {}
    bad: dict[Path, InputFileError] = {}
    for each in paths:
        try:
            good[each] = open_one(each, adjust_by, volume=volume, prices=True)
        except InputFileError as error:
            bad[each] = error
            logger.info("%s", error)
    if not good:
        raise next(iter(bad.values()))
    rows = _concat([*good.values()])
    logger.debug("%s: %d files, %d symbols", path, len(paths), len(rows.symbols))
    alone = all(len(each.symbols) == 1 for each in good.values())
    rows = replace(rows, one_each=alone and len(rows.symbols) == len(good))
    if alone and any(is_named_after(name, each.symbols[0]) for name, each in good.items()):
        failures = {symbol_of(name): _unreadable(error) for name, error in bad.items()}
        there = set(rows.symbols)
        return replace(rows, failures={s: why for s, why in failures.items() if s not in there})
    return replace(rows, notes=(_not_read(path, len(paths), bad),) if bad else ())


def _concat(parts: Sequence[BarRows]) -> BarRows:
    """Put the rows of files together; a symbol may have rows in several of them."""
    place: dict[str, int] = {}
    for rows in parts:
        for symbol in rows.symbols:
            place.setdefault(symbol, len(place))
    codes = [
        np.array([place[symbol] for symbol in rows.symbols], dtype=np.int32)[rows.code]
        for rows in parts
    ]
    return BarRows(
        symbols=tuple(place),
        code=np.concatenate(codes),
        day=np.concatenate([rows.day for rows in parts]),
        values=_concat_values(parts),
        unused=tuple(dict.fromkeys(name for rows in parts for name in rows.unused)),
        fields=parts[0].fields,
    )


def _concat_values(parts: Sequence[BarRows]) -> dict[str, FloatArray]:
    """Put the numbers of files together; those without adjusted closes have NaN."""
    there = any("adj_close" in rows.values for rows in parts)
    names = dict.fromkeys((*parts[0].fields, "adj_close") if there else parts[0].fields)
    return {
        name: np.concatenate([
            rows.values[name] if name in rows.values else np.full(len(rows.day), np.nan)
            for rows in parts
        ])
        for name in names
    }  # fmt: skip


def _unreadable(error: InputFileError) -> Failure:
    """Say what is wrong inside a symbol's file; where the file is, is no part of the answer."""
    inside = InputFileError("its file", error.reason, error.row, error.column, error.hint)
    return Failure("unreadable_file", str(inside))


def _not_read(folder: Path, total: int, bad: dict[Path, InputFileError]) -> str:
    """Name the files that could not be read, and what is wrong with them."""
    shown = [
        str(InputFileError(name.name, error.reason, error.row, error.column))
        for name, error in [*bad.items()][:SHOWN]
    ]
    more = " ..." if len(bad) > SHOWN else ""
    files = f"{len(bad):,} of {count_of(total, 'file')} {agree(len(bad), 'is', 'are')} not read"
    return f"{folder.name}: {files}: {'; '.join(shown)}{more}"
