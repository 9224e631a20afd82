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
    *,
    volume: bool = True,
) -> BlockBars:
    """Return the bars of ``symbols`` on ``sessions``, which end with the last of ``days``.

    A symbol that a provider refuses for what it has of a later day has its bars up to there: on the
    days before, a scan has them too.
    """
    total_return = provider.price_basis == "total_return_adjusted"
    if isinstance(provider, StreamingProvider) and volume:
        found = provider.stream(symbols, sessions, days[-1])
        if isinstance(found.bars, StoredBars):
            dividends = Dividends.none() if total_return else found.account.dividends
            records = split_records(found.account, symbols, applied=True)
            return StreamedBars(found.bars, dividends, records, found.account.failures)
    fetched = provider.history(symbols, sessions)
    fetched, refusals = _with_earlier(provider, fetched, sessions, days)
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


def _with_earlier(
    provider: Provider, fetched: FetchResult, sessions: DateArray, days: DateArray
) -> tuple[FetchResult, dict[str, Refusal]]:
    """Add the bars of those that are refused for what is known from a day of the block on."""
    failures = dict(fetched.failures)
    late = {name: why for name, why in failures.items() if why.reason != NO_BARS}
    if late and len(days) > 1:
        at_first = _refused(provider, list(late), sessions, days[0])
        late = {name: why for name, why in late.items() if name not in at_first}
    bars, records, refusals = [fetched.bars], dict(fetched.split_records), dict[str, Refusal]()
    for name, why in late.items() if len(days) > 1 else ():
        begins = _first_refused(provider, name, sessions, days)
        earlier = provider.history([name], sessions[: np.searchsorted(sessions, begins)])
        bars.append(earlier.bars)
        records |= earlier.split_records
        refusals[name] = (begins, why)
        del failures[name]
    if not refusals:
        return fetched, {}
    more = replace(fetched, bars=concatenated(bars), failures=failures, split_records=records)
    return more, refusals


def _first_refused(
    provider: Provider, symbol: str, sessions: DateArray, days: DateArray
) -> np.datetime64:
    """Return the first of ``days`` on which a symbol is refused, as it is on the last.

    What refuses it stays known on all later days.
    """
    low, high = 0, len(days) - 1
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
