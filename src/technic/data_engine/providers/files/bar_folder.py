"""Bars from a path: one file, or a folder of them, of which some may be broken.

What cannot be read never takes the rest along. In a folder of one file per symbol it is a failure
of that symbol; elsewhere nobody can say what was in it, and a note names the file.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from technic.data_engine.providers.files.bar_columns import doubted_endings
from technic.data_engine.providers.files.bar_files import BarRows, Reading, open_one, unreadable
from technic.data_engine.providers.files.file_names import NamedFile, name_files
from technic.data_engine.providers.files.file_paths import bar_paths
from technic.errors import InputFileError
from technic.tables.file_options import FileOptions
from technic.typing import FloatArray
from technic.wording.counts import agree, count_of

__all__ = ["open_bars"]

logger = logging.getLogger(__name__)

SHOWN = 3
"""Broken files that a note names."""


def open_bars(
    path: Path,
    adjust_by: str | None = None,
    *,
    volume: bool = True,
    options: FileOptions | None = None,
) -> BarRows:
    """Read who has bars when; InputFileError when the files are no price files.

    ``adjust_by``: the column of adjusted closes to read as ``adj_close``. ``volume``: False reads
    prices alone. ``options``: what the user says about the files.
    """
    reading = Reading(adjust_by, volume, options or FileOptions())
    paths = bar_paths(path)
    if not paths:
        hint = "name a file, or a folder with one file per symbol"
        raise InputFileError(str(path), "holds no CSV or Parquet file", hint=hint)
    root = path if path.is_dir() else path.parent
    named = name_files(paths, root, reading.options.symbol_from)
    one = not path.is_dir()
    rows = open_one(path, named[path], reading) if one else _folder(path, named, reading)
    return replace(rows, said=(*rows.said, *doubted_endings(path.name, rows.symbols)))


def _folder(path: Path, named: Mapping[Path, NamedFile], reading: Reading) -> BarRows:
    """Read the files of a folder; one that cannot be read is its symbol's failure, or a note."""
    good: dict[Path, BarRows] = {}
    bad: dict[Path, InputFileError] = {}
    for each, name in named.items():
        try:
            good[each] = open_one(each, name, reading, prices=True)
        except InputFileError as error:
            bad[each] = error
            logger.info("%s", error)
    if not good:
        raise next(iter(bad.values()))
    rows = _concat([*good.values()])
    logger.debug("%s: %d files, %d symbols", path, len(named), len(rows.symbols))
    alone = all(len(each.symbols) == 1 for each in good.values())
    rows = replace(rows, one_each=alone and len(rows.symbols) == len(good))
    if alone and any(_is_named_after(named[each], one) for each, one in good.items()):
        failures = {named[each].symbol: unreadable(error) for each, error in bad.items()}
        there = set(rows.symbols)
        failures = {name: why for name, why in failures.items() if name not in there}
        return replace(rows, failures={**failures, **rows.failures})
    return replace(rows, notes=(_not_read(path, len(named), bad),) if bad else ())


def _is_named_after(name: NamedFile, rows: BarRows) -> bool:
    return name.symbol.upper() == rows.symbols[0].upper()


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
        said=tuple(note for rows in parts for note in rows.said),
        failures={name: why for rows in parts for name, why in rows.failures.items()},
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


def _not_read(folder: Path, total: int, bad: dict[Path, InputFileError]) -> str:
    """Name the files that could not be read, and what is wrong with them."""
    shown = [
        str(InputFileError(name.name, error.reason, error.row, error.column))
        for name, error in [*bad.items()][:SHOWN]
    ]
    more = " ..." if len(bad) > SHOWN else ""
    files = f"{len(bad):,} of {count_of(total, 'file')} {agree(len(bad), 'is', 'are')} not read"
    return f"{folder.name}: {files}: {'; '.join(shown)}{more}"
