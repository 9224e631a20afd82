"""The rows of the coverage log: what each says, and how many become few.

A row says either that whole-market days were answered (``sessions``, with the rows each had), or
that ``symbols`` (none: all of the market) were answered from ``first`` to ``last``. ``final`` is
the last day that was final when the question was asked: later days are not covered. ``serial``
orders the writes: of two answers for a day the later write is what the store holds. ``version``
is the version of the topic's table that the row relies on, ``content_days`` and ``content`` are a
hash of the table's rows on each day that the write touched (``WHOLE_TABLE`` for a small table).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.data_engine.interfaces.coverage import Coverage
from technic.data_engine.store._delta import TableSpec
from technic.data_engine.store._hashes import DayHashes
from technic.data_engine.store._rows import EXCHANGE_ZONE
from technic.errors import ParameterError
from technic.typing import BoolArray, DateArray

__all__ = [
    "ANSWERS",
    "SCHEMA",
    "SPEC",
    "WHOLE_TABLE",
    "CoverageRecord",
    "as_date",
    "by_end",
    "by_range",
    "final_on",
    "latest_content",
    "market_days",
    "merge",
    "number",
    "one_table",
    "too_few",
    "upgraded_records",
    "weekdays",
    "without_days",
]

CLOSE = dt.time(16, 0)
NEIGHBOURS = 10
LEAST_FRACTION = 0.5
"""A whole-market day with a smaller fraction of its neighbours' rows was answered in part only."""

SCHEMA = pa.schema(
    [
        ("serial", pa.int64()),
        ("topic", pa.string()),
        ("asked_at", pa.timestamp("us", tz="UTC")),
        ("final", pa.date32()),
        ("sessions", pa.list_(pa.date32())),
        ("rows", pa.list_(pa.int32())),
        ("symbols", pa.list_(pa.string())),
        ("first", pa.date32()),
        ("last", pa.date32()),
        ("version", pa.int64()),
        ("content_days", pa.list_(pa.date32())),
        ("content", pa.list_(pa.int64())),
    ]
)
ANSWERS = pa.schema([field for field in SCHEMA if not field.name.startswith("content")])
WHOLE_TABLE = np.datetime64("1900-01-01", "D")
"""The day under which the hash of all rows of a small table stands."""
SPEC = TableSpec("coverage", SCHEMA)


def final_on(asked_at: dt.datetime) -> np.datetime64:
    """Return the last day that was over on the exchange at ``asked_at`` (an aware datetime).

    Half days count as whole ones; a caller with a calendar knows better and says so.
    """
    if asked_at.tzinfo is None:
        raise ParameterError("asked_at", asked_at.isoformat(), "a time with its zone")
    local = asked_at.astimezone(ZoneInfo(EXCHANGE_ZONE))
    over = local.time() >= CLOSE
    return np.datetime64(local.date() if over else local.date() - dt.timedelta(days=1), "D")


@dataclass(frozen=True, slots=True)
class CoverageRecord:
    """One row of the table; ``topic`` is ``bars`` or another table's name."""

    topic: str
    asked_at: dt.datetime
    final: np.datetime64
    sessions: DateArray | None = None
    rows: Sequence[int] = ()
    symbols: Sequence[str] = ()
    first: np.datetime64 | None = None
    last: np.datetime64 | None = None
    version: int = 0
    content: DayHashes = field(default_factory=DayHashes.none)

    def record(self) -> dict[str, Any]:
        """Return the row; the log numbers it."""
        return {
            "serial": 0,
            "topic": self.topic,
            "asked_at": self.asked_at.astimezone(dt.UTC),
            "final": as_date(self.final),
            "sessions": [] if self.sessions is None else [as_date(day) for day in self.sessions],
            "rows": list(self.rows),
            "symbols": list(self.symbols),
            "first": None if self.first is None else as_date(self.first),
            "last": None if self.last is None else as_date(self.last),
            "version": self.version,
            "content_days": self.content.days.astype(object).tolist(),
            "content": self.content.hashes.tolist(),
        }


def market_days(records: Iterable[dict[str, Any]]) -> tuple[DateArray, NDArray[np.int64]]:
    """Return the final whole-market days and their rows, the latest answer for each day."""
    latest: dict[dt.date, tuple[int, bool]] = {}
    for record in sorted(records, key=lambda record: int(record["serial"])):
        for day, rows in zip(record["sessions"], record["rows"], strict=True):
            latest[day] = rows, day <= record["final"]
    days = sorted(day for day, (_, final) in latest.items() if final)
    counts = np.array([latest[day][0] for day in days], dtype=np.int64)
    return np.array(days, dtype="datetime64[D]"), counts


def too_few(rows: NDArray[np.int64]) -> BoolArray:
    """Mark days with far fewer rows than the days around them, and days with none."""
    few: BoolArray = rows == 0
    for at in range(len(rows)):
        around = np.r_[rows[max(at - NEIGHBOURS, 0) : at], rows[at + 1 : at + 1 + NEIGHBOURS]]
        few[at] |= bool(len(around)) and rows[at] < LEAST_FRACTION * float(np.median(around))
    return few


def without_days(record: dict[str, Any], days: Sequence[np.datetime64]) -> list[dict[str, Any]]:
    """Return a row without some days: a range that has one inside becomes two."""
    gone = {day.astype(object) for day in days}
    if WHOLE_TABLE in days:
        return []
    kept = [at for at, day in enumerate(record["sessions"]) if day not in gone]
    hashed = [at for at, day in enumerate(record["content_days"]) if day not in gone]
    base = record | {
        "sessions": [record["sessions"][at] for at in kept],
        "rows": [record["rows"][at] for at in kept],
        "content_days": [record["content_days"][at] for at in hashed],
        "content": [record["content"][at] for at in hashed],
    }
    if record["first"] is None:
        return [base]
    inside = sorted(day for day in gone if record["first"] <= day <= record["last"])
    step = dt.timedelta(days=1)
    starts = [record["first"], *(day + step for day in inside)]
    ends = [*(day - step for day in inside), record["last"]]
    nothing: dict[str, Any] = {"content_days": [], "content": []}
    parts = [
        base | nothing | {"first": first, "last": last}
        for first, last in zip(starts, ends, strict=True)
        if first <= last
    ]
    hashes = base | {"symbols": [], "first": None, "last": None}
    return [*parts, hashes]


def merge(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say the same in fewer rows: one for the market's days, one for each range and its symbols.

    Ranges of a symbol that touch become one, with the latest time it was asked.
    """
    out: list[dict[str, Any]] = []
    for topic in sorted({record["topic"] for record in records}):
        own = [record for record in records if record["topic"] == topic]
        version = max(record["version"] for record in own)
        rows = [*_merged_market(topic, own), *_merged_ranges(topic, own), *_merged_content(own)]
        out += [row | {"version": version} for row in rows]
    return number(out, max((record["serial"] for record in records), default=0))


def _merged_market(topic: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    days, rows = market_days(records)
    whole = [
        record | {"content_days": [], "content": []}
        for record in records
        if not record["symbols"] and record["first"] is not None
    ]
    if not len(days):
        return whole
    asked = max(r["asked_at"] for r in records if r["sessions"])
    return [*whole, CoverageRecord(topic, asked, days[-1], days, rows.tolist()).record()]


def _merged_content(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    content = latest_content(records)
    if not len(content.days):
        return []
    latest = max(records, key=lambda record: int(record["serial"]))
    final = np.datetime64(latest["final"], "D")
    return [CoverageRecord(latest["topic"], latest["asked_at"], final, content=content).record()]


def latest_content(records: Iterable[dict[str, Any]]) -> DayHashes:
    """Return the latest hash of each day."""
    latest: dict[dt.date, int] = {}
    for record in sorted(records, key=lambda record: int(record["serial"])):
        latest.update(zip(record["content_days"], record["content"], strict=True))
    days = sorted(latest)
    hashes = np.array([latest[day] for day in days], np.int64)
    return DayHashes(np.array(days, "datetime64[D]"), hashes)


def _merged_ranges(topic: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    asked: dict[str, dt.datetime] = {}
    names: list[str] = []
    first: list[dt.date] = []
    last: list[dt.date] = []
    for record in records:
        end = min(record["last"] or dt.date.max, record["final"])
        if not record["symbols"] or record["first"] > end:
            continue
        names += record["symbols"]
        first += [record["first"]] * len(record["symbols"])
        last += [end] * len(record["symbols"])
        for name in record["symbols"]:
            asked[name] = max(asked.get(name, record["asked_at"]), record["asked_at"])
    none = np.empty(0, "datetime64[D]")
    merged = Coverage.of(
        none, names, np.array(first, "datetime64[D]"), np.array(last, "datetime64[D]")
    )
    out = []
    for name, ranges in merged.ranges.items():
        for start, end_day in ranges:
            out.append((name, start, end_day, asked[name]))
    return [answer.record() for answer in _grouped(topic, out, None)]


def upgraded_records(
    records: list[dict[str, Any]], content: Mapping[str, tuple[int, DayHashes]]
) -> dict[str, pa.Table]:
    """Return rows without version and hashes with those of each topic's table as it is."""
    out = []
    for topic, (version, hashes) in content.items():
        own = [
            record | {"version": version, "content_days": [], "content": []}
            for record in records
            if record["topic"] == topic
        ]
        if own:
            row = max(own, key=lambda record: int(record["serial"]))
            final = np.datetime64(row["final"], "D")
            hashed = CoverageRecord(topic, row["asked_at"], final, version=version, content=hashes)
            out += [*own, hashed.record() | {"serial": row["serial"]}]
    return one_table(out)


def by_range(
    topic: str,
    asked_at: dt.datetime,
    final: np.datetime64,
    symbols: Sequence[str],
    first: DateArray,
    last: DateArray,
) -> list[CoverageRecord]:
    """Return the answers that say symbol i was answered from ``first[i]`` to ``last[i]``."""
    rows = [(name, a, z, asked_at) for name, a, z in zip(symbols, first, last, strict=True)]
    return _grouped(topic, rows, final)


def by_end(
    names: Sequence[str], final: np.datetime64 | Mapping[str, np.datetime64]
) -> dict[np.datetime64, list[str]]:
    """Return the symbols of each last day that is covered."""
    if isinstance(final, np.datetime64):
        return {final: list(names)}
    ends: dict[np.datetime64, list[str]] = {}
    for name in names:
        ends.setdefault(final[name], []).append(name)
    return ends


def _grouped(
    topic: str,
    rows: Iterable[tuple[str, np.datetime64, np.datetime64, dt.datetime]],
    final: np.datetime64 | None,
) -> list[CoverageRecord]:
    """Make one answer of all symbols with the same range and time; ``final`` None: the range's."""
    groups: dict[tuple[np.datetime64, np.datetime64, dt.datetime], list[str]] = {}
    for name, first, last, asked_at in rows:
        groups.setdefault((first, last, asked_at), []).append(name)
    return [
        CoverageRecord(topic, when, final or last, symbols=names, first=first, last=last)
        for (first, last, when), names in groups.items()
    ]


def number(records: list[dict[str, Any]], serial: int) -> list[dict[str, Any]]:
    """Return the rows with the number of their write."""
    return [record | {"serial": serial} for record in records]


def one_table(records: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """Return rows as the one part of an unpartitioned table."""
    return {"": pa.Table.from_pylist(records, SCHEMA)}


def weekdays(first: dt.date, last: dt.date) -> DateArray:
    """Return Mondays to Fridays from ``first`` to ``last``."""
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    return days[np.is_busday(days)]


def as_date(day: np.datetime64) -> dt.date:
    """Return a day as a date."""
    value = day.astype("datetime64[D]").astype(object)
    assert isinstance(value, dt.date)
    return value
