"""Why a symbol has no bars in files, and under which name they may stand there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from technic.typing import DateArray
from technic.wording.counts import agree, count_of

__all__ = ["no_data", "other_names", "other_names_note"]

SHOWN = 3


def no_data(symbol: str, known: Collection[str], sessions: DateArray, other: str = "") -> str:
    """Say what is missing; not in which file, since a file that was moved is the same data."""
    if symbol not in known:
        there = f", which has {other}: write it alike in both" if other else ""
        return f"{symbol} is not in the data{there}"
    if not len(sessions):
        return "no session was asked for"
    return f"the data has no bars of {symbol} from {sessions[0]} to {sessions[-1]}"


def other_names(asked: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Return what differs from a symbol that is not known by its dot alone: BRK.B of BRKB.

    One that is asked for by its own name, or looks like two others, is nobody else's.
    """
    by_letters: dict[str, list[str]] = {}
    for symbol in known:
        by_letters.setdefault(symbol.replace(".", ""), []).append(symbol)
    found = {}
    for symbol in asked:
        others = [] if symbol in known else by_letters.get(symbol.replace(".", ""), [])
        if len(others) == 1 and others[0] not in asked:
            found[symbol] = others[0]
    return found


def other_names_note(others: dict[str, str], symbols: Sequence[str]) -> tuple[str, ...]:
    """Return the warning about those of ``symbols`` that the data writes otherwise."""
    there = [f"{name} is {others[name]} there" for name in symbols if name in others]
    if not there:
        return ()
    count = count_of(len(there), "symbol")
    shown = ", ".join(there[:SHOWN]) + (" ..." if len(there) > SHOWN else "")
    return (f"{count} {agree(len(there), 'is', 'are')} written otherwise in the data: {shown}",)
