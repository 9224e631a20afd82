"""The sender: works the outbox, one call a target, and writes down what became of each.

An attempt is counted before it is made and settled after it, so a process that dies in between
leaves a message that is sent again: at least once on the wire, with the event's id in it, and
exactly once in the log. Attempts have a ceiling, and pauses that double.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from technic.errors import TechnicError
from technic.text.redact import said
from technic.watches.messages.message import Message, Writer
from technic.watches.outbox import Delivery, Outbox
from technic.watches.quiet_hours import QuietHours
from technic.watches.sending.apprise_target import send_with_apprise
from technic.watches.sending.target import Target, parse_target, secrets_of, shown_target
from technic.watches.sending.webhook import post_webhook

__all__ = ["MOST_ALONE", "MOST_ATTEMPTS", "Sent", "attempted", "pause_after", "work_outbox"]

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 10
FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 6 * 3600.0
MOST_ALONE = 20
"""More messages for one target at one time become one digest."""
MOST_TOGETHER = 1_000
"""Events in one digest, unless a single session of a watch has more."""

SHORTEST = 3
"""Characters of a part of an address that is taken out of reasons: people choose passwords."""

Send = Callable[[Target, Message, str | None, float], str | None]
"""Sends a message, and a picture, at a time; returns why it failed."""


@dataclass(slots=True)
class Sent:
    """What a pass over the outbox did, in messages: sent, to be tried again, given up, held."""

    sent: int = 0
    again: int = 0
    failed: int = 0
    held: int = 0


def pause_after(attempt: int) -> float:
    """Return the seconds after an attempt (from 1) until the next one."""
    return float(min(FIRST_PAUSE_S * 2.0 ** min(attempt - 1, 30), LONGEST_PAUSE_S))


def attempted(target: Target, message: Message, picture: str | None, now: float) -> str | None:
    """Send one message; return why it failed, without keys, None where it went out."""
    try:
        if target.webhook:
            error = post_webhook(target.url, message.document(), now)
        else:
            error = send_with_apprise(target.url, message, picture)
    except TechnicError as refusal:
        error = str(refusal)
    return None if error is None else said(error, secrets_of(target.url), shortest=SHORTEST)


def work_outbox(
    outbox: Outbox,
    writer: Writer,
    *,
    now: Callable[[], float],
    zone: ZoneInfo,
    environ: Mapping[str, str],
    send: Send = attempted,
    most_alone: int = MOST_ALONE,
) -> Sent:
    """Try once whatever is due. A target that fails is left alone until the next pass."""
    done = Sent()
    failing: set[str] = set()
    last: Delivery | None = None
    while due := outbox.due(now(), last):
        last = due[-1]
        free = _unheld(due, outbox, now(), zone, done)
        for parcel in _parcels(free, most_alone):
            if parcel[0].target not in failing and not _try(
                parcel, outbox, writer, now, environ, send, done
            ):
                failing.add(parcel[0].target)
    return done


def _unheld(
    due: Sequence[Delivery], outbox: Outbox, now: float, zone: ZoneInfo, done: Sent
) -> list[Delivery]:
    """Keep back what is in quiet hours."""
    moment = dt.datetime.fromtimestamp(now, dt.UTC)
    quiet = {
        one.number
        for one in due
        if one.quiet is not None and QuietHours.parse(one.quiet).hold(moment, zone)
    }
    outbox.hold([one.number for one in due if one.number in quiet and not one.held])
    done.held += len(quiet)
    return [one for one in due if one.number not in quiet]


def _parcels(due: Sequence[Delivery], most_alone: int) -> Iterator[list[Delivery]]:
    """Yield what goes out as one message: what was held, what is in trouble, or is too much."""
    by_target: dict[str, list[Delivery]] = {}
    for one in due:
        by_target.setdefault(one.target, []).append(one)
    for all_ in by_target.values():
        if len(all_) > most_alone:
            together, alone = all_, []
        else:
            together = [one for one in all_ if one.held or one.trouble]
            alone = [one for one in all_ if not (one.held or one.trouble)]
        yield from _digests(together)
        for one in alone:
            yield [one]


def _digests(together: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """Yield deliveries in parcels that are no longer than a message may be."""
    parcel: list[Delivery] = []
    events = 0
    for one in together:
        if parcel and events + len(one.events) > MOST_TOGETHER:
            yield parcel
            parcel, events = [], 0
        parcel.append(one)
        events += len(one.events)
    if parcel:
        yield parcel


def _try(
    parcel: Sequence[Delivery],
    outbox: Outbox,
    writer: Writer,
    now: Callable[[], float],
    environ: Mapping[str, str],
    send: Send,
    done: Sent,
) -> bool:
    """Send one message and write down what became of it; False where its target failed."""
    numbers = [one.number for one in parcel]
    begun = now()
    outbox.begin({one.number: begun + pause_after(one.attempts + 1) for one in parcel})
    shown = shown_target(parcel[0].target)
    events = outbox.events([identity for one in parcel for identity in one.events])
    picture = parcel[0].picture if len(parcel) == 1 else None
    try:
        target = parse_target(parcel[0].target, environ)
    except TechnicError as refusal:
        error: str | None = str(refusal)
    else:
        shown = target.shown
        error = send(target, writer.message(events, now()), picture, now())
    if error is None:
        outbox.settle(numbers, "sent", now(), shown, None)
        done.sent += 1
        return True
    _put_off(parcel, outbox, now(), shown, error, done)
    return False


def _put_off(
    parcel: Sequence[Delivery], outbox: Outbox, now: float, shown: str, error: str, done: Sent
) -> None:
    """Give up what was tried often enough, each delivery by itself; try the others again."""
    over = [one.number for one in parcel if one.attempts + 1 >= MOST_ATTEMPTS]
    left = [one.number for one in parcel if one.attempts + 1 < MOST_ATTEMPTS]
    if over:
        outbox.settle(over, "failed", now, shown, error)
        logger.warning("%s was given up after %d attempts: %s", shown, MOST_ATTEMPTS, error)
        done.failed += 1
    if left:
        outbox.failed(left, error)
        logger.warning("%s failed and is tried again: %s", shown, error)
        done.again += 1
