"""A study as a table: one row a hit, for notebooks and for whoever counts again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.study.document import study_document
from technic.study.outcomes import COST_LEVELS, Flag, Outcome, net_r
from technic.study.run import StudyResult
from technic.typing import DateArray, FloatArray

__all__ = ["DOCUMENT", "study_table", "write_hits", "write_study"]

DOCUMENT = b"technic.study"
ROW_GROUP = 65_536
"""Rows that are packed together: a reader of some need not unpack all."""
OUTCOMES = np.array([one.name.lower() for one in Outcome], dtype=object)


def study_table(result: StudyResult) -> pa.Table:
    """Return one row for each hit, in the order of days, then owners, then symbols.

    ``session``, ``symbol``, ``setup``, rank and ratings as of the day, its plan, returns by
    horizon with the universe's mean beside them and in excess of it, who was delisted, and the
    grade of the plan. Null: not known. The schema's metadata hold `study_document` as JSON under
    ``DOCUMENT``: intervals, and all else that is no number of one hit.
    """
    hits, found = result.hits, result.outcomes
    columns: dict[str, Any] = {
        "session": hits.day,
        "symbol": hits.symbol_names(),
        "setup": hits.owner_names(),
        "rank": pa.array(hits.rank, mask=hits.rank == 0),
        "ranked": hits.ranked,
        "tech_rating": _known(hits.tech_rating),
        "rs_rating": _known(hits.rs_rating),
        "signal": hits.signal,
        "close": _known(hits.close),
        "dollar_volume": _known(hits.dollar_volume),
        "sector": hits.sector,
        "side": hits.side,
        "entry_type": hits.entry_type,
        **{name: _known(getattr(hits, name)) for name in ("entry", "stop", "target")},
    }
    for horizon, values in found.returns.items():
        columns[f"return_{horizon}"] = _known(values)
        columns[f"universe_{horizon}"] = _known(found.universe[horizon])
        columns[f"excess_{horizon}"] = _known(found.excess(horizon))
        if found.benchmark is not None:
            columns[f"benchmark_{horizon}"] = _known(found.benchmark[horizon])
    main = result.config.horizon
    for lag, values in found.late.items():
        columns[f"return_{main}_late_{lag}"] = _known(values)
        columns[f"universe_{main}_late_{lag}"] = _known(found.late_universe[lag])
        columns[f"excess_{main}_late_{lag}"] = _known(values - found.late_universe[lag])
    columns[f"over_{main}"] = found.over
    columns |= {"last_bar": _days(found.sessions, found.last_bar), "delisted": found.delisted}
    columns[f"highest_{main}"], columns[f"lowest_{main}"] = _known(found.up), _known(found.down)
    columns |= _grade_columns(result)
    said = json.dumps(study_document(result), allow_nan=False)
    return pa.table(columns).replace_schema_metadata({DOCUMENT: said})


def _grade_columns(result: StudyResult) -> dict[str, Any]:
    hits, found = result.hits, result.outcomes
    grades, at = found.grades, found.graded

    def spread(values: FloatArray) -> pa.Array:
        every = np.full(len(hits), np.nan)
        every[at] = values
        return _known(every)

    outcome = np.full(len(hits), None, dtype=object)
    outcome[at] = OUTCOMES[grades.outcome]
    columns: dict[str, Any] = {"outcome": pa.array(outcome, pa.string())}
    for name, where in (("entered", grades.entry_session), ("left", grades.exit_session)):
        place = np.full(len(hits), -1, np.int32)
        place[at] = where
        columns[name] = _days(found.sessions, place)
    columns |= {"filled": spread(grades.fill), "sold": spread(grades.exit_price)}
    columns["r"] = spread(grades.r)
    for number, level in enumerate(COST_LEVELS[1:], start=1):
        columns[f"r_net_{number}"] = spread(net_r(grades, level))
    for flag in Flag:
        held = np.zeros(len(hits), np.bool_)
        held[at] = grades.has(flag)
        columns[str(flag.name).lower()] = held
    taken = np.zeros(len(hits), np.bool_)
    taken[at] = found.taken
    columns["one_a_symbol"] = taken
    return columns


def _days(sessions: DateArray, place: NDArray[np.int32]) -> DateArray:
    """Return the sessions at some places, NaT for a place below 0."""
    days = np.full(len(place), np.datetime64("NaT"), dtype="datetime64[D]")
    days[place >= 0] = sessions[place[place >= 0]]
    return days


def _known(values: FloatArray) -> pa.Array:
    return pa.array(values, mask=~np.isfinite(values))


def write_study(result: StudyResult, path: Path) -> None:
    """Write the table as Parquet; the whole file is there, or none."""
    write_hits(study_table(result), path)


def write_hits(table: pa.Table, path: Path, row_group: int = ROW_GROUP) -> None:
    """Write a table of hits as Parquet; the whole file is there, or none."""
    from pyarrow import parquet

    from technic.export.targets import replacing

    with replacing("out", path) as part:
        parquet.write_table(table, part, compression="zstd", row_group_size=row_group)
