"""Whose trials a study counts among: the lineage of its data."""

from __future__ import annotations

from technic.study.replay.replay import Replay
from technic.study.trials import Lineage

__all__ = ["lineage_of"]


def lineage_of(replay: Replay) -> Lineage:
    """Return the lineage of what a replay reads: provider, file or folder, and universe."""
    config, name = replay.config, replay.context.provider.name
    what = config.universe or "what the provider lists"
    return Lineage(f"{name} {config.data or ''}".strip(), what)
