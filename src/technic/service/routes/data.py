"""Data: what the store holds, syncs as jobs, uploads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Path, Request

from technic.scan.config_json import config_to_json
from technic.service.answers.common import ERRORS, JobAnswer
from technic.service.answers.data_answer import data_answer
from technic.service.answers.job_actions import submit_job
from technic.service.jobs.uploads import save_upload, upload_path
from technic.service.requests.asked_config import asked_config
from technic.service.requests.caller import Admin, Reader
from technic.service.requests.plain_body import PlainObject
from technic.service.state import service_of

router = APIRouter(prefix="/v1", tags=["data"], responses=ERRORS)

Name = Annotated[str, Path(description="A file's name.", examples=["prices.csv"])]
FILE = {
    "description": "The file as it is: CSV, text, gzip of CSV, or Parquet.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.get("/data")
def data(request: Request, caller: Reader) -> dict[str, Any]:
    """Say where bars come from: the provider, what its store holds, problem symbols, syncs."""
    del caller
    return data_answer(service_of(request))


@router.post("/syncs", status_code=202)
def sync(
    request: Request,
    caller: Admin,
    asked: Annotated[PlainObject, Body(examples=[{"provider": "polygon"}])],
) -> JobAnswer:
    """Queue a sync; syncs run one at a time."""
    service = service_of(request)
    config = asked_config(service, asked)
    if config.provider in ("demo", "files"):
        raise HTTPException(422, f"nothing to sync: {config.provider} needs no store")
    body = {"asked": asked, "config": config_to_json(config)}
    return submit_job(service, caller, "sync", body)


@router.put("/uploads/{name}", status_code=201, openapi_extra={"requestBody": FILE})
async def upload(request: Request, caller: Admin, name: Name) -> dict[str, Any]:
    """Keep a file of bars, listings or symbols, to be named in a scan."""
    del caller
    folder = service_of(request).settings.uploads
    path = await save_upload(folder, name, request.stream())
    return {"name": path.name, "bytes": path.stat().st_size}


@router.delete("/uploads/{name}")
def forget(request: Request, caller: Admin, name: Name) -> dict[str, Any]:
    """Delete an upload."""
    del caller
    path = upload_path(service_of(request).settings.uploads, name)
    if path is None:
        raise HTTPException(404, "there is no upload of this name")
    path.unlink()
    return {"name": name, "deleted": True}
