"""What is known of corporate actions beside the bars: evidence for and against a split.

A feed of splits, or a column of adjusted closes in a file, says where its vendor saw splits. Where
it says nothing it is evidence too, as far as it was asked: a `SplitRecord` tells these apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from technic.data_engine.interfaces.records import FetchResult, SplitRecord
from technic.typing import DateArray, FloatArray

__all__ = [
    "NOTHING_KNOWN",
    "DividendsBySymbol",
    "KnownActions",
    "SplitsBySymbol",
    "split_records",
]

DividendsBySymbol: TypeAlias = Mapping[str, tuple[DateArray, FloatArray]]
"""Symbol → ex-dates, ascending, and $ a share."""
SplitsBySymbol: TypeAlias = Mapping[str, SplitRecord]


@dataclass(frozen=True, slots=True, eq=False)
class KnownActions:
    """Splits and dividends of symbols, those of nobody where nothing is known."""

    splits: SplitsBySymbol = field(default_factory=dict)
    dividends: DividendsBySymbol = field(default_factory=dict)


NOTHING_KNOWN = KnownActions()


def split_records(
    fetched: FetchResult, symbols: Iterable[str], *, applied: bool
) -> dict[str, SplitRecord]:
    """Return the records of ``symbols``: as fetched with the bars, else what the feed has of them.

    Where no feed was asked for any day, nothing is known. ``applied``: the bars are adjusted by
    the feed's splits.
    """
    if not len(fetched.splits_asked):
        return dict(fetched.split_records)
    covered = np.unique(fetched.splits_asked.astype("datetime64[D]"))
    nothing = SplitRecord("feed", np.empty(0, "datetime64[D]"), np.empty(0), applied, covered)
    records = dict.fromkeys(symbols, nothing)
    splits = fetched.splits
    order = np.lexsort((splits.session, splits.symbol.astype(str)))
    names = splits.symbol[order].tolist()
    starts = [at for at, name in enumerate(names) if not at or name != names[at - 1]]
    for start, end in pairwise([*starts, len(names)]):
        if names[start] in records:
            at = order[start:end]
            session, ratio = splits.session[at].astype("datetime64[D]"), splits.ratio[at]
            records[names[start]] = SplitRecord("feed", session, ratio, applied, covered)
    return {**records, **fetched.split_records}
