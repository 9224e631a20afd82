"""What a scan may read after a sync that did not bring everything: what is stored, and says so.

Bars in the store are never hidden. Symbols in quarantine are read as they are. Where a vendor did
not answer for so many that the day is none, all are read up to where they were answered, so that
the scan can go back to the last complete session. A few that failed stay out, each with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from technic.data_engine.interfaces.coverage import Gaps
from technic.data_engine.interfaces.records import Failure
from technic.wording.counts import count_of

__all__ = ["QUARANTINED", "Readable", "readable", "tail_gaps"]

QUARANTINED = "quarantined"
NAMED = 5
MARKET = 20
"""From so many symbols on, one in twenty that failed makes a day incomplete; of fewer, half."""


@dataclass(frozen=True, slots=True)
class Readable:
    """``failures``: symbols that are not read. ``quarantined``: those read as they are, if at all.

    ``notes``: what a reader should know of both.
    """

    failures: Mapping[str, Failure]
    quarantined: Mapping[str, Failure]
    notes: tuple[str, ...]

    def without(self, symbols: Sequence[str]) -> dict[str, Failure]:
        """Return those in quarantine that are not among ``symbols``, which have bars."""
        held = set(symbols)
        return {name: why for name, why in self.quarantined.items() if name not in held}


def tail_gaps(gaps: Gaps) -> frozenset[str]:
    """Return the symbols that miss nothing but the last sessions, and were answered before."""
    missing = gaps.missing
    again = (missing[:, :-1] & ~missing[:, 1:]).any(axis=1)  # answered after a gap
    tails = np.flatnonzero(~again & ~missing.all(axis=1))
    return frozenset(symbol for at in tails for symbol in gaps.groups[at])


def readable(
    provider: str, failures: Mapping[str, Failure], behind: frozenset[str], asked: int
) -> Readable:
    """Decide which of the symbols that failed are read; ``behind`` lack the last sessions only."""
    quarantined = {s: failure for s, failure in failures.items() if failure.reason == QUARANTINED}
    late = [symbol for symbol in failures if symbol in behind and symbol not in quarantined]
    notes = []
    if len(late) <= asked * (0.05 if asked >= MARKET else 0.5):
        late = []
    if late:
        why = Counter(f"{failures[symbol].reason}: {failures[symbol].detail}" for symbol in late)
        notes.append(
            f"{len(late):,} of {count_of(asked, 'symbol')} could not be brought up to date and are "
            f"scanned as they are stored: {why.most_common(1)[0][0]}"
        )
    if quarantined:
        notes.append(_left_alone(provider, tuple(quarantined)))
    gone = {*quarantined, *late}
    left = {symbol: failure for symbol, failure in failures.items() if symbol not in gone}
    return Readable(left, quarantined, tuple(notes))


def _left_alone(provider: str, symbols: tuple[str, ...]) -> str:
    more = f" and {len(symbols) - NAMED:,} more" if len(symbols) > NAMED else ""
    named = f"{', '.join(symbols[:NAMED])}{more}"
    return (
        f"not asked for, after failing before: {named}; what is stored of them is read; "
        f"technic data clear-problems --provider {provider} lets the next sync ask again"
    )
