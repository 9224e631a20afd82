"""Fourteen factors of the daily bar, in qlib's expression language and in Technic's.

The published workload does not say which fourteen; these are of the kind that qlib's own factor
sets begin with: the candle, changes, means, deviations, a slope, ranges and volume. qlib's windows
begin with the first bar, Technic's once they are full: ``WARM_UP`` rows are left out of the
comparison. qlib's Std divides by n - 1, Technic's by n.
"""

from __future__ import annotations

__all__ = ["FACTORS", "WARM_UP"]

WARM_UP = 60

_SAMPLE_OF_20 = "1.0259783520851542"
"""sqrt(20 / 19)."""

FACTORS: dict[str, tuple[str, str]] = {
    "KMID": ("($close-$open)/$open", "(close - open) / open"),
    "KLEN": ("($high-$low)/$open", "(high - low) / open"),
    "ROC5": ("Ref($close,5)/$close", "close[5] / close"),
    "ROC20": ("Ref($close,20)/$close", "close[20] / close"),
    "MA5": ("Mean($close,5)/$close", "sma(close, 5) / close"),
    "MA20": ("Mean($close,20)/$close", "sma(close, 20) / close"),
    "MA60": ("Mean($close,60)/$close", "sma(close, 60) / close"),
    "STD20": ("Std($close,20)/$close", f"stddev(close, 20, {_SAMPLE_OF_20}) / close"),
    "BETA20": ("Slope($close,20)/$close", "linearreg_slope(close, 20) / close"),
    "MAX20": ("Max($high,20)/$close", "highest(high, 20) / close"),
    "MIN20": ("Min($low,20)/$close", "lowest(low, 20) / close"),
    "RSV20": (
        "($close-Min($low,20))/(Max($high,20)-Min($low,20))",
        "(close - lowest(low, 20)) / (highest(high, 20) - lowest(low, 20))",
    ),
    "VMA20": ("Mean($volume,20)/$volume", "sma(volume, 20) / volume"),
    "VSTD20": ("Std($volume,20)/$volume", f"stddev(volume, 20, {_SAMPLE_OF_20}) / volume"),
}
"""Name → what qlib is asked, what Technic is asked."""
