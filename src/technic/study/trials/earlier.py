"""Trials on the same data that stand in another ledger, because its path was written otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from technic.study.trials.ledger import Earlier, ledgers
from technic.study.trials.records import Lineage, Record

__all__ = ["earlier_trials", "spellings"]


def spellings(path: str) -> frozenset[str]:
    """Return the path from the root as it is written, and where links lead it."""
    found = Path(path)
    return frozenset((found.absolute().as_posix(), found.resolve().as_posix()))


def earlier_trials(home: Path, lineage: Lineage, data: str | None) -> Iterator[Earlier]:
    """Yield what other ledgers have of the same data; ``data``: their file or folder, if known.

    A universe file that was named from another folder is taken as the same where its name is: one
    trial too many raises the bar, one too few flatters.
    """
    if data is None and not _is_path(lineage.universe):
        return
    for ledger in ledgers(home):
        if ledger.lineage.key == lineage.key:
            continue
        if not _same_universe(ledger.lineage.universe, lineage.universe):
            continue
        records = ledger.records()
        own = [
            record.entry
            for record in records
            if not record.entry.carried and _same_data(record, lineage, data)
        ]
        if not own:
            continue
        # those cut off at its end were tried, too
        lost = max(ledger.trials - sum(record.entry.trials for record in records), 0)
        trials = sum(entry.trials for entry in own) + lost
        first, last = min(entry.first for entry in own), max(entry.last for entry in own)
        yield Earlier(ledger.lineage, trials, first, last)


def _same_data(record: Record, lineage: Lineage, data: str | None) -> bool:
    """Tell by the path in the data version; where there is none, by what the provider is called."""
    if data is None:
        return record.provider == lineage.provider
    provider, _, told = record.provider.partition(" ")
    if provider != lineage.provider.partition(" ")[0]:
        return False
    version = json.loads(record.entry.data_version or "{}")
    path = version.get("path") or told
    return bool(path) and bool(spellings(path) & spellings(data))


def _same_universe(old: str, new: str) -> bool:
    if old == new:
        return True
    if not _is_path(new) or not _is_path(old):
        return False
    relative = not Path(old).is_absolute() and Path(old).name == Path(new).name
    return relative or bool(spellings(old) & spellings(new))


def _is_path(universe: str) -> bool:
    return universe != Lineage.LISTED
