"""run_watches: judge every due watch once, then work the outbox; what a cron job calls."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from technic.errors import TechnicError
from technic.settings import Settings
from technic.watches.database import Database
from technic.watches.judge_watches import JudgedRun, judge_watches
from technic.watches.market_day import market_time
from technic.watches.messages.message import Writer, test_event
from technic.watches.outbox import Checkpoint, Outbox, no_checkpoint
from technic.watches.quiet_hours import time_zone
from technic.watches.sending.sender import MOST_ALONE, Send, Sent, attempted, work_outbox
from technic.watches.sending.target import parse_target, shown_target
from technic.watches.watch import Watch

__all__ = ["WatchRun", "run_watches", "send_test", "writer_of"]


@dataclass(frozen=True, slots=True)
class WatchRun:
    """What a run judged and sent; ``waiting``: messages that wait for later.

    ``busy``: another process was at it, and this one did nothing.
    """

    judged: JudgedRun
    sent: Sent
    waiting: int
    busy: bool = False


def run_watches(
    database: Database,
    settings: Settings,
    environ: Mapping[str, str],
    *,
    judge: Callable[..., JudgedRun] = judge_watches,
    send: Send = attempted,
    now: dt.datetime | None = None,
    clock: Callable[[], float] = time.time,
    checkpoint: Checkpoint = no_checkpoint,
    most_alone: int = MOST_ALONE,
) -> WatchRun:
    """Judge what is due and send what waits.

    ``now``: the time it is for the data, else the clock's or that of a simulated vendor;
    ``clock``: seconds since 1970, of deliveries. ``most_alone``: more messages for one target at
    one time become one digest. Raises ParameterError for a time zone that nobody
    knows, WatchesError for a file that cannot be used.
    """
    zone = time_zone(settings)
    writer = writer_of(settings)
    with database.alone() as alone:
        if not alone:
            return WatchRun(JudgedRun(), Sent(), 0, busy=True)
        outbox = Outbox(database, checkpoint)
        try:
            moment = market_time(settings, now)
        except TechnicError:  # a vendor whose clock does not answer is down, and watches say so
            moment = dt.datetime.fromtimestamp(clock(), dt.UTC)
        judged = judge(database, settings, now=moment, checkpoint=checkpoint)
        sent = work_outbox(
            outbox, writer, now=clock, zone=zone, environ=environ, send=send, most_alone=most_alone
        )
        outbox.prune(clock())
        return WatchRun(judged, sent, outbox.waiting())


def writer_of(settings: Settings) -> Writer:
    """Return what writes messages as the settings say."""
    url = settings.page_url
    return Writer(time_zone(settings), None if url is None else url.rstrip("/"))


def send_test(
    watch: Watch,
    settings: Settings,
    environ: Mapping[str, str],
    *,
    send: Send = attempted,
    clock: Callable[[], float] = time.time,
) -> list[tuple[str, str | None]]:
    """Send a message that says it is a test to each target; return each with why it failed."""
    zone, now = time_zone(settings), clock()
    today = f"{dt.datetime.fromtimestamp(now, dt.UTC).astimezone(zone):%Y-%m-%d}"
    event = test_event(watch.name, watch.asks, today, settings.source().simulated)
    message = writer_of(settings).message([event], now)
    found: list[tuple[str, str | None]] = []
    for text in watch.targets:
        shown = shown_target(text)
        try:
            error = send(parse_target(text, environ), message, None, now)
        except TechnicError as refusal:
            error = str(refusal)
        found.append((shown, error))
    return found
