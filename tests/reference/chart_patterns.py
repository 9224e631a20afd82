"""Chart patterns of one symbol, bar by bar, from the sentences of docs/patterns.md.

Every base that could be meant is tried, oldest first, and every condition is looked up in the
bars again. ``bars`` maps high, low, close and volume to lists, oldest first, that end with today;
``p`` maps the parameters to their values. Each function returns the numbers of the pattern by
their names, or None where it is not there.
"""

from __future__ import annotations

from fractions import Fraction

__all__ = ["NEEDS", "TWINS"]


def under(high, low):
    """Depth of ``low`` under ``high`` in percent."""
    return 100 * (high - low) / high


def over(low, high):
    """Rise from ``low`` to ``high`` in percent."""
    return 100 * (high - low) / low


def average(values):
    """Mean, the sum rounded once."""
    return float(sum(Fraction(value) for value in values)) / len(values)


def is_swing_high(bars, i, swing):
    """Whether bar ``i`` stands above its neighbours."""
    high = bars["high"]
    if i - swing < 0 or i + swing >= len(high):
        return False
    before = all(high[k] < high[i] for k in range(i - swing, i))
    after = all(high[k] <= high[i] for k in range(i + 1, i + swing + 1))
    return before and after


def advance_ends(bars, i, p, top=None):
    """Whether the bars before ``i`` rise far enough to ``top`` and never passed it."""
    top = bars["high"][i] if top is None else top
    if i < p["prior_bars"]:
        return False
    span = range(i - p["prior_bars"], i)
    lowest = min(bars["low"][k] for k in span)
    not_passed = all(bars["high"][k] <= top for k in span)
    return not_passed and lowest > 0 and over(lowest, top) >= p["prior_gain"]


def within_reach(bars, pivot, p):
    """Whether today's close is near the pivot."""
    distance = under(pivot, bars["close"][-1])
    return -p["above_pivot"] <= distance <= p["below_pivot"]


def stands_out(bars, first):
    """How far the bar that stands out most from the closes beside it does, in percent."""
    close, n = bars["close"], len(bars["close"])
    if any(close[i] <= 0 for i in range(max(0, first - 1), n)):
        return None
    most = 0.0
    for i in range(first, n):
        beside = [close[k] for k in (i - 1, i + 1) if 0 <= k < n] or [close[i]]
        most = max(most, over(max(beside), bars["high"][i]), under(min(beside), bars["low"][i]))
    return most


def no_bar_stands_out(bars, first, p):
    """Whether every bar from ``first`` on is near the closes beside it."""
    most = stands_out(bars, first)
    return most is not None and most <= p["max_spike"]


def usual_height(bars, first):
    """Median of the bars' heights from ``first`` on, in percent of their closes; None at a 0."""
    heights = []
    for i in range(first, len(bars["close"])):
        if bars["close"][i] <= 0:
            return None
        heights.append(100 * (bars["high"][i] - bars["low"][i]) / bars["close"][i])
    heights.sort()
    middle = len(heights) // 2
    return heights[middle] if len(heights) % 2 else (heights[middle - 1] + heights[middle]) / 2


def vcp(bars, p):
    """Volatility contraction pattern."""
    today = len(bars["high"]) - 1
    swings = [i for i in range(today + 1) if is_swing_high(bars, i, p["swing"])]
    for top in swings:
        if any(bars["high"][i] > bars["high"][top] for i in swings if i > top):
            continue
        if not p["min_base"] <= today - top + 1 <= p["max_base"]:
            continue
        numbers = vcp_from(bars, p, top, contractions_from(bars, top, swings))
        if numbers:
            return numbers
    return None


def contractions_from(bars, top, swings):
    """Return (peak, low, depth) of each contraction of the base that begins at ``top``."""
    low = bars["low"]
    found = []
    choices = [top]
    while choices:
        best = None
        for peak in choices:
            lowest = min(low[peak + 1 :])
            depth = under(bars["high"][peak], lowest)
            if best is None or depth > best[2]:
                best = (peak, lowest, depth)
        found.append(best)
        reached = next(k for k in range(best[0] + 1, len(low)) if low[k] == best[1])
        choices = [i for i in swings if i >= reached]
    return found


def vcp_from(bars, p, top, found):
    """Return the numbers if the contractions keep the rule."""
    depths = [depth for _, _, depth in found]
    peak, lowest, last = found[-1]
    pivot = bars["high"][peak]
    end = len(bars["close"])
    for i in range(peak + 1, len(bars["close"])):
        if bars["close"][i] > pivot:
            end = i
            break
    usual = average(bars["volume"][top : peak + 1])
    quiet = average(bars["volume"][peak + 1 : end])
    kept = [
        p["min_contractions"] <= len(found) <= p["max_contractions"],
        all(
            depths[k] / depths[k - 1] <= p["max_ratio"]
            for k in range(1, len(depths))
            if depths[k - 1] > 0
        ),
        p["min_depth"] <= depths[0] <= p["max_depth"],
        last <= p["max_last_depth"],
        under(bars["high"][top], pivot) <= p["max_below_top"],
        usual > 0 and quiet / usual <= p["max_volume_ratio"],
        advance_ends(bars, top, p),
        within_reach(bars, pivot, p),
        right_side(bars, top, found[0][1]) >= p["min_right_side"],
        under(max(bars["high"][-20:]), min(bars["low"][-20:])) <= p["max_recent_range"],
        no_bar_stands_out(bars, top, p),
    ]
    if not all(kept):
        return None
    return {
        "vcp_pivot": pivot,
        "vcp_low": lowest,
        "vcp_contractions": len(found),
        "vcp_depth": depths[0],
        "vcp_depth_last": last,
        "vcp_volume_ratio": quiet / usual,
        "vcp_bars": len(bars["high"]) - top,
    }


def right_side(bars, top, lowest):
    """Share of the base that lies after the bar that first reached its low, in percent."""
    n = len(bars["low"])
    reached = next(k for k in range(top + 1, n) if bars["low"][k] == lowest)
    return 100 * (n - 1 - reached) / (n - top)


def cup_with_handle(bars, p):
    """Cup with handle."""
    high = bars["high"]
    today = len(high) - 1
    if today < p["max_handle"] + p["swing"]:
        return None
    rim = today - p["max_handle"]
    for i in range(today - p["max_handle"], today):
        if high[i] > high[rim]:
            rim = i
    if today - rim < p["min_handle"] or not within_reach(bars, high[rim], p):
        return None
    if any(high[i] >= high[rim] for i in range(rim - p["swing"], rim)):
        return None
    handle_low = min(bars["low"][rim + 1 :])
    if under(high[rim], handle_low) > p["max_handle_depth"]:
        return None
    if 100 * fitted_rise(bars["low"][rim + 1 : today]) / high[rim] > p["max_handle_rise"]:
        return None
    for left in range(today):
        numbers = cup_from(bars, p, left, rim, handle_low)
        if numbers:
            return numbers
    return None


def fitted_rise(values):
    """Rise of the least-squares line from the first value to the last, rounded at the end."""
    n = len(values)
    values = [Fraction(value) for value in values]
    middle, level = Fraction(n - 1, 2), sum(values) / n
    spread = sum((i - middle) ** 2 for i in range(n))
    if not spread:
        return 0.0
    slope = sum((i - middle) * (value - level) for i, value in enumerate(values)) / spread
    return float(slope * (n - 1))


def cup_from(bars, p, left, rim, handle_low):
    """Return the numbers if a cup from ``left`` to ``rim`` keeps the rule."""
    high, low, close = bars["high"], bars["low"], bars["close"]
    today = len(high) - 1
    if rim - left < p["min_cup"] or today - left + 1 > p["max_base"]:
        return None
    if not is_swing_high(bars, left, p["swing"]):
        return None
    if any(high[i] > high[left] for i in range(left + 1, rim)):
        return None
    bottom = min(low[i] for i in range(left + 1, rim + 1))
    depth = under(high[left], bottom)
    third = bottom + (high[left] - bottom) / 3
    closes = [close[i] for i in range(left, rim + 1)]
    roundness = 100 * sum(one <= third for one in closes) / len(closes)
    usual = average(bars["volume"][left : rim + 1])
    quiet = average(bars["volume"][rim + 1 : today])
    kept = [
        -p["max_rim_above"] <= under(high[left], high[rim]) <= p["max_rim_below"],
        p["min_depth"] <= depth <= p["max_depth"],
        handle_low >= (high[left] + bottom) / 2,
        roundness >= p["min_roundness"],
        usual > 0 and quiet / usual <= p["max_volume_ratio"],
        advance_ends(bars, left, p),
        right_of_low(bars, left, rim, bottom) >= p["min_right_side"],
        best_week(bars, left, rim, bottom) <= p["max_week_rise"],
        no_bar_stands_out(bars, left, p),
    ]
    if not all(kept):
        return None
    return {
        "cup_pivot": high[rim],
        "cup_depth": depth,
        "cup_bars": today - left + 1,
        "cup_roundness": roundness,
        "handle_low": handle_low,
        "handle_depth": under(high[rim], handle_low),
        "handle_bars": today - rim,
        "handle_volume_ratio": quiet / usual,
    }


def right_of_low(bars, left, rim, bottom):
    """Share of the cup's bars that lie after the one that first reached its low, in percent."""
    reached = next(k for k in range(left + 1, rim + 1) if bars["low"][k] == bottom)
    return 100 * (rim - reached) / (rim - left)


def best_week(bars, left, rim, bottom):
    """Most that the close made good in five bars that end after the low, percent of the depth."""
    close, depth = bars["close"], bars["high"][left] - bottom
    reached = next(k for k in range(left + 1, rim + 1) if bars["low"][k] == bottom)
    rises = [close[k] - close[k - 5] for k in range(reached, rim + 1) if k - 5 >= left]
    return 100 * max(rises) / depth if rises and depth > 0 else float("nan")


def flat_base(bars, p):
    """Flat base."""
    today = len(bars["high"]) - 1
    for length in range(p["max_base"], p["min_base"] - 1, -1):
        start = today - length
        if start < 0:
            continue
        pivot = max(bars["high"][start:today])
        lowest = min(bars["low"][start:])
        depth = under(pivot, lowest)
        kept = [
            under(pivot, bars["high"][start]) <= p["max_start_below_top"],
            p["min_depth"] <= depth <= p["max_depth"],
            advance_ends(bars, start, p, top=pivot),
            within_reach(bars, pivot, p),
        ]
        if all(kept) and is_sideways(bars, start, pivot, p):
            return {
                "flat_base_pivot": pivot,
                "flat_base_low": lowest,
                "flat_base_depth": depth,
                "flat_base_bars": length,
            }
    return None


def is_sideways(bars, start, pivot, p):
    """Whether closes neither rise nor fall, bars have a height and none stands out."""
    slope = 100 * fitted_rise(bars["close"][start:-1]) / pivot
    height = usual_height(bars, start)
    return (
        -p["max_slope"] <= slope <= p["max_slope"]
        and height is not None
        and height >= p["min_bar_range"]
        and no_bar_stands_out(bars, start, p)
    )


def high_tight_flag(bars, p):
    """High tight flag."""
    high, low = bars["high"], bars["low"]
    today = len(high) - 1
    if today < p["max_flag"]:
        return None
    pivot = max(high[today - p["max_flag"] : today])
    top = next(i for i in range(today - p["max_flag"], today) if high[i] == pivot)
    start = None
    for i in range(max(0, top - p["max_pole"]), top - p["min_pole"] + 1):
        if low[i] > 0:
            start = i if start is None or low[i] < low[start] else start
    if start is None or today - top < p["min_flag"]:
        return None
    lowest = min(low[top + 1 :])
    usual = average(bars["volume"][start : top + 1])
    quiet = average(bars["volume"][top + 1 : today])
    before = [high[k] for k in range(top - p["new_high_bars"], top) if k >= 0]
    height = usual_height(bars, top + 1)
    kept = [
        len(before) == p["new_high_bars"] and all(one <= pivot for one in before),
        height is not None and height >= p["min_bar_range"],
        no_bar_stands_out(bars, start, p),
        over(low[start], pivot) >= p["min_gain"],
        p["min_depth"] <= under(pivot, lowest) <= p["max_depth"],
        usual > 0 and quiet / usual <= p["max_volume_ratio"],
        within_reach(bars, pivot, p),
    ]
    if not all(kept):
        return None
    return {
        "flag_pivot": pivot,
        "flag_low": lowest,
        "flag_pole_gain": over(low[start], pivot),
        "flag_depth": under(pivot, lowest),
        "flag_volume_ratio": quiet / usual,
        "flag_bars": today - top,
    }


TWINS = {
    "vcp": vcp,
    "cup_with_handle": cup_with_handle,
    "flat_base": flat_base,
    "high_tight_flag": high_tight_flag,
}
NEEDS = {
    "vcp": lambda p: p["max_base"] + max(p["prior_bars"], p["swing"], 20),
    "cup_with_handle": lambda p: (
        max(p["max_base"], p["max_handle"] + 1) + max(p["prior_bars"], p["swing"])
    ),
    "flat_base": lambda p: p["max_base"] + p["prior_bars"] + 1,
    "high_tight_flag": lambda p: p["max_flag"] + max(p["max_pole"] + 1, p["new_high_bars"]) + 1,
}
