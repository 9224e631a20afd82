"""Rows of facts while they are read: blocks of them in, one checked table out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from technic.facts.rows import FACT_SCHEMA, FactRows, fact_table
from technic.facts.sources.forms import Times
from technic.typing import DateArray, FloatArray, IntArray

__all__ = ["FactBlocks"]

Text = str | None | Sequence[str | None]


@dataclass(slots=True)
class FactBlocks:
    """Collects rows of one source; ``source`` is what they say they come from.

    ``count``: rows that are held. Values that are no finite number, and days that cannot be, are
    left to the check of ``rows``, which counts them.
    """

    source: str
    count: int = 0
    _blocks: list[dict[str, pa.Array]] = field(default_factory=list)

    def add(
        self,
        *,
        cik: int | IntArray,
        symbol: Text,
        concept: str,
        tag: Text,
        unit: str,
        start: DateArray,
        end: DateArray,
        value: FloatArray,
        form: Text,
        accn: Text,
        known_at: Times,
    ) -> None:
        """Add facts of one concept; arrays and lists have shape ``(n,)``, others are for all.

        ``start``: NaT for an instant.
        """
        n = len(end)
        if not n:
            return
        self.count += n
        texts = {"symbol": symbol, "concept": concept, "unit": unit, "form": form, "accn": accn,
                 "tag": tag, "source": self.source}  # fmt: skip
        days, times = "datetime64[D]", "datetime64[us]"
        self._blocks.append(
            {name: _text(value, n) for name, value in texts.items()}
            | {
                "cik": pa.array(np.broadcast_to(np.asarray(cik, np.int64), n)),
                "period_start": pa.array(start.astype(days), pa.date32()),
                "period_end": pa.array(end.astype(days), pa.date32()),
                "value": pa.array(value, pa.float64()),
                "known_at": pa.array(known_at.astype(times)).cast(pa.timestamp("us", "UTC")),
            }
        )

    def take(self) -> FactRows:
        """Return all rows in the order they came, checked, and forget them."""
        blocks, self._blocks, self.count = self._blocks, [], 0
        return fact_table(
            {
                name: pa.chunked_array(
                    [block[name] for block in blocks], FACT_SCHEMA.field(name).type
                )
                for name in FACT_SCHEMA.names
                if name != "quarters"
            }
        )


def _text(value: Text, n: int) -> pa.Array:
    if value is None or isinstance(value, str):
        return pa.repeat(pa.scalar(value, pa.string()), n)
    return pa.array(value, pa.string())
