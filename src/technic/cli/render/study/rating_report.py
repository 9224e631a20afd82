"""What ratings were worth, for a terminal: verdicts, rank correlations, deciles side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from technic.cli.render.study.cells import WORD_COLOURS, between, number, study_table, t_text
from technic.study.statistics import Interval
from technic.study.summary.rating_summary import RatingSummary
from technic.wording.counts import count_of

__all__ = ["rating_lines"]

SIDE_BY_SIDE = 2
"""So many ratings fit beside each other in 80 columns."""
_NAMES = {0: "lowest decile", 9: "highest decile"}


def rating_lines(ratings: Sequence[RatingSummary], horizon: int) -> Iterator[RenderableType]:
    """Yield the ratings of a study; ``horizon``: sessions over which they were judged."""
    for one in ratings:
        yield Text.assemble((f"{one.name}: ", "bold"), (one.sentence, WORD_COLOURS[one.word]))
    yield Text()
    table = study_table("rank correlation", "sessions", "mean", "interval", "t")
    for one in ratings:
        mean = f"{one.ic.mean:+.3f}" if math.isfinite(one.ic.mean) else "-"
        interval = between(one.ic, 1, places=3)
        table.add_row(one.name, f"{one.ic.days:,}", mean, interval, t_text(one.ic))
    yield table
    yield Text(f"Over {count_of(horizon, 'session')}, in excess of the universe, %:")
    yield from _deciles(ratings) if len(ratings) <= SIDE_BY_SIDE else _ends(ratings)


def _deciles(ratings: Sequence[RatingSummary]) -> Iterator[RenderableType]:
    """Yield every decile, a row each."""
    table = study_table("", *(one.name for one in ratings))
    for at in reversed(range(len(ratings[0].deciles))):
        cells = (_mean_between(one.deciles[at]) for one in ratings)
        table.add_row(_NAMES.get(at, f"decile {at + 1}"), *cells)
    table.add_row("highest less lowest", *(_mean_between(one.spread) for one in ratings))
    yield table


def _ends(ratings: Sequence[RatingSummary]) -> Iterator[RenderableType]:
    """Yield the first and the last decile, a row a rating; all are in the JSON."""
    table = study_table("", *_NAMES.values(), "highest less lowest")
    for one in ratings:
        ends = (number(one.deciles[at].mean, 100) for at in _NAMES)
        table.add_row(one.name, *ends, _mean_between(one.spread))
    yield table


def _mean_between(each: Interval) -> str:
    return f"{number(each.mean, 100)} ({between(each, 100)})"
