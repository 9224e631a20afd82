"""The past hits of a symbol in the studies that are kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from technic.service.answers.common import ERRORS, finished_scan, job_answer
from technic.service.answers.study_answer import is_kept
from technic.service.jobs.job import Job
from technic.service.requests.caller import Reader
from technic.service.state import Service, service_of
from technic.service.studies.kept_hits import hits_of_symbol
from technic.universe import require_symbol

router = APIRouter(prefix="/v1/symbols", tags=["studies"], responses=ERRORS)

MOST_STUDIES = 50
"""Kept studies that are looked into, the latest ones."""

Symbol = Annotated[str, Path(max_length=24, examples=["AAPL"])]
OfScan = Annotated[
    str | None,
    Query(
        alias="scan",
        max_length=32,
        description="A scan's id, or latest: only studies of the same data and universe count.",
    ),
]


class StudyOfSymbol(BaseModel):
    """A study that has hits of the symbol, and how many; ``where``: its expression, if any."""

    id: str
    asked_at: str
    first: str
    last: str
    horizon: int
    where: str | None
    universe: int
    data: str
    simulated: bool
    hits: int


class PastHit(BaseModel):
    """A hit, its plan's outcome and R, and its return over the horizon less the universe's mean."""

    study: str
    session: str
    setup: str
    outcome: str | None = Field(description="How the plan ended; null without a plan.")
    r: float | None
    excess: float | None = Field(description="As a part of one: 0.02 is 2 %.")


class PastHits(BaseModel):
    """``total``: hits in all studies; ``hits``: the latest of them; ``searched``: studies."""

    symbol: str
    searched: int
    total: int
    studies: list[StudyOfSymbol]
    hits: list[PastHit]


@router.get("/{symbol}/hits")
def past_hits(
    request: Request,
    caller: Reader,
    symbol: Symbol,
    scan: OfScan = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> PastHits:
    """Return when the setups of kept studies hit a symbol, and what came after it.

    The latest first. As-of rule: a hit is what was known at its day's close; outcome, R and excess
    are of later bars, up to the end of the data that its study had.
    """
    del caller
    service = service_of(request)
    name = require_symbol(symbol)
    jobs = _studies(service, scan)
    found: list[PastHit] = []
    studies: list[StudyOfSymbol] = []
    for job in jobs:
        count, rows = hits_of_symbol(service.settings.studies / job.id, name, limit)
        if count:
            studies.append(_study(service, job, count))
            found += [PastHit(study=job.id, **row) for row in rows]
    found.sort(key=lambda one: one.session, reverse=True)
    return PastHits(
        symbol=name,
        searched=len(jobs),
        total=sum(one.hits for one in studies),
        studies=studies,
        hits=found[:limit],
    )


def _studies(service: Service, scan: str | None) -> list[Job]:
    """Return the kept studies, the latest first; with a scan those of its data alone."""
    jobs = service.jobs.latest(MOST_STUDIES, "study", ["done"])
    kept = [job for job in jobs if is_kept(service, job.id)]
    if scan is None:
        return kept
    of = _source(service.jobs.get(finished_scan(service, scan).name).request["config"])
    return [job for job in kept if _source(job.request["config"]["scan"]) == of]


def _source(config: dict[str, object]) -> tuple[object, ...]:
    return tuple(config.get(name) for name in ("provider", "data", "universe"))


def _study(service: Service, job: Job, count: int) -> StudyOfSymbol:
    about = job.outcome or {}
    names = ("first", "last", "horizon", "universe", "data", "simulated")
    return StudyOfSymbol(
        id=job.id,
        asked_at=job_answer(service, job).created_at,
        hits=count,
        where=job.request["asked"].get("where"),
        **{name: about[name] for name in names},
    )
