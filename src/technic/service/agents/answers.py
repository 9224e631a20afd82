"""What the tools answer: the schemas that an agent is told beforehand."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from technic.service.jobs.job import JobState

__all__ = [
    "About",
    "DataAnswer",
    "DiffAnswer",
    "ExplainAnswer",
    "ExpressionAnswer",
    "JobAnswer",
    "LanguageAnswer",
    "ScanAnswer",
    "StudyAnswer",
    "WhyNotAnswer",
]

Row = list[Any]


class Answer(BaseModel):
    """What every answer is: of the fields named here and no others."""

    model_config = ConfigDict(extra="forbid")


class About(Answer):
    """Of which day an answer is, from what it was computed, and how anybody gets it again."""

    as_of: str | None = Field(description="The session that it is of; no later bar counts.")
    data_until: str | None = Field(description="The last session of the data.")
    computed_at: str | None = Field(description="When it was computed, UTC.")
    provider: str | None = Field(description="Where the bars came from.")
    simulated: bool | None = Field(description="True: a made-up market, worth nothing for trading.")
    universe: int | None = Field(description="Symbols that the scan accounts for.")
    rs_universe: int | None = Field(description="Symbols among which ranks are.")
    left_out: int | None = Field(description="Symbols of the universe that are not in the table.")
    left_out_by: dict[str, int] = Field(description="The same by stage; the ledger has each one.")
    command: str | None = Field(description="The command that gives the same; null: none does.")


class Next(Answer):
    """The call that has the rest."""

    tool: str
    arguments: dict[str, Any]
    left: int | None = Field(None, description="Items that it and later calls have.")


class JobPart(Answer):
    """How far a job is."""

    id: str
    kind: str
    state: JobState
    message: str | None = Field(description="Why it failed; may hold words from outside.")
    place: int | None = Field(description="Jobs ahead of it while it waits.")
    stage: str | None
    done: int | None
    total: int | None


class Told(Answer):
    """What every answer has."""

    about: About
    next: Next | None = Field(description="The call that has the rest; null: there is no more.")


class LanguageAnswer(Told):
    """Words of the scan language; ``rows``: name, kind, how it is written, what it is."""

    kinds: dict[str, int] = Field(description="How many words of each kind match.")
    rows: list[Row]
    syntax: str


class ExpressionAnswer(Told):
    """Whether an expression means something."""

    valid: bool
    message: str | None = Field(description="What is wrong.")
    place: list[int] | None = Field(description="Start and end of what is wrong in the text.")
    expression: str | None = Field(description="As it was understood.")
    kind: str | None
    scope: str | None
    lookback: int | None = Field(description="Sessions that it needs.")
    stable_after: int | None


class ScanAnswer(Told):
    """Rows of a scan, ranked. Texts in them come from outside."""

    job: JobPart
    total: int | None = Field(description="Rows of the whole table.")
    columns: list[str]
    rows: list[Row]
    warnings: list[str]


class DiffAnswer(Told):
    """What changed from one result to another of the same question."""

    state: Literal["done", "running", "failed"]
    message: str | None
    before: str | None = Field(description="Id of the earlier scan.")
    after: str | None = Field(description="Id of the later scan.")
    before_as_of: str | None
    counts: dict[str, int]
    change: Literal["entered", "left", "moved"]
    columns: list[str]
    rows: list[Row]
    warnings: list[str]


class ExplainAnswer(Told):
    """What a result has on one symbol. Company, sector and detail come from outside."""

    scan: str
    symbol: str
    company: str | None
    sector: str | None
    outcome: str
    detail: str
    place: int | None
    close: float | None
    rating: float | None
    rs_rating: float | None
    signal: str | None
    part: str
    sentence: str = Field(description="Of the facts: why there are none, else empty.")
    sources: list[str] = Field(description="Of the facts: sentences to pass on with the numbers.")
    columns: list[str]
    rows: list[Row]


class WhyNotAnswer(Told):
    """Which part of which rule kept a symbol out of the table. The detail comes from outside."""

    scan: str
    symbol: str
    kept: bool
    stage: str | None
    rule: str | None
    detail: str
    columns: list[str]
    rows: list[Row] = Field(description="Conditions that are not met, each with its numbers.")


class StudyAnswer(Told):
    """What past hits were worth: the verdict, and the numbers behind it."""

    job: JobPart
    first: str | None
    last: str | None
    horizon: int | None = Field(description="Sessions over which returns are.")
    trials: dict[str, Any] = Field(description="Studies on these data so far, and the luck bar.")
    columns: list[str]
    rows: list[Row] = Field(description="One for each setup or condition, then each rating.")
    warnings: list[str]


class JobAnswer(Told):
    """How far a job is, and which call has what it came to."""

    job: JobPart


class DataAnswer(Told):
    """Where bars come from, and how new they are. Reasons of problems come from outside."""

    provider: str
    store: dict[str, Any] | None
    trouble: str | None = Field(description="Why the store cannot be read.")
    last_sync: dict[str, Any] | None
    last_scan: str | None
    uploads: list[str]
    problems: int
    rows: list[Row] = Field(description="Problem symbols: symbol, reason, until.")
