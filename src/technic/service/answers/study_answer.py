"""Studies as JSON, and the folders of those that are done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import HTTPException
from fastapi import Path as PathParameter
from pydantic import Field

from technic.service.answers.common import JobAnswer, job_of, latest_study
from technic.service.state import Service
from technic.service.studies.study_files import DOCUMENT

__all__ = ["StudyAnswer", "StudyId", "finished_study", "is_kept", "study_answer"]

StudyId = Annotated[str, PathParameter(description="A study's id, or latest.", examples=["latest"])]


class StudyAnswer(JobAnswer):
    """A study: what was asked, how far it is, its verdicts; ``kept``: its files are there."""

    kept: bool = Field(description="Whether result, hits and report can be had.")


def study_answer(service: Service, job: JobAnswer) -> StudyAnswer:
    """Return a job of the kind study with whether its files are there."""
    return StudyAnswer(**job.model_dump(), kept=is_kept(service, job.id))


def is_kept(service: Service, identity: str) -> bool:
    """Tell whether the files of a study are there."""
    return (service.settings.studies / identity / DOCUMENT).is_file()


def finished_study(service: Service, identity: str) -> Path:
    """Return the folder of a study; ``latest`` is the one that was asked for last and is done."""
    latest = identity == "latest"
    job = latest_study(service) if latest else job_of(service, identity, "study")
    if job.state != "done":
        reason = f": {job.message}" if job.message else ""
        raise HTTPException(409, f"this study is {job.state}{reason}")
    if not is_kept(service, job.id):
        raise HTTPException(404, "this study is no longer kept; run it again")
    return service.settings.studies / job.id
