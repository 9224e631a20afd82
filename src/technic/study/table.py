"""A study as a table: one row a hit, for notebooks and for whoever counts again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from technic.study.outcomes import COST_LEVELS, Flag, Outcome, net_r
from technic.study.run import StudyResult
from technic.typing import FloatArray

__all__ = ["study_table", "write_study"]

OUTCOMES = np.array([one.name.lower() for one in Outcome], dtype=object)


def study_table(result: StudyResult) -> pa.Table:
    """Return one row for each hit, in the order of days, then owners, then symbols.

    ``session``, ``symbol``, ``setup``, rank and ratings as of the day, its plan, returns by
    horizon with the universe's mean beside them, and the grade of the plan. Null: not known.
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
        if found.benchmark is not None:
            columns[f"benchmark_{horizon}"] = _known(found.benchmark[horizon])
    main = result.config.horizon
    for lag, values in found.late.items():
        columns[f"return_{main}_late_{lag}"] = _known(values)
        columns[f"universe_{main}_late_{lag}"] = _known(found.late_universe[lag])
    columns[f"highest_{main}"], columns[f"lowest_{main}"] = _known(found.up), _known(found.down)
    columns |= _grade_columns(result)
    return pa.table(columns)


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
        days = np.full(len(hits), np.datetime64("NaT"), dtype="datetime64[D]")
        days[at[where >= 0]] = found.sessions[where[where >= 0]]
        columns[name] = days
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


def _known(values: FloatArray) -> pa.Array:
    return pa.array(values, mask=~np.isfinite(values))


def write_study(result: StudyResult, path: Path) -> None:
    """Write the table as Parquet; the whole file is there, or none."""
    from pyarrow import parquet

    from technic.export.targets import replacing

    with replacing("out", path) as part:
        parquet.write_table(study_table(result), part, compression="zstd")
