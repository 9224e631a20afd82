"""What an agent may ask a scan or a study, and how long it is willing to wait."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from technic.service.requests.plain_body import PlainObject

__all__ = ["Offset", "Question", "ScanId", "Wait", "keys_of"]

Words = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=200)]
Text = Annotated[str, Field(max_length=2_000)]
ScanId = Annotated[str, Field(description="Id of a scan, or latest.", max_length=32)]
Offset = Annotated[int, Field(ge=0, le=10**6, description="Items that earlier calls had.")]
Wait = Annotated[
    float,
    Field(ge=0, le=55, description="Wait so many seconds for it to end, then answer anyway."),
]


class Question(BaseModel):
    """What is looked for; other keys are those of `technic scan`, such as max_price or country."""

    model_config = ConfigDict(extra="allow")

    where: Text | None = Field(
        None, description="A condition of the scan language.", examples=["close > sma(close, 50)"]
    )
    setup: Words | None = Field(None, description="Names of setups.", examples=[["trend_template"]])
    sort: Text | None = Field(None, description="Column or expression, :asc or :desc.")
    columns: Words | None = Field(None, description="More columns: names, or name = expression.")
    symbols: Words | None = Field(None, description="These symbols alone; ranks stay the market's.")
    min_price: float | None = None
    min_dollar_volume: float | None = None
    min_rating: float | None = Field(None, description="0 to 100.")
    min_rs: float | None = Field(None, description="Relative strength, 1 to 99.")
    sector: Words | None = None
    as_of: str | None = Field(None, description="Session, YYYY-MM-DD; the last one unless given.")
    data: str | None = Field(None, description="Name of an upload, in place of the provider.")


_PLAIN: TypeAdapter[dict[str, Any]] = TypeAdapter(PlainObject)


def keys_of(question: Question | None) -> dict[str, Any]:
    """Return the keys that a question gives, as a request over HTTP would have them."""
    given = {} if question is None else question.model_dump(exclude_none=True)
    try:
        return _PLAIN.validate_python(given)
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise ToolError(f"question: {reason}") from None
