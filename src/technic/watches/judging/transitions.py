"""Transitions: from who was in a watch and what a session says, to events and who is in it now.

Pure functions. A symbol of which a session says nothing (no bar, or a condition that is unknown)
stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from technic.watches.judging.event import event_id

__all__ = ["Outcome", "Place", "Transition", "Truth", "baseline", "judged"]


class Truth(Protocol):
    """What a session says of a condition: who meets it, and of anybody True, False or unknown."""

    @property
    def met(self) -> Collection[str]:
        """Who meets it."""

    def of(self, symbol: str) -> bool | None:
        """Whether a symbol meets it; None where that is unknown."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a symbol is: in the watch or out of it, ``since`` a session.

    ``announced``: its coming in was an event; a return too soon after leaving is none. ``told``:
    that event was sent. ``from_start``: it was in when the watch began, and perhaps before.
    """

    inside: bool
    since: str
    announced: bool = True
    told: bool = True
    from_start: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """An event of a symbol; ``since``: when what it ends began, None for an entering.

    ``told``: whether it is to be sent now; a leaving only where the entering was.
    """

    id: str
    kind: Literal["enter", "leave"]
    symbol: str
    told: bool
    since: str | None = None
    from_start: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a session does to a watch.

    ``changed``: new places, None for a symbol that is to be forgotten. ``late``: ids of earlier
    events, of symbols still in, that are to be sent now. ``matches``: how many are in now.
    """

    transitions: tuple[Transition, ...]
    changed: Mapping[str, Place | None]
    late: tuple[str, ...]
    matches: int


def baseline(truth: Truth, leave: Truth | None, session: str) -> dict[str, Place]:
    """Return who is in a watch on the session it begins with; this is no event."""
    return {
        symbol: Place(True, session, from_start=True)
        for symbol in truth.met
        if _comes_in(symbol, truth, leave)
    }


def judged(
    places: Mapping[str, Place],
    truth: Truth,
    leave: Truth | None,
    session: str,
    *,
    version: str,
    rearm: int = 1,
    minimum: int = 1,
    sessions_out: Callable[[str], int],
) -> Outcome:
    """Judge a session.

    ``leave``: the condition that ends a match, None: the condition's own opposite.
    ``sessions_out``: how many sessions lie from one (with it) to ``session`` (without it).
    ``minimum``: below so many matches nothing is told; what was held back is told as soon as there
    are enough, of those still in.
    """
    changed: dict[str, Place | None] = {}
    moved: list[tuple[Literal["enter", "leave"], str]] = []
    for symbol in sorted({*truth.met, *places}):
        before = places.get(symbol)
        if before is not None and before.inside:
            if _has_left(symbol, truth, leave):
                changed[symbol] = _left(before, session, rearm)
                if before.announced:
                    moved.append(("leave", symbol))
            continue
        long_out = before is None or sessions_out(before.since) >= rearm
        if _comes_in(symbol, truth, leave):
            changed[symbol] = Place(True, session, announced=long_out, told=False)
            if long_out:
                moved.append(("enter", symbol))
        elif long_out and before is not None:
            changed[symbol] = None
    inside = {symbol: place for symbol, place in {**places, **changed}.items() if place is not None}
    inside = {symbol: place for symbol, place in inside.items() if place.inside}
    enough = len(inside) >= minimum
    untold = [s for s, place in sorted(inside.items()) if place.announced and not place.told]
    late = []
    for symbol in untold if enough else ():
        place = inside[symbol]
        changed[symbol] = Place(True, place.since, place.announced, True, place.from_start)
        if place.since != session:
            late.append(event_id(version, symbol, "enter", place.since))
    transitions = tuple(_transitions(moved, places, enough, session, version))
    return Outcome(transitions, changed, tuple(late), len(inside))


def _left(before: Place, session: str, rearm: int) -> Place | None:
    """Return the place of a symbol that is out; None where it may enter again at once."""
    if rearm == 1:
        return None
    return replace(before, inside=False, since=session, from_start=False)


def _comes_in(symbol: str, truth: Truth, leave: Truth | None) -> bool:
    return truth.of(symbol) is True and (leave is None or leave.of(symbol) is not True)


def _has_left(symbol: str, truth: Truth, leave: Truth | None) -> bool:
    return truth.of(symbol) is False if leave is None else leave.of(symbol) is True


def _transitions(
    moved: list[tuple[Literal["enter", "leave"], str]],
    places: Mapping[str, Place],
    enough: bool,
    session: str,
    version: str,
) -> Iterator[Transition]:
    for kind, symbol in moved:
        identity = event_id(version, symbol, kind, session)
        if kind == "enter":
            yield Transition(identity, kind, symbol, enough)
        else:
            before = places[symbol]
            # the end of what was told of is told, however few are left
            yield Transition(identity, kind, symbol, before.told, before.since, before.from_start)
