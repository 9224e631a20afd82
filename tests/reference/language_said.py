"""Functions of the scan language said by others: candlesticks as their rules are written down."""

from __future__ import annotations

from technic.language import BASE, read
from technic.language.syntax.nodes import Call, Node

__all__ = ["SAID", "said", "warm"]

BODY = "abs(close - open)"
LONG = f"{BODY} > sma({BODY}, 10)[1]"
UPPER, LOWER = "(high - max(open, close))", "(min(open, close) - low)"
SHORT = "0.1 * sma(high - low, 10)[1]"
NEAR = "0.2 * sma(high - low, 5)[1]"
HANGING = f"{BODY} < sma({BODY}, 10)[1] and {LOWER} > {BODY} and {UPPER} < {SHORT}"
STANDING = f"{BODY} < sma({BODY}, 10)[1] and {UPPER} > {BODY} and {LOWER} < {SHORT}"
WITHIN = "max(open, close) <= max(open, close)[1] and min(open, close) >= min(open, close)[1]"
STAR = f"({LONG})[2] and (not ({LONG}))[1] and {LONG}"
SOLDIER = f"close >= open and {UPPER} < {SHORT}"
CROW = f"close < open and {LOWER} < {SHORT}"
FOLLOWS = f"open > open[1] and open <= close[1] + ({NEAR})[1] and {BODY} > ({BODY} - 3 * {NEAR})[1]"
STEPS_DOWN = "open < open[1] and open > close[1]"

SAID = {
    "squeeze": "bb_upper(close, {0}, {1}) < kc_upper({0}, {0}, {2}, {3})"
    " and bb_lower(close, {0}, {1}) > kc_lower({0}, {0}, {2}, {3})",
    "doji": f"{BODY} <= {SHORT}",
    "hammer": f"{HANGING} and min(open, close) <= low[1] + ({NEAR})[1]",
    "hanging_man": f"{HANGING} and min(open, close) >= high[1] - ({NEAR})[1]",
    "inverted_hammer": f"{STANDING} and max(open, close) < min(open, close)[1]",
    "shooting_star": f"{STANDING} and min(open, close) > max(open, close)[1]",
    "bullish_engulfing": "close >= open and close[1] < open[1] and close >= open[1]"
    " and open <= close[1] and (close > open[1] or open < close[1])",
    "bearish_engulfing": "close < open and close[1] >= open[1] and open >= close[1]"
    " and close <= open[1] and (open > close[1] or close < open[1])",
    "bullish_harami": f"(close < open)[1] and ({LONG})[1] and not ({LONG}) and {WITHIN}",
    "bearish_harami": f"(close >= open)[1] and ({LONG})[1] and not ({LONG}) and {WITHIN}",
    "morning_star": f"{STAR} and (close < open)[2] and close >= open"
    f" and max(open, close)[1] < min(open, close)[2] and close > close[2] + {BODY}[2] * {{0}}",
    "evening_star": f"{STAR} and (close >= open)[2] and close < open"
    f" and min(open, close)[1] > max(open, close)[2] and close < close[2] - {BODY}[2] * {{0}}",
    "piercing_line": f"(close < open)[1] and ({LONG})[1] and close >= open and {LONG}"
    f" and open < low[1] and close < open[1] and close > close[1] + {BODY}[1] * 0.5",
    "dark_cloud_cover": f"(close >= open)[1] and ({LONG})[1] and close < open"
    f" and open > high[1] and close > open[1] and close < close[1] - {BODY}[1] * {{0}}",
    "three_white_soldiers": f"{SOLDIER} and ({SOLDIER})[1] and ({SOLDIER})[2] and close > close[1]"
    f" and close[1] > close[2] and {LONG} and {FOLLOWS} and ({FOLLOWS})[1]",
    "three_black_crows": f"(close >= open)[3] and {CROW} and ({CROW})[1] and ({CROW})[2]"
    f" and high[3] > close[2] and close[2] > close[1] and close[1] > close"
    f" and {STEPS_DOWN} and ({STEPS_DOWN})[1]",
}
"""Name → the expression, with places for the constants."""
LOOKBACK = {"bullish_engulfing": 2, "bearish_engulfing": 2, "doji": 11, "three_black_crows": 14}
LOOKBACK |= dict.fromkeys(("morning_star", "evening_star", "three_white_soldiers"), 13)


def warm(node: Call) -> int:
    """Return how many bars a candlestick is unknown on, whatever their conditions say."""
    return 0 if node.function == "squeeze" else LOOKBACK.get(node.function, 12) - 1


def said(node: Call) -> Node:
    """Return a call as the expression it stands for."""
    given = [*map(str, node.arguments)]
    if node.function == "squeeze":
        given += ['"typical"'][len(given) - 3 :]
    return read(SAID[node.function].format(*given), BASE).node
