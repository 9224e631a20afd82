"""What is kept of a study: one folder with its document, its hits, its report.

Two files have the hits: a row of all that is known of each, in the order of days, and a shorter row
in the order of symbols, so that those of one symbol are found without a look at all.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from technic.service.studies.study_files import BY_SYMBOL, DOCUMENT, HITS, REPORT
from technic.service.studies.wording import headline

if TYPE_CHECKING:
    import pyarrow as pa

    from technic.study.run import StudyResult

__all__ = ["keep_study"]

SYMBOL_ROWS = 8_192
"""Short rows that are packed together: a symbol has some hundreds."""


def keep_study(result: StudyResult, folder: Path, seconds: float) -> dict[str, Any]:
    """Write everything about ``result`` into ``folder``, all of it or nothing.

    ``seconds``: what it took. Returns what a list of studies says of it.
    """
    from technic.study.document import study_document
    from technic.study.report.page import write_report
    from technic.study.table import study_table, write_hits
    from technic.study.without_folders import without_folders

    shown = without_folders(result)
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    document = study_document(shown)
    (part / DOCUMENT).write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
    table = study_table(shown)
    write_hits(table, part / HITS)
    write_hits(_by_symbol(table, result.config.horizon), part / BY_SYMBOL, SYMBOL_ROWS)
    write_report(shown, part / REPORT)
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(part, folder)
    return _about(shown, document, seconds)


def _by_symbol(table: pa.Table, horizon: int) -> pa.Table:
    """Return what a page shows of each hit, by symbol, the latest first."""
    names = ["symbol", "session", "setup", "outcome", "r"]
    short = table.select(names).append_column("excess", table[f"excess_{horizon}"])
    order = [("symbol", "ascending"), ("session", "descending"), ("setup", "ascending")]
    return short.replace_schema_metadata(None).sort_by(order)


def _about(result: StudyResult, document: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Return days, data, verdicts in short and trials, as the job has them for good."""
    told = [*document["studies"], *document["ratings"]]
    verdicts = Counter(str(one["verdict"]) for one in told)
    names = ("first", "last", "horizon", "universe", "simulated", "warnings")
    return {
        "headline": headline(verdicts, document["first"], document["last"], document["universe"]),
        **{name: document[name] for name in names},
        "data": result.trial.record.provider,
        "hits": len(result.hits),
        "verdicts": dict(verdicts),
        "studies": [_short(one, str(document["horizon"])) for one in document["studies"]],
        "ratings": [
            {name: one[name] for name in ("name", "verdict", "says")} for one in document["ratings"]
        ],
        "trials": document["trials"],
        "seconds": round(seconds, 3),
    }


def _short(one: dict[str, Any], horizon: str) -> dict[str, Any]:
    """Return the verdict of one setup with the numbers that it is about."""
    names = ("name", "verdict", "says", "hits", "days", "symbols", "episodes")
    excess = one["excess"][horizon]
    return {
        **{name: one[name] for name in names},
        **{name: excess[name] for name in ("mean", "low", "high")},
        "r": one["plans"]["every"]["r"]["mean"],
    }
