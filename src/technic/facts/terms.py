"""What is asked of a company: a field, how many quarters back, its value or its age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from technic.errors import ParameterError

__all__ = ["MOST_QUARTERS_BACK", "FactTerm"]

MOST_QUARTERS_BACK = 40


@dataclass(frozen=True, slots=True)
class FactTerm:
    """One field of ``FIELDS``, as of a day; ``str`` is what people write.

    ``quarters_back``: 0 is the latest fiscal quarter known, 4 the same quarter a year before.
    ``aspect``: ``age`` is how many sessions ago the value became known, 0 on the first one.
    """

    field: str
    quarters_back: int = 0
    aspect: Literal["value", "age"] = "value"

    def __post_init__(self) -> None:
        back = self.quarters_back
        if (
            not isinstance(back, int)
            or isinstance(back, bool)
            or not 0 <= back <= MOST_QUARTERS_BACK
        ):
            raise ParameterError(
                "quarters_back", back, f"a whole number from 0 to {MOST_QUARTERS_BACK}"
            )
        if self.aspect not in ("value", "age"):
            raise ParameterError("aspect", self.aspect, "value, age")

    def __str__(self) -> str:
        text = f"fq({self.field}, {self.quarters_back})" if self.quarters_back else self.field
        return f"age({text})" if self.aspect == "age" else text
