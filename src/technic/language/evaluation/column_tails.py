"""Fields of the bars, read at the end of each column: as many bars as are needed.

Most columns end in the same row: a slice of the panel serves them all and nothing is copied. The
columns that end elsewhere (young, halted) are gathered, aligned at their ends. Rows above a
column's first bar are no bars: everything is missing there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from technic.errors import RuleUnavailableError
from technic.language.evaluation.panel_facts import FACTS_HINT, PanelFacts
from technic.language.evaluation.program import Span
from technic.panel import BarPanel
from technic.panel.ragged import common_row, gather_last
from technic.typing import BoolArray, FloatArray

__all__ = ["ColumnTails", "Fields", "ending_together"]

BY_SESSION = ("benchmark", "year")
"""Fields that are not the symbol's own; ``year`` is for functions alone, no text can say it."""

MOST_ODD = 0.25
"""Up to this share of columns that end elsewhere, the others are not copied together."""


class Fields:
    """The fields of the bars, with the closes of the benchmark as one of them.

    ``series``: further ones, by name, ``(n_bars, n_symbols)``. ``facts``: what was known of the
    companies of the columns, None where nobody opened any.
    """

    def __init__(
        self,
        panel: BarPanel,
        benchmark: FloatArray | None,
        series: Mapping[str, FloatArray] | None = None,
        facts: PanelFacts | None = None,
    ) -> None:
        self.panel, self._benchmark, self._series = panel, benchmark, series or {}
        self._facts = facts

    def of(self, columns: slice) -> Fields:
        """Return the fields of some columns of the panel."""
        closes = self._benchmark
        if closes is not None and closes.ndim > 1:
            closes = closes[:, columns]
        series = {name: values[:, columns] for name, values in self._series.items()}
        facts = None if self._facts is None else self._facts.take(columns)
        return Fields(self.panel.take(columns), closes, series, facts)

    def fact(self, name: str, columns: ColumnTails | None, span: Span) -> FloatArray:
        """Return what was known on some bars, by the text of the fact.

        Aligned at the ends of some columns; None: the bars of the span from the first one on.
        """
        if self._facts is None:
            raise RuleUnavailableError(name, "a store of facts of companies", FACTS_HINT)
        if columns is None:
            return self._facts.at(name, self.panel.session[: span[1]])
        session = columns.tail(self.panel.session, span)
        there = np.where(np.isnan(session), -1, session).astype(np.intp)
        return self._facts.take(columns.picked).at(name, there)

    def all(self, name: str, height: int) -> FloatArray:
        """Return the first ``height`` rows of a field."""
        if name in self._series:
            return self._series[name][:height]
        if name not in BY_SESSION:
            return cast("FloatArray", getattr(self.panel, name)[:height])
        by_session = self._by_session(name)
        if by_session.ndim > 1:
            return by_session[:height]
        return _on(self.panel.session[:height], by_session)

    def tail(self, name: str, columns: ColumnTails, span: Span) -> FloatArray:
        """Return some bars of a field, aligned at the ends of some columns."""
        if name in self._series:
            return columns.tail(self._series[name], span)
        if name not in BY_SESSION:
            return columns.tail(getattr(self.panel, name), span)
        by_session = self._by_session(name)
        if by_session.ndim > 1:
            return columns.tail(by_session, span)
        session = columns.tail(self.panel.session, span)
        return _on(np.where(np.isnan(session), -1, session).astype(np.intp), by_session)

    def _by_session(self, name: str) -> FloatArray:
        """Return what a session has for all symbols: the benchmark's close, the year."""
        if name == "year":
            years = self.panel.sessions.astype("datetime64[Y]").astype(np.int64) + 1970
            return years.astype(np.float64)
        if self._benchmark is None:
            raise RuleUnavailableError(
                "benchmark", "the closes of a benchmark", "give one with --benchmark"
            )
        return self._benchmark


def _on(session: NDArray[np.integer], by_session: FloatArray) -> FloatArray:
    return np.where(session >= 0, by_session[session], np.nan)


class ColumnTails:
    """Some columns of the panel, and the row where each ends; one row for all is a slice."""

    def __init__(
        self, picked: slice | NDArray[np.intp], ends: NDArray[np.intp], width: int
    ) -> None:
        self.picked, self.ends, self.width = picked, ends, width
        self.together = len(ends) == 1

    def tail(self, values: NDArray[np.generic], span: Span) -> FloatArray:
        """Return some bars of an array that begins with the first bar; NaN where none is.

        ``values``: ``(n_bars, ..., n_symbols)`` of all the panel's columns.
        """
        lag, bars = span
        if not self.together:
            return gather_last(values, self.picked, self.ends, bars, lag)
        first, last = int(self.ends[0]) + 1 - lag - bars, int(self.ends[0]) + 1 - lag
        there = values[max(first, 0) : max(last, 0)]
        if not isinstance(self.picked, slice):
            there = np.take(there, self.picked, axis=-1)  # indexing would turn rows into columns
        if first >= 0:
            return cast("FloatArray", there)
        out = np.full((bars, *there.shape[1:]), np.nan)
        out[bars - len(there) :] = there
        return out

    def absent(self, span: Span) -> BoolArray | None:
        """Tell where rows of a span are no bars; None where all are."""
        if int(self.ends.min()) - span[0] - span[1] + 1 >= 0:
            return None
        return np.broadcast_to(self._rows(span) < 0, (span[1], self.width))

    def _rows(self, span: Span) -> NDArray[np.intp]:
        lag, bars = span
        return self.ends + np.arange(1 - bars - lag, 1 - lag)[:, None]


def ending_together(rows: NDArray[np.intp]) -> list[ColumnTails]:
    """Columns that end together, then those that end elsewhere; the first may be all columns."""
    present = rows >= 0
    if not present.any():
        return []
    common = common_row(rows)
    odd = np.flatnonzero(present & (rows != common))
    if np.count_nonzero(rows != common) > MOST_ODD * len(rows):
        picked = np.flatnonzero(rows == common)
        together = ColumnTails(picked, np.array([common]), len(picked))
    else:
        together = ColumnTails(slice(None), np.array([common]), len(rows))
    return [together, ColumnTails(odd, rows[odd], len(odd))] if len(odd) else [together]
