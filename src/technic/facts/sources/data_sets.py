"""SEC's Financial Statement Data Sets: what was filed in a quarter, as it was filed.

A zip of tables: ``sub.txt`` has the filings with the time each was accepted (New York's clock),
``num.txt`` their numbers. Only consolidated numbers are read: no segment, no co-registrant. That a
filing was amended later (``prevrpt``) nobody knew at the time: it is never looked at. Ends of
periods are rounded to ends of months here, those of cover pages to days after the filing, of which
its day counts; a filing that companyfacts has, with its exact days, is left out.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from technic.data_engine.interfaces.ceilings import MIB, shown_bytes
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.rows import ACCOUNTING_FORMS
from technic.facts.sources.companyfacts import UNITS, ConceptOf
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.forms import (
    NO_DAY,
    Times,
    could_be_filing,
    days_of,
    known_at,
    times_of,
)
from technic.facts.sources.new_york import to_utc
from technic.text.outside import clean
from technic.typing import DateArray, FloatArray, IntArray

__all__ = ["SOURCE", "DataSet", "add_data_set"]

SOURCE = "sec data set"
BLOCK = 16 * MIB
"""Of a table's text that is looked at at once."""
_CIK = re.compile(r"0*[1-9][0-9]{0,9}", re.ASCII)
MOST_BYTES = {"sub.txt": 16 * MIB, "num.txt": 4_096 * MIB}
"""Of a table, unpacked. A quarter has some 8,000 filings in 3 MiB; numbers are read in blocks."""
MOST_HEADER = 65_536
"""Bytes of a table's first line."""
SUB = ("adsh", "cik", "form", "period", "filed", "accepted")
NUM = ("adsh", "tag", "version", "ddate", "qtrs", "uom", "value", "coreg")
MONTHS = {1: 3, 2: 6, 3: 9, 4: 12}
"""Months of so many quarters; what lasts longer is no period of a report."""
TAXONOMIES = {"ifrs": "ifrs-full"}
"""Names of taxonomies that companyfacts writes otherwise."""
ANY_TAXONOMY = ("us-gaap", "ifrs-full", "dei", "srt")
_Label = tuple[str | None, str, str | None]
"""Version, tag and unit of a number."""


@dataclass(slots=True)
class DataSet:
    """What became of the numbers of a quarter.

    ``filings``: that count; ``known``: of them, those left out because they are known already;
    ``numbers``: looked at; ``kept``: as rows. ``unreadable``: rows of another length, and filings
    of no company.
    """

    filings: int = 0
    known: int = 0
    numbers: int = 0
    kept: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Filings:
    """Filings by their number, ascending; every array has shape ``(n,)``."""

    adsh: np.ndarray[Any, np.dtype[np.str_]]
    cik: IntArray
    form: list[str]
    period: DateArray
    reported: DateArray
    filed: DateArray
    known: Times


def add_data_set(
    rows: FactBlocks,
    path: Path,
    concept_of: ConceptOf,
    *,
    symbol_of: Mapping[int, str] | None = None,
    is_known: Callable[[str], bool] = lambda _: False,
    reported: Callable[[str], np.datetime64] = lambda _: NO_DAY,
    each_block: Callable[[], None] = lambda: None,
) -> DataSet:
    """Add the numbers of a quarter's zip to ``rows``, a block of its table after the other.

    ``is_known``: of a filing's number, whether its facts are there already. ``reported``: the exact
    end of the period of a filing's number, NaT where it is not known. ``each_block``: called
    after each block, so that rows need not pile up. Raises BadAnswerError for a zip that is cut off
    or holds other tables; blocks before that stay added.
    """
    done = DataSet()
    lookup = _Lookup(concept_of)
    with _opened(path) as archive:
        filings = _filings(archive, is_known, reported, done)
        for batch in _batches(archive, "num.txt", NUM, done, optional=("segments",)):
            done.numbers += batch.num_rows
            counted = _counted(batch, filings, lookup)
            done.kept += _add(rows, counted, filings, lookup, symbol_of or {})
            each_block()
    return done


@dataclass(frozen=True, slots=True)
class _Lookup:
    """Concepts, units and full tags of what numbers are tagged with, looked up once each."""

    concept_of: ConceptOf
    _tags: dict[str, bool] = field(default_factory=dict)
    _seen: dict[_Label, tuple[str, str, str] | None] = field(default_factory=dict)

    def may_be_kept(self, tag: str) -> bool:
        """Tell whether a tag has a concept in any taxonomy and unit."""
        if tag not in self._tags:
            self._tags[tag] = any(
                self.concept_of(taxonomy, tag, unit) is not None
                for taxonomy in ANY_TAXONOMY
                for unit in UNITS
            )
        return self._tags[tag]

    def concept(
        self, version: str | None, tag: str, uom: str | None
    ) -> tuple[str, str, str] | None:
        """Return (concept, unit, tag with its taxonomy); None for what is not kept."""
        key = (version, tag, uom)
        if key not in self._seen:
            taxonomy = (version or "").partition("/")[0]
            taxonomy = TAXONOMIES.get(taxonomy, taxonomy)
            self._seen[key] = None
            for unit in (uom or "", f"{uom}/shares"):  # a value per share is in USD here
                concept = self.concept_of(taxonomy, tag, unit)
                if concept is not None:
                    self._seen[key] = (concept, unit, f"{taxonomy}:{tag}")
                    break
        return self._seen[key]


def _counted(batch: pa.RecordBatch, filings: _Filings, lookup: _Lookup) -> pa.RecordBatch:
    """Keep what is consolidated, has a value, and is of a filing and of a tag that count."""
    tags = [tag for tag in pc.unique(batch["tag"]).to_pylist() if tag and lookup.may_be_kept(tag)]
    keep = pc.is_in(batch["tag"], value_set=pa.array(tags, pa.string()))
    numbers = pa.array(filings.adsh.tolist(), pa.string())
    keep = pc.and_(keep, pc.is_in(batch["adsh"], value_set=numbers))
    for name in ("coreg", "segments"):
        if name in batch.schema.names:
            keep = pc.and_(keep, pc.is_null(batch[name]))
    spans = pa.array([str(quarters) for quarters in (0, *MONTHS)])
    keep = pc.and_(keep, pc.is_in(batch["qtrs"], value_set=spans))
    return batch.filter(pc.and_(keep, pc.is_valid(batch["value"])))


def _add(
    rows: FactBlocks,
    batch: pa.RecordBatch,
    filings: _Filings,
    lookup: _Lookup,
    symbol_of: Mapping[int, str],
) -> int:
    """Add the numbers of a block, tag by tag; returns how many there were."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    labels = zip(*(batch[name].to_pylist() for name in ("version", "tag", "uom")), strict=True)
    for at, label in enumerate(labels):
        named = lookup.concept(*label)
        if named is not None:
            groups.setdefault(named, []).append(at)
    adsh = np.array(batch["adsh"].to_pylist(), filings.adsh.dtype)
    filing = np.searchsorted(filings.adsh, adsh)
    end = _whole_days(batch["ddate"].to_pylist())
    quarters = np.array(batch["qtrs"].to_pylist(), np.int64)
    value = _numbers(batch["value"])
    for (concept, unit, tag), places in groups.items():
        own = filing[places]
        ciks = filings.cik[own]
        rows.add(
            cik=ciks,
            symbol=[symbol_of.get(cik) for cik in ciks.tolist()],
            concept=concept,
            tag=tag,
            unit=unit,
            start=_starts(end[places], quarters[places]),
            end=np.minimum(
                _exact(end[places], filings.period[own], filings.reported[own]), filings.filed[own]
            ),
            value=value[places],
            form=[filings.form[at] for at in own.tolist()],
            accn=adsh[places].tolist(),
            known_at=filings.known[own],
        )
    return sum(map(len, groups.values()))


def _exact(end: DateArray, period: DateArray, reported: DateArray) -> DateArray:
    """Ends of periods: of the filing's own the day it reports, where that is known."""
    return np.where((end == period) & ~np.isnat(reported), reported, end)


def _starts(end: DateArray, quarters: IntArray) -> DateArray:
    """First day of so many quarters that end with a month; NaT for instants."""
    months = np.array([MONTHS.get(count, 0) for count in quarters.tolist()], "timedelta64[M]")
    after = (end + np.timedelta64(1, "D")).astype("datetime64[M]")
    start = (after - months).astype("datetime64[D]")
    return np.where(quarters == 0, NO_DAY, start)


def _filings(
    archive: zipfile.ZipFile,
    is_known: Callable[[str], bool],
    reported: Callable[[str], np.datetime64],
    done: DataSet,
) -> _Filings:
    """Read the filings of the forms that count, less those that are known already."""
    kept: list[tuple[Any, ...]] = []
    for batch in _batches(archive, "sub.txt", SUB, done):
        for row in zip(*(batch[name].to_pylist() for name in SUB), strict=True):
            adsh, cik, form = row[:3]
            if form not in ACCOUNTING_FORMS or not could_be_filing(adsh or ""):
                continue
            if not _CIK.fullmatch(cik or ""):
                done.unreadable += 1
                continue
            done.filings += 1
            if is_known(adsh):
                done.known += 1
            else:
                kept.append(row)
    kept.sort(key=itemgetter(0))
    columns = [list(column) for column in zip(*kept, strict=True)] or [[] for _ in SUB]
    adsh, cik, form, period, filed, accepted = columns
    day = _whole_days(filed)
    times = to_utc(times_of([(text or "").replace(" ", "T") for text in accepted]))
    return _Filings(
        np.array(adsh, np.str_),
        np.array([int(one) for one in cik], np.int64),
        form,
        _whole_days(period),
        np.array([reported(one) for one in adsh], "datetime64[D]"),
        day,
        known_at(day, times),
    )


def _whole_days(numbers: list[str | None]) -> DateArray:
    """Read days written as numbers, 20241130; NaT for what is none."""
    texts = [number or "" for number in numbers]
    return days_of([f"{text[:4]}-{text[4:6]}-{text[6:]}" for text in texts])


def _numbers(column: pa.Array) -> FloatArray:
    """Read values; NaN for what is no number, which the check of rows leaves out."""
    try:
        return np.array(column.cast(pa.float64()), np.float64)
    except pa.ArrowInvalid:
        return np.array([_number(text) for text in column.to_pylist()], np.float64)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive; whatever is wrong within it is one error."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        what = clean(str(error))  # it may quote what stands where a name should
        raise BadAnswerError(f"the archive is damaged or was cut off: {what}") from error
    except KeyError as error:
        raise BadAnswerError(f"the archive lacks a table: {error.args[0]}") from error


def _batches(
    archive: zipfile.ZipFile,
    name: str,
    columns: tuple[str, ...],
    done: DataSet,
    optional: tuple[str, ...] = (),
) -> Iterator[pa.RecordBatch]:
    """Yield a table of the archive in blocks; BadAnswerError where a column is missing.

    Rows of another length are counted in ``done``.
    """
    with _member(archive, name) as member:
        first = member.readline(MOST_HEADER)
        header = first.decode("utf-8", "replace").rstrip("\r\n").split("\t")
        missing = [column for column in columns if column not in header]
        if missing:
            raise BadAnswerError(f"{name} has no column {missing[0]!r}")
        if len(first) == archive.getinfo(name).file_size:  # a header alone: nothing was filed
            return

        def skip(_: object) -> str:
            done.unreadable += 1
            return "skip"

        wanted = [column for column in (*columns, *optional) if column in header]
        try:
            yield from csv.open_csv(
                member,
                csv.ReadOptions(column_names=header, block_size=BLOCK, use_threads=False),
                csv.ParseOptions(delimiter="\t", quote_char=False, invalid_row_handler=skip),
                csv.ConvertOptions(
                    include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()),
                    strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=True,
                ),
            )  # fmt: skip
        except pa.ArrowInvalid as error:
            raise BadAnswerError(f"{name} is no table of numbers: {clean(str(error))}") from error


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open a table; zipfile says in many ways that what it reads of it makes no sense.

    What it reads is no more than the archive says, which is looked at first.
    """
    if archive.getinfo(name).file_size > MOST_BYTES[name]:
        raise BadAnswerError(f"{name} has more than {shown_bytes(MOST_BYTES[name])}")
    try:
        return archive.open(name)
    except (OSError, RuntimeError, ValueError) as error:
        raise BadAnswerError(f"{name} cannot be opened in the archive: {error}") from error
