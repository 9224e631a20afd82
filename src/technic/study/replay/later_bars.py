"""LaterBars: what prices did around and after hits, in one split basis, by session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.adjust import restated_dividends, split_adjust
from technic.data_engine.gate.breaks import find_breaks
from technic.data_engine.gate.rules import GateRules
from technic.data_engine.interfaces.known_actions import KnownActions, split_records
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import Dividends, FetchResult, Splits
from technic.panel import FIELDS, BarPanel
from technic.scan.special_dividends import by_symbol
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["GONE_AFTER", "LaterBars", "LaterFetch"]

GONE_AFTER = 30
"""Sessions without a bar up to the end of the data that no halt has: the symbol is gone."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LaterBars:
    """Bars of some symbols by session: ``(n_sessions, n_symbols)`` each, C order.

    ``open`` … ``volume``: in the split basis of the last of ``sessions``, NaN where there is no bar
    (halted, not listed yet, delisted, or a print that the data gate calls none). ``breaks``: where
    prices begin that cannot be compared with those before, for a lasting shift that nobody explains
    or a hole that is too long; the last one of each symbol. ``later_splits``: the product of the
    ratios of the splits executed after a session and up to the last one, 1.0 where none: a price
    that was known on session s is divided by ``later_splits[s]`` to stand in the basis of these
    bars (a number of shares is multiplied). ``dividends``: $ a share on the ex-date, in the basis
    of these bars, 0.0 where none is known; None where nothing is known of any dividend.
    ``last_bar``: ``(n_symbols,)`` position of the last session with a bar, -1 where there is none.
    ``delisted``: ``(n_symbols,)`` whether the symbol is gone for good after that bar: the data has
    no later bar of it, and ends at least ``GONE_AFTER`` sessions after.
    """

    sessions: DateArray
    symbols: tuple[str, ...]
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    breaks: BoolArray
    later_splits: FloatArray
    dividends: FloatArray | None
    last_bar: NDArray[np.int32]
    delisted: BoolArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LaterFetch:
    """What a provider answered about some symbols, as it came; `bars` lays it out.

    ``after``: the sessions of the data after the last of ``sessions``, which say who is gone for
    good. ``volume``: False for a study of prices alone.
    """

    provider: Provider
    symbols: tuple[str, ...]
    sessions: DateArray
    after: DateArray
    rules: GateRules
    fetched: FetchResult
    volume: bool

    @classmethod
    def of(
        cls,
        provider: Provider,
        symbols: Sequence[str],
        sessions: DateArray,
        after: DateArray,
        rules: GateRules,
        *,
        volume: bool = True,
    ) -> LaterFetch:
        """Ask the provider for ``symbols`` on ``sessions``."""
        return cls(
            provider=provider,
            symbols=tuple(symbols),
            sessions=sessions,
            after=after,
            rules=rules,
            fetched=provider.history(symbols, sessions),
            volume=volume,
        )

    def bars(self) -> LaterBars:
        """Return the bars in the order of the symbols; those without any are empty."""
        return _laid_out(self)


def _laid_out(asked: LaterFetch) -> LaterBars:
    provider, symbols, sessions = asked.provider, asked.symbols, asked.sessions
    fetched = asked.fetched
    there = set(fetched.bars.symbols)
    splits = _of(fetched.splits, there)
    bars = split_adjust(fetched.bars, splits, sessions[-1])
    panel = BarPanel.from_long(bars, sessions, volume=asked.volume)
    paid = _dividends(provider, fetched, splits, sessions)
    records = split_records(fetched, panel.symbols, applied=True)
    known = KnownActions(records, by_symbol(paid))
    found = find_breaks(panel, panel.length - 1, asked.rules, known)
    place = {name: at for at, name in enumerate(symbols)}
    column = np.array([place[name] for name in panel.symbols], dtype=np.intp)
    row, own = np.nonzero(panel.session >= 0)
    dropped = np.zeros(panel.session.shape, np.bool_)
    dropped[found.bar, found.column] = True
    kept = ~dropped[row, own]
    row, own = row[kept], own[kept]
    shape = len(sessions), len(symbols)
    dense = {name: np.full(shape, np.nan) for name in FIELDS}
    for name, values in dense.items():
        values[panel.session[row, own], column[own]] = getattr(panel, name)[row, own]
    breaks = np.zeros(shape, np.bool_)
    cut = np.flatnonzero(found.first > 0)
    breaks[panel.session[found.first[cut], cut], column[cut]] = True
    last_bar = np.full(len(symbols), -1, np.int32)
    held = panel.length > 0
    last_bar[column[held]] = panel.session[panel.length[held] - 1, np.flatnonzero(held)]
    return LaterBars(
        sessions=sessions,
        symbols=symbols,
        breaks=breaks,
        later_splits=_later_splits(splits, sessions, place),
        dividends=_dense(paid, sessions, place) if len(fetched.dividends.symbol) else None,
        last_bar=last_bar,
        delisted=_gone(provider, symbols, sessions, asked.after, last_bar),
        **dense,
    )


def _of(splits: Splits, symbols: set[str]) -> Splits:
    own = np.array([name in symbols for name in splits.symbol.tolist()], dtype=np.bool_)
    return Splits(splits.symbol[own], splits.session[own], splits.ratio[own])


def _dividends(
    provider: Provider, fetched: FetchResult, splits: Splits, sessions: DateArray
) -> Dividends:
    """Return dividends in the basis of the last session; none where prices hold them already."""
    if provider.price_basis == "total_return_adjusted":
        return Dividends.none()
    there = set(fetched.bars.symbols)
    some, own = fetched.dividends, np.empty(0, np.intp)
    if len(some.symbol):
        own = np.flatnonzero([name in there for name in some.symbol.tolist()])
    paid = Dividends(some.symbol[own], some.session[own], some.amount[own], some.asked)
    return restated_dividends(paid, splits, sessions[0], sessions[-1])


def _later_splits(splits: Splits, sessions: DateArray, place: dict[str, int]) -> FloatArray:
    """Return the product of the ratios of each symbol's splits after each session."""
    later = np.ones((len(sessions), len(place)))
    inside = (splits.session > sessions[0]) & (splits.session <= sessions[-1])
    for at in np.flatnonzero(inside).tolist():
        before = slice(0, int(np.searchsorted(sessions, splits.session[at])))
        later[before, place[str(splits.symbol[at])]] *= splits.ratio[at]
    return later


def _dense(paid: Dividends, sessions: DateArray, place: dict[str, int]) -> FloatArray:
    """Spread dividends; one whose ex-date is no session counts on the next."""
    out = np.zeros((len(sessions), len(place)))
    row = np.searchsorted(sessions, paid.session)
    for at in np.flatnonzero(row < len(sessions)).tolist():
        out[row[at], place[str(paid.symbol[at])]] += paid.amount[at]
    return out


def _gone(
    provider: Provider,
    symbols: Sequence[str],
    sessions: DateArray,
    after: DateArray,
    last_bar: NDArray[np.int32],
) -> BoolArray:
    """Tell whose last bar is the last that the data has of them, long before its end."""
    silent = len(sessions) - 1 - last_bar
    candidates = (last_bar >= 0) & (silent > 0) & (silent + len(after) >= GONE_AFTER)
    names = [symbols[at] for at in np.flatnonzero(candidates).tolist()]
    if not names or not len(after):
        return candidates
    again = set(provider.history(names, after).bars.symbols)
    return candidates & np.array([name not in again for name in symbols], dtype=np.bool_)
