"""Counting what was tried in the ledger of trials: names, days, data, code, whatever came of it."""

from __future__ import annotations

import datetime as dt
import json

from technic.code_version import code_version
from technic.data_engine.data_version import data_version_of
from technic.settings import Settings
from technic.study.replay.replay import Replay
from technic.study.trials import Appended, Lineage, StudyEntry, TrialLedger

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
    ledger = TrialLedger(settings.home, _lineage_of(replay))
    return ledger.append(entry, now or dt.datetime.now(dt.UTC))


def _lineage_of(replay: Replay) -> Lineage:
    """Return the lineage of what a replay reads: provider, file or folder, and universe."""
    config, name = replay.config, replay.context.provider.name
    what = config.universe or "what the provider lists"
    return Lineage(f"{name} {config.data or ''}".strip(), what)
