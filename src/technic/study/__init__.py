"""Studies: past scans replayed, and what their hits and ratings were worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic._lazy import lazy_names

if TYPE_CHECKING:
    from technic.study.check import check_past
    from technic.study.config import StudyConfig
    from technic.study.replay.replay import open_replay
    from technic.study.run import StudyResult, run_study
    from technic.study.table import study_table

__all__ = [
    "StudyConfig",
    "StudyResult",
    "check_past",
    "open_replay",
    "run_study",
    "study_table",
]

__getattr__ = lazy_names(
    __name__,
    {
        "StudyConfig": "technic.study.config",
        "StudyResult": "technic.study.run",
        "check_past": "technic.study.check",
        "open_replay": "technic.study.replay.replay",
        "run_study": "technic.study.run",
        "study_table": "technic.study.table",
    },
)
