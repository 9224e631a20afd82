"""Grades of trade plans by a plain loop: one plan, one session after the other.

Written from the rules of docs/study.md, with the prices as they are; longs and shorts apart.
"""

from __future__ import annotations

import math
from typing import Any

NOT_ENTERED, STOP, TARGET, TIME, DELISTED, PENDING, OPEN, BROKEN = range(8)
BOTH, ENTRY_GAP, EXIT_GAP, ENTRY_BAR_STOP, HALTED = 1, 2, 4, 8, 16


def grade(bars: Any, plan: dict[str, Any], rules: Any) -> dict[str, Any]:
    """Grade one plan: ``session``, ``symbol``, ``side``, ``breakout``, ``entry``, ``stop``, ..."""
    loop = _Loop(bars, plan, rules)
    if loop.enter() and loop.leave():
        loop.count()
    return loop.result


class _Loop:
    def __init__(self, bars: Any, plan: dict[str, Any], rules: Any) -> None:
        self.bars, self.plan, self.rules = bars, plan, rules
        self.long, self.column = plan["side"] == 1, plan["symbol"]
        self.last = len(bars.sessions) - 1
        later = range(plan["session"] + 1, self.last + 1)
        self.broken = next((s for s in later if bars.breaks[s, self.column]), math.inf)
        self.at_open = False
        self.takes_open = not plan["breakout"] and rules.close_entry == "open"
        self.result: dict[str, Any] = {"outcome": NOT_ENTERED, "flags": 0, "entry": -1, "exit": -1}
        self.result |= dict.fromkeys(("fill", "sold", "r", "traded", "market"), math.nan)

    def bar(self, session: int) -> tuple[float, float, float, float] | None:
        """Open, best and worst price of the trade, close."""
        if session > self.last or math.isnan(self.bars.open[session, self.column]):
            return None
        opened, high, low, close = (
            float(getattr(self.bars, name)[session, self.column])
            for name in ("open", "high", "low", "close")
        )
        return (opened, high, low, close) if self.long else (opened, low, high, close)

    def at_or_worse(self, price: float, level: float) -> bool:
        return price <= level if self.long else price >= level

    def at_or_better(self, price: float, level: float) -> bool:
        return price >= level if self.long else price <= level

    def fill(self, opened: float, best: float, worst: float) -> float | None:
        """At what the entry is filled within a bar, if it is."""
        level = self.plan["entry"]
        passed = self.at_or_better if self.plan["breakout"] else self.at_or_worse
        if self.takes_open or passed(opened, level):
            self.at_open = True
            return opened
        return level if passed(best if self.plan["breakout"] else worst, level) else None

    def enter(self) -> bool:
        first = self.plan["session"] + 1 + self.rules.lag
        for session in range(first, first + self.rules.life):
            if session >= self.broken:
                self.result["outcome"] = BROKEN
                return False
            if session > self.last:
                if not self.bars.delisted[self.column]:
                    self.result["outcome"] = PENDING
                return False
            now = self.bar(session)
            price = now and self.fill(*now[:3])
            if price is not None:
                self.result["entry"], self.result["fill"] = session, price
                if self.at_open and not self.takes_open and price != self.plan["entry"]:
                    self.result["flags"] |= ENTRY_GAP
                return True
        return False

    def leave(self) -> bool:
        entered = self.result["entry"]
        for session in range(entered, entered + self.rules.hold):
            if session >= self.broken:
                self.result["outcome"] = BROKEN
                return False
            now = self.bar(session)
            price = now and self.sale(session, *now)
            if price is not None:
                self.result["exit"], self.result["sold"] = session, price
                return True
        for session in range(entered + self.rules.hold - 1, self.last + 1):
            if session >= self.broken:
                self.result["outcome"] = BROKEN
                return False
            now = self.bar(session)
            if now is not None:
                self.result |= {"exit": session, "sold": now[0], "outcome": TIME}
                self.result["flags"] |= HALTED
                return True
        if not self.bars.delisted[self.column]:
            self.result["outcome"] = OPEN
            return False
        session = int(self.bars.last_bar[self.column])
        price = float(self.bars.close[session, self.column]) * (1.0 + self.rules.delisting_return)
        self.result |= {"exit": session, "sold": price, "outcome": DELISTED}
        return True

    def sale(
        self, session: int, opened: float, best: float, worst: float, close: float
    ) -> float | None:
        """At what an open trade is left within a bar, if it is."""
        stop, target, result = self.plan["stop"], self.plan["target"], self.result
        first_day = session == result["entry"]
        first_price = result["fill"] if first_day else opened
        within_the_bar = first_day and not self.at_open
        if self.at_or_worse(first_price, stop) or self.at_or_better(first_price, target):
            result["outcome"] = STOP if self.at_or_worse(first_price, stop) else TARGET
            result["flags"] |= EXIT_GAP
            return float(first_price)
        if self.at_or_worse(worst, stop):
            result["outcome"] = STOP
            result["flags"] |= BOTH * self.at_or_better(best, target)
            result["flags"] |= ENTRY_BAR_STOP * (within_the_bar and self.plan["breakout"])
            return float(stop)
        surely = close if within_the_bar and not self.plan["breakout"] else best
        if self.at_or_better(surely, target):
            result["outcome"] = TARGET
            return float(target)
        if session == result["entry"] + self.rules.hold - 1:
            result["outcome"] = TIME
            return close
        return None

    def count(self) -> None:
        result, plan = self.result, self.plan
        fill, sold = result["fill"], result["sold"]
        risk = abs(plan["entry"] - plan["stop"])
        made = sold - fill if self.long else fill - sold
        if self.bars.dividends is not None:
            paid = [0.0]
            for day in range(result["exit"] + 1):
                paid.append(paid[-1] + float(self.bars.dividends[day, self.column]))
            received = paid[result["exit"] + 1] - paid[result["entry"] + 1]
            made += received if self.long else -received
        result["r"], result["traded"] = made / risk, (fill + sold) / risk
        at_market = plan["breakout"] or self.takes_open, result["outcome"] != TARGET
        result["market"] = (fill * at_market[0] + sold * at_market[1]) / risk


def taken_one_at_a_time(hits: list[tuple[int, int, int]]) -> list[bool]:
    """Which of (symbol, session, end) are taken when a symbol has one trade at a time."""
    taken = [False] * len(hits)
    free: dict[int, int] = {}
    for at in sorted(range(len(hits)), key=lambda i: hits[i][1]):
        symbol, session, end = hits[at]
        if session >= free.get(symbol, 0):
            taken[at], free[symbol] = True, end
    return taken
