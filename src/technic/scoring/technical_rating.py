"""TradingView's Technical Rating, computed from the bars: 26 votes, two groups, one status.

Each vote is -1, 0, +1 or missing. A group is the mean of the votes it has; the rating is the mean
of the two groups, or the one group there is. docs/technical-rating.md has every rule and source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.indicators.division import quotient
from technic.panel import BarPanel
from technic.scoring._technical_votes import VOTES, Vote
from technic.typing import FloatArray
from technic.wording.nearest import near

__all__ = [
    "STATUSES",
    "TECHNICAL_COLUMNS",
    "VOTES",
    "TechnicalColumn",
    "TechnicalRating",
    "Vote",
    "mean_of_groups",
    "mean_of_votes",
    "rating_status",
    "tally_of",
    "technical_columns",
    "technical_rating",
    "unsettled_votes",
]

STATUSES = ("strong sell", "sell", "neutral", "buy", "strong buy", "unrated")
"""What ``tv_status`` can say; ``unrated``: no vote at all."""

Tally: TypeAlias = tuple[FloatArray, FloatArray]
"""Sum of some votes that are there, and how many there are."""


@dataclass(frozen=True, slots=True)
class TechnicalColumn:
    """A column of this module: numbers, or text where the unit is ``text``.

    ``lookback``: with so many bars a symbol has a value; ``stable_after``: with so many no vote in
    it depends on where history begins.
    """

    name: str
    unit: str
    lookback: int
    stable_after: int
    description: str


_AVERAGES = tuple(name for name, vote in VOTES.items() if vote.group == "moving average")
_OSCILLATORS = tuple(name for name, vote in VOTES.items() if vote.group == "oscillator")

_ALL = tuple(VOTES)
_COLUMNS: Mapping[str, tuple[str, tuple[str, ...], str]] = MappingProxyType(
    {
        "tv_rating": ("-1-1", _ALL, "Technical Rating: mean of tv_ma and tv_oscillators."),
        "tv_status": (
            "text",
            _ALL,
            "The rating in words: strong sell, sell, neutral, buy, strong buy.",
        ),
        "tv_ma": ("-1-1", _AVERAGES, "Mean of the 15 moving-average votes that are there."),
        "tv_oscillators": ("-1-1", _OSCILLATORS, "Mean of the 11 oscillator votes that are there."),
        "tv_votes_buy": ("votes", _ALL, "How many of the 26 votes are up."),
        "tv_votes_neutral": ("votes", _ALL, "How many of the 26 votes are neither."),
        "tv_votes_sell": ("votes", _ALL, "How many of the 26 votes are down."),
        "tv_not_settled": ("text", (), "Votes that need more bars than the symbol has, by name."),
        **{
            name: ("vote", (name,), f"{vote.label}: +1 {vote.up}; -1 {vote.down}.")
            for name, vote in VOTES.items()
        },
    }
)
"""The unit of each column, the votes that it is made of, what it is."""


def _column(name: str) -> TechnicalColumn:
    unit, votes, description = _COLUMNS[name]
    lookback = min((VOTES[vote].lookback for vote in votes), default=1)
    stable_after = max((VOTES[vote].stable_after for vote in votes), default=1)
    return TechnicalColumn(name, unit, lookback, stable_after, description)


TECHNICAL_COLUMNS: Mapping[str, TechnicalColumn] = MappingProxyType(
    {name: _column(name) for name in _COLUMNS}
)
"""Every column by name; computed only where asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class TechnicalRating:
    """The rating of each symbol, with its parts.

    ``votes``: ``(26, n_symbols)`` in the order of ``VOTES``, -1, 0, +1, NaN where missing.
    ``moving_averages``, ``oscillators``, ``rating``: ``(n_symbols,)``, -1 to 1, NaN where there is
    no vote. ``status``, ``not_settled``: text, as the columns of these names.
    """

    votes: FloatArray
    moving_averages: FloatArray
    oscillators: FloatArray
    rating: FloatArray
    status: NDArray[np.str_]
    not_settled: NDArray[np.object_]


def technical_rating(panel: BarPanel, rows: NDArray[np.intp]) -> TechnicalRating:
    """Rate each symbol at its row of ``rows`` (``panel.rows_at``); a negative row has no votes.

    Bars below the row change nothing, nor do the other symbols. With ``rows`` of ``(k,
    n_symbols)`` every array has that shape after the axis of the votes.
    """
    votes = _votes(panel, rows, VOTES)
    averages = tally_of([votes[name] for name in _AVERAGES])
    oscillators = tally_of([votes[name] for name in _OSCILLATORS])
    rating = mean_of_groups(averages, oscillators)
    return TechnicalRating(
        votes=np.stack([votes[name] for name in VOTES]),
        moving_averages=mean_of_votes(averages),
        oscillators=mean_of_votes(oscillators),
        rating=rating,
        status=rating_status(rating),
        not_settled=unsettled_votes(rows + 1),
    )


def technical_columns(
    panel: BarPanel, rows: NDArray[np.intp], names: Sequence[str]
) -> dict[str, NDArray[np.generic]]:
    """Return the columns asked for, each of the shape of ``rows``; only their votes are computed.

    Numbers as float64, text as strings. Raises ParameterError for a name that is not in
    ``TECHNICAL_COLUMNS``.
    """
    for name in names:
        if name not in TECHNICAL_COLUMNS:
            meant = near(name, TECHNICAL_COLUMNS)
            hint = f"the nearest: {', '.join(meant)}" if meant else "see docs/technical-rating.md"
            raise ParameterError("names", name, "a column of the Technical Rating", hint)
    needed = {vote for name in names for vote in _COLUMNS[name][1]}
    votes = _votes(panel, rows, needed)
    tally = cache(lambda group: tally_of([votes[name] for name in group]))
    return {name: _value(name, votes, tally, rows) for name in names}


def _votes(panel: BarPanel, rows: NDArray[np.intp], names: Iterable[str]) -> dict[str, FloatArray]:
    """Cast votes together."""
    wanted = frozenset(names)
    if not wanted:
        return {}
    # Imported where votes are cast: a scan without them does not wait for the language.
    from technic.scoring._technical_rules import votes_at

    return votes_at(panel, rows, [name for name in VOTES if name in wanted])


def _value(
    name: str,
    votes: Mapping[str, FloatArray],
    tally: Callable[[tuple[str, ...]], Tally],
    rows: NDArray[np.intp],
) -> NDArray[np.generic]:
    """Return a column; ``tally``: of the votes of these names."""
    if name in VOTES:
        return votes[name]
    if name == "tv_not_settled":
        return unsettled_votes(rows + 1)
    counted = {"tv_votes_buy": 1.0, "tv_votes_neutral": 0.0, "tv_votes_sell": -1.0}
    if name in counted:
        return _count([votes[vote] for vote in _COLUMNS[name][1]], counted[name])
    if name in ("tv_ma", "tv_oscillators"):
        return mean_of_votes(tally(_COLUMNS[name][1]))
    rating = mean_of_groups(tally(_AVERAGES), tally(_OSCILLATORS))
    return rating if name == "tv_rating" else rating_status(rating)


def mean_of_votes(tally: Tally) -> FloatArray:
    """Mean of the votes that are there; NaN where none is."""
    return quotient(*tally, instead=np.nan)


def mean_of_groups(averages: Tally, oscillators: Tally) -> FloatArray:
    """Mean of the two groups' means; of one group alone where the other has no vote.

    The sums are whole numbers and there is one division in the end, so a rating that is a tenth or
    a half on paper is 0.1 or 0.5.
    """
    (a, n), (b, m) = averages, oscillators
    both = (n > 0.0) & (m > 0.0)
    points, votes = np.where(both, a * m + b * n, a + b), np.where(both, 2.0 * n * m, n + m)
    return quotient(points, votes, instead=np.nan)


def tally_of(votes: Sequence[FloatArray]) -> Tally:
    """Sum of the votes that are there, and how many there are."""
    total, count = np.zeros(votes[0].shape), np.zeros(votes[0].shape)
    for vote in votes:
        there = ~np.isnan(vote)
        total += np.where(there, vote, 0.0)
        count += there
    return total, count


def _count(votes: Sequence[FloatArray], value: float) -> FloatArray:
    count = np.zeros(votes[0].shape)
    for vote in votes:
        count += vote == value
    return count


def rating_status(rating: FloatArray) -> NDArray[np.str_]:
    """The status of each rating; the edges 0.1 and 0.5 belong to the weaker side."""
    out = np.full(rating.shape, "unrated", dtype="<U11")
    out[~np.isnan(rating)] = "neutral"
    out[rating > 0.1] = "buy"
    out[rating > 0.5] = "strong buy"
    out[rating < -0.1] = "sell"
    out[rating < -0.5] = "strong sell"
    return out


def unsettled_votes(bars: NDArray[np.integer]) -> NDArray[np.object_]:
    """The votes that need more than ``bars`` bars, without ``tv_``, in the order of ``VOTES``.

    Text such as ``"ema_100, ema_200"``; empty where all have settled. It is about the bars in the
    window alone: where the window begins with a symbol's first trading day, TradingView has no
    more of them either.
    """
    edges = sorted({vote.stable_after for vote in VOTES.values()})
    texts = [
        ", ".join(
            name.removeprefix("tv_") for name, vote in VOTES.items() if vote.stable_after > least
        )
        for least in (0, *edges)
    ]
    found: NDArray[np.object_] = np.array(texts, dtype=object)[
        np.searchsorted(edges, bars, side="right")
    ]
    return found
