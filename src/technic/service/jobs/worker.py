"""The process that carries jobs out, one at a time: a line of JSON in, lines of JSON out.

It ends when its standard input does, so that no scan outlives its service. What stands between the
user and the process is the service; here a job's error becomes its message, and nothing more.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TextIO

from technic.errors import TechnicError

if TYPE_CHECKING:
    from technic.result.scan_result import ScanResult

__all__ = ["MOST_RESULTS", "main"]

MOST_RESULTS = 3
"""Results that a worker keeps in memory, to answer about their symbols."""
_HELD: OrderedDict[str, ScanResult] = OrderedDict()

logger = logging.getLogger(__name__)

Tell = Callable[..., None]
_EVERY_S = 0.1
"""Progress is told at most so often."""
_GRACE_S = 20.0
"""What a sync has to write what has arrived once its service is gone."""


def main() -> None:
    """Work until the standard input ends."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints goes to the log, the answers stay lines of JSON
    jobs: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
    reader = threading.Thread(target=_listen, args=(sys.stdin, jobs), daemon=True)
    reader.start()
    while (job := jobs.get()) is not None:
        _carry_out(job, out)


def _listen(stream: TextIO, jobs: SimpleQueue[dict[str, Any] | None]) -> None:
    """Hand jobs on; the end of the stream interrupts the one that runs."""
    for line in stream:
        jobs.put(json.loads(line))
    jobs.put(None)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(_GRACE_S)
    os._exit(1)


def _carry_out(job: dict[str, Any], out: TextIO) -> None:
    def tell(**message: object) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    try:
        tell(state="done", outcome=_KINDS[job["kind"]](job, tell))
    except KeyboardInterrupt:
        tell(state="cancelled", message="cancelled")
    except TechnicError as error:
        tell(state="failed", message=str(error))
    except Exception as error:  # noqa: BLE001 - the service's job boundary: it becomes the job's message
        traceback.print_exc()
        tell(state="failed", message=f"unexpected {type(error).__name__}: {error!s:.300}")


def _scan(job: dict[str, Any], tell: Tell) -> dict[str, Any]:
    from technic.scan.config_json import config_from_json
    from technic.scanner_core import run_scan
    from technic.service.jobs.keep_result import keep_result
    from technic.settings import load_settings

    settings = load_settings(os.environ, Path.cwd())
    config = config_from_json(job["config"], "the request")
    result = run_scan(config, settings=settings, progress=_throttled(tell))
    tell(stage="save", done=0, total=1)
    kept = keep_result(result, Path(job["folder"]))
    _hold(job["result"], result)
    return kept


def _symbol(job: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Answer about one symbol of a result; one that is no longer held is computed again."""
    from technic.service.jobs.symbol_detail import symbol_detail

    return symbol_detail(_result(job, tell), job["symbol"])


def _result(job: dict[str, Any], tell: Tell) -> ScanResult:
    """Return a result that is held, else scan again as of its day."""
    from technic.result.saved import load_saved
    from technic.scanner_core import run_scan
    from technic.settings import load_settings

    held = _HELD.get(job["result"])
    if held is None:
        saved = load_saved(job["folder"])
        config = replace(saved.config, as_of=saved.as_of)
        settings = load_settings(os.environ, Path.cwd())
        held = run_scan(config, settings=settings, progress=_throttled(tell))
    _hold(job["result"], held)
    return held


def _hold(identity: str, result: ScanResult) -> None:
    _HELD[identity] = result
    _HELD.move_to_end(identity)
    while len(_HELD) > MOST_RESULTS:
        _HELD.popitem(last=False)


def _sync(job: dict[str, Any], tell: Tell) -> dict[str, Any]:
    from technic.data_engine.sync.store_provider import StoredProvider
    from technic.errors import ParameterError
    from technic.scan.config_json import config_from_json
    from technic.scan.request_plan import open_scope
    from technic.settings import load_settings

    settings = load_settings(os.environ, Path.cwd())
    config = config_from_json(job["config"], "the request")
    scope = open_scope(config, settings=settings, days=job.get("days"))
    provider = scope.provider
    if not isinstance(provider, StoredProvider):
        raise ParameterError("provider", provider.name, "a vendor whose bars are stored")
    report = _throttled(tell)
    done = provider.sync(scope.symbols, scope.sessions, lambda d, t: report("fetch", d, t))
    return {
        **scope.document(),
        "requests": done.stats.requests,
        "bars": done.bars,
        "failed": len(done.failures),
        "complete": len(scope.symbols) - len(done.failures),
        "seconds": done.seconds,
    }


_KINDS: dict[str, Callable[[dict[str, Any], Tell], dict[str, Any]]] = {
    "scan": _scan,
    "symbol": _symbol,
    "sync": _sync,
}


def _throttled(tell: Tell) -> Callable[[str, int, int], None]:
    """Return what a scan reports to: each stage's beginning and end, and now and then between."""
    last: dict[str, float] = {}

    def report(stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if done >= total or now - last.get(stage, -1.0) >= _EVERY_S:
            last[stage] = now
            tell(stage=stage, done=done, total=total)

    return report


if __name__ == "__main__":
    main()
