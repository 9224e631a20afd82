"""PriceCache: what a batch of price histories hands to a scan; LazyPrices: the same, read later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from technic.data_engine.interfaces.known_actions import split_records
from technic.data_engine.interfaces.records import (
    Dividends,
    Failure,
    FetchResult,
    LeftOutRows,
    PriceBasis,
    SplitRecord,
    StreamResult,
)
from technic.data_engine.row_checks.left_out import LeftOutDays
from technic.panel import BarPanel, BarSource
from technic.text.short_repr import short_repr
from technic.wording.counts import count_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BatchStats",
    "LazyPrices",
    "PriceCache",
    "PriceFrames",
]

PriceFrames: TypeAlias = "Mapping[str, pd.DataFrame] | pd.DataFrame"
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
        counted = cls.without_bars(fetched, asked, seconds)
        bars, left_out = int(panel.length.sum()), int(panel.left_out.sum())
        named = sum(rows.count for rows in fetched.left_out.values())
        return replace(counted, bars=bars, bars_left_out=max(left_out, named))

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
class PriceCache(Mapping[str, "pd.DataFrame"]):
    """A read-only mapping from symbol to price frame, kept as arrays.

    Frames are made on demand; a scan reads ``panel`` directly. ``failures`` says why a symbol
    that was asked for is not in it; ``source``, ``simulated`` and ``price_basis`` say what the
    bars are; ``dividends``: those known, of any symbols, in the split basis of the bars;
    ``left_out``: of which symbols rows were left out, and why; ``left_out_days``: those of a cache
    that has not been cut to a scan's window yet; ``split_records``: what is known of splits, of any
    symbols.
    """

    panel: BarPanel
    failures: Mapping[str, Failure] = field(default_factory=dict)
    stats: BatchStats = field(default_factory=BatchStats)
    notes: tuple[str, ...] = ()
    source: str = "price_cache"
    simulated: bool = False
    price_basis: PriceBasis = "unknown"
    dividends: Dividends = field(default_factory=Dividends.none)
    left_out: Mapping[str, LeftOutRows] = field(default_factory=dict)
    left_out_days: LeftOutDays = field(default_factory=LeftOutDays)
    split_records: Mapping[str, SplitRecord] = field(default_factory=dict)
    _columns: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        columns = {symbol: i for i, symbol in enumerate(self.panel.symbols)}
        object.__setattr__(self, "_columns", columns)

    def __repr__(self) -> str:
        symbols = count_of(len(self), "symbol")
        return short_repr(self, self.source, symbols, count_of(len(self.failures), "failure"))

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
class LazyPrices(Mapping[str, "pd.DataFrame"]):
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
    left_out: Mapping[str, LeftOutRows] = field(default_factory=dict)
    split_records: Mapping[str, SplitRecord] = field(default_factory=dict)

    def __repr__(self) -> str:
        return short_repr(self, f"{count_of(len(self.symbols), 'symbol')}, read when asked for")

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
            # bars of a stream are adjusted on the way in
            split_records=split_records(account, (*asked, *peers), applied=True),
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
        return PriceCache(
            panel,
            known.failures,
            known.stats,
            known.notes,
            dividends=self.dividends,
            split_records=self.split_records,
        )

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
