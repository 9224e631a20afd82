"""What a scanned session means for a watch, with all that its messages say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from technic.result.symbol_report import symbol_report
from technic.watches.compiled import CompiledWatch
from technic.watches.judging.event import Event, event_id
from technic.watches.judging.transitions import Outcome, Place, Transition, baseline, judged
from technic.watches.judging.watched_day import ScannedTruth, WatchedDay
from technic.watches.market_day import MarketDay
from technic.watches.outbox import Judgment
from technic.watches.watch_table import KeptWatch, WatchState

__all__ = ["judgment_of", "trouble_of"]


def judgment_of(
    one: CompiledWatch,
    day: MarketDay,
    scanned: WatchedDay,
    session: str,
    places: Mapping[str, Place],
    state: WatchState | None,
    note: str | None,
    now: dt.datetime,
) -> Judgment:
    """Judge a watch on a session.

    ``places``, ``state``: where it stands; ``note``: why it begins with this session, None where it
    goes on.
    """
    watch = one.watch
    truth = scanned.truth(one.owner, watch.symbols)
    leave = None if one.leave is None else scanned.truth(one.leave.name, watch.symbols)
    again = _runs_again(one, day, session, state, scanned, now)
    if note is not None:
        return _begun(one, session, truth, baseline(truth, leave, session), again, note)
    outcome = judged(
        places,
        truth,
        leave,
        session,
        version=one.version,
        rearm=watch.rearm,
        minimum=watch.minimum,
        sessions_out=lambda since: day.count(since, session),
    )
    events = tuple(_events(one, day, scanned, session, outcome, truth, leave, now))
    told = (*(event.id for event in again), *_told(outcome, watch.on))
    return Judgment(
        watch=watch,
        version=one.version,
        session=session,
        events=(*again, *events),
        told=told,
        places=outcome.changed,
        judged=truth.judged,
        matches=outcome.matches,
        pictures=_pictures(one, scanned, outcome, told),
    )


def _begun(
    one: CompiledWatch,
    session: str,
    truth: ScannedTruth,
    places: Mapping[str, Place],
    again: tuple[Event, ...],
    note: str,
) -> Judgment:
    """Return who is in a watch that begins with a session; nobody is told of them."""
    return Judgment(
        watch=one.watch,
        version=one.version,
        session=session,
        events=again,
        told=tuple(event.id for event in again),
        places=places,
        anew=True,
        judged=truth.judged,
        matches=len(places),
        note=note,
    )


def _told(outcome: Outcome, on: Sequence[str]) -> Iterator[str]:
    """Yield the ids of what is to be sent; ``on``: the kinds of events that are."""
    if "enter" in on:
        yield from outcome.late
    yield from (move.id for move in outcome.transitions if move.told and move.kind in on)


def trouble_of(kept: KeptWatch, session: str, reason: str, day: MarketDay | None) -> Judgment:
    """Return that a watch cannot run, and why: told once for each session."""
    version = kept.state.version if kept.state is not None else ""
    identity = event_id(f"{kept.watch.name}\x1f{version}", "", "cannot_run", session)
    detail = {
        "reason": reason,
        "asks": kept.watch.asks,
        "simulated": day is not None and day.provider.simulated,
    }
    event = Event(identity, kept.watch.name, version, "cannot_run", "", session, detail)
    return Judgment(
        watch=kept.watch,
        version=version,
        session=session,
        events=(event,),
        told=(identity,),
        trouble=reason,
    )


def _events(
    one: CompiledWatch,
    day: MarketDay,
    scanned: WatchedDay,
    session: str,
    outcome: Outcome,
    truth: ScannedTruth,
    leave: ScannedTruth | None,
    now: dt.datetime,
) -> Iterator[Event]:
    common = _common(one, day, session, scanned, now) | {"matches": outcome.matches}
    numbers = _numbers(outcome.transitions, truth, leave)
    for move in outcome.transitions:
        detail = common | _of_move(move, scanned, truth, leave, numbers[move.id])
        yield Event(move.id, one.watch.name, one.version, move.kind, move.symbol, session, detail)


def _numbers(
    moves: Sequence[Transition], truth: ScannedTruth, leave: ScannedTruth | None
) -> dict[str, dict[str, str]]:
    """Return by its id the numbers that explain each move: of what it came in or went out by."""
    entered = truth.numbers([move.symbol for move in moves if move.kind == "enter"])
    left = (truth if leave is None else leave).numbers(
        [move.symbol for move in moves if move.kind == "leave"]
    )
    return {move.id: (entered if move.kind == "enter" else left)[move.symbol] for move in moves}


def _of_move(
    move: Transition,
    scanned: WatchedDay,
    truth: ScannedTruth,
    leave: ScannedTruth | None,
    numbers: Mapping[str, str],
) -> dict[str, Any]:
    """Return what is true of one symbol: its close, the numbers, since when it was in."""
    detail: dict[str, Any] = {"close": scanned.close(move.symbol)}
    detail["values"] = {"close": f"{detail['close']:,.6g}", **numbers}
    if move.kind == "enter":
        return detail
    detail |= {"since": move.since, "from_start": move.from_start}
    reason = "" if leave is not None else truth.unmet(move.symbol)
    return detail | ({"reason": reason} if reason else {})


def _common(
    one: CompiledWatch, day: MarketDay, session: str, scanned: WatchedDay, now: dt.datetime
) -> dict[str, Any]:
    return {
        "asks": one.watch.asks,
        "data_time": day.closed_at(session),
        "judged_at": now.isoformat(timespec="seconds"),
        "simulated": scanned.result.data.simulated,
    }


def _runs_again(
    one: CompiledWatch,
    day: MarketDay,
    session: str,
    state: WatchState | None,
    scanned: WatchedDay,
    now: dt.datetime,
) -> tuple[Event, ...]:
    """Return the event that ends a trouble."""
    if state is None or state.trouble is None:
        return ()
    identity = event_id(one.version, "", "runs_again", session)
    detail = _common(one, day, session, scanned, now)
    return (Event(identity, one.watch.name, one.version, "runs_again", "", session, detail),)


def _pictures(
    one: CompiledWatch, scanned: WatchedDay, outcome: Outcome, told: tuple[str, ...]
) -> dict[str, str]:
    """Draw the symbols that get a message of their own, where pictures are asked for."""
    if not one.watch.chart or not one.watch.targets or len(told) > one.watch.digest:
        return {}
    chosen = set(told)
    return {
        move.id: symbol_report(scanned.result, move.symbol).plot().svg
        for move in outcome.transitions
        if move.id in chosen
    }
