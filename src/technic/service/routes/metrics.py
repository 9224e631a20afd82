"""Figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from technic.service.answers.common import ERRORS
from technic.service.jobs.job import JobState
from technic.service.requests.caller import Reader
from technic.service.state import service_of

router = APIRouter(tags=["health"])

STATES: tuple[JobState, ...] = ("queued", "running", "done", "failed", "cancelled", "interrupted")


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, **{c: ERRORS[c] for c in (401, 403, 429)}},
)
def metrics(request: Request, caller: Reader) -> Response:
    """Jobs by state, the last scan, results and studies on disk, readers: for Prometheus."""
    del caller
    service = service_of(request)
    registry = CollectorRegistry()
    jobs = Gauge("technic_jobs", "Jobs by state.", ["state"], registry=registry)
    for state in STATES:
        jobs.labels(state).set(service.jobs.count(state))
    last = service.jobs.latest(1, "scan", ["done"])
    if last and last[0].finished_at is not None:
        name = "technic_last_scan_finish_timestamp_seconds"
        done = Gauge(name, "When it ended, since 1970.", registry=registry)
        done.set(last[0].finished_at)
        took = Gauge("technic_last_scan_duration_seconds", "What it took.", registry=registry)
        took.set(float((last[0].outcome or {}).get("seconds", 0.0)))
    for what in ("results", "studies"):
        kept = Gauge(f"technic_{what}_kept", f"{what.capitalize()} on disk.", registry=registry)
        folder = getattr(service.settings, what)
        kept.set(sum(1 for path in folder.iterdir() if path.is_dir()))
    streams = Gauge("technic_event_streams", "Readers who follow a job.", registry=registry)
    streams.set(service.streams)
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
