"""Watches and their log as JSON: nothing in it holds an address with its secrets."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, Field

from technic.service.answers.common import JobAnswer, job_answer
from technic.service.state import Service
from technic.watches.database import Database
from technic.watches.log import watch_log
from technic.watches.outbox import Outbox
from technic.watches.sending.target import shown_target
from technic.watches.watch import MOST_WATCHES
from technic.watches.watch_table import KeptWatch, WatchTable

__all__ = [
    "LogAnswer",
    "WatchAnswer",
    "WatchesAnswer",
    "log_answer",
    "watch_answer",
    "watches_page",
]


class WatchAnswer(BaseModel):
    """A watch and where it stands; ``targets`` as they may be shown, the scheme and a mark."""

    name: str
    asks: str = Field(examples=["close > sma(close, 50)"])
    where: str | None
    setup: str | None
    parameters: dict[str, float]
    leave: str | None
    symbols: list[str]
    schedule: Literal["close", "bars"]
    on: list[str]
    minimum: int
    rearm: int
    quiet: str | None
    digest: int
    chart: bool
    targets: list[str] = Field(examples=[["mailtos://***#41c6"]])
    paused: bool
    made_at: str
    session: str | None = Field(description="The last session that was judged.")
    matches: int | None = Field(description="Symbols that matched on it.")
    trouble: str | None = Field(description="Why it cannot run, null while it can.")


class WatchesAnswer(BaseModel):
    """Watches by name. ``scheduled``: the service runs them; ``last_run``: its job, if any is kept.

    ``waiting``: messages that wait to be sent; ``most``: watches that there may be.
    """

    provider: str
    simulated: bool
    scheduled: bool
    total: int
    offset: int
    most: int
    cannot_run: int
    waiting: int
    last_run: JobAnswer | None
    watches: list[WatchAnswer]


class JudgingAnswer(BaseModel):
    """A session that a watch was judged on, or could not be; ``note`` says what was special."""

    watch: str
    session: str
    at: str
    judged: int
    matches: int
    entered: int
    left: int
    note: str


class EventAnswer(BaseModel):
    """Who entered or left, or that a watch cannot run, or runs again; each stands here once."""

    id: str
    watch: str
    kind: str
    symbol: str
    session: str
    at: str
    simulated: bool
    since: str | None
    reason: str | None
    values: dict[str, str] = Field(examples=[{"close": "23.05", "rsi(close, 2)": "4.11"}])


class DeliveryAnswer(BaseModel):
    """A message for one target: waiting, held by quiet hours, sent, or given up, and why."""

    watch: str
    target: str
    events: int
    state: str
    attempts: int
    at: str
    settled_at: str | None
    error: str | None


class LogAnswer(BaseModel):
    """The newest entries of each kind, newest first."""

    judgings: list[JudgingAnswer]
    events: list[EventAnswer]
    deliveries: list[DeliveryAnswer]


def watches_page(service: Service, database: Database, limit: int, offset: int) -> WatchesAnswer:
    """Return ``limit`` watches from ``offset`` on, and how all of them stand."""
    kept = WatchTable(database).all()
    source = service.settings.settings.source()
    runs = [job for job in service.jobs.latest(20, "watch") if "test" not in job.request]
    return WatchesAnswer(
        provider=source.provider,
        simulated=source.simulated,
        scheduled=service.settings.schedule,
        total=len(kept),
        offset=offset,
        most=MOST_WATCHES,
        cannot_run=sum(one.state is not None and one.state.trouble is not None for one in kept),
        waiting=Outbox(database).waiting(),
        last_run=job_answer(service, runs[0]) if runs else None,
        watches=[watch_answer(one) for one in kept[offset : offset + limit]],
    )


def watch_answer(kept: KeptWatch) -> WatchAnswer:
    """Return a watch as it may be shown."""
    watch, state = kept.watch, kept.state
    return WatchAnswer(
        name=watch.name,
        asks=watch.asks,
        where=watch.where,
        setup=watch.setup,
        parameters=dict(watch.parameters),
        leave=watch.leave,
        symbols=list(watch.symbols),
        schedule=watch.schedule,
        on=list(watch.on),
        minimum=watch.minimum,
        rearm=watch.rearm,
        quiet=watch.quiet,
        digest=watch.digest,
        chart=watch.chart,
        targets=[shown_target(text) for text in watch.targets],
        paused=kept.paused,
        made_at=_time(kept.made_at),
        session=(state.session or None) if state is not None else None,
        matches=state.matches if state is not None and state.session else None,
        trouble=None if state is None else state.trouble,
    )


def log_answer(database: Database, name: str | None, limit: int) -> LogAnswer:
    """Return the newest ``limit`` entries of each kind, of one watch or of all."""
    log = watch_log(database, name, limit)
    return LogAnswer(
        judgings=[JudgingAnswer(**{**one, "at": _time(one["at"])}) for one in log["judgings"]],
        events=[_event(one) for one in log["events"]],
        deliveries=[_delivery(one) for one in log["deliveries"]],
    )


def _event(one: dict[str, Any]) -> EventAnswer:
    detail = one["detail"]
    return EventAnswer(
        **{name: one[name] for name in ("id", "watch", "kind", "symbol", "session")},
        at=_time(one["at"]),
        simulated=bool(detail.get("simulated")),
        since=detail.get("since") or None,
        reason=detail.get("reason") or None,
        values=detail.get("values") or {},
    )


def _delivery(one: dict[str, Any]) -> DeliveryAnswer:
    settled = one["settled_at"]
    return DeliveryAnswer(
        **{name: one[name] for name in ("watch", "target", "state", "attempts", "error")},
        events=len(one["events"]),
        at=_time(one["at"]),
        settled_at=None if settled is None else _time(settled),
    )


def _time(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="milliseconds")
