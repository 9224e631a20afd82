"""Functions with a memory, computed in a workspace: as a stream of which the last rows are kept.

Each takes the workspace, the name of a field where the language's function takes a series, and
the constants of the call; it returns aligned rows. Parts that several functions share are made
once for the same constants.
"""

from __future__ import annotations

from technic.indicators import directional, momentum, stochastic, trend, volatility, volume
from technic.indicators.division import quotient
from technic.indicators.recursions import exponential_mean, wilder_mean
from technic.indicators.workspace import Workspace
from technic.typing import FloatArray

__all__ = [
    "ad",
    "adx",
    "atr",
    "bar_count",
    "ema",
    "kc_lower",
    "kc_middle",
    "kc_upper",
    "macd_histogram",
    "macd_line",
    "macd_signal",
    "minus_di",
    "natr",
    "obv",
    "plus_di",
    "rsi",
    "stochrsi_d",
    "stochrsi_k",
]

SHARED_BARS = 18
"""RSI values kept for all that read them: as many as STOCHRSI (14, 3, 3) looks at."""


def bar_count(work: Workspace) -> FloatArray:
    """Bars of each symbol from the start of the panel."""
    return work.bar_count()


def ema(work: Workspace, field: str, n: int) -> FloatArray:
    """Exponential mean."""
    return work.streamed(exponential_mean(work.field(field), n))


def obv(work: Workspace) -> FloatArray:
    """On-balance volume from the start of the panel."""
    return work.streamed(volume.obv_rows(work.field("close"), work.field("volume")))


def ad(work: Workspace) -> FloatArray:
    """Accumulation/distribution line from the start of the panel."""
    bars = (work.field(name) for name in ("high", "low", "close", "volume"))
    return work.streamed(volume.ad_rows(*bars))


def _true_range(work: Workspace) -> FloatArray:
    return work.from_start(volatility.trange, "high", "low", "close")


def atr(work: Workspace, n: int) -> FloatArray:
    """Average true range."""
    return work.once(("atr", n), lambda: work.streamed(wilder_mean(_true_range(work), n, start=1)))


def natr(work: Workspace, n: int) -> FloatArray:
    """Average true range in percent of the close."""
    out = quotient(atr(work, n), work.recent("close"))
    out *= 100.0
    return out


def _keltner(work: Workspace, n: int, m: int) -> tuple[FloatArray, FloatArray]:
    """Centre line, and the range that the bands are drawn from."""

    def parts() -> tuple[FloatArray, FloatArray]:
        typical = volatility.typical_tiles(*(work.field(x) for x in ("high", "low", "close")))
        centre, reach = volatility.kc_parts(_true_range(work), typical, n, m)
        return work.streamed(centre), work.streamed(reach)

    return work.once(("keltner", n, m), parts)


def kc_upper(work: Workspace, n: int, m: int, width: float) -> FloatArray:
    """Upper Keltner band."""
    centre, reach = _keltner(work, n, m)
    return centre + reach * width


def kc_middle(work: Workspace, n: int, m: int, _: float) -> FloatArray:
    """Middle of the Keltner channel."""
    return _keltner(work, n, m)[0]


def kc_lower(work: Workspace, n: int, m: int, width: float) -> FloatArray:
    """Lower Keltner band."""
    centre, reach = _keltner(work, n, m)
    return centre - reach * width


def rsi(work: Workspace, field: str, n: int) -> FloatArray:
    """Relative strength index."""
    return _strength(work, field, n, 1)


def _strength(work: Workspace, field: str, n: int, bars: int) -> FloatArray:
    """Last ``bars`` rows of the RSI, of rows that are kept once for all who need no more."""
    kept = max(bars, SHARED_BARS)
    means = work.once(
        ("gain_and_loss", field, n, kept),
        lambda: work.streamed(momentum.gain_and_loss(work.field(field), n), kept),
    )
    both = work.tail(means, bars)
    return momentum.strength(both[:, 0], both[:, 1])


def stochrsi_k(work: Workspace, *arguments: str | int) -> FloatArray:
    """Place of the RSI in its own range, smoothed once."""
    return _stochrsi(work, *arguments)[0]


def stochrsi_d(work: Workspace, *arguments: str | int) -> FloatArray:
    """Place of the RSI in its own range, smoothed twice as charts do."""
    return _stochrsi(work, *arguments)[1]


def _stochrsi(work: Workspace, *arguments: str | int) -> tuple[FloatArray, FloatArray]:
    """Both lines; TA-Lib's STOCHRSI ends at the first smoothing."""
    field, n, k, slow, slower = arguments

    def smoothed(strength: FloatArray) -> tuple[FloatArray, FloatArray]:
        _, smooth = stochastic.stochf(strength, strength, strength, int(k), int(slow))
        return smooth, trend.sma(smooth, int(slower))

    def both() -> tuple[FloatArray, FloatArray]:
        bars = int(k) + int(slow) + int(slower) - 2
        return work.windows_of(_strength(work, str(field), int(n), bars), smoothed)

    return work.once(("stochrsi", *arguments), both)


def macd_line(work: Workspace, field: str, *periods: int) -> FloatArray:
    """Fast exponential mean minus the slow one."""
    return _macd(work, field, *periods)[:, 0]


def macd_signal(work: Workspace, field: str, *periods: int) -> FloatArray:
    """Exponential mean of the MACD line."""
    return _macd(work, field, *periods)[:, 1]


def macd_histogram(work: Workspace, field: str, *periods: int) -> FloatArray:
    """MACD line minus its signal."""
    lines = _macd(work, field, *periods)
    return lines[:, 0] - lines[:, 1]


def _macd(work: Workspace, field: str, fast: int, slow: int, signal: int) -> FloatArray:
    return work.once(
        ("macd", field, fast, slow, signal),
        lambda: work.streamed(momentum.macd_lines(work.field(field), fast, slow, signal)),
    )


def adx(work: Workspace, n: int) -> FloatArray:
    """Average directional index."""
    return _direction(work, n)[1]


def plus_di(work: Workspace, n: int) -> FloatArray:
    """Upward directional indicator."""
    sums = _direction(work, n)[0]
    return directional.percent_of_range(sums[:, 1], sums[:, 0])


def minus_di(work: Workspace, n: int) -> FloatArray:
    """Downward directional indicator."""
    sums = _direction(work, n)[0]
    return directional.percent_of_range(sums[:, 2], sums[:, 0])


def _direction(work: Workspace, n: int) -> tuple[FloatArray, FloatArray]:
    """Sums of directional movement, and ADX."""

    def both() -> tuple[FloatArray, FloatArray]:
        sums = directional.movement(_true_range(work), work.field("high"), work.field("low"), n)
        n_symbols = work.panel.n_symbols
        return work.streamed_both(sums, lambda rows: directional.adx_of(rows, n_symbols, n))

    return work.once(("direction", n), both)
