"""Grade plans: what a bracket order would have done, for all of them at once.

A plan is an entry order with a stop and a target attached, left to itself. The rules are in
docs/study.md, in the order in which they are applied here. Plans are taken in blocks; within one
the loop is over sessions, first of those that await an entry, then of trades that are open, and
whoever is done leaves it. Shorts are longs on negated prices, which is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.study.outcomes.grades import Flag, Grades, Outcome
from technic.study.outcomes.plans import GradeRules, Plans
from technic.study.outcomes.prices import next_bars, next_breaks, paid_so_far
from technic.study.replay.later_bars import LaterBars
from technic.typing import BoolArray, FloatArray

__all__ = ["grade_plans"]

IndexArray = NDArray[np.intp]
BLOCK = 32_768
"""Plans graded at once: their state then stays in the processor's cache."""


def grade_plans(bars: LaterBars, plans: Plans, rules: GradeRules | None = None) -> Grades:
    """Grade every plan by the bars after its session; each from its own symbol's bars alone."""
    rules = rules or GradeRules()
    table = _Table.of(len(plans))
    for sign in (1, -1):
        own = np.flatnonzero(plans.side == sign)
        if not len(own):
            continue
        market = _Market.of(bars, sign)
        for first in range(0, len(own), BLOCK):
            _grade_block(market, plans, own[first : first + BLOCK], rules, table)
    return table.grades()


@dataclass(frozen=True, slots=True, eq=False)
class _Market:
    """Bars as flat arrays, negated for shorts: ``high`` is what is in the trade's favour.

    The cell of session s and symbol c is s · ``width`` + c.
    """

    sign: int
    width: int
    n_sessions: int
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    next_bar: NDArray[np.int32]
    last_bar: NDArray[np.int32]
    delisted: BoolArray
    paid: FloatArray | None
    next_break: NDArray[np.int32] | None

    @classmethod
    def of(cls, bars: LaterBars, sign: int) -> _Market:
        high, low = (bars.high, bars.low) if sign > 0 else (-bars.low, -bars.high)
        paid, breaks = paid_so_far(bars), next_breaks(bars)
        return cls(
            sign=sign,
            width=len(bars.symbols),
            n_sessions=len(bars.sessions),
            open=np.ravel(bars.open if sign > 0 else -bars.open),
            high=np.ravel(high),
            low=np.ravel(low),
            close=np.ravel(bars.close if sign > 0 else -bars.close),
            next_bar=np.ravel(next_bars(bars)),
            last_bar=bars.last_bar,
            delisted=bars.delisted,
            paid=None if paid is None else np.ravel(paid),
            next_break=None if breaks is None else np.ravel(breaks),
        )

    def ends(self, cell: IndexArray) -> IndexArray:
        """Return the cells of these symbols at which comparable bars end, after these cells.

        That of a break, or the one after the last session.
        """
        symbol = cell % self.width
        session = np.full(len(cell), self.n_sessions, dtype=np.intp)
        if self.next_break is not None:
            session = self.next_break[cell].astype(np.intp)
        return session * self.width + symbol

    def breaks(self, end: IndexArray) -> BoolArray:
        """Whether bars end there with a break, and not with the last session."""
        return end < self.n_sessions * self.width


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Grades as they are written; prices are signed until they are handed out."""

    outcome: NDArray[np.int8]
    flags: NDArray[np.uint8]
    entry: NDArray[np.int32]
    exit: NDArray[np.int32]
    fill: FloatArray
    sold: FloatArray
    r: FloatArray
    traded: FloatArray
    market: FloatArray

    @classmethod
    def of(cls, size: int) -> _Table:
        entry, left = np.full((2, size), -1, dtype=np.int32)
        fill, sold, r, traded, market = np.full((5, size), np.nan)
        ways, flags = np.zeros(size, np.int8), np.zeros(size, np.uint8)
        return cls(ways, flags, entry, left, fill, sold, r, traded, market)

    def grades(self) -> Grades:
        return Grades(
            outcome=self.outcome,
            flags=self.flags,
            entry_session=self.entry,
            exit_session=self.exit,
            fill=np.abs(self.fill),
            exit_price=np.abs(self.sold),
            r=self.r,
            traded_r=self.traded,
            market_r=self.market,
        )

    def leave(
        self, at: IndexArray, way: NDArray[np.int8] | int, sold: FloatArray, session: IndexArray
    ) -> None:
        """Write how trades ended, at which signed price and on which session."""
        self.outcome[at], self.sold[at], self.exit[at] = way, sold, session


@dataclass(slots=True, eq=False)
class _Trades:
    """Trades that are open: where they stand in the table, and their signed levels."""

    at: IndexArray
    first: IndexArray  # the cell of the entry's session
    end: IndexArray  # the cell at which comparable bars end
    stop: FloatArray
    target: FloatArray

    def take(self, picked: BoolArray | IndexArray) -> _Trades:
        return _Trades(*(getattr(self, name)[picked] for name in _Trades.__slots__))


def _grade_block(
    market: _Market, plans: Plans, at: IndexArray, rules: GradeRules, table: _Table
) -> None:
    cell = plans.session[at].astype(np.intp) * market.width + plans.symbol[at]
    entry, stop, target = (
        getattr(plans, name)[at] * float(market.sign) for name in ("entry", "stop", "target")
    )
    breakout = plans.breakout[at]
    end = market.ends(cell)
    entered, at_open = _enter(market, rules, at, (cell, end), entry, breakout, table)
    first = table.entry[at[entered]].astype(np.intp) * market.width + plans.symbol[at[entered]]
    trades = _Trades(at[entered], first, end[entered], stop[entered], target[entered])
    trades = _entry_bar(market, trades, at_open, breakout[entered], table)
    trades = _later_bars(market, trades, rules, table)
    _without_a_bar(market, trades, rules, table)
    limit = ~breakout & (rules.close_entry == "limit")
    _count(market, plans, at, entry - stop, limit, table)


def _enter(
    market: _Market,
    rules: GradeRules,
    at: IndexArray,
    cells: tuple[IndexArray, IndexArray],
    entry: FloatArray,
    breakout: BoolArray,
    table: _Table,
) -> tuple[IndexArray, BoolArray]:
    """Fill entries session after session; return which plans, and whether at the open."""
    cell, end = cells
    left = np.arange(len(at))
    at_open = np.zeros(len(at), dtype=np.bool_)
    entered = np.zeros(len(at), dtype=np.bool_)
    beyond = np.zeros(len(at), dtype=np.bool_)
    take_open = ~breakout & (rules.close_entry == "open")
    for step in range(1 + rules.lag, 1 + rules.lag + rules.life):
        here = cell[left] + step * market.width
        ends = here >= end[left]
        beyond[left[ends]] = True
        left, here = left[~ends], here[~ends]
        price, rises, level = market.open[here], breakout[left], entry[left]
        opened = np.where(rises, price >= level, price <= level)
        opened |= take_open[left] & np.isfinite(price)
        touched = opened | np.where(rises, market.high[here] >= level, market.low[here] <= level)
        done = left[touched]
        entered[done], at_open[done] = True, opened[touched]
        table.entry[at[done]] = here[touched] // market.width
        table.fill[at[done]] = np.where(opened, price, level)[touched]
        gap = opened & (price != level) & ~take_open[left]
        table.flags[at[left[gap]]] |= np.uint8(Flag.ENTRY_GAP)
        left = left[~touched]
        if not len(left):
            break
    breaks = market.breaks(end)
    table.outcome[at[beyond & breaks]] = Outcome.BROKEN
    table.outcome[at[beyond & ~breaks & ~market.delisted[cell % market.width]]] = Outcome.PENDING
    return np.flatnonzero(entered), at_open[entered]


def _entry_bar(
    market: _Market, trades: _Trades, at_open: BoolArray, breakout: BoolArray, table: _Table
) -> _Trades:
    """Stops and targets on the session of the entry, where the order of prices matters most."""
    high, low, close = (values[trades.first] for values in (market.high, market.low, market.close))
    fill = table.fill[trades.at]
    past_stop, past_target = fill <= trades.stop, fill >= trades.target
    stopped = past_stop | (~past_target & (low <= trades.stop))
    # A limit filled within the bar: its high may lie before the fill, its close does not.
    reached = np.where(at_open | breakout, high, close) >= trades.target
    gained = past_target | (~stopped & reached)
    both = stopped & ~past_stop & (high >= trades.target)
    unsure = stopped & ~at_open & breakout
    gap = past_stop | past_target
    flags = both * np.uint8(Flag.BOTH) | unsure * np.uint8(Flag.ENTRY_BAR_STOP)
    table.flags[trades.at] |= flags | gap * np.uint8(Flag.EXIT_GAP)
    done = stopped | gained
    price = np.where(gap, fill, np.where(stopped, trades.stop, trades.target))
    way = np.where(stopped, np.int8(Outcome.STOP), np.int8(Outcome.TARGET))
    table.leave(trades.at[done], way[done], price[done], trades.first[done] // market.width)
    return trades.take(~done)


def _later_bars(market: _Market, trades: _Trades, rules: GradeRules, table: _Table) -> _Trades:
    """Stops, targets and the time stop, session after session; return what is open after it."""
    ended = []
    for step in range(rules.hold):
        here = trades.first + step * market.width
        ends = here >= trades.end
        if ends.any():
            ended.append(trades.take(ends))
            trades, here = trades.take(~ends), here[~ends]
        if not len(here):
            break
        if step:
            done = _leave_at_levels(market, trades, here, table)
        else:
            done = np.zeros(len(here), dtype=np.bool_)
        if step == rules.hold - 1:
            close = market.close[here]
            timed = ~done & np.isfinite(close)
            table.leave(trades.at[timed], Outcome.TIME, close[timed], here[timed] // market.width)
            done |= timed
        trades = trades.take(~done)
    every = [trades, *ended]
    return _Trades(
        *(np.concatenate([getattr(some, name) for some in every]) for name in _Trades.__slots__)
    )


def _leave_at_levels(
    market: _Market, trades: _Trades, here: IndexArray, table: _Table
) -> BoolArray:
    """Write the trades that reach a level on this session; return which they are."""
    low, high = market.low[here], market.high[here]
    done: BoolArray = (low <= trades.stop) | (high >= trades.target)
    at = np.flatnonzero(done)
    some, here = trades.take(at), here[at]
    opened, low, high = market.open[here], low[at], high[at]
    gap_down, gap_up = opened <= some.stop, opened >= some.target
    gap = gap_down | gap_up
    stopped = ~gap_up & (low <= some.stop)
    both = stopped & ~gap & (high >= some.target)
    table.flags[some.at] |= both * np.uint8(Flag.BOTH) | gap * np.uint8(Flag.EXIT_GAP)
    price = np.where(gap, opened, np.where(stopped, some.stop, some.target))
    way = np.where(stopped, np.int8(Outcome.STOP), np.int8(Outcome.TARGET))
    table.leave(some.at, way, price, here // market.width)
    return done


def _without_a_bar(market: _Market, trades: _Trades, rules: GradeRules, table: _Table) -> None:
    """Trades whose last session had no bar: sold after the halt, delisted, or not over."""
    if not len(trades.at):
        return
    symbol = trades.first % market.width
    last = trades.first // market.width + rules.hold - 1
    known = last < market.n_sessions
    reopens = np.full(len(last), market.n_sessions, dtype=np.intp)
    reopens[known] = market.next_bar[last[known] * market.width + symbol[known]]
    halted = (reopens < market.n_sessions) & (reopens * market.width + symbol < trades.end)
    cell = reopens[halted] * market.width + symbol[halted]
    table.leave(trades.at[halted], Outcome.TIME, market.open[cell], reopens[halted])
    table.flags[trades.at[halted]] |= np.uint8(Flag.HALTED)

    broken = ~halted & market.breaks(trades.end)
    table.outcome[trades.at[broken]] = Outcome.BROKEN
    gone = ~halted & ~broken & market.delisted[symbol]
    end = market.last_bar[symbol[gone]].astype(np.intp)
    price = market.close[end * market.width + symbol[gone]] * (1.0 + rules.delisting_return)
    table.leave(trades.at[gone], Outcome.DELISTED, price, end)
    table.outcome[trades.at[~halted & ~gone & ~broken]] = Outcome.OPEN


def _count(
    market: _Market,
    plans: Plans,
    at: IndexArray,
    risk: FloatArray,
    limit: BoolArray,
    table: _Table,
) -> None:
    """R of the trades that are over, and what of it was traded, at the market too."""
    over = table.exit[at] >= 0
    at, risk, limit = at[over], risk[over], limit[over]
    fill, sold = table.fill[at], table.sold[at]
    made = sold - fill
    if market.paid is not None:
        symbol = plans.symbol[at]
        cells = (table.exit[at].astype(np.intp), table.entry[at].astype(np.intp))
        until, since = (market.paid[cell * market.width + symbol] for cell in cells)
        made = made + (until - since) * float(market.sign)
    table.r[at] = made / risk
    bought, left = np.abs(fill), np.abs(sold)
    table.traded[at] = (bought + left) / risk
    at_target = table.outcome[at] == Outcome.TARGET
    table.market[at] = (np.where(limit, 0.0, bought) + np.where(at_target, 0.0, left)) / risk
