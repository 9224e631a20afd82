"""PriceCache: what a batch of price histories hands to a scan; LazyPrices: the same, read later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from technic.data_engine.interfaces.records import (
    Dividends,
    Failure,
    FetchResult,
    MissingVolume,
    PriceBasis,
    StreamResult,
)
from technic.data_engine.two_level_frames import frame_of_symbol, frames_of_table
from technic.errors import ParameterError
from technic.panel import FRAME_COLUMNS, BarPanel, BarSource
from technic.sessions import SessionCalendar
from technic.universe import canonical

__all__ = [
    "BatchStats",
    "LazyPrices",
    "PriceCache",
    "PriceFrames",
    "cache_of",
    "count_missing_volume",
    "panel_of",
]

PriceFrames = Mapping[str, pd.DataFrame] | pd.DataFrame
"""Any mapping from symbol to price frame, or one frame whose columns name field and symbol, as
``yf.download`` answers; a PriceCache is read without making frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchStats:
    """How a batch went: counts of symbols, bars and requests, and the seconds it took.

    ``cache_hits``: symbols that came from a cache the caller gave and cost no request; they are
    not among ``asked``. ``from_store``: those asked that the store had already. ``fetched``: those
    asked that have bars now, wherever from. ``requests``: HTTP requests, retries included;
    ``bytes``: of their answers. ``bars_left_out``: rows that were incomplete or on no session.
    """

    asked: int = 0
    cache_hits: int = 0
    from_store: int = 0
    fetched: int = 0
    failed: int = 0
    requests: int = 0
    requests_by_kind: Mapping[str, int] = field(default_factory=dict)
    retries: int = 0
    bytes: int = 0
    bars: int = 0
    bars_left_out: int = 0
    seconds: float = 0.0

    @classmethod
    def of(cls, fetched: FetchResult, asked: int, panel: BarPanel, seconds: float) -> BatchStats:
        """Count what a provider answered and what the panel took of it."""
        bars, left_out = int(panel.length.sum()), int(panel.left_out.sum())
        return replace(cls.without_bars(fetched, asked, seconds), bars=bars, bars_left_out=left_out)

    @classmethod
    def without_bars(cls, fetched: FetchResult, asked: int, seconds: float) -> BatchStats:
        """Count what a provider answered, while nobody has seen the bars."""
        return cls(
            asked=asked,
            from_store=fetched.from_store,
            fetched=asked - len(fetched.failures),
            failed=len(fetched.failures),
            requests=fetched.requests,
            requests_by_kind=dict(fetched.requests_by_kind),
            retries=fetched.retries,
            bytes=fetched.bytes,
            seconds=seconds,
        )

    def following(self, before: BatchStats) -> BatchStats:
        """Return these counts of a second look, with what the first one took."""
        kinds = {**before.requests_by_kind}
        for kind, count in self.requests_by_kind.items():
            kinds[kind] = kinds.get(kind, 0) + count
        return replace(
            self,
            requests=before.requests + self.requests,
            requests_by_kind=kinds,
            retries=before.retries + self.retries,
            bytes=before.bytes + self.bytes,
            seconds=before.seconds + self.seconds,
        )

    @property
    def success_rate(self) -> float:
        """Symbols that have bars ÷ symbols asked; 1.0 when none was asked."""
        return self.fetched / self.asked if self.asked else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class PriceCache(Mapping[str, pd.DataFrame]):
    """A read-only mapping from symbol to price frame, kept as arrays.

    Frames are made on demand; a scan reads ``panel`` directly. ``failures`` says why a symbol
    that was asked for is not in it; ``source``, ``simulated`` and ``price_basis`` say what the
    bars are; ``dividends``: those known, of any symbols, in the split basis of the bars;
    ``missing_volume``: of which symbols rows were left out that have no volume.
    """

    panel: BarPanel
    failures: Mapping[str, Failure] = field(default_factory=dict)
    stats: BatchStats = field(default_factory=BatchStats)
    notes: tuple[str, ...] = ()
    source: str = "price_cache"
    simulated: bool = False
    price_basis: PriceBasis = "unknown"
    dividends: Dividends = field(default_factory=Dividends.none)
    missing_volume: Mapping[str, MissingVolume] = field(default_factory=dict)
    _columns: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        columns = {symbol: i for i, symbol in enumerate(self.panel.symbols)}
        object.__setattr__(self, "_columns", columns)

    @property
    def bars(self) -> BarPanel:
        """What blocks of symbols are taken from."""
        return self.panel

    def __getitem__(self, symbol: str) -> pd.DataFrame:
        if symbol not in self._columns:
            raise KeyError(symbol)
        return self.panel.frame(symbol)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self.panel.symbols)

    def __len__(self) -> int:
        return self.panel.n_symbols


@dataclass(frozen=True, slots=True, eq=False)
class LazyPrices(Mapping[str, pd.DataFrame]):
    """The prices of a market larger than memory: a frame is read when it is asked for.

    ``bars`` holds the symbols that were answered, of which some may turn out to have no bar:
    ``absent`` is then their failure. ``peers``: symbols that nobody asked for and that are read
    along where they are there: having no bar is no failure of theirs. All else as in PriceCache.
    """

    bars: BarSource
    symbols: tuple[str, ...]
    absent: Failure
    failures: Mapping[str, Failure] = field(default_factory=dict)
    stats: BatchStats = field(default_factory=BatchStats)
    notes: tuple[str, ...] = ()
    peers: frozenset[str] = frozenset()
    dividends: Dividends = field(default_factory=Dividends.none)
    missing_volume: Mapping[str, MissingVolume] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        streamed: StreamResult,
        asked: Sequence[str],
        seconds: float,
        peers: Sequence[str] = (),
        dividends: Dividends | None = None,
    ) -> LazyPrices:
        """The prices of the symbols that were asked for, and have not failed by now."""
        account = streamed.account
        return cls(
            streamed.bars,
            tuple(symbol for symbol in (*asked, *peers) if symbol not in account.failures),
            streamed.absent,
            account.failures,
            BatchStats.without_bars(account, len(asked), seconds),
            account.notes,
            frozenset(peers),
            Dividends.none() if dividends is None else dividends,
        )

    def counted(self, absent: Sequence[str], bars: int, left_out: int) -> LazyPrices:
        """Return the prices as they are known after a scan that took every block."""
        failed = [symbol for symbol in absent if symbol not in self.peers]
        failures = {**self.failures, **dict.fromkeys(failed, self.absent)}
        gone = {*failures, *absent}
        there = tuple(symbol for symbol in self.symbols if symbol not in gone)
        stats = replace(
            self.stats,
            fetched=self.stats.asked - len(failures),
            failed=len(failures),
            bars=bars,
            bars_left_out=left_out,
        )
        one = self.restricted(there)
        return replace(one, failures=failures, stats=stats)

    def restricted(self, symbols: Sequence[str]) -> LazyPrices:
        """Return the prices of some of the symbols."""
        if tuple(symbols) == self.symbols:
            return self
        return replace(self, symbols=tuple(symbols), bars=self.bars.of(symbols))

    def loaded(self) -> PriceCache:
        """Return the prices as a cache: every bar in memory."""
        panel = self.panel
        there = set(panel.symbols)
        absent = [symbol for symbol in self.symbols if symbol not in there]
        known = self.counted(absent, int(panel.length.sum()), int(panel.left_out.sum()))
        return PriceCache(panel, known.failures, known.stats, known.notes, dividends=self.dividends)

    @property
    def panel(self) -> BarPanel:
        """All bars at once, in memory."""
        panel = self.bars.take(slice(0, self.bars.n_symbols))
        there = set(panel.symbols)
        return panel.of([symbol for symbol in self.symbols if symbol in there])

    def __getitem__(self, symbol: str) -> pd.DataFrame:
        if symbol not in self:
            raise KeyError(symbol)
        return self.bars.of([symbol]).take(slice(0, 1)).frame(symbol)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self.symbols

    def __iter__(self) -> Iterator[str]:
        return iter(self.symbols)

    def __len__(self) -> int:
        return len(self.symbols)


def cache_of(frames: PriceFrames, calendar: SessionCalendar, *, volume: bool = True) -> PriceCache:
    """Return any mapping of price frames as a PriceCache; one that is one as it is.

    ``volume``: False takes the prices alone.
    """
    cache = (
        frames
        if isinstance(frames, PriceCache)
        else PriceCache(panel_of(frames, calendar, volume=volume))
    )
    if volume or np.isnan(cache.panel.volume).all():
        return cache
    return replace(cache, panel=cache.panel.without_volume())


def count_missing_volume(
    frames: PriceFrames, start: np.datetime64, end: np.datetime64
) -> dict[str, MissingVolume]:
    """Count the rows of price frames from ``start`` to ``end`` that have prices and no volume.

    Only symbols that have such rows are named; what is packed already has none.
    """
    if isinstance(frames, PriceCache | LazyPrices):
        return {}
    counts = {}
    for symbol, frame in _by_symbol(frames).items():
        assert isinstance(frame.index, pd.DatetimeIndex)  # packed before, so it is one
        days = frame.index.tz_localize(None).to_numpy().astype("datetime64[D]")
        rows = frame[(days >= start) & (days <= end)]
        priced = rows[list(FRAME_COLUMNS[:-1])].notna().all(axis=1)
        missing = int((priced & rows[FRAME_COLUMNS[-1]].isna()).sum())
        if missing:
            counts[symbol] = MissingVolume(missing, len(rows))
    return counts


def panel_of(frames: PriceFrames, calendar: SessionCalendar, *, volume: bool = True) -> BarPanel:
    """Return the panel of any mapping of price frames; of a PriceCache the one it has.

    Symbols become canonical; a time with a zone means the date that a clock there shows. The
    window runs from the first to the last day that any frame holds. Raises ParameterError for
    what is no price frame and for two frames of one symbol.
    """
    if isinstance(frames, PriceCache | LazyPrices):
        return frames.panel
    named = _by_symbol(frames)
    ends = [
        frame.index[[0, -1]] if frame.index.is_monotonic_increasing else frame.index
        for frame in named.values()
        if isinstance(frame.index, pd.DatetimeIndex) and len(frame)
    ]
    days = [pd.DatetimeIndex(some).tz_localize(None).dropna() for some in ends]
    known = [day for some in days if len(some) for day in (some.min(), some.max())]
    if not known:
        return BarPanel.from_frames(named, calendar.sessions[:0], volume=volume)
    first, last = (np.datetime64(day, "D") for day in (min(known), max(known)))
    return BarPanel.from_frames(named, calendar.between(first, last), volume=volume)


def _by_symbol(frames: object) -> dict[str, pd.DataFrame]:
    """Check what was given as a mapping of price frames; return it by canonical symbol."""
    if isinstance(frames, pd.DataFrame):
        frames = frames_of_table(frames)
    if not isinstance(frames, Mapping):
        what = type(frames).__name__
        raise ParameterError("price_cache", what, "a mapping from symbol to price frame")
    named: dict[str, pd.DataFrame] = {}
    for symbol, frame in frames.items():
        if not isinstance(symbol, str) or not symbol.strip():
            raise ParameterError("price_cache", symbol, "symbols as keys, such as 'AAPL'")
        if not isinstance(frame, pd.DataFrame):
            what = type(frame).__name__
            raise ParameterError(f"price_cache[{symbol!r}]", what, "a pandas price frame")
        if canonical(symbol) in named:
            raise ParameterError("price_cache", symbol, "one frame for each symbol", "it has two")
        named[canonical(symbol)] = frame_of_symbol(symbol, frame)
    return named
