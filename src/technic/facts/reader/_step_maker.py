"""From numbers at every session at which something became known to the steps where they change."""

from __future__ import annotations

import numpy as np

from technic.facts.reader._identity import Claims
from technic.facts.reader._numbers import Asked, Numbers
from technic.facts.reader._split_index import SplitIndex
from technic.facts.reader.steps import FactSteps, Reading
from technic.typing import DateArray, IntArray

__all__ = ["asked_at", "make_steps"]


def asked_at(claims: Claims, of_company: list[IntArray], of_security: list[IntArray]) -> Asked:
    """Return each symbol with every session at which something of it became known.

    of_company, of_security: sorted keys of owner and session, one array for each concept.
    """
    found = [claims.asked << 15 | claims.start]
    for keys in of_company:
        owner, low, high = claims.company, claims.start, claims.end - 1
        found.append(_spread(keys, claims.asked, owner, low, high))
    for keys in of_security:
        asked = np.flatnonzero(claims.security >= 0)
        owner = claims.security[asked]
        low, high = np.zeros(len(asked), np.int64), np.full(len(asked), (1 << 15) - 1)
        found.append(_spread(keys, asked, owner, low, high))
    # Each part is nearly in order already, which a stable sort makes use of.
    key = np.sort(np.concatenate(found), kind="stable")
    key = key[np.append(True, key[1:] != key[:-1])[: len(key)]]
    symbol, session = key >> 15, key & ((1 << 15) - 1)
    company = claims.company_at(symbol, session)
    return Asked(symbol, company, claims.security[symbol], session)


def _spread(
    keys: IntArray, asked: IntArray, owner: IntArray, low: IntArray, high: IntArray
) -> IntArray:
    """Return (asked, session) of the keys of each owner from a session to another."""
    first = np.searchsorted(keys, owner << 15 | low)
    count = np.searchsorted(keys, owner << 15 | high, side="right") - first
    ends = np.cumsum(count)
    at = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(first - ends + count, count)
    found: IntArray = np.repeat(asked, count) << 15 | (keys[at] & ((1 << 15) - 1))
    return found


def make_steps(
    asked: Asked,
    numbers: Numbers,
    period: IntArray,
    *,
    count: int,
    per_share: int,
    splits: SplitIndex,
    sessions: DateArray,
    reading: Reading,
) -> FactSteps:
    """Keep the sessions at which the value, its period or its shares change.

    period: a number of the latest period known, -1 for none; a step is new where another period is
    the latest, whatever its value. Sessions before anything is known of a symbol make no step.
    """
    missing = np.isnan(numbers.value)
    own = asked.symbol[1:] == asked.symbol[:-1]
    same = (
        own
        & (period[1:] == period[:-1])
        & ((numbers.value[1:] == numbers.value[:-1]) | (missing[1:] & missing[:-1]))
    )
    if per_share:
        basis = numbers.basis
        same &= splits.between(asked.symbol[1:], basis[:-1], basis[1:]) == 0
    known = ~(missing & (period < 0))
    changed = np.append(True, ~same)[: len(asked)]
    started = known | np.append(False, own & known[:-1])[: len(asked)]
    keep = np.flatnonzero(changed & started)
    counts = np.bincount(asked.symbol[keep], minlength=count)
    kept = numbers.take(keep)
    basis_day = kept.basis.astype("datetime64[D]")
    if not per_share:
        basis_day = np.full(len(keep), np.datetime64("NaT", "D"))
    return FactSteps(
        known_from=sessions[asked.session[keep]],
        value=kept.value,
        basis_day=basis_day,
        per_share=per_share,
        offsets=np.append(0, np.cumsum(counts)),
        period_end=np.where(
            np.isnan(kept.value), np.datetime64("NaT", "D"), kept.end.astype("datetime64[D]")
        ),
        source_row=np.where(np.isnan(kept.value), -1, kept.row),
        reading=reading,
    )
