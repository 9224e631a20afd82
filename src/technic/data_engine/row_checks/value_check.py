"""What is odd about the values of rows taken together: prices in cents, volume in millions, none.

The data gate judges each bar; what is wrong with a whole column is said here, once, since it takes
every symbol along.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from technic.panel import PRICES, LongBars
from technic.typing import BoolArray, FloatArray
from technic.wording.counts import agree, count_of

__all__ = ["odd_values"]

FEWEST_ROWS = 60
"""Rows from which a column can be judged."""
WARNED = 0.01
"""The part of the rows that can be no bars from which it is said."""
SLACK = 1.05
"""How far an open or close may lie outside of low and high before it is of other prices."""
LARGE = 100.0
"""Whole prices below may be those of a few days, or made up."""
SMALL_VOLUME = 10_000.0
"""Most stocks trade more shares a day."""
SAMPLE = 20_000


def odd_values(bars: LongBars, *, volume: bool = True) -> tuple[str, ...]:
    """Return sentences on bars of any symbols, in any order; nothing for a few rows.

    ``volume``: whether volume is there.
    """
    if len(bars) < FEWEST_ROWS:
        return ()
    return (*_impossible(bars), *_whole(bars), *(_small_volume(bars) if volume else ()))


def _impossible(bars: LongBars) -> Iterator[str]:
    """Say why more than a few rows can be no bars."""
    if _all_in_order(bars):
        return
    causes: dict[str, BoolArray] = {
        f"{name} is 0 or below": getattr(bars, name) <= 0.0 for name in PRICES
    }
    causes["high is below low"] = bars.high < bars.low
    for name in ("open", "close"):
        price: FloatArray = getattr(bars, name)
        far = (price > bars.high * SLACK) | (price * SLACK < bars.low)
        causes[f"{name} lies outside of low and high, as an adjusted price beside raw ones"] = far
    causes["volume is below 0"] = bars.volume < 0.0
    counts = {cause: int(np.count_nonzero(rows)) for cause, rows in causes.items()}
    cause, most = max(counts.items(), key=lambda one: one[1])
    if most <= WARNED * len(bars):
        return
    either = np.zeros(len(bars), np.bool_)
    for rows in causes.values():
        either |= rows
    count = int(np.count_nonzero(either))
    yield (
        f"{count:,} of {count_of(len(bars), 'row')} can be no {agree(count, 'bar', 'bars')}: "
        f"{cause} in {most:,}"
    )


def _all_in_order(bars: LongBars) -> bool:
    """Tell whether there is nothing to look for: the usual case, at a fraction of the cost."""
    inside = all(
        (bars.low <= price).all() and (price <= bars.high).all()
        for price in (bars.open, bars.close)
    )
    return bool(inside and bars.low.min() > 0.0 and not (bars.volume < 0.0).any())


def _whole(bars: LongBars) -> Iterator[str]:
    """Doubt prices of which none has decimals: they may be in cents or other parts of a dollar."""
    for part in (slice(0, FEWEST_ROWS), slice(None)):
        for name in PRICES:
            price: FloatArray = getattr(bars, name)[part]
            known = price[np.isfinite(price)]
            if not len(known) or (known != np.floor(known)).any():
                return
    usual = float(np.nanmedian(bars.close[:: len(bars) // SAMPLE + 1]))
    if usual >= LARGE:
        yield (
            f"all prices are whole numbers, {usual:,.0f} in the middle: they may be in cents or "
            "other parts of a dollar, and are taken for dollars"
        )


def _small_volume(bars: LongBars) -> Iterator[str]:
    """Doubt volume that is nothing, or with decimals and too small for shares."""
    if (bars.volume == 0.0).all():
        yield "volume is 0 on every row; --no-volume scans prices alone"
        return
    volume = bars.volume[:: len(bars) // SAMPLE + 1]
    known = volume[np.isfinite(volume) & (volume > 0.0)]
    if len(known) < FEWEST_ROWS or 2 * np.count_nonzero(known != np.floor(known)) < len(known):
        return
    usual = float(np.median(known))
    if usual < SMALL_VOLUME:
        yield (
            f"volume has decimals and is {usual:,.4g} in the middle: it may be in thousands or "
            "millions of shares, and is taken for shares; a column called 'Volume (K)' or "
            "'Volume (M)' is scaled"
        )
