"""The bars of a block of days, from the provider: in memory, or left in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from technic.data_engine.interfaces.known_actions import split_records
from technic.data_engine.interfaces.provider import Provider, StreamingProvider
from technic.data_engine.interfaces.records import Dividends, FetchResult
from technic.data_engine.store.bar_source import StoredBars
from technic.panel.long_bars import concatenated
from technic.study.replay.basis_bars import BlockBars, FetchedBars, Refusal, StreamedBars
from technic.typing import DateArray

__all__ = ["load_bars"]

NO_BARS = "no_data"


def load_bars(
    provider: Provider,
    symbols: Sequence[str],
    sessions: DateArray,
    days: DateArray,
    starts: DateArray,
    *,
    volume: bool = True,
) -> BlockBars:
    """Return the bars of ``symbols`` on ``sessions``, which end with the last of ``days``.

    ``starts``: the first session that the scan of each day reads, ascending. A symbol that a
    provider refuses for what it has of a later day has its bars up to there: on the days before, a
    scan has them too. So it is with what it has of sessions that later days do not read.
    """
    total_return = provider.price_basis == "total_return_adjusted"
    if isinstance(provider, StreamingProvider) and volume:
        found = provider.stream(symbols, sessions, days[-1])
        if isinstance(found.bars, StoredBars):
            dividends = Dividends.none() if total_return else found.account.dividends
            records = split_records(found.account, symbols, applied=True)
            return StreamedBars(found.bars, dividends, records, found.account.failures)
    fetched = provider.history(symbols, sessions)
    fetched, refusals = _with_allowed(provider, fetched, sessions, days, starts)
    dividends = Dividends.none() if total_return else fetched.dividends
    return FetchedBars.of(
        fetched.bars,
        sessions,
        fetched.splits,
        dividends,
        split_records(fetched, fetched.bars.symbols, applied=True),
        fetched.failures,
        refusals,
        volume=volume,
    )


def _with_allowed(
    provider: Provider,
    fetched: FetchResult,
    sessions: DateArray,
    days: DateArray,
    starts: DateArray,
) -> tuple[FetchResult, dict[str, Refusal]]:
    """Add the bars of those who are refused on some days alone, up to the last day they are not."""
    failures = dict(fetched.failures)
    left = [name for name, why in failures.items() if why.reason != NO_BARS]
    bars, records, refusals = [fetched.bars], dict(fetched.split_records), dict[str, Refusal]()
    if len(days) == 1:
        return fetched, {}
    for start in np.unique(starts):
        own, read = days[starts >= start], sessions[sessions >= start]
        refused = _refused(provider, left, read, own[0]) if left else set()
        for name in left:
            if name in refused:
                continue
            until = _first_refused(provider, name, read, own)
            earlier = provider.history([name], read[: np.searchsorted(read, until)])
            bars.append(earlier.bars)
            records |= earlier.split_records
            refusals[name] = Refusal(np.datetime64(own[0], "D"), until, failures.pop(name))
        left = [name for name in left if name in refused]
    if not refusals:
        return fetched, {}
    more = replace(fetched, bars=concatenated(bars), failures=failures, split_records=records)
    return more, refusals


def _first_refused(
    provider: Provider, symbol: str, sessions: DateArray, days: DateArray
) -> np.datetime64:
    """Return the first of ``days`` on which a symbol is refused, as it is not on the first.

    What refuses it stays known on all later days. Where none does, the day after them.
    """
    low, high = 0, len(days) - 1
    if not high or not _refused(provider, [symbol], sessions, days[high]):
        return np.datetime64(days[high] + np.timedelta64(1, "D"), "D")
    while high - low > 1:
        middle = (low + high) // 2
        if _refused(provider, [symbol], sessions, days[middle]):
            high = middle
        else:
            low = middle
    return np.datetime64(days[high], "D")


def _refused(
    provider: Provider, symbols: Sequence[str], sessions: DateArray, day: np.datetime64
) -> set[str]:
    """Return whom the scan of a day is refused, for another reason than having no bars."""
    upto = sessions[: np.searchsorted(sessions, day, side="right")]
    failures = provider.history(symbols, upto).failures
    return {name for name, why in failures.items() if why.reason != NO_BARS}
