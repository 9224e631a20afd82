"""What stands around the ranked table: headline, regime, ledger, timings, warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.text import Text

from technic.result.headline import headline_of
from technic.result.ledger import KEPT, STAGES
from technic.result.scan_result import ScanResult
from technic.view.view import EVERYTHING, View
from technic.wording.counts import agree, count_of

__all__ = ["headline", "ledger_lines", "listed", "report_lines"]

REASONS_SHOWN = 4
_COMPARES = re.compile(r"\b(rank|percentile|zscore)\(")


def headline(result: ScanResult, view: View = EVERYTHING) -> Iterator[Text]:
    """Yield what was scanned: as of when, how many, from where; the regime; the view; warnings."""
    parts = headline_of(result)
    line = Text.assemble(("Technic ", "bold"))
    if parts.data.simulated:  # first, so that no narrow terminal breaks it off
        line.append("SIMULATED", "bold reverse yellow")
        line.append(" ")
    line.append(f"as of {parts.as_of}", "bold cyan")
    line.append(f" · {count_of(parts.size, 'symbol')} · {parts.source} · {parts.price_basis}")
    if parts.ranks.small:
        line.append(f" · {parts.ranks}", "yellow")
    if parts.market_caps:
        line.append(f" · {parts.market_caps}", "yellow")
    yield line
    yield Text(f"universe: {result.universe.source} · {_price_floor(result)}", "dim")
    regime = result.regime
    yield Text.assemble(
        ("market ", "bold"),
        f"trend {regime.trend}, volatility {regime.volatility} ",
        (f"({regime.source}; {regime.detail})", "dim"),
    )
    if view.floors:
        options = ", ".join(option for _, option in view.floors)
        yield Text.assemble(("view   ", "bold"), str(view), (f" ({options})", "dim"))
    for warning in result.warnings:
        yield Text(f"warning: {warning}", "yellow")


def _price_floor(result: ScanResult) -> str:
    """Return which prices the price floor judged."""
    rules, basis = result.config.gate, result.data.price_floor_basis
    if basis == "off" or "price_floor" in rules.skip:
        return "no price floor"
    prices = "traded prices" if basis == "traded" else "prices as given"
    return f"price floor {rules.price_floor:g} on {prices}"


def report_lines(
    result: ScanResult, limit: int | None, width: int, view: View = EVERYTHING
) -> Iterator[Text]:
    """Yield what follows the table: why nothing qualifies, ledger, rules that were off, times.

    Lists are broken between items, so that no number is parted from its name.
    """
    kept = len(result.ranking)
    if not kept:
        yield _why_nothing(result)
    elif not (shown := int(view.shows(result.ranking).sum())):
        yield _nothing_in_view(kept, view)
    elif (limit is None or limit >= shown) and shown == kept:
        yield Text()
    yield from _condition_lines(result)
    yield from ledger_lines(result, width)
    yield from _times(result, width)


def _condition_lines(result: ScanResult) -> Iterator[Text]:
    """Yield how many symbols meet each setup, and what the history does not settle."""
    for setup in result.config.setups:
        own = [one for one in result.conditions if one.owner == setup.name]
        met = len(result.met(setup.name))
        yield Text.assemble(
            ("setup  ", "bold"),
            f"{setup.name}: {met:,} of {count_of(len(result.scored), 'scored symbol')} ",
            f"{agree(met, 'meets', 'meet')} its ",
            count_of(len(own), "condition") if len(own) > 1 else "condition",
        )
    yield from _computed(result)
    if _COMPARES.search(_expressions(result)):
        yield Text.assemble(
            ("ranked ", "bold"),
            f"over the {count_of(result.ranks.size, 'symbol')} of the market that passed the ",
            "data gate",
        )
    for one in result.not_settled:
        yield Text.assemble(
            ("not settled ", "yellow"),
            f"{one.expression} needs {count_of(one.bars_needed, 'bar')} to forget where history ",
            f"begins, {one.bars:,} {agree(one.bars, 'is', 'are')} loaded ",
            f"({_remedy(result, one.bars_needed)})",
        )


def _computed(result: ScanResult) -> Iterator[Text]:
    """Yield what a chosen column is, where its heading does not say all of it."""
    for name in result.chosen:
        expression = result.expressions[name]
        if expression != name:
            yield Text.assemble(("column ", "bold"), f"{name} = {expression}")


def _expressions(result: ScanResult) -> str:
    """All that the scan says in the scan language."""
    texts = [one.text for one in result.conditions]
    texts += [text for setup in result.config.setups for text in setup.columns]
    return "\n".join((*texts, *result.config.columns, result.config.sort))


def _remedy(result: ScanResult, bars: int) -> str:
    """What would settle a recursion; nothing where so many sessions were asked for in vain."""
    asked = len(result.prices.bars.sessions)
    return "the data has no more" if asked >= bars else f"--max-history {bars}"


def _why_nothing(result: ScanResult) -> Text:
    counts = sorted(result.ledger.counts.items(), key=lambda item: (-item[1], item[0]))
    reasons = ", ".join(f"{name} {count:,}" for name, count in counts[:REASONS_SHOWN])
    return Text(f"\nNothing qualifies. The largest reasons: {reasons}.\n", "bold")


def _nothing_in_view(kept: int, view: View) -> Text:
    qualify = f"{count_of(kept, 'symbol')} {agree(kept, 'qualifies', 'qualify')}"
    return Text(f"\n{qualify}, none in view ({view}): {view.remedy} shows all.\n", "bold")


def ledger_lines(result: ScanResult, width: int) -> Iterator[Text]:
    """Yield the ledger: the stages that add up to the universe, then each stage's outcomes."""
    stages: dict[str, dict[str, int]] = {}
    for outcome, count in result.ledger.counts.items():
        stage, _, code = outcome.partition(".")
        stages.setdefault(stage, {})[code] = count
    sums = {stage: sum(codes.values()) for stage, codes in stages.items()}
    parts = [f"{sums.get(KEPT, 0):,} kept"]
    parts += [f"{sums[stage]:,} {stage}" for stage in STAGES if stage in sums]
    total = f"{count_of(len(result.ledger), 'symbol')} = {' + '.join(parts)}"
    yield Text.assemble(("ledger ", "bold"), total)
    for stage in STAGES:
        if stage in stages:
            codes = sorted(stages[stage].items(), key=lambda item: (-item[1], item[0]))
            items = [f"{code} {count:,}" for code, count in codes]
            yield from listed(Text.assemble("  ", (stage, "dim")), items, width)
    off: dict[str, list[str]] = {}
    for rule, reason in result.stats.prescreen_off.items():
        off.setdefault(reason, []).append(rule)
    for reason, rules in off.items():
        yield Text.assemble("  ", ("off", "dim"), f" {', '.join(rules)}: {reason}")


def _times(result: ScanResult, width: int) -> Iterator[Text]:
    stats = result.stats
    total = stats.total_seconds
    items = [f"{total:.2f} s"]
    items += [f"{name} {seconds:.2f}" for name, seconds in stats.seconds.items()]
    if total > 0:
        items.append(f"{result.universe.size / total:,.0f} symbols/s")
    items.append(f"{count_of(stats.batch.requests, 'request')}")
    if stats.batch.retries:
        items.append(f"{stats.batch.retries:,} retries")
    yield from listed(Text("time", "bold"), items, width)


def listed(label: Text, items: list[str], width: int) -> Iterator[Text]:
    """Yield the label and the items, broken between items; further lines are indented."""
    line, filled = label + " ", False
    for item in items:
        if filled and line.cell_len + len(item) + 5 > width:
            yield line + " ·"
            line, filled = Text("    "), False
        line += f" · {item}" if filled else item
        filled = True
    yield line
