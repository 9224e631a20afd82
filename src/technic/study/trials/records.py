"""Records of the ledger of trials: one line of JSON each, with the hash of the one before."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from technic.errors import ParameterError

__all__ = ["CARRIED", "Lineage", "Record", "StudyEntry", "parsed"]

CARRIED = "counted in ledger "
"""How what is taken over from another ledger begins, before the key of that ledger."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Data that studies are run on: who brings it, and of which universe.

    A new sync brings more of the same data and is no other lineage. Files are named by their path
    from the root, links followed: however it is typed, it is one lineage.
    """

    LISTED: ClassVar[str] = "what the provider lists"
    """The universe where no file names one."""

    provider: str
    universe: str

    @property
    def key(self) -> str:
        """A name for files: sixteen letters and figures that follow from both."""
        text = json.dumps([self.provider, self.universe])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEntry:
    """What a study tried: ``names`` of setups, ratings or the texts of expressions.

    A setup's name is followed by what tells it from the one that comes with Technic, an expression
    by the definitions of the columns it uses.
    ``trials``: how many results were looked at, at least one for each name; ``first`` and
    ``last``: its days; ``data_version``, ``code``, ``command``: with what it can be run again. The
    first is JSON, or empty where it is not known.
    """

    names: tuple[str, ...]
    horizons: tuple[int, ...]
    first: str
    last: str
    trials: int
    data_version: str = ""
    code: str = ""
    command: str = ""

    def __post_init__(self) -> None:
        least = max(len(self.names), 1)
        whole = isinstance(self.trials, int) and not isinstance(self.trials, bool)
        if not whole or self.trials < least:
            raise ParameterError("trials", self.trials, f"a whole number from {least}")

    @property
    def carried(self) -> bool:
        """Whether this is no study, but the trials of another ledger of the same data."""
        return any(name.startswith(CARRIED) for name in self.names)

    @property
    def data(self) -> dict[str, Any]:
        """What names the data, without where they lie: a report is sent to others."""
        told: dict[str, Any] = json.loads(self.data_version) if self.data_version else {}
        return {name: one for name, one in told.items() if name not in ("path", "store")}


@dataclass(frozen=True, slots=True)
class Record:
    """A study in the ledger: its number from 1, ``total`` trials with it, and the link."""

    number: int
    at: str
    provider: str
    universe: str
    entry: StudyEntry
    total: int
    previous: str
    hash: str

    @classmethod
    def following(
        cls,
        lineage: Lineage,
        entry: StudyEntry,
        at: dt.datetime,
        number: int,
        total: int,
        previous: str,
    ) -> Record:
        """Return the record after ``number`` studies with ``total`` trials."""
        time = at.astimezone(dt.UTC).isoformat(timespec="seconds")
        found = cls(
            number + 1,
            time,
            lineage.provider,
            lineage.universe,
            entry,
            total + entry.trials,
            previous,
            "",
        )
        return cls(**{**_shallow(found), "hash": found.own_hash()})

    def own_hash(self) -> str:
        """Return the SHA-256 of all that the record says but the hash itself."""
        content = {name: value for name, value in asdict(self).items() if name != "hash"}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def line(self) -> str:
        """Return the record as a line of the ledger, with its end."""
        return json.dumps(asdict(self), separators=(",", ":")) + "\n"


def parsed(line: str) -> Record | None:
    """Return the record that a line is, None where it is none."""
    try:
        content: dict[str, Any] = json.loads(line)
        entry = dict(content.pop("entry"))
        for name in ("names", "horizons"):
            entry[name] = tuple(entry[name])
        return Record(entry=StudyEntry(**entry), **content)
    except (ValueError, TypeError, KeyError, AttributeError, ParameterError):
        return None


def _shallow(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in Record.__slots__}
