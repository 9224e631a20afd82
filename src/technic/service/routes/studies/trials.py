"""The ledger of trials: every study that was run here, and whether the ledger is as written."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from technic.service.answers.common import ERRORS
from technic.service.requests.caller import Reader
from technic.service.state import service_of
from technic.service.studies.wording import ASKED_HERE
from technic.study.without_folders import plain_source
from technic.text.paths import plain_path

router = APIRouter(prefix="/v1", tags=["studies"], responses=ERRORS)


class TrialAnswer(BaseModel):
    """A study in the ledger; ``command``: null where it was typed at a terminal."""

    number: int
    at: str
    names: list[str] = Field(examples=[["trend_template"]])
    horizons: list[int]
    first: str
    last: str
    trials: int
    total: int = Field(description="Trials on these data so far, with those of this study.")
    code: str
    command: str | None
    hash: str


class LedgerAnswer(BaseModel):
    """The trials on one lineage of data; ``broken``: the line of the first broken link, or null."""

    provider: str
    universe: str
    studies: int
    trials: int
    luck_bar: float = Field(description="The t that the best of so many reaches by luck.")
    sound: bool
    broken: int | None
    reason: str
    torn: bool = Field(description="Whether the last line was not written to its end.")
    records: list[TrialAnswer]


class TrialsAnswer(BaseModel):
    """The ledgers of this service's home."""

    ledgers: list[LedgerAnswer]


@router.get("/trials")
def trials(
    request: Request, caller: Reader, limit: Annotated[int, Query(ge=1, le=1_000)] = 50
) -> TrialsAnswer:
    """List and check the ledgers of trials, those of the command line on the same home too.

    ``limit``: records of each, the latest first; the check is of all.
    """
    from technic.study.trials import ledgers

    del caller
    home = service_of(request).settings.settings.home
    return TrialsAnswer(ledgers=[_ledger(one, limit) for one in ledgers(home)])


def _ledger(ledger: Any, limit: int) -> LedgerAnswer:
    from technic.study.trials import ledger_document, luck_bar

    content = ledger_document(ledger, ledger.verify())
    records = content["records"][: -limit - 1 : -1]
    return LedgerAnswer(
        **{
            **content,
            "provider": plain_source(content["provider"]),
            "universe": plain_path(content["universe"]),
            "luck_bar": luck_bar(max(content["trials"], 1)),
            "torn": content["torn"] is not None,
            "records": [_record(one) for one in records],
        }
    )


def _record(record: dict[str, Any]) -> TrialAnswer:
    entry = record["entry"]
    command = entry["command"] if entry["command"].startswith(ASKED_HERE) else None
    names = ("names", "horizons", "first", "last", "trials", "code")
    return TrialAnswer(
        **{name: entry[name] for name in names},
        **{name: record[name] for name in ("number", "at", "total", "hash")},
        command=command,
    )
