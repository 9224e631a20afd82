"""Counting what was tried in the ledger of trials: names, days, data, code, whatever came of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

from technic.code_version import code_version
from technic.data_engine.data_version import data_version_of
from technic.settings import Settings
from technic.study.replay.replay import Replay
from technic.study.trials import Appended, Lineage, StudyEntry, TrialLedger, earlier_trials

__all__ = ["count_trials"]


def count_trials(
    replay: Replay,
    settings: Settings,
    now: dt.datetime | None,
    *,
    names: tuple[str, ...],
    horizons: tuple[int, ...],
    trials: int,
    command: str,
) -> Appended:
    """Write a study down in the ledger of its data, with what it takes to run it again.

    ``trials``: how many results were looked at. The data are named as a saved scan names them.
    What other ledgers have of the same data, whose path was written otherwise, is counted, too.
    """
    version = data_version_of(replay.context.provider).provenance()
    entry = StudyEntry(
        names=names,
        horizons=horizons,
        first=str(replay.days[0]),
        last=str(replay.days[-1]),
        trials=trials,
        data_version=json.dumps(version, sort_keys=True),
        code=" ".join(code_version().values()),
        command=command,
    )
    data = _data_path(replay, version)
    lineage = _lineage_of(replay, data)
    earlier = list(earlier_trials(settings.home, lineage, data))
    ledger = TrialLedger(settings.home, lineage)
    return ledger.append(entry, now or dt.datetime.now(dt.UTC), earlier)


def _data_path(replay: Replay, version: Mapping[str, object]) -> str | None:
    """Return the file or folder that is read, whoever named it; None where there is none."""
    path = version.get("path") if version["kind"] == "files" else replay.config.data
    return None if path is None else str(path)


def _lineage_of(replay: Replay, data: str | None) -> Lineage:
    """Return the lineage of what a replay reads: provider, file or folder, and universe."""
    name, universe = replay.context.provider.name, replay.config.universe
    return Lineage(
        name if data is None else f"{name} {_resolved(data)}",
        Lineage.LISTED if universe is None else _resolved(universe),
    )


def _resolved(path: str) -> str:
    """Return the path from the root, links followed: one lineage however it is typed."""
    return Path(path).resolve().as_posix()
