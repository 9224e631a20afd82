"""The box about those who are missing, and about those who were delisted after they were hit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from technic.study.report.markup import paragraph, scrolled, table
from technic.study.report.numbers import count, percent
from technic.study.report.summary import MOST_ROWS
from technic.study.run import StudyResult
from technic.wording.counts import count_of

__all__ = ["survivor_parts"]


def survivor_parts(result: StudyResult, order: Sequence[int]) -> Iterator[str]:
    """Yield whether the universe is that of the day, and what the delisted do to each mean.

    ``order``: that of the summaries.
    """
    if result.dated_universe:
        yield paragraph(
            "The universe is that of each day: whoever was listed then was scanned, whatever "
            "became of it."
        )
    else:
        yield paragraph(
            "The universe is not known to be that of each day: symbols that were delisted before "
            "the listings were made may be missing, and those did worse than who is there. Take "
            "the results as those of the survivors.",
            "warning",
        )
    if not order:
        return
    main, rules = result.config.horizon, result.config.rules
    end = result.outcomes.sessions[-1]
    lost = f"changed by {percent(rules.delisting_return, 0)} % (--delisting-return)"
    if rules.delisting_return == 0:
        lost = "unchanged (--delisting-return)"
    yield paragraph(
        f"A symbol is delisted where the data, which end on {end}, have no bar of it any more for "
        f"30 sessions. A hit within {count_of(main, 'session')} of that is counted as sold at the "
        f"last close, {lost}. Where nobody knows what a hit made (a long halt, prices that begin "
        "anew, no bar any more) it is left out; the last two columns say what the mean would be, "
        "had all of those been lost, and had the delisted been lost as well."
    )
    rows = [
        (
            one.name,
            count(one.hits),
            count(one.gone.delisted),
            count(one.gone.within),
            count(one.gone.never_bought),
            count(one.gone.unknown),
            percent(one.gone.counted),
            percent(one.gone.unknown_lost),
            percent(one.gone.all_lost),
        )
        for one in (result.summaries[at] for at in order[:MOST_ROWS])
    ]
    headings = (
        "setup",
        "hits",
        "delisted later",
        f"within {count_of(main, 'session')}",
        "never bought",
        "not known",
        "mean excess %",
        "unknown lost %",
        "delisted lost too %",
    )
    yield scrolled(table(headings, rows, "hits whose symbol was delisted"), "delisted symbols")
