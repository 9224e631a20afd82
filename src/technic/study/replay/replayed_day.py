"""One day of a replay: the scan's own steps on the rows that were computed for all days at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.gate.rules import GATE_CODES
from technic.data_engine.interfaces.records import Failure
from technic.engine.blocks import PoisonedSymbol
from technic.regime import Regime
from technic.result.ledger import KEPT
from technic.scan.block_rows import BlockRows, TrimmedHistory
from technic.scan.config import ScanConfig
from technic.scan.cross_section import rank_market
from technic.scan.expressions.conditions import WHERE
from technic.scan.expressions.scan_expressions import ScanExpressions
from technic.scan.expressions.values import ExpressionValues
from technic.scan.filters import filter_market, refused_by
from technic.scan.scored_market import Market
from technic.scoring.signal import SIGNALS
from technic.study.replay.basis_bars import BlockBars, Refusal
from technic.study.replay.day_rows import DayRows
from technic.study.replay.hits import ENTRY_TYPES, SIDES, HitPlaces, Hits, few_texts
from technic.study.replay.regimes import index_of_day
from technic.study.replay.rosters import Roster
from technic.study.replay.usable_bars.gate_codes import PASSED
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["MarketRows", "ReplayedDay", "replayed_day"]


@dataclass(frozen=True, slots=True, eq=False)
class MarketRows:
    """The rows of all symbols on the days of a block, and why some have none.

    ``symbols``: all whose bars were looked for; a part may lack those that have none at all.
    ``stops``: how many sessions of the base window each day has. ``poisoned``: symbols whose scan
    raised, in no part.
    """

    symbols: tuple[str, ...]
    stops: NDArray[np.intp]
    parts: tuple[DayRows, ...]
    starts: tuple[NDArray[np.intp], ...]
    failures: Mapping[str, Failure]
    refusals: Mapping[str, Refusal]
    poisoned: tuple[PoisonedSymbol, ...]

    @classmethod
    def of(
        cls,
        parts: Sequence[DayRows],
        poisoned: Iterable[PoisonedSymbol],
        bars: BlockBars,
        stops: NDArray[np.intp],
    ) -> MarketRows:
        """Find where each day begins in each part."""
        starts = tuple(np.searchsorted(part.day, np.arange(len(part.code) + 1)) for part in parts)
        return cls(
            bars.symbols,
            stops,
            tuple(parts),
            starts,
            bars.failures,
            bars.refusals,
            tuple(poisoned),
        )

    def of_day(self, at: int, day: np.datetime64, among: set[str]) -> BlockRows:
        """Return the rows of ``among`` on a day, in the order of the bars."""
        pieces = [
            self._piece(part, start, at, day, among)
            for part, start in zip(self.parts, self.starts, strict=True)
        ]
        names = pieces[0].columns if pieces else {}
        return BlockRows(
            symbols=tuple(name for piece in pieces for name in piece.symbols),
            columns={
                name: np.concatenate([piece.columns[name] for piece in pieces]) for name in names
            },
            last_bar=np.concatenate([piece.last_bar for piece in pieces]),
            gated=(),
            trimmed=tuple(one for piece in pieces for one in piece.trimmed),
            index=index_of_day(
                [part.index for part in self.parts if part.index is not None],
                at,
                int(self.stops[at]),
            ),
        )

    def _piece(
        self, part: DayRows, start: NDArray[np.intp], at: int, day: np.datetime64, among: set[str]
    ) -> BlockRows:
        rows = slice(int(start[at]), int(start[at + 1]))
        symbols = [part.symbols[i] for i in part.symbol[rows].tolist()]
        kept = np.array(
            [name in among and not self.refused(name, day) for name in symbols], dtype=np.bool_
        )
        since = part.usable_since[rows]
        return BlockRows(
            symbols=tuple(name for name, own in zip(symbols, kept.tolist(), strict=True) if own),
            columns={name: values[rows][kept] for name, values in part.columns.items()},
            last_bar=part.last_bar[rows][kept],
            gated=(),
            trimmed=tuple(
                TrimmedHistory(symbols[i], str(since[i]), "")
                for i in np.flatnonzero(kept & ~np.isnat(since)).tolist()
            ),
        )

    def refused(self, symbol: str, day: np.datetime64) -> bool:
        """Tell whether the provider refuses a symbol on a day."""
        return symbol in self.refusals and bool(self.refusals[symbol].on(day))

    def outcomes(self, at: int, day: np.datetime64) -> dict[str, str]:
        """Return why symbols have no row on a day: what fetching and the gate say."""
        held = {name for part in self.parts for name in part.symbols}
        found = {name: "fetch.no_data" for name in self.symbols if name not in held}
        found |= {name: f"fetch.{why.reason}" for name, why in self.failures.items()}
        for part in self.parts:
            codes, present = part.code[at].tolist(), part.present[at].tolist()
            for name, code, there in zip(part.symbols, codes, present, strict=True):
                if not there:
                    found[name] = "fetch.no_data"
                elif code != PASSED:
                    found[name] = f"gate.{GATE_CODES[code - 1]}"
        found |= {one.symbol: f"error.{one.error}" for one in self.poisoned}
        for name, refusal in self.refusals.items():
            if refusal.on(day):
                found[name] = f"fetch.{refusal.why.reason}"
        return found


@dataclass(frozen=True, slots=True, eq=False)
class ReplayedDay:
    """What the scan of a day has: everybody compared, and who of the shown is kept.

    ``market``: all that passed the gate, in the order of the bars; ``values``: what the expressions
    come to; ``shown``, ``kept``: masks over them. ``outcomes``: symbol → outcome of each of the
    universe, as in the ledger. ``poisoned``: symbols whose scan raised on this day or on another
    one of its block.
    """

    day: np.datetime64
    roster: Roster
    market: Market
    values: ExpressionValues
    shown: BoolArray
    kept: BoolArray
    outcomes: Mapping[str, str]
    poisoned: tuple[PoisonedSymbol, ...] = ()

    def met(self, owner: str) -> BoolArray:
        """Who is kept and meets a setup, or ``where``."""
        return self.kept & self.values.met(owner)

    @property
    def rank(self) -> NDArray[np.int32]:
        """Place of each among the ranked by tech_rating, 1 the highest; 0 without a rating."""
        rating = self.market.columns["tech_rating"]
        names = np.array(self.market.symbols, dtype=np.str_)
        rated = np.flatnonzero(~np.isnan(rating))
        order = rated[np.lexsort((names[rated], -rating[rated]))]
        rank = np.zeros(len(rating), dtype=np.int32)
        rank[order] = np.arange(1, len(order) + 1)
        return rank

    def ranked(self, symbols: Sequence[str]) -> BoolArray:
        """Tell who of ``symbols`` is ranked."""
        own = np.flatnonzero(self.market.ranked).tolist()
        names = {self.market.symbols[row] for row in own}
        return np.array([symbol in names for symbol in symbols], np.bool_)

    def rating(self, name: str, symbols: Sequence[str]) -> FloatArray:
        """Return a column of the expressions, by ``symbols``; NaN for who is not ranked."""
        found = np.full(len(symbols), np.nan)
        place = {symbol: i for i, symbol in enumerate(symbols)}
        values = np.asarray(self.values.columns[name], np.float64)
        for row in np.flatnonzero(self.market.ranked).tolist():
            found[place[self.market.symbols[row]]] = values[row]
        return found

    def hits(self, sessions: DateArray, symbols: Sequence[str]) -> Hits:
        """Return who met what, with the day's plan; positions are in the axes given."""
        market, plans = self.market, self.market.plans
        owners = self.values.setups
        if self.values.of(WHERE) and not owners:
            owners = (WHERE,)
        met = np.array([self.met(owner) for owner in owners])
        met = met.reshape(len(owners), len(market.symbols))
        owner, hit = np.nonzero(met)
        at = np.flatnonzero(met.any(axis=0))
        place = {name: i for i, name in enumerate(symbols)}
        listed = self.roster.listed
        sector = dict(zip(listed.symbols, listed.text("sector").tolist(), strict=True))
        names = [market.symbols[i] for i in at.tolist()]
        places = HitPlaces(
            sessions=sessions,
            symbols=tuple(symbols),
            session=np.full(len(at), np.searchsorted(sessions, self.day), dtype=np.int32),
            symbol=np.array([place[name] for name in names], dtype=np.int32),
            rank=self.rank[at],
            ranked=np.full(len(at), np.count_nonzero(market.ranked), dtype=np.int32),
            tech_rating=market.columns["tech_rating"][at],
            rs_rating=market.columns["rs_rating"][at],
            signal=few_texts(market.signal[at], SIGNALS),
            has_plan=plans.has_plan[at],
            side=few_texts(plans.side[at], SIDES),
            entry_type=few_texts(plans.entry_type[at], ENTRY_TYPES),
            entry=plans.entry[at],
            stop=plans.stop[at],
            target=plans.target[at],
            shares=plans.shares[at],
            close=market.columns["close"][at],
            dollar_volume=market.columns["avg_dollar_volume_20"][at],
            sector=few_texts([sector.get(name) for name in names]),
        )
        found = Hits(
            owners=owners,
            places=places,
            place=np.searchsorted(at, hit).astype(np.int32),
            owner=owner.astype(np.int16),
        )
        return found.ordered()


def replayed_day(
    rows: MarketRows,
    at: int,
    day: np.datetime64,
    roster: Roster,
    config: ScanConfig,
    expressions: ScanExpressions,
    regime: Regime | None,
) -> ReplayedDay:
    """Rank, rate, plan and filter the rows of a day, as the scan of it does.

    ``regime``: that of a benchmark; None: that of the market.
    """
    scanned = rows.of_day(at, day, {*roster.shown, *roster.peers})
    market = rank_market(scanned, day, config, regime)
    values = expressions.evaluated(market, roster.listed)
    outcomes = {
        symbol: f"prescreen.{rule}"
        for symbol, rule in zip(roster.universe.symbols, roster.rule, strict=True)
        if rule is not None
    }
    others = rows.outcomes(at, day)
    outcomes |= {name: others[name] for name in roster.shown if name in others}
    open_ = set(roster.shown) - set(others)
    shown = np.array([name in open_ for name in market.symbols], dtype=np.bool_)
    rule = filter_market(market, config.filters).rule
    kept = shown & np.array([one is None for one in rule], dtype=np.bool_)
    refused = refused_by(values, ~kept)
    out = np.array([one is not None for one in refused], dtype=np.bool_)
    rule[out] = refused[out]
    kept &= ~out
    for name, one, own in zip(market.symbols, rule.tolist(), shown.tolist(), strict=True):
        if own:
            outcomes[name] = KEPT if one is None else f"filter.{one}"
    return ReplayedDay(day, roster, market, values, shown, kept, outcomes, rows.poisoned)
