"""A study as a table: one row a hit, for notebooks and for whoever counts again."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.export.cells import guarded_frame
from technic.export.targets import replacing
from technic.study.document import study_document
from technic.study.outcomes import COST_LEVELS, Flag, Outcome, net_r
from technic.study.replay.hits import Texts
from technic.study.run import StudyResult
from technic.study.statistics.hit_groups import HitGroup
from technic.typing import DateArray, FloatArray

__all__ = ["DOCUMENT", "study_table", "write_hits", "write_rows", "write_study"]

DOCUMENT = b"technic.study"
ROW_GROUP = 65_536
"""Rows that are packed together: a reader of some need not unpack all."""
OUTCOMES = np.array([one.name.lower() for one in Outcome], dtype=object)


def study_table(result: StudyResult) -> pa.Table:
    """Return one row for each hit, in the order of days, then owners, then symbols.

    ``session``, ``symbol``, ``setup``, rank and ratings as of the day, ``by_NAME`` and its group
    for each number that hits are told apart by, its plan, returns by
    horizon with the universe's mean beside them and in excess of it, who was delisted, and the
    grade of the plan. Null: not known. The schema's metadata hold `study_document` as JSON under
    ``DOCUMENT``: intervals, and all else that is no number of one hit.
    """
    hits, found = result.hits, result.outcomes
    places, place, session = hits.places, hits.place, hits.session
    columns: dict[str, Any] = {
        "session": hits.day,
        "symbol": hits.symbol_names(),
        "setup": hits.owner_names(),
        "rank": pa.array(places.rank[place], mask=places.rank[place] == 0),
        "ranked": places.ranked[place],
        "tech_rating": _known(places.tech_rating[place]),
        "rs_rating": _known(places.rs_rating[place]),
        "signal": _texts(places.signal[place]),
        "close": _known(places.close[place]),
        "dollar_volume": _known(places.dollar_volume[place]),
        "sector": _texts(places.sector[place]),
        **_by(result.by, place),
        "side": _texts(places.side[place]),
        "entry_type": _texts(places.entry_type[place]),
        **{name: _known(hits.column(name)) for name in ("entry", "stop", "target")},
    }
    for horizon, values in found.returns.items():
        columns[f"return_{horizon}"] = _known(values[place])
        columns[f"universe_{horizon}"] = _known(found.universe[horizon][session])
        columns[f"excess_{horizon}"] = _known(found.excess(horizon, place))
        if found.benchmark is not None:
            columns[f"benchmark_{horizon}"] = _known(found.benchmark[horizon][session])
    main = result.config.horizon
    for lag, values in found.late.items():
        columns[f"return_{main}_late_{lag}"] = _known(values[place])
        columns[f"universe_{main}_late_{lag}"] = _known(found.late_universe[lag][session])
        columns[f"excess_{main}_late_{lag}"] = _known(found.late_excess(lag, place))
    columns[f"over_{main}"] = found.over[session]
    columns["last_bar"] = _days(found.sessions, found.last_bar[hits.symbol])
    columns["delisted"] = found.delisted[hits.symbol]
    columns[f"highest_{main}"] = _known(found.up[place])
    columns[f"lowest_{main}"] = _known(found.down[place])
    columns |= _grade_columns(result)
    said = json.dumps(study_document(result), allow_nan=False)
    return pa.table(columns).replace_schema_metadata({DOCUMENT: said})


def _by(groups: Sequence[HitGroup], place: NDArray[np.int32]) -> dict[str, Any]:
    """Return the value of each hit by each number that hits are told apart by, and its group."""
    columns: dict[str, Any] = {}
    for one in groups:
        columns[f"by_{one.name}"] = _known(one.value[place])
        columns[f"by_{one.name}_group"] = np.array(one.names, dtype=object)[one.code[place]]
    return columns


def _grade_columns(result: StudyResult) -> dict[str, Any]:
    found = result.outcomes
    grades, grade = found.grades, found.grade[result.hits.place]
    has = grade >= 0

    def spread(values: NDArray[Any], none: object) -> NDArray[Any]:
        every = np.full(len(grade), none, dtype=values.dtype)
        every[has] = values[grade[has]]
        return every

    columns: dict[str, Any] = {
        "outcome": pa.array(spread(OUTCOMES[grades.outcome], None), pa.string())
    }
    for name, where in (("entered", grades.entry_session), ("left", grades.exit_session)):
        columns[name] = _days(found.sessions, spread(where, -1))
    for name, values in (("filled", grades.fill), ("sold", grades.exit_price), ("r", grades.r)):
        columns[name] = _known(spread(values, np.nan))
    for number, level in enumerate(COST_LEVELS[1:], start=1):
        columns[f"r_net_{number}"] = _known(spread(net_r(grades, level), np.nan))
    for flag in Flag:
        columns[str(flag.name).lower()] = spread(grades.has(flag), False)
    columns["one_a_symbol"] = found.taken
    columns["plan_over"] = found.plan_over[result.hits.session]
    return columns


def _days(sessions: DateArray, place: NDArray[np.int32]) -> DateArray:
    """Return the sessions at some places, NaT for a place below 0."""
    days = np.full(len(place), np.datetime64("NaT"), dtype="datetime64[D]")
    days[place >= 0] = sessions[place[place >= 0]]
    return days


def _texts(values: Texts) -> pa.Array:
    return pa.array(values).cast(pa.string())


def _known(values: FloatArray) -> pa.Array:
    return pa.array(values, mask=~np.isfinite(values))


def write_study(result: StudyResult, path: Path) -> None:
    """Write the table, as CSV where the path ends so, else as Parquet; whole, or not at all."""
    write_rows(study_table(result), path, simulated=result.simulated)


def write_rows(table: pa.Table, path: Path, *, simulated: bool) -> None:
    """Write the rows of a study; in CSV a column says where the market is simulated.

    CSV has no place for what the Parquet file's metadata say.
    """
    if path.suffix.lower() != ".csv":
        write_hits(table, path)
        return
    if simulated:
        table = table.add_column(1, "data_simulated", pa.array(["SIMULATED"] * len(table)))
    with (
        replacing("out", path) as beside,
        beside.open("w", encoding="utf-8", newline="") as file,
    ):
        csv.writer(file, lineterminator="\n").writerow(table.column_names)
        for batch in table.to_batches(ROW_GROUP):
            rows = guarded_frame(batch.to_pandas(integer_object_nulls=True))
            rows.to_csv(file, index=False, header=False, lineterminator="\n")


def write_hits(table: pa.Table, path: Path, row_group: int = ROW_GROUP) -> None:
    """Write a table of hits as Parquet; the whole file is there, or none."""
    from pyarrow import parquet

    with replacing("out", path) as part:
        parquet.write_table(table, part, compression="zstd", row_group_size=row_group)
