"""Verdicts of studies, from the documents that ``technic study --format json`` writes."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from technic.errors import InputFileError, ParameterError
from technic.service.studies.wording import VERDICTS
from technic.site.day import BY_THE_CLOCK
from technic.site.markup import NOTHING, signed, table, tone, whole
from technic.study.without_folders import plain_source
from technic.text.outside import LINE, SENTENCE, clean
from technic.text.paths import plain_path, with_names
from technic.wording.counts import count_of

__all__ = ["read_studies", "require_past", "study_context"]

MOST_BYTES = 32 << 20
_ALTERED = "is no document of a study as it was written"
TINTS = {"better": "up", "worse": "down", "too_few": "muted"}
"""Colors of verdicts, which their words say as well."""
HEADS = ("Setup", "Verdict", "Excess, %", "Interval, %", "Mean R", "Hits", "Days")
NEEDED = (
    "first", "last", "horizon", "universe", "data_end", "simulated", "studies", "ratings",
    "trials", "warnings",
)  # fmt: skip


def read_studies(files: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Read documents of studies, by the names of their files; InputFileError for anything else."""
    return {str(file): _read(file) for file in files}


def require_past(documents: Mapping[str, Mapping[str, Any]], as_of: str) -> None:
    """Refuse a study that knows bars after ``as_of``: it is no part of that day."""
    for name, document in documents.items():
        end = str(document["data_end"])[:10]
        if end > as_of:
            allowed = f"a study whose data end {as_of} or before, the day of the site"
            raise ParameterError("study", name, allowed, f"its data end {end}")


def _read(file: Path) -> dict[str, Any]:
    hint = "technic study --format json --out FILE writes one"
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InputFileError(str(file), f"has more than {MOST_BYTES:,} bytes")
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputFileError(str(file), error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise InputFileError(str(file), f"is no JSON: {error}", hint=hint) from error
    if not isinstance(content, dict) or any(name not in content for name in NEEDED):
        raise InputFileError(str(file), "is no document of a study", hint=hint)
    return _without_folders(content, str(file))


def _without_folders(content: dict[str, Any], file: str) -> dict[str, Any]:
    """Return a document with files by their names: a site tells nobody where they lie."""
    try:
        trials, warnings = dict(content["trials"]), [str(one) for one in content["warnings"]]
        source, universe = str(trials["provider"]), str(trials["universe"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputFileError(file, f"{_ALTERED}: {error}") from error
    paths = (source.partition(" ")[2], universe)
    warnings = [with_names(text, paths) for text in warnings]
    trials |= {"provider": plain_source(source), "universe": plain_path(universe)}
    return {**content, "trials": trials, "warnings": warnings}


def study_context(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what the page shows of a study; ``name``: its file, for a document gone wrong."""
    try:
        return _context(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputFileError(name, f"{_ALTERED}: {error}") from error


def _context(document: Mapping[str, Any]) -> dict[str, Any]:
    trials = document["trials"]
    among = count_of(document["universe"], "symbol")
    facts = [
        ("Days", f"{document['first']} to {document['last']}"),
        ("Judged over", count_of(document["horizon"], "session")),
        (
            "Among",
            f"{among} of {clean(trials['provider'])}",
        ),
        (
            "Trials",
            f"{whole(trials['total'])} on these data, {whole(trials['of_this_study'])} of them "
            f"here; luck alone reaches t {trials['luck_bar']:.1f}",
        ),
    ]
    order = list(VERDICTS)
    owners = sorted(
        document["studies"], key=lambda one: (order.index(one["verdict"]), -one["hits"])
    )
    where = _where(str(document.get("command", "")))
    rows = [_row(one, str(document["horizon"]), where) for one in owners]
    rows += [_rating(one) for one in document["ratings"]]
    return {
        "simulated": document["simulated"],
        "facts": facts,
        "warnings": [
            clean(str(text), LINE)
            for text in document["warnings"]
            if not str(text).startswith(BY_THE_CLOCK)
        ],
        "rows": Markup(
            '<div class="scroll" tabindex="0" role="region" aria-label="Verdicts">{}</div>'
        ).format(table("Verdicts", HEADS, rows, words=True)),
    }


def _where(command: str) -> str:
    """Return the condition that a command asks for; "where" where it names none."""
    try:
        words = shlex.split(command)
    except ValueError:
        return "where"
    places = [at for at, word in enumerate(words[:-1]) if word == "--where"]
    return clean(words[places[0] + 1]) if places else "where"


def _row(one: Mapping[str, Any], horizon: str, where: str) -> list[str | Markup]:
    excess, r = one["excess"][horizon], one["plans"]["every"]["r"]["mean"]
    interval = NOTHING
    if excess["low"] is not None:
        interval = f"{signed(100 * excess['low'])} to {signed(100 * excess['high'])}"
    mean = excess["mean"]
    return [
        where if one["name"] == "where" else str(one["name"]).replace("_", " "),
        _verdict(one),
        NOTHING if mean is None else tone(mean, signed(100 * mean)),
        interval,
        NOTHING if r is None else signed(r),
        whole(one["hits"]),
        whole(one["days"]),
    ]


def _rating(one: Mapping[str, Any]) -> list[str | Markup]:
    return [str(one["name"]).replace("_", " "), _verdict(one), *([NOTHING] * 5)]


def _verdict(one: Mapping[str, Any]) -> Markup:
    word, tint = VERDICTS[one["verdict"]], TINTS.get(one["verdict"], "")
    rest = str(one["says"]).partition(": ")[2] or str(one["says"])
    form = '<strong class="{}">{}</strong><br><span class="small">{}</span>'
    return Markup(form).format(tint, word, clean(rest, SENTENCE))
