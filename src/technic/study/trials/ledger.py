"""The ledger of trials: an append-only file for each lineage of data.

``TECHNIC_HOME/trials/KEY.jsonl`` has a line for each study; each holds the hash of the one before,
so that none can be changed or taken out of the middle unseen. ``KEY.head`` says how far the ledger
had come, so that none can be cut off at its end either. One process writes at a time. A line that
a crash tore is put aside into ``KEY.torn`` at the next study, and told. Every study checks the
links before it, and says so where one is broken.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from technic.errors import InputFileError
from technic.study.trials.file_lock import held
from technic.study.trials.records import CARRIED, Lineage, Record, StudyEntry, parsed
from technic.wording.counts import count_of

__all__ = ["Appended", "Earlier", "TrialLedger", "Verification", "ledgers"]

FOLDER = "trials"


@dataclass(frozen=True, slots=True)
class Earlier:
    """``trials`` on the same data, from day ``first`` to ``last``, in another lineage's ledger."""

    lineage: Lineage
    trials: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Verification:
    """``studies`` and ``trials`` that are there; ``broken``: the line of the first broken link.

    ``reason`` says what is wrong with it; ``torn``: a last line that was not written to its end.
    """

    studies: int
    trials: int
    broken: int | None = None
    reason: str = ""
    torn: str | None = None

    @property
    def sound(self) -> bool:
        """Whether every link holds."""
        return self.broken is None


@dataclass(frozen=True, slots=True)
class Appended:
    """The record of a study; ``put_aside``: a torn line that stood at the end before it.

    ``checked``: what the links before it said; ``carried``: trials taken over from other ledgers.
    """

    record: Record
    put_aside: str | None
    checked: Verification
    carried: int = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what a reader of the number of trials should know, in sentences."""
        found = []
        if not self.checked.sound:
            found.append(
                f"the ledger of trials of these data is broken at line {self.checked.broken} "
                f"({self.checked.reason}): how much was tried on them is not certain; technic "
                "study --trials checks it"
            )
        if self.put_aside is not None:
            found.append(
                "the last line of the ledger of trials was not written to its end, and was put "
                "aside: a study that it was of is not counted"
            )
        if self.carried:
            found.append(
                f"{count_of(self.carried, 'trial')} on the same data, whose path was written "
                "otherwise, now count here, too"
            )
        return tuple(found)


class _Head(NamedTuple):
    number: int
    total: int
    hash: str


class TrialLedger:
    """The studies of one lineage of data, in ``home``."""

    def __init__(self, home: Path, lineage: Lineage) -> None:
        self.lineage = lineage
        self._path = home / FOLDER / f"{lineage.key}.jsonl"

    @property
    def trials(self) -> int:
        """Trials so far, 0 where none was run."""
        return self._newest(self.records()).total

    def records(self) -> list[Record]:
        """Return the studies, oldest first, without lines that are none."""
        lines, _ = self._lines()
        return [record for record in map(parsed, lines) if record]

    def append(
        self, entry: StudyEntry, now: dt.datetime, earlier: Sequence[Earlier] = ()
    ) -> Appended:
        """Write a study down; on the disk when this returns.

        ``earlier``: other ledgers of the same data; what is new in them is written down before.
        """
        with self._writable():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with held(self._path.with_suffix(".lock")):
                torn = self._put_aside()
                checked, records = self.verify(), self.records()
                newest = self._newest(records)
                new, carried = [*_taken_over(records, earlier, entry), entry], -entry.trials
                with self._path.open("ab") as file:
                    for one in new:
                        record = Record.following(self.lineage, one, now, *newest)
                        newest = _Head(record.number, record.total, record.hash)
                        carried += one.trials
                        _write(file.fileno(), record.line())
                self._write_head(newest)
        return Appended(record, torn, checked, carried)

    def verify(self) -> Verification:
        """Follow the links from the first study to the last."""
        lines, torn = self._lines()
        before = _Head(0, 0, self.lineage.key)
        broken, reason = None, ""
        for at, record in enumerate(map(parsed, lines), start=1):
            reason = self._broken(record, before)
            if record is None or reason:
                broken = at
                break
            before = _Head(record.number, record.total, record.hash)
        head = self._head()
        if broken is None and head and head.number > before.number:
            broken = len(lines) + 1
            reason = f"{head.number} studies were written, later ones are gone"
        return Verification(len(self.records()), self.trials, broken, reason, torn)

    def _broken(self, record: Record | None, before: _Head) -> str:
        """Say what is wrong with a record that follows ``before``; empty if nothing is."""
        if record is None:
            return "is no record of a study"
        if record.previous != before.hash:
            return "does not follow the line before it: one was changed, added or taken out"
        if record.hash != record.own_hash():
            return "was changed after it was written"
        if (record.provider, record.universe) != (self.lineage.provider, self.lineage.universe):
            return "is of other data"
        expected = before.number + 1, before.total + record.entry.trials
        return "" if (record.number, record.total) == expected else "counts wrongly"

    def _newest(self, records: list[Record]) -> _Head:
        """Where the ledger stands: its last record, or its head if later ones were cut off."""
        newest = _Head(0, 0, self.lineage.key)
        if records:
            newest = _Head(records[-1].number, records[-1].total, records[-1].hash)
        head = self._head()
        return head if head and head.number > newest.number else newest

    def _lines(self) -> tuple[list[str], str | None]:
        """Return the lines, and the last one apart if it is torn."""
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return [], None
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        if lines and parsed(lines[-1]) is None:
            return lines[:-1], lines[-1]
        return lines, None

    def _put_aside(self) -> str | None:
        """Move a torn last line into its own file; finish one that lacks nothing but its end."""
        _, torn = self._lines()
        if not self._path.exists():
            return None
        content = self._path.read_bytes()
        if torn is not None:
            start = content[:-1].rfind(b"\n") + 1
            with self._path.with_suffix(".torn").open("ab") as aside:
                _write(aside.fileno(), torn + "\n")
            with self._path.open("r+b") as file:
                file.truncate(start)
                os.fsync(file.fileno())
        elif content and not content.endswith(b"\n"):
            with self._path.open("ab") as file:
                _write(file.fileno(), "\n")
        return torn

    def _head(self) -> _Head | None:
        try:
            number, total, found = json.loads(self._path.with_suffix(".head").read_bytes())
            return _Head(int(number), int(total), str(found))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _write_head(self, head: _Head) -> None:
        path = self._path.with_suffix(".head")
        new = path.with_suffix(".head-new")
        with new.open("wb") as file:
            _write(file.fileno(), json.dumps(head))
        new.replace(path)

    @contextmanager
    def _writable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            hint = "set TECHNIC_HOME to a folder that can be written"
            reason = f"the study cannot be written down: {error.strerror}"
            raise InputFileError(str(self._path), reason, hint=hint) from error


def _taken_over(
    records: Sequence[Record], earlier: Sequence[Earlier], entry: StudyEntry
) -> Iterator[StudyEntry]:
    """Yield an entry for each other ledger that has more trials than were taken over from it."""
    for one in earlier:
        start = f"{CARRIED}{one.lineage.key}: "
        before = sum(
            record.entry.trials
            for record in records
            if any(name.startswith(start) for name in record.entry.names)
        )
        if one.trials > before:
            text = f"{start}{one.lineage.provider}, {one.lineage.universe}"
            yield replace(
                entry, names=(text,), horizons=(), first=one.first, last=one.last,
                trials=one.trials - before, command="",
            )  # fmt: skip


def ledgers(home: Path) -> list[TrialLedger]:
    """Return the ledgers in ``home``, one for each lineage of data that was studied."""
    found = {}
    for path in sorted((home / FOLDER).glob("*.jsonl")):
        with path.open(encoding="utf-8", errors="replace") as file:
            records = (parsed(line) for line in file)
            record = next((one for one in records if one), None)
        if record:
            lineage = Lineage(record.provider, record.universe)
            if lineage.key == path.stem:
                found[lineage.key] = TrialLedger(home, lineage)
    return list(found.values())


def _write(fd: int, text: str) -> None:
    """Write all of a text, and wait until the disk has it."""
    left = text.encode()
    while left:
        left = left[os.write(fd, left) :]
    os.fsync(fd)
