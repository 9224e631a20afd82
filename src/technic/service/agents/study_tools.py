"""study and job: what past hits were worth, and how far that is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from technic.service.agents.command import command_of
from technic.service.agents.desk import Asking, about_nothing, about_scan, desk_of, job_part
from technic.service.agents.fitting import cleaned, fitted
from technic.service.agents.question import Offset, Question, Wait, keys_of
from technic.service.answers.common import finished_scan, job_answer
from technic.service.answers.study_answer import finished_study
from technic.service.jobs.job import ACTIVE, Job
from technic.service.requests.job_bodies import study_body
from technic.service.state import Service
from technic.service.studies.study_files import DOCUMENT

__all__ = ["job", "study"]

JobId = Annotated[str, Field(max_length=32, description="Id of a job.")]
_WARNINGS = 3
OWNERS = ["name", "verdict", "hits", "days", "mean_excess", "low", "high", "r", "says"]


async def study(
    asking: Asking,
    question: Question | None = None,
    first: Annotated[
        str | None, Field(description="First session; a year before the last unless given.")
    ] = None,
    last: Annotated[str | None, Field(description="Last session; the data's unless given.")] = None,
    horizon: Annotated[
        int | None, Field(ge=1, le=252, description="Sessions over which returns are; 21.")
    ] = None,
    study: Annotated[str | None, Field(max_length=32, description="A study that was made.")] = None,
    offset: Offset = 0,
    wait_seconds: Wait = 50,
) -> dict[str, Any]:
    """Say what past hits of a question were worth: excess return over the universe, verdict, R.

    mean_excess is a part of one: 0.02 is 2 %, low and high are its interval. Each study counts as a
    trial: the more are tried, the higher the bar. An empty question is over all setups. One that
    takes longer is answered with its job; the call under `next` has its verdict then.
    """
    desk = desk_of(asking)
    if (question is None) == (study is None):
        raise ToolError("study: give a question, or the id of a study that was made")
    if study is None:
        days = {"from": first, "to": last, "horizon": horizon}
        given = {name: value for name, value in days.items() if value is not None}
        study = await desk.submit("study", study_body, {**keys_of(question), **given})
    elif study == "latest":
        study = (await desk.do(finished_study, desk.service, study)).name
    settled = await desk.settled(study, wait_seconds, "study")
    if settled.state != "done":
        return await desk.do(_not_yet, desk.service, settled)
    return await desk.do(_verdicts, desk.service, settled, offset)


def _not_yet(service: Service, job: Job) -> dict[str, Any]:
    again = {"tool": "study", "arguments": {"study": job.id}, "left": None}
    return {
        "about": about_nothing(service, command_of("study", job.request["asked"])),
        "next": again if job.state in ACTIVE else None,
        "job": job_part(service, job),
        "first": None,
        "last": None,
        "horizon": None,
        "trials": {},
        "columns": OWNERS,
        "rows": [],
        "warnings": [],
    }


def _verdicts(service: Service, job: Job, offset: int) -> dict[str, Any]:
    folder = finished_study(service, job.id)
    document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    rows = [_owner(one, str(document["horizon"])) for one in document["studies"]]
    rows += [_rating(one) for one in document["ratings"]]
    trials = document["trials"]
    answer = {
        "about": _about(service, job, document),
        "next": None,
        "job": job_part(service, job),
        **{name: document[name] for name in ("first", "last", "horizon")},
        "trials": cleaned({name: trials[name] for name in ("of_this_study", "total", "luck_bar")}),
        "columns": OWNERS,
        "rows": cleaned(rows[offset:], 400),
        "warnings": cleaned(document["warnings"][:_WARNINGS], 300),
    }
    return fitted(answer, "rows", "study", {"study": job.id}, offset=offset)


def _about(service: Service, job: Job, document: Mapping[str, Any]) -> dict[str, Any]:
    days = {"from": document["first"], "to": document["last"]}
    asked = {**job.request["asked"], **days}
    return {
        "as_of": document["last"],
        "data_until": document["data_end"],
        "computed_at": job_answer(service, job).finished_at,
        "provider": cleaned(document["trials"]["provider"]),
        "simulated": document["simulated"],
        "universe": document["universe"],
        "rs_universe": None,
        "left_out": None,
        "left_out_by": {},
        "command": command_of("study", asked),
    }


def _owner(one: Mapping[str, Any], horizon: str) -> list[Any]:
    excess = one["excess"][horizon]
    return [
        *(one[name] for name in ("name", "verdict", "hits", "days")),
        *(excess[name] for name in ("mean", "low", "high")),
        one["plans"]["every"]["r"]["mean"],
        one["says"],
    ]


def _rating(one: Mapping[str, Any]) -> list[Any]:
    return [one["name"], one["verdict"], None, None, None, None, None, None, one["says"]]


async def job(asking: Asking, job: JobId, wait_seconds: Wait = 0) -> dict[str, Any]:
    """Say how far a scan, study, sync or run of watches is; `next` is the call with what came."""
    desk = desk_of(asking)
    settled = await desk.settled(job, wait_seconds)
    return await desk.do(_job, desk.service, settled)


def _job(service: Service, job: Job) -> dict[str, Any]:
    part = job_part(service, job)
    following = None
    if job.state in ACTIVE:
        following = {"tool": "job", "arguments": {"job": job.id, "wait_seconds": 50}}
    elif job.state == "done" and job.kind in ("scan", "study"):
        following = {"tool": job.kind, "arguments": {job.kind: job.id}}
    if job.kind == "scan" and job.state == "done":
        about = about_scan(service, finished_scan(service, job.id))
    elif job.kind in ("sync", "watch"):
        about = about_nothing(service)
    else:
        about = about_nothing(service, command_of(job.kind, job.request["asked"]))
    return {"about": about, "next": following and {**following, "left": None}, "job": part}
