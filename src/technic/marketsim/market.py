"""Market: a whole simulated stock market that can be read anywhere.

Any symbols on any sessions, always the same bars for the same seed and calendar; nothing is kept
between calls but the coarse lives of the symbols (some 40 numbers each), so a market may be
shared by threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.marketsim.events import draw_faults, draw_halts
from technic.marketsim.factors import Factors, draw_factors
from technic.marketsim.paths import Block, Paths, close_paths, make_paths
from technic.marketsim.quarters import QUARTER, STRIDE, draw_quarters
from technic.marketsim.random_streams import LEVELS, uniform
from technic.marketsim.sectors import KINDS
from technic.marketsim.securities import MAX_SIZE, Securities, list_securities
from technic.marketsim.trading import Days, Habits, trade
from technic.panel import PRICES, LongBars
from technic.typing import BoolArray, DateArray, FloatArray, IntArray
from technic.wording.counts import count_of

__all__ = ["DEFAULT_SEED", "DEFAULT_SIZE", "Market"]

DEFAULT_SIZE = 6_000
DEFAULT_SEED = 86
UNRECORDED_SPLITS = 0.02
UNKNOWN_CAPS = 0.01
COMPANY_KINDS = [code for code, kind in enumerate(KINDS) if kind.name in ("common", "adr")]
BLOCK_CELLS = 24_576


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Market:
    """Symbols over ``sessions``; make one with ``Market.of``."""

    seed: int
    sessions: DateArray
    securities: Securities
    factors: Factors
    paths: Paths
    habits: Habits
    recorded: BoolArray

    @classmethod
    def of(cls, sessions: DateArray, size: int = DEFAULT_SIZE, seed: int = DEFAULT_SEED) -> Market:
        """Draw the market of ``seed``; its first ``size`` symbols do not depend on ``size``.

        Raises ParameterError for a size outside 1 … 9,000 or sessions that are not ascending.
        """
        if not 1 <= size <= MAX_SIZE:
            raise ParameterError("size", size, f"1 to {MAX_SIZE} symbols")
        if not len(sessions) or np.any(np.diff(sessions) <= np.timedelta64(0, "D")):
            raise ParameterError(
                "sessions", count_of(len(sessions), "day"), "ascending trading days"
            )
        count = -(-len(sessions) // QUARTER)
        securities = list_securities(seed, size)
        factors = draw_factors(seed, count * QUARTER)
        quarters = draw_quarters(seed, securities, factors, len(sessions))
        usual_shares = securities.dollars / securities.first_price
        idle_fraction = np.clip(0.55 - 0.2 * np.log10(usual_shares / 80.0), 0.0, 0.75)
        habits = Habits(
            still=np.floor(idle_fraction * LEVELS).astype(np.uint64),
            skips=uniform(seed, "skips", size) < 0.5,
            halts=draw_halts(seed, size, count),
            faults=draw_faults(seed, size, count),
        )
        paths = make_paths(seed, securities, factors, quarters)
        split = quarters.splits
        kept = uniform(seed, "split/recorded", size, count)[split.symbol, split.quarter]
        return cls(seed, sessions, securities, factors, paths, habits, kept >= UNRECORDED_SPLITS)

    def __len__(self) -> int:
        return len(self.securities.symbol)

    def bars(
        self,
        positions: NDArray[np.intp],
        first: int,
        stop: int,
        progress: Callable[[int, int], None] | None = None,
    ) -> LongBars:
        """Return the bars of the symbols at ``positions`` on sessions ``first`` to ``stop`` − 1.

        Rows are in the order of ``positions``, then of sessions; ``progress`` gets (done, in all).
        """
        listed = np.minimum(stop, self.paths.quarters.stop[positions])
        listed = listed - np.maximum(first, self.paths.quarters.first[positions])
        room = int(np.maximum(listed, 0).sum())
        column, session = np.empty(room, np.int32), np.empty(room, "datetime64[D]")
        fields = {name: np.empty(room) for name in (*PRICES, "volume")}
        used = done = 0
        for block, days in self._blocks(positions, first, stop):
            row, place = np.nonzero(days.exists)
            rows = slice(used, used + len(row))
            used = rows.stop
            np.add(row, done, out=column[rows], casting="same_kind")
            session[rows] = self.sessions[_sessions_of(block).clip(0)][place]
            cell = row * days.exists.shape[1] + place
            for name, values in fields.items():
                np.take(getattr(days, name), cell, out=values[rows], mode="clip")
            done += len(block.positions)
            if progress is not None:
                progress(done, len(positions))
        kept = slice(0, used)
        return LongBars(
            symbols=tuple(self.securities.symbol[at] for at in positions.tolist()),
            column=column[kept],
            session=session[kept],
            **{name: values[kept] for name, values in fields.items()},
        )

    def splits(
        self, positions: NDArray[np.intp], first: int, stop: int
    ) -> tuple[NDArray[np.intp], IntArray, FloatArray]:
        """Splits on record, as (row in ``positions``, session, ratio), by row and then session.

        A few splits of the market are on no record: a data gate has to find them.
        """
        events = self.paths.quarters.splits
        row, at = events.find(positions, 0, self.paths.quarters.level.shape[1])
        session = events.quarter[at] * QUARTER + events.place[at] - 1
        kept = self.recorded[at] & (session >= first) & (session < stop)
        return row[kept], session[kept], events.value[at][kept]

    def market_caps(self) -> FloatArray:
        """Market value at each company's last close, in dollars; NaN for all that is no company."""
        securities, quarters = self.securities, self.paths.quarters
        last = np.maximum(quarters.stop - 1, quarters.first)
        value = securities.market_cap / securities.first_price
        for quarter in np.unique(last // QUARTER).tolist():
            positions = np.flatnonzero(last // QUARTER == quarter)
            block = Block(positions, quarter, quarter + 1, slice(1, STRIDE))
            _, closes = close_paths(self.paths, block)
            value[positions] *= quarters.growth[positions, quarter]
            value[positions] *= closes[np.arange(len(positions)), last[positions] % QUARTER + 1]
        known = np.isin(securities.kind, COMPANY_KINDS)
        known &= uniform(self.seed, "cap/unknown", len(self)) > UNKNOWN_CAPS
        return np.where(known, np.rint(value / 1e4) * 1e4, np.nan)

    def _blocks(
        self, positions: NDArray[np.intp], first: int, stop: int
    ) -> Iterator[tuple[Block, Days]]:
        """Trade blocks that stay in the processor's cache, with the days each symbol is listed."""
        if stop <= first:
            return
        low, high = first // QUARTER, (stop - 1) // QUARTER + 1
        cut = slice(_column(first, low), _column(stop - 1, low) + 1)
        width = max(BLOCK_CELLS // ((high - low) * STRIDE), 1)
        quarters = self.paths.quarters
        for start in range(0, len(positions), width):
            block = Block(positions[start : start + width], low, high, cut)
            days = trade(self.paths, self.habits, block)
            session = _sessions_of(block)
            days.exists[:] &= session >= quarters.first[block.positions][:, None]
            days.exists[:] &= session < quarters.stop[block.positions][:, None]
            yield block, days


def _column(session: int, low: int) -> int:
    """Column of a session in a block that begins with quarter ``low``."""
    return (session // QUARTER - low) * STRIDE + session % QUARTER + 1


def _sessions_of(block: Block) -> IntArray:
    """Session of each column of the cut; that before a quarter in the quarter's column 0."""
    column = np.arange(block.cut.start, block.cut.stop)
    session: IntArray = (column // STRIDE + block.low) * QUARTER + column % STRIDE - 1
    return session
