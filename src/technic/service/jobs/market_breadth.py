"""The market of a result over time: breadth session by session, and the sectors of its day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from technic.data_engine.price_cache import PriceCache
from technic.indicators import sma
from technic.result.json_values import plain
from technic.result.table import last_closes

if TYPE_CHECKING:
    from technic.panel.bar_panel import BarPanel
    from technic.result.scan_result import ScanResult
    from technic.typing import BoolArray, FloatArray

__all__ = ["breadth", "closes", "sectors"]

SESSIONS = 252
"""Sessions that the breadth goes back."""
YEAR = 252
BLOCK = 512
"""Symbols that are looked at together."""
COUNTS = ("above_50", "of_50", "above_200", "of_200", "new_highs", "new_lows", "of_year")


def breadth(result: ScanResult) -> dict[str, list[Any]]:
    """Count, for each session, how the ranked symbols stand; columns of equal length.

    ``above_50`` of ``of_50`` symbols close above their 50-session mean, and so on; ``new_highs``,
    ``new_lows``: of ``of_year`` symbols with a year of bars, those whose bar is the highest or
    lowest of it. The symbols are those of the result's day, so earlier sessions lack those that
    are gone since. As-of rule: no bar after the result's day.
    """
    sums: dict[str, np.ndarray[Any, Any]] = {}
    days: np.ndarray[Any, Any] = np.empty(0, "datetime64[D]")
    for panel in _blocks(result, list(result.scored)):
        days = panel.sessions
        held = panel.session >= 0
        for name, mask in _standing(panel):
            counts = np.bincount(panel.session[mask & held], minlength=len(days))
            sums[name] = sums.get(name, 0) + counts
    own = slice(max(0, len(days) - SESSIONS), len(days))
    answer: dict[str, list[Any]] = {"session": [str(day) for day in days[own]]}
    for name in COUNTS:
        answer[name] = [int(n) for n in sums[name][own]] if name in sums else []
    return answer


def _standing(panel: BarPanel) -> Iterator[tuple[str, BoolArray]]:
    """Yield which cells count, for each of COUNTS."""
    for sessions in (50, 200):
        mean = sma(panel.close, sessions)
        yield f"above_{sessions}", panel.close > mean
        yield f"of_{sessions}", ~np.isnan(mean)
    high, low = _past_year(panel.high, np.max), _past_year(panel.low, np.min)
    yield "new_highs", panel.high >= high
    yield "new_lows", panel.low <= low
    yield "of_year", ~np.isnan(high)


def _past_year(values: FloatArray, extreme: Any) -> FloatArray:
    """Return the extreme of the year that ends with each bar; NaN where there is none yet."""
    out: FloatArray = np.full_like(values, np.nan)
    if len(values) >= YEAR:
        windows = np.lib.stride_tricks.sliding_window_view(values, YEAR, axis=0)
        out[YEAR - 1 :] = extreme(windows, axis=-1)
    return out


def closes(result: ScanResult, sessions: int = 60) -> pd.DataFrame:
    """Return the last closes of the symbols of the table: a row each, the oldest close first.

    Columns c00, c01, ...: NaN where a symbol has fewer bars.
    """
    symbols = [str(symbol) for symbol in result.table["symbol"]]
    starts = range(0, max(len(symbols), 1), BLOCK)
    names = [f"c{n:02d}" for n in range(sessions)]
    parts = []
    for at in starts:
        there, values = last_closes(result.prices, symbols[at : at + BLOCK], sessions)
        parts.append(pd.DataFrame(values.T, columns=names))
        parts[-1].insert(0, "symbol", list(there))
    return pd.concat(parts, ignore_index=True)


def sectors(result: ScanResult) -> list[dict[str, Any]]:
    """Return the sectors of the ranked symbols, the largest first, as the day left them.

    ``market_cap`` counts the symbols that have one; ``change_pct`` is the mean of their changes.
    """
    listings = result.listings.frame
    frame = pd.DataFrame({"symbol": list(result.scored)})
    for name in ("return_1_pct", "return_21_pct", "tech_rating"):
        frame[name] = result.columns[name]
    known = [n for n in ("symbol", "sector", "market_cap") if n in listings]
    frame = frame.merge(listings[known], on="symbol", how="left")
    if "sector" not in frame:
        return []
    if "market_cap" not in frame:
        frame["market_cap"] = np.nan
    found = [
        {
            "sector": str(name),
            "symbols": len(rows),
            "market_cap": plain(float(rows["market_cap"].sum(min_count=1))),
            "change_pct": plain(float(rows["return_1_pct"].mean())),
            "return_21_pct": plain(float(rows["return_21_pct"].mean())),
            "tech_rating": plain(float(rows["tech_rating"].mean())),
        }
        for name, rows in frame.groupby("sector")
        if str(name)
    ]
    return sorted(found, key=lambda one: (-(one["market_cap"] or 0.0), one["sector"]))


def _blocks(result: ScanResult, symbols: list[str]) -> Iterator[BarPanel]:
    """Yield the bars of some symbols, a block at a time, of those that have any."""
    prices = result.prices
    for start in range(0, len(symbols), BLOCK):
        wanted = symbols[start : start + BLOCK]
        if isinstance(prices, PriceCache):
            yield prices.panel.of([symbol for symbol in wanted if symbol in prices])
        else:
            yield prices.restricted(wanted).panel
