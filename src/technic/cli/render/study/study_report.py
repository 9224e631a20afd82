"""A study for a terminal: the verdicts in words first, then the numbers behind them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from technic.cli.render.study.cells import (
    WORD_COLOURS,
    between,
    number,
    study_row,
    study_table,
    t_text,
)
from technic.cli.render.study.rating_report import rating_lines
from technic.cli.render.symbol_card import amount
from technic.study.outcomes import COST_LEVELS
from technic.study.run import StudyResult
from technic.study.statistics import Interval
from technic.study.summary.owner_summary import OwnerSummary, PlanSummary
from technic.study.trials import TrialLedger, Verification, luck_bar
from technic.wording.counts import count_of

__all__ = ["study_lines", "trial_lines"]

_WORDS = {"too_few": "too few", "none": "none", "luck": "luck"}
_WAYS = ("not_entered", "stop", "target", "time", "delisted", "pending", "open")


def study_lines(result: StudyResult) -> Iterator[RenderableType]:
    """Yield the whole study; one with several setups names each in a line of a table."""
    entry = result.trial.record.entry
    title = Text.assemble(("Technic study ", "bold"), f"{entry.first} to {entry.last}")
    title.append(f" · {count_of(len(result.hits.symbols), 'symbol')}")
    if result.simulated:
        title.append(" · ")
        title.append("SIMULATED", "bold reverse yellow")
    yield title
    for warning in result.warnings:
        yield Text(f"warning: {warning}", "yellow", overflow="fold")
    yield Text()
    if len(result.summaries) == 1:
        yield from _one(result.summaries[0], result)
    elif result.summaries:
        yield from _several(result)
    if result.ratings:
        yield from rating_lines(result.ratings, result.config.horizon)
    total = result.trial.record.total
    yield Text(
        f"{count_of(total, 'trial')} on these data so far, {entry.trials:,} of them now: the best "
        f"of so many reaches t {luck_bar(total):.1f} by luck alone (technic study --trials).",
        "dim",
    )


def _one(one: OwnerSummary, result: StudyResult) -> Iterator[RenderableType]:
    yield Text.assemble((f"{one.name}: ", "bold"), (one.sentence, WORD_COLOURS[one.word]))
    yield Text()
    table = study_table("in excess of the universe, %", "hits", "mean", "interval", "t")
    for horizon, each in one.excess.items():
        study_row(table, count_of(horizon, "session"), each, 100)
    for lag, each in one.late.items():
        study_row(table, f"entered {count_of(lag, 'session')} later", each, 100)
    if one.benchmark is not None:
        main = count_of(result.config.horizon, "session")
        study_row(table, f"benchmark, {main}", one.benchmark, 100)
    yield table
    for what, parts in one.groups.items():
        table = study_table(f"by {what}, %", "hits", "mean", "interval", "t")
        for name, each in parts.items():
            study_row(table, name, each, 100)
        yield table
    for what, why in one.absent.items():
        yield Text(f"by {what}: {why}", "dim", overflow="fold")
    yield from _plans(one)


def _plans(one: OwnerSummary) -> Iterator[RenderableType]:
    table = study_table("plans, R", "trades", "mean", "interval", "t")
    for what, plans in (("every signal", one.every), ("one a symbol", one.one_a_symbol)):
        for level, each in zip(COST_LEVELS, plans.net, strict=True):
            costs = f"{level.cost_bp:g} + {level.slippage_bp:g} bp"
            study_row(table, f"{what}, {costs}", each, 1)
    yield table
    yield Text(_ways(one.every))
    yield from _turnovers((one,))


def _ways(plans: PlanSummary) -> str:
    counts = plans.counts
    ends = ", ".join(f"{counts[way]:,} {way.replace('_', ' ')}" for way in _WAYS if counts[way])
    text = f"Plans ended: {ends or 'none was made'}"
    if counts["both"]:
        text += f"; {counts['both']:,} had stop and target in one bar, counted as the stop"
    if math.isfinite(plans.break_even_bp):
        text += f"; breaks even at {plans.break_even_bp:.0f} bp of cost a trade"
    return text + "."


def _turnovers(summaries: Sequence[OwnerSummary]) -> Iterator[RenderableType]:
    heads = ("entries a session", "open", "sessions held", "bought anew a year", "fits")
    table = study_table("turnover and capacity, one a symbol", *heads)
    for one in summaries:
        found = one.turnover
        fits = f"${amount(found.capacity)}" if math.isfinite(found.capacity) else "-"
        cells = (found.open_positions, found.sessions_held, found.a_year)
        open_, held, a_year = (f"{each:,.1f}" if math.isfinite(each) else "-" for each in cells)
        table.add_row(one.name, f"{found.entries:,.2f}", open_, held, a_year, fits)
    yield table


def _several(result: StudyResult) -> Iterator[RenderableType]:
    main = result.config.horizon
    yield Text(
        f"Over {count_of(main, 'session')}, in excess of the universe; R of plans, one a symbol, "
        "after ordinary costs."
    )
    table = study_table("setup", "verdict", "hits", "mean %", "interval", "t", "R")
    for one in sorted(result.summaries, key=lambda each: _order(each.excess[main])):
        each = one.excess[main]
        word = Text(_WORDS.get(one.word, one.word), WORD_COLOURS[one.word])
        plans = one.one_a_symbol
        table.add_row(
            one.name, word, f"{each.hits:,}", number(each.mean, 100), between(each, 100),
            t_text(each), number(plans.net[2].mean, 1),
        )  # fmt: skip
    yield table
    found = result.comparison
    if found is not None and math.isfinite(found.p_value):
        names = ", ".join(found.better) or "none"
        yield Text(
            f"Together: better than the universe when all are counted as one family: {names} "
            f"(the best of so many would look as good by luck with p {found.p_value:.2f}).",
            overflow="fold",
        )
    yield from _turnovers(result.summaries)
    yield Text("--setup NAME alone says more of one.", "dim")


def _order(one: Interval) -> float:
    return -one.t if math.isfinite(one.t) else math.inf


def trial_lines(found: Sequence[tuple[TrialLedger, Verification]]) -> Iterator[RenderableType]:
    """Yield each ledger of trials: its studies, and what checking it says."""
    if not found:
        yield Text("no study has been run yet: technic study --setup NAME")
    for ledger, checked in found:
        yield Text.assemble((f"{ledger.lineage.provider} ", "bold"), f"· {ledger.lineage.universe}")
        table = study_table("study", "when", "what", "days", "trials", "in all")
        for record in ledger.records():
            entry = record.entry
            names = "\n".join(entry.names[:3]) + ("\n..." if len(entry.names) > 3 else "")
            days = f"{entry.first} to {entry.last}"
            table.add_row(
                str(record.number), record.at, Text(names, overflow="fold"), days,
                f"{entry.trials:,}", f"{record.total:,}",
            )  # fmt: skip
        yield table
        if checked.sound:
            bar = f"the best of them reaches t {luck_bar(max(checked.trials, 1)):.1f} by luck"
            yield Text(f"whole: {count_of(checked.trials, 'trial')}, {bar}", "green")
        else:
            yield Text(f"BROKEN at line {checked.broken}: {checked.reason}", "bold red")
        if checked.torn is not None:
            yield Text("its last line was not written to its end", "yellow")
