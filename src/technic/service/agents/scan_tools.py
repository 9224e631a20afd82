"""scan and diff: which symbols match, and which are new among them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from technic.errors import ParameterError
from technic.result.diff import SymbolChange
from technic.result.json_values import plain
from technic.service.agents.desk import Asking, Desk, about_nothing, about_scan, desk_of, job_part
from technic.service.agents.fitting import cleaned, fitted
from technic.service.agents.question import Offset, Question, ScanId, Wait, keys_of
from technic.service.answers.common import about_of
from technic.service.jobs.job import ACTIVE, Job
from technic.service.jobs.result_diff import result_diff
from technic.service.jobs.result_files import TABLE
from technic.service.requests.job_bodies import scan_body
from technic.service.state import Service
from technic.sessions import parse_day
from technic.view.main_columns import MAIN_COLUMNS

__all__ = ["diff", "scan"]

_HIDDEN = ("company", "sector", "shares", "reward_risk")
"""Main columns that a row has only where somebody asks: they would take the place of others."""
_MOST_ROWS = 200
"""Rows that are looked at for one answer: more never fit."""
_WARNINGS = 5
Columns = Annotated[
    list[Annotated[str, Field(max_length=200)]] | None,
    Field(max_length=40, description="Columns of the rows; the main ones unless given."),
]
Change = Literal["entered", "left", "moved"]
CHANGES = ["symbol", "place", "place_before", "rating", "rating_before", "signal", "kept_out_by"]


async def scan(
    asking: Asking,
    question: Question | None = None,
    scan: Annotated[str | None, Field(max_length=32, description="A scan that was made.")] = None,
    show: Columns = None,
    offset: Offset = 0,
    wait_seconds: Wait = 30,
) -> dict[str, Any]:
    """Scan the market for what a question asks, or show more rows of a scan that was made.

    Rows are ranked. A scan that is not done in time is answered with its job; the call under
    `next` has its rows then. Give question or scan; an empty question is everything.
    """
    desk = desk_of(asking)
    if (question is None) == (scan is None):
        raise ToolError("scan: give a question, or the id of a scan that was made")
    identity = scan or await desk.submit("scan", scan_body, keys_of(question))
    if identity == "latest":
        identity = (await desk.folder(identity)).name
    job = await desk.settled(identity, wait_seconds, "scan")
    if job.state != "done":
        return await desk.do(_no_rows, desk.service, job)
    folder = await desk.folder(identity)
    return await desk.do(_rows, desk.service, job, folder, show, offset)


def _no_rows(service: Service, job: Job) -> dict[str, Any]:
    again = {"tool": "scan", "arguments": {"scan": job.id}, "left": None}
    return {
        "about": about_nothing(service),
        "next": again if job.state in ACTIVE else None,
        "job": job_part(service, job),
        "total": None,
        "columns": [],
        "rows": [],
        "warnings": [],
    }


def _rows(
    service: Service, job: Job, folder: Path, show: list[str] | None, offset: int
) -> dict[str, Any]:
    import pyarrow.parquet as pq

    about = about_of(folder)
    known = pq.read_schema(folder / TABLE).names
    columns = _shown(known, show, [*job.request["config"]["columns"], *about["columns"]])
    rows = pq.read_table(folder / TABLE, columns=columns).slice(offset, _MOST_ROWS).to_pylist()
    answer = {
        "about": about_scan(service, folder),
        "next": None,
        "job": job_part(service, job),
        "total": about["row_count"],
        "columns": columns,
        "rows": [cleaned([plain(row[name]) for name in columns]) for row in rows],
        "warnings": cleaned(about["warnings"][:_WARNINGS]),
    }
    arguments: dict[str, Any] = {"scan": folder.name, **({"show": show} if show else {})}
    return fitted(answer, "rows", "scan", arguments, offset=offset, total=about["row_count"])


def _shown(known: list[str], show: list[str] | None, asked: list[str]) -> list[str]:
    """Return the columns of the rows: those to be shown, else the main ones and those asked for."""
    if show is None:
        main = [one.name for one in MAIN_COLUMNS if one.name not in _HIDDEN]
        return [name for name in dict.fromkeys((*main, *asked)) if name in known]
    for name in show:
        if name not in known:
            raise ParameterError("show", name[:60], "columns of this result", _near(known, name))
    return list(dict.fromkeys(("symbol", *show)))


def _near(known: list[str], name: str) -> str:
    near = [one for one in known if name[:3] in one] or known
    return "such as " + ", ".join(near[:8])


async def diff(
    asking: Asking,
    question: Question | None = None,
    since: Annotated[
        str | None,
        Field(max_length=10, description="YYYY-MM-DD; the session before unless given."),
    ] = None,
    before: Annotated[str | None, Field(max_length=32, description="Id of a scan.")] = None,
    after: Annotated[ScanId | None, Field(description="Id of a scan, or latest.")] = None,
    change: Change = "entered",
    offset: Offset = 0,
    wait_seconds: Wait = 45,
) -> dict[str, Any]:
    """Say which symbols newly match a question since an earlier session, or match no longer.

    With a question both days are scanned; `since` is the earlier one. Or compare two scans that
    were made: before and after. `kept_out_by` is what kept a symbol out on
    the other day.
    """
    desk = desk_of(asking)
    if (question is None) == (after is None):
        raise ToolError("diff: give a question, or after, the id of a scan that was made")
    if after is None:
        after = await desk.submit("scan", scan_body, keys_of(question))
    elif after == "latest":
        after = (await desk.folder(after)).name
    sides = _Sides(desk, since, wait_seconds)
    later = await sides.settled(after)
    if later.state != "done":
        return await desk.do(_not_yet, desk.service, later, before, after, change, since)
    earlier = await sides.earlier(later, before)
    if earlier.state != "done":
        return await desk.do(_not_yet, desk.service, earlier, earlier.id, after, change, since)
    folders = [await desk.folder(job.id) for job in (earlier, later)]
    return await desk.do(_changes, desk.service, folders[0], folders[1], change, offset)


class _Sides:
    """The two scans of a comparison; they share the time that the caller is willing to wait."""

    def __init__(self, desk: Desk, since: str | None, seconds: float) -> None:
        self._desk, self._since, self._left = desk, since, seconds

    async def settled(self, identity: str) -> Job:
        desk, clock = self._desk, self._desk.service.clock
        began = clock()
        job = await desk.settled(identity, self._left, "scan")
        self._left = max(0.0, self._left - max(0.0, clock() - began))
        return job

    async def earlier(self, later: Job, before: str | None) -> Job:
        """Return the scan of the earlier day: the one that is named, else the same question."""
        if before is None:
            folder = await self._desk.folder(later.id)
            day = await self._desk.do(self._day, about_of(folder)["as_of"])
            asked = {**later.request["asked"], "as_of": day}
            before = await self._desk.submit("scan", scan_body, asked, behind=later)
        return await self.settled(before)

    def _day(self, as_of: str) -> str:
        if self._since is None:
            return self._desk.session_before(as_of)
        parse_day("since", self._since)
        if self._since >= as_of:
            raise ParameterError("since", self._since, f"a day before {as_of}, the later one's")
        return self._desk.last_session(self._since)


def _not_yet(
    service: Service, job: Job, before: str | None, after: str, change: Change, since: str | None
) -> dict[str, Any]:
    """Say that a side is not there; the next call goes on with what has been begun."""
    known = {"before": before, "after": after, "since": since, "change": change}
    arguments = {name: value for name, value in known.items() if value is not None}
    going = job.state in ACTIVE
    return {
        "about": about_nothing(service),
        "next": {"tool": "diff", "arguments": arguments, "left": None} if going else None,
        "state": "running" if going else "failed",
        "message": job_part(service, job)["message"],
        "before": before,
        "after": after,
        "before_as_of": None,
        "counts": {},
        "change": change,
        "columns": CHANGES,
        "rows": [],
        "warnings": [],
    }


def _changes(
    service: Service, before: Path, after: Path, change: Change, offset: int
) -> dict[str, Any]:
    found = result_diff(before, after)
    lists = {"entered": found.entered, "left": found.left, "moved": found.moved}
    symbols = lists[change]
    answer = {
        "about": about_scan(service, after),
        "next": None,
        "state": "done",
        "message": None,
        "before": before.name,
        "after": after.name,
        "before_as_of": found.before.as_of,
        "counts": {**{n: len(one) for n, one in lists.items()}, "unchanged": found.unchanged},
        "change": change,
        "columns": CHANGES,
        "rows": [_change(one) for one in symbols[offset : offset + _MOST_ROWS]],
        "warnings": cleaned(list(found.warnings[:_WARNINGS])),
    }
    arguments = {"before": before.name, "after": after.name, "change": change}
    return fitted(answer, "rows", "diff", arguments, offset=offset, total=len(symbols))


def _change(one: SymbolChange) -> list[Any]:
    sides = one.before, one.after
    outcome = one.after if one.after.place is None else one.before
    detail = f"{outcome.outcome}: {outcome.detail}" if outcome.detail else outcome.outcome
    row: list[Any] = cleaned([
        one.symbol,
        sides[1].place,
        sides[0].place,
        sides[1].tech_rating,
        sides[0].tech_rating,
        sides[1].signal,
        detail,
    ])  # fmt: skip
    return row
