"""The process that carries jobs out, one at a time: a line of JSON in, lines of JSON out.

It ends when its standard input does, so that no scan outlives its service. What stands between the
user and the process is the service; here a job's error becomes its message, and nothing more.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TextIO

from technic.errors import ParameterError, TechnicError
from technic.settings import Settings, load_settings

if TYPE_CHECKING:
    from technic.data_engine.interfaces.records import Failure
    from technic.result.scan_result import ScanResult
    from technic.scan.config import ScanConfig

__all__ = ["MOST_RESULTS", "Worker", "main"]

MOST_RESULTS = 3
"""Results that a worker keeps in memory, to answer about their symbols."""

logger = logging.getLogger(__name__)

Tell = Callable[..., None]
_LONGEST_REASON = 300
_WAKES = getattr(signal, "SIGUSR1", None)
"""A signal that does nothing but end a wait; Windows has none."""
_NUDGE_S = 0.1
"""How often a main thread is woken that was told to end."""
_EVERY_S = 0.1
"""Progress is told at most so often."""
_BEHIND = 5
"""How nice a worker is: readers of the service come first wherever both want the processor."""
_GRACE_S = 20.0
"""What a sync has to write what has arrived once its service is gone."""


def main() -> None:
    """Work until the standard input ends."""
    _step_back()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints goes to the log, the answers stay lines of JSON
    jobs: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    swallowed, gone = threading.Event(), threading.Event()
    sys.unraisablehook = partial(_unraisable, swallowed)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
    if _WAKES is not None:
        signal.signal(_WAKES, lambda *_: None)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it is told to end by its service alone
    reader = threading.Thread(target=_listen, args=(sys.stdin, jobs, swallowed, gone), daemon=True)
    worker = Worker(out, gone)
    try:
        reader.start()
        importlib.import_module("technic.scanner_core")  # before anybody waits for it
        while (job := jobs.get()) is not None:
            worker.carry_out(job)
    except (KeyboardInterrupt, BrokenPipeError):
        return  # the service is gone, or wants no answer: nobody is left to tell
    except Exception:  # the service's job boundary: an interrupted import says what it likes
        if not gone.is_set():
            raise


def _step_back() -> None:
    """Let readers go first: a scan takes what they leave, and all of it when nobody asks.

    Linux shares the processor between sessions before it looks how nice a process is, and a worker
    is in a session of its own: there the session has to be as nice.
    """
    with suppress(AttributeError, OSError):  # Windows has no nice
        os.nice(_BEHIND)
    with suppress(OSError):  # no Linux, or one that does not group by sessions
        Path("/proc/self/autogroup").write_text(f"{_BEHIND}\n", encoding="ascii")


def _listen(
    stream: TextIO,
    jobs: SimpleQueue[dict[str, Any] | None],
    swallowed: threading.Event,
    gone: threading.Event,
) -> None:
    """Hand jobs on; the end of the stream interrupts the one that runs, once more where need be."""
    for line in stream:
        jobs.put(json.loads(line))
    gone.set()
    jobs.put(None)
    until = time.monotonic() + _GRACE_S
    _signal_main(signal.SIGINT)
    while time.monotonic() < until:
        lost = swallowed.is_set()
        swallowed.clear()
        time.sleep(_NUDGE_S)  # by now it is out of what took the last one
        # one that came just before the main thread began to wait is not seen until the next
        if number := signal.SIGINT if lost else _WAKES:
            _signal_main(number)
    os._exit(1)


def _signal_main(number: int) -> None:
    """Send a signal to the main thread: what it waits for ends no sooner if another one gets it."""
    main = threading.main_thread().ident
    assert main is not None
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main, number)
    else:  # Windows, where it ends the process at once
        os.kill(os.getpid(), number)


def _unraisable(swallowed: threading.Event, what: sys.UnraisableHookArgs) -> None:
    """Say so where an interrupt came to where nothing can be raised: a destructor, a callback."""
    if what.exc_type is KeyboardInterrupt:
        swallowed.set()
    else:
        sys.__unraisablehook__(what)


class Worker:
    """Carries out one job after the other; the last results stay in memory for their symbols.

    ``gone``: set once nobody waits for an answer.
    """

    def __init__(self, out: TextIO, gone: threading.Event | None = None) -> None:
        self._out = out
        self._gone = threading.Event() if gone is None else gone
        self._held: OrderedDict[str, ScanResult] = OrderedDict()
        self._kinds = {
            "scan": self._scan,
            "symbol": self._symbol,
            "facts": self._facts,
            "export": self._export,
            "replay": self._replay,
            "sync": self._sync,
            "study": self._study,
            "watch": self._watch,
            "plan": self._plan,
            "data_end": self._data_end,
        }

    def carry_out(self, job: dict[str, Any]) -> None:
        """Do what a message asks and say what came of it."""
        try:
            self._tell(state="done", outcome=self._kinds[job["kind"]](job))
        except KeyboardInterrupt:
            self._tell(state="cancelled", message="cancelled")
        except TechnicError as error:
            self._tell(state="failed", message=str(error))
        except Exception as error:  # noqa: BLE001 - the service's job boundary: it becomes the job's message
            if not self._gone.is_set():  # else a library made its own of the interrupt
                traceback.print_exc()
            self._tell(state="failed", message=f"unexpected {type(error).__name__}: {error!s:.300}")

    def _tell(self, **message: object) -> None:
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()

    def _scan(self, job: dict[str, Any]) -> dict[str, Any]:
        from technic.scan.config_json import config_from_json
        from technic.service.jobs.keep_result import keep_result

        result = self._run(config_from_json(job["config"], "the request"))
        self._tell(stage="save", done=0, total=1)
        kept = keep_result(result, Path(job["folder"]))
        self._hold(job["result"], result)
        return kept

    def _symbol(self, job: dict[str, Any]) -> dict[str, Any]:
        """Answer about one symbol of a result."""
        from technic.service.jobs.symbol_detail import symbol_detail

        return symbol_detail(self._result(job), job["symbol"])

    def _facts(self, job: dict[str, Any]) -> dict[str, Any]:
        """Answer what was known of the company of a symbol on the day of a result."""
        from technic.service.jobs.symbol_detail import company_detail

        return company_detail(self._result(job), job["symbol"], Path(job["home"]))

    def _export(self, job: dict[str, Any]) -> dict[str, Any]:
        """Write a result in one more format."""
        from technic.service.jobs.keep_result import keep_export

        return keep_export(self._result(job), Path(job["folder"]), job["format"])

    def _replay(self, job: dict[str, Any]) -> dict[str, Any]:
        """Scan as of an earlier session what a result asked for, and keep its ratings alone."""
        from technic.result.saved import load_saved
        from technic.service.jobs.rating_history import keep_ratings

        folder = Path(job["folder"])
        config = replace(load_saved(folder).config, as_of=job["day"])
        keep_ratings(self._run(config), folder)
        return {"day": job["day"]}

    def _result(self, job: dict[str, Any]) -> ScanResult:
        """Return a result; one that is no longer held is computed again, as of its day."""
        from technic.result.saved import load_saved

        result = self._held.get(job["result"])
        if result is None:
            saved = load_saved(job["folder"])
            result = self._run(replace(saved.config, as_of=saved.as_of))
        self._hold(job["result"], result)
        return result

    def _sync(self, job: dict[str, Any]) -> dict[str, Any]:
        from technic.data_engine.sync.store_provider import StoredProvider
        from technic.scan.config_json import config_from_json
        from technic.scan.request_plan import open_scope

        config = config_from_json(job["config"], "the request")
        scope = open_scope(config, settings=_settings(), days=job.get("days"))
        provider = scope.provider
        if not isinstance(provider, StoredProvider):
            raise ParameterError("provider", provider.name, "a vendor whose bars are stored")
        report = _throttled(self._tell)
        done = provider.sync(scope.symbols, scope.sessions, partial(report, "fetch"))
        return {
            **scope.document(),
            "requests": done.stats.requests,
            "bars": done.bars,
            "failed": len(done.failures),
            "complete": len(scope.symbols) - len(done.failures),
            "seconds": done.seconds,
            "trouble": _commonest(done.failures),
            "complete_until": str(provider.complete_until(scope.symbols, scope.sessions)),
        }

    def _study(self, job: dict[str, Any]) -> dict[str, Any]:
        """Study past hits; the trial is written down in the ledger of the service's home."""
        from technic.service.studies.kept_study import keep_study
        from technic.service.studies.question import study_from_json
        from technic.service.studies.wording import ASKED_HERE
        from technic.study.run import run_study

        began = time.monotonic()
        self._tell(stage="replay", done=0, total=1)
        result = run_study(
            study_from_json(job["config"]),
            settings=replace(_settings(), home=Path(job["home"])),
            progress=_throttled(self._tell),
            command=ASKED_HERE + json.dumps(job["asked"]),
        )
        self._tell(stage="save", done=0, total=1)
        return keep_study(result, Path(job["folder"]), time.monotonic() - began)

    def _watch(self, job: dict[str, Any]) -> dict[str, Any]:
        """Judge the watches of the service's home and send what waits, or send a test."""
        from technic.service.jobs.watch_work import run_kept_watches, send_kept_test

        settings = replace(_settings(), home=Path(job["home"]))
        if job.get("test") is not None:
            return send_kept_test(job["test"], settings, os.environ)
        self._tell(stage="watch", done=0, total=1)
        return run_kept_watches(settings, os.environ)

    def _plan(self, job: dict[str, Any]) -> dict[str, Any]:
        """Plan a sync without asking anybody anything."""
        from technic.service.jobs.sync_questions import sync_plan

        return sync_plan(job["config"], job.get("now"), _settings())

    def _data_end(self, job: dict[str, Any]) -> dict[str, Any]:
        """Say up to which session files are complete."""
        from technic.service.jobs.sync_questions import data_end

        return data_end(job["config"], _settings())

    def _run(self, config: ScanConfig) -> ScanResult:
        from technic.scanner_core import run_scan

        return run_scan(config, settings=_settings(), progress=_throttled(self._tell))

    def _hold(self, identity: str, result: ScanResult) -> None:
        self._held[identity] = result
        self._held.move_to_end(identity)
        while len(self._held) > MOST_RESULTS:
            self._held.popitem(last=False)


def _commonest(failures: Mapping[str, Failure]) -> str | None:
    """Return why most of the symbols that failed did, None where none has."""
    if not failures:
        return None
    ((found, _),) = Counter(failures.values()).most_common(1)
    return f"{found.reason} ({found.detail})"[:_LONGEST_REASON]


def _settings() -> Settings:
    return load_settings(os.environ, Path.cwd())


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
