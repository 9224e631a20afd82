"""A saved result read back: everything that a re-run needs and that two results are compared by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from technic.errors import InputFileError, ParameterError
from technic.result.folder import SCAN, StoredFolder, read_folder
from technic.result.headline import headline_of
from technic.result.info import DataInfo, RankInfo
from technic.result.ledger import Ledger
from technic.scan.config import ScanConfig
from technic.scan.config_json import config_from_json
from technic.text.short_repr import short_repr
from technic.universe import Universe
from technic.wording.counts import count_of

__all__ = ["SavedScan", "load_saved"]

T = TypeVar("T")

LEDGER = ("symbol", "outcome", "detail")
BARS = ("symbol", "bars", "first", "last", "hash")
EARLIER: Mapping[int, Mapping[str, object]] = {1: {"rank_among": "shown"}}
"""What a config of an earlier format meant that does not say it: keys that came later."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SavedScan:
    """A result as it lies in ``folder``.

    ``table``: one row for each kept symbol; ``filtered``: signal and columns of the scored symbols
    that a filter left out; ``listings``: those of the universe and of the symbols that it was
    compared with, ``ranks``: among how many; ``bars``: symbol, bars, first, last, hash of what was
    scanned.
    ``config_of_table``: the config that the table itself names. ``code``, ``environment``,
    ``data_version``, ``benchmark``: what the result came from. ``altered``: files that were changed
    since they were saved.
    """

    folder: Path
    table: pd.DataFrame
    filtered: pd.DataFrame
    ledger: Ledger
    universe: Universe
    listings: Universe
    ranks: RankInfo
    bars: pd.DataFrame
    config: ScanConfig
    config_json: Mapping[str, Any]
    config_of_table: Mapping[str, Any] | None
    as_of: str
    data: DataInfo
    regime: Mapping[str, object]
    warnings: tuple[str, ...]
    code: Mapping[str, str]
    environment: Mapping[str, str]
    data_version: Mapping[str, Any]
    benchmark: Mapping[str, str] | None
    altered: tuple[str, ...]

    def headline(self) -> str:
        """One line: as of when, how many of how many, from where, SIMULATED where it is."""
        return str(headline_of(self))

    def __repr__(self) -> str:
        rows = count_of(len(self.table), "row")
        return short_repr(self, str(self.folder), self.headline(), f".table: {rows}")


def load_saved(folder: str | Path) -> SavedScan:
    """Read a result that ``ScanResult.save`` or ``technic scan --save`` has written.

    Raises InputFileError, in one sentence, for a folder that is no saved result, a file that is
    missing or cut short, a format of another version, and a key or a value nobody knows.
    """
    if not isinstance(folder, str | Path) or not str(folder).strip():
        raise ParameterError("folder", folder, "the folder of a saved result")
    folder = Path(folder)
    stored = read_folder(folder)
    document = _Document(str(folder / SCAN), stored.document)
    ledger = _columns(folder, stored, "ledger", LEDGER)
    config = _as_meant(document, document.part("config", dict))
    of_table = stored.notes["table"].get("config")
    benchmark = stored.document.get("benchmark")
    listings = _universe(folder, stored.frames["universe"], document)
    return SavedScan(
        folder=folder,
        table=stored.frames["table"],
        filtered=stored.frames["filtered"],
        ledger=Ledger(
            tuple(map(str, ledger["symbol"])), _texts(ledger["outcome"]), _texts(ledger["detail"])
        ),
        universe=_shown(listings, ledger["symbol"]),
        listings=listings,
        ranks=document.ranks(),
        bars=_columns(folder, stored, "bars", BARS),
        config=config_from_json(config, document.path),
        config_json=config,
        config_of_table=_as_meant(document, of_table) if isinstance(of_table, dict) else None,
        as_of=document.part("as_of", str),
        data=document.data(),
        regime=document.part("regime", dict),
        warnings=tuple(map(str, document.part("warnings", list))),
        code=document.part("code", dict),
        environment=document.part("environment", dict),
        data_version=document.part("data_version", dict),
        benchmark=benchmark if isinstance(benchmark, Mapping) else None,
        altered=stored.altered,
    )


@dataclass(frozen=True, slots=True)
class _Document:
    """The parts of scan.json, each of the kind it has to be."""

    path: str
    content: Mapping[str, Any]

    def part(self, name: str, kind: type[T]) -> T:
        value = self.content.get(name)
        if not isinstance(value, kind):
            what = "is missing" if name not in self.content else f"is {value!r:.40}"
            raise InputFileError(self.path, f"{name!r} {what}", hint="it was edited")
        return value

    def ranks(self) -> RankInfo:
        """Return among how many was ranked; format 1 has the number alone."""
        first = self.content.get("format") == 1
        values = {"size": self.part("ranked_over", int)} if first else self.part("ranks", dict)
        return self._built("ranks", RankInfo, values, size=int, shown_only=bool)

    def data(self) -> DataInfo:
        return self._built("data", DataInfo, self.part("data", dict), simulated=bool)

    def _built(self, name: str, kind: type[T], values: Mapping[str, Any], **kinds: type) -> T:
        try:
            found = kind(**values)
        except TypeError as error:
            raise InputFileError(self.path, f"{name!r} is not as it was saved: {error}") from error
        for key, own in kinds.items():
            if type(getattr(found, key)) is not own:
                what = f"'{name}.{key}' is {getattr(found, key)!r:.40}"
                raise InputFileError(self.path, what, hint="it was edited")
        return found


def _as_meant(document: _Document, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a saved config with what it meant by the keys that its format did not have."""
    return {**EARLIER.get(document.content["format"], {}), **config}


def _columns(
    folder: Path, stored: StoredFolder, name: str, columns: tuple[str, ...]
) -> pd.DataFrame:
    frame = stored.frames[name]
    for column in columns:
        if column not in frame.columns:
            raise InputFileError(str(folder / f"{name}.parquet"), f"has no column {column!r}")
    return frame


def _universe(folder: Path, frame: pd.DataFrame, document: _Document) -> Universe:
    source = document.part("universe", dict).get("source")
    try:
        return Universe(frame, str(source))
    except ParameterError as error:
        raise InputFileError(str(folder / "universe.parquet"), str(error)) from error


def _shown(listings: Universe, symbols: pd.Series[Any]) -> Universe:
    """Return the listings without those of symbols that are only compared with."""
    if len(listings) <= len(symbols):
        return listings
    return Universe(listings.restrict(symbols).columns, listings.source)


def _texts(values: pd.Series[Any]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    texts = np.empty(len(values), dtype=object)
    texts[:] = [None if pd.isna(value) else str(value) for value in values]
    return texts
