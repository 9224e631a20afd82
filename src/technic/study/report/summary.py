"""What comes first: the verdicts in words, and all setups in one table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from technic.charts.text import escape
from technic.study.report.forest import forest_limit, interval_drawing
from technic.study.report.markup import paragraph, scrolled
from technic.study.report.numbers import (
    between,
    count,
    percent,
    plain,
    signed,
    verdict_word,
)
from technic.study.run import StudyResult
from technic.study.summary.owner_summary import OwnerSummary
from technic.study.trials import luck_bar
from technic.wording.counts import agree, count_of

__all__ = ["MOST_ROWS", "best_first", "headline", "summary_table", "together_words", "trial_words"]

MOST_ROWS = 300
"""Setups in a table, those with the best t."""
ORDINARY = 2
"""Of the cost levels: an ordinary stock's."""
WORDS = ("better", "worse", "luck", "none", "too_few")


def best_first(summaries: Sequence[OwnerSummary], horizon: int) -> list[int]:
    """Return the places of the summaries, the highest t first, those without one last."""
    t = [one.excess[horizon].t for one in summaries]
    return sorted(range(len(t)), key=lambda at: -t[at] if math.isfinite(t[at]) else math.inf)


def headline(result: StudyResult) -> str:
    """Return the verdict of a single setup, or how many there are of each, in words."""
    if len(result.summaries) == 1:
        return result.summaries[0].sentence
    counts = Counter(one.word for one in result.summaries)
    said = ", ".join(f"{counts[word]:,} {verdict_word(word)}" for word in WORDS if counts[word])
    better = counts["better"]
    lead = (
        f"{count_of(better, 'setup')} of {len(result.summaries):,} {agree(better, 'does', 'do')} "
        "better than luck explains"
        if better
        else f"None of {count_of(len(result.summaries), 'setup')} does better than luck explains"
    )
    return f"{lead}: {said}, over {count_of(result.config.horizon, 'session')}."


def together_words(result: StudyResult) -> str:
    """Say which setups are better when all are counted as one family; "" where none are."""
    found = result.comparison
    if found is None or not math.isfinite(found.p_value):
        return ""
    names = ", ".join(found.better) or "none"
    left = f" Left out, with too few days: {', '.join(found.left_out)}." if found.left_out else ""
    return (
        f"Counted as one family, better than the universe: {names}. The best of so many would look "
        f"as good by luck with p {plain(found.p_value, 2)}.{left}"
    )


def trial_words(result: StudyResult) -> str:
    """Say how many trials there were and what luck alone reaches."""
    trial = result.trial.record
    return (
        f"{count_of(trial.total, 'trial')} on these data so far, {trial.entry.trials:,} of them "
        f"now: the best of so many reaches t {plain(luck_bar(trial.total))} by luck alone."
    )


_HEADS = (
    "setup",
    "verdict",
    "hits",
    "episodes",
    "mean %",
    "interval",
    "",
    "t",
    "could be seen %",
    "R",
    "R, ordinary costs",
    "breaks even bp",
)
"""The one without a name is over the drawings and says how far they reach."""


def summary_table(result: StudyResult, order: Sequence[int], told: frozenset[int]) -> Iterator[str]:
    """Yield the table of all setups; ``told``: those that have a part of the page."""
    main = result.config.horizon
    yield paragraph(
        f"Mean return over {count_of(main, 'session')} from the next open, in excess of the mean "
        "of all symbols ranked that day; R of the plans, one trade a symbol at a time."
    )
    limit = forest_limit([one.excess[main] for one in result.summaries])
    reach = f"{percent(-limit, 1)} 0 {percent(limit, 1)}"
    heads = "".join(f"<th>{escape(name or reach)}" for name in _HEADS)
    rows = "".join(_row(result, at, limit, linked=at in told) for at in order[:MOST_ROWS])
    label = 'aria-label="all setups"'
    content = f'<table class="sorts setups" {label}><thead><tr>{heads}<tbody>{rows}</table>'
    yield scrolled(content, "all setups")
    if len(order) > MOST_ROWS:
        yield paragraph(f"{len(order) - MOST_ROWS:,} more are in the Parquet file (--out).")


def _row(result: StudyResult, at: int, limit: float, *, linked: bool) -> str:
    one = result.summaries[at]
    each, plans = one.excess[result.config.horizon], one.one_a_symbol
    name = escape(one.name)
    named = f"<a href=#s{at}>{name}</a>" if linked else name
    cells = (
        count(each.hits),
        count(one.episodes),
        percent(each.mean),
        between(each),
        interval_drawing(each, limit),
        signed(each.t, 1),
        plain(each.detectable * 100, 2),
        signed(plans.r.mean),
        signed(plans.net[ORDINARY].mean),
        signed(plans.break_even_bp, 0),
    )
    return f"<tr><th>{named}<td>{word_mark(one.word)}{''.join(f'<td>{cell}' for cell in cells)}"


def word_mark(word: str) -> str:
    """Return a verdict's word in its colour, which the word says too."""
    return f"<span class=v-{word.replace('_', '-')}>{escape(verdict_word(word))}</span>"
