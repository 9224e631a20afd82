"""Messages: events as a sentence, as a page, and as fields.

Names and texts that came from outside stand in fields and lines of their own; nothing of them is
ever a format or markup here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from technic.text.outside import LINE, clean
from technic.watches.judging.event import EVENT_WORDS, Event
from technic.wording.counts import count_of

__all__ = ["Message", "Writer", "test_event"]

MOST_LINES = 50
"""Events of a digest that are named; the counts are of all."""
_SHORT = 150


@dataclass(frozen=True, slots=True)
class Message:
    """A message about some events.

    ``short``: one line; ``long``: several, with all there is to say; ``trouble``: a watch could not
    run.
    """

    id: str
    short: str
    long: str
    trouble: bool
    events: tuple[dict[str, Any], ...]

    def document(self) -> dict[str, Any]:
        """Return the message as fields."""
        return {
            "id": self.id,
            "kind": "event" if len(self.events) == 1 else "digest",
            "short": self.short,
            "long": self.long,
            "events": list(self.events),
        }


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes messages; ``zone``: by whose clocks, ``page_url``: where a service's pages are."""

    zone: ZoneInfo
    page_url: str | None = None

    def message(self, events: Sequence[Event], now: float) -> Message:
        """Return the message about some events, at least one, sent at ``now``."""
        ids = [event.id for event in events]
        identity = ids[0]
        if len(ids) > 1:
            identity = hashlib.sha256("\x1f".join(ids).encode()).hexdigest()[:32]
        fields = tuple(self._fields(event, now) for event in events)
        if len(events) == 1:
            short, long = headline(events[0]), self._long(events[0], now)
        else:
            short, long = self._digest(events, now)
        trouble = any(event.kind == "cannot_run" for event in events)
        return Message(identity, clean(short, _SHORT), long, trouble, fields)

    def _fields(self, event: Event, now: float) -> dict[str, Any]:
        detail = event.detail
        return {
            "id": event.id,
            "watch": event.watch,
            "kind": event.kind,
            "symbol": event.symbol or None,
            "session": event.session,
            "since": detail.get("since"),
            "values": detail.get("values", {}),
            "asks": detail.get("asks"),
            "reason": detail.get("reason"),
            "simulated": bool(detail.get("simulated")),
            "data_time": detail.get("data_time"),
            "delay_seconds": _delay(detail.get("data_time"), now),
            "page": self._page(event),
        }

    def _page(self, event: Event) -> str | None:
        if self.page_url is None or not event.symbol:
            return None
        return f"{self.page_url}/symbols/{quote(event.symbol, safe='')}"

    def _long(self, event: Event, now: float) -> str:
        detail = event.detail
        lines = [headline(event, marked=False)]
        if event.kind == "leave":
            whence = "or before, when the watch began" if detail.get("from_start") else ""
            lines.append(f"It was in since {detail.get('since')} {whence}".rstrip() + ".")
        if detail.get("reason"):
            lines.append(str(detail["reason"]))
        lines += [f"{text}: {value}" for text, value in detail.get("values", {}).items()]
        if detail.get("asks"):
            lines.append(f"Asked: {detail['asks']}")
        if detail.get("matches") is not None:
            lines.append(f"{count_of(int(detail['matches']), 'symbol')} in the watch now.")
        lines.append(self._times(event, now))
        page = self._page(event)
        lines += [page] if page else []
        if detail.get("simulated"):
            lines.append("SIMULATED market: no real prices.")
        lines.append(f"Event {event.id}")
        return "\n".join(clean(line, LINE) for line in lines if line)

    def _times(self, event: Event, now: float) -> str:
        """Say of when the data are, and how much later this is."""
        text = event.detail.get("data_time")
        if not text:
            return ""
        moment = dt.datetime.fromisoformat(str(text)).astimezone(self.zone)
        late = _words(_delay(text, now) or 0)
        return f"Data of {moment:%Y-%m-%d %H:%M %Z}, the close; this was sent {late} later."

    def _digest(self, events: Sequence[Event], now: float) -> tuple[str, str]:
        watches = list(dict.fromkeys(event.watch for event in events))
        simulated = any(event.detail.get("simulated") for event in events)
        whose = watches[0] if len(watches) == 1 else count_of(len(watches), "watch", "watches")
        counts = _counts(events)
        short = f"{'[SIMULATED] ' if simulated else ''}{whose}: {counts}"
        lines = [f"{whose}: {counts}"]
        lines += [_line(event) for event in events[:MOST_LINES]]
        if len(events) > MOST_LINES:
            lines.append(f"and {len(events) - MOST_LINES:,} more: technic watch log")
        lines.append(self._times(events[-1], now))
        if self.page_url is not None:
            lines.append(self.page_url)
        if simulated:
            lines.append("SIMULATED market: no real prices.")
        return short, "\n".join(clean(line, LINE) for line in lines if line)


def headline(event: Event, *, marked: bool = True) -> str:
    """Return an event as one line; ``marked``: with SIMULATED before it where it is."""
    mark = "[SIMULATED] " if marked and event.detail.get("simulated") else ""
    if event.detail.get("test"):
        return f"{mark}Test of the watch {event.watch}: messages arrive here"
    if event.kind == "cannot_run":
        return f"{mark}The watch {event.watch} could not run for {event.session}"
    if event.kind == "runs_again":
        return f"{mark}The watch {event.watch} runs again, from {event.session} on"
    close = event.detail.get("close")
    price = f" at {close:,.6g}" if isinstance(close, int | float) else ""
    return f"{mark}{event.symbol} {EVENT_WORDS[event.kind]} {event.watch}{price} on {event.session}"


def test_event(watch: str, asks: str, session: str, simulated: bool) -> Event:
    """Return the event of a message that is only to show that messages arrive."""
    detail = {"test": True, "asks": asks, "simulated": simulated}
    return Event(f"test-{watch}", watch, "", "runs_again", "", session, detail)


def _counts(events: Sequence[Event]) -> str:
    kinds = {kind: sum(event.kind == kind for event in events) for kind in EVENT_WORDS}
    return ", ".join(f"{count:,} {EVENT_WORDS[kind]}" for kind, count in kinds.items() if count)


def _line(event: Event) -> str:
    values = ", ".join(f"{k} {v}" for k, v in list(event.detail.get("values", {}).items())[:4])
    reason = str(event.detail.get("reason") or "")
    since = f"in since {event.detail['since']}" if event.kind == "leave" else ""
    said = "; ".join(part for part in (since, values, reason) if part)
    return f"{headline(event, marked=False)}{f' ({said})' if said else ''}"


def _delay(data_time: object, now: float) -> int | None:
    """Return the whole seconds between the close of the data and ``now``; None without a close."""
    if not data_time:
        return None
    return max(0, int(now - dt.datetime.fromisoformat(str(data_time)).timestamp()))


def _words(seconds: int) -> str:
    """Write a time span by its largest unit that fits twice."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length:
            return count_of(seconds // length, unit)
    return count_of(seconds, "second")
