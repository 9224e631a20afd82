"""A plan for people: how many requests, why no fewer, how long, what the pre-screen saves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from technic.cli.render.report import listed
from technic.data_engine.planning.plan import Plan
from technic.scan.request_plan import RequestPlan, RequestScope
from technic.wording.counts import agree, count_of

__all__ = ["counted", "duration", "label", "plan_lines", "request_lines", "row", "scope_lines"]


def plan_lines(planned: RequestPlan, width: int) -> Iterator[Text]:
    """Yield the whole account of a plan."""
    if planned.scope is None:
        yield Text("files need no requests: a scan reads them where they are")
        return
    yield from scope_lines("Technic plan", planned.scope)
    if planned.note:
        yield Text(planned.note, "dim")
    yield Text()
    yield from request_lines(planned, planned.scope.rate, width)
    yield from _savings_lines(planned, width)


def scope_lines(title: str, scope: RequestScope) -> Iterator[Text]:
    """Yield whose bars of which days it is about."""
    line = Text.assemble((title, "bold"), " ", (f"as of {scope.as_of}", "bold cyan"))
    line.append(f" · {scope.provider.name}")
    if scope.provider.simulated:
        line.append(" · ")
        line.append("SIMULATED", "bold reverse yellow")
    yield line
    size, left = len(scope.universe), len(scope.symbols)
    yield Text(f"universe: {scope.universe.source}", "dim")
    yield row("symbols", f"{size:,}, {size - left:,} removed by the pre-screen, {left:,} left")
    first = scope.sessions[0]
    yield row("sessions", f"{len(scope.sessions):,} from {first} to {scope.as_of}")
    if scope.expressions.expressions:
        lookback, stable_after = scope.expressions.lookback, scope.expressions.stable_after
        yield row("history", f"{count_of(lookback, 'bar')} for a value, {stable_after:,} to settle")
    for one in scope.not_settled:
        loaded = f"{count_of(one.bars, 'session')} {agree(one.bars, 'is', 'are')} loaded"
        text = f"{one.expression} needs {count_of(one.bars_needed, 'bar')}, {loaded}"
        yield row("not settled", text, "yellow")


def request_lines(planned: RequestPlan, rate: float | None, width: int) -> Iterator[Text]:
    """Yield the requests, the proof that there are no fewer, and the time they take."""
    plan = planned.plan
    if planned.store is not None:
        yield row("store", f"{planned.store} lacks {planned.missing_cells:,} symbol-days")
    if plan.http_requests:
        yield from _count_lines(plan, rate, width)
    else:
        yield row("requests", "0, nothing is missing that could be asked")
    if plan.unreachable:
        days = plan.out_of_reach.sessions[plan.out_of_reach.missing.any(axis=0)]
        span = f"{days[0]} to {days[-1]}" if len(days) > 1 else f"{days[0]}"
        detail = f"{plan.unreachable:,} symbol-days that the provider does not give out ({span})"
        yield row("out of reach", detail, "yellow")


def _count_lines(plan: Plan, rate: float | None, width: int) -> Iterator[Text]:
    items = [f"{plan.http_requests:,}", *counted(plan.by_kind.items())]
    yield from listed(label("requests", "bold"), items, width)
    proof = "proven to be the fewest" if not plan.gap else f"at most {plan.gap:,} too many"
    yield row("lower bound", f"{plan.lower_bound:,} ({proof})")
    yield row("one by one", _one_by_one(plan))
    yield row("time", _time(plan, rate))


def _savings_lines(planned: RequestPlan, width: int) -> Iterator[Text]:
    savings, removed = planned.savings, planned.removed
    text = f"saves {savings.saved:,} of {count_of(savings.without_rules, 'request')}"
    if not any(removed.values()):
        text = "removes no symbol"
    elif savings.without_rules and not savings.saved:
        text += ": whole-market days answer for everybody"
    yield row("pre-screen", text)
    rules = [f"{rule} {saved:,}" for rule, saved in savings.by_rule.items() if removed[rule]]
    if rules:
        yield from listed(label("by rule", "dim"), rules, width)


def counted(counts: Iterable[tuple[str, int]]) -> list[str]:
    """Name each kind that occurs with its number."""
    return [f"{kind} {count:,}" for kind, count in counts if count]


def duration(seconds: float) -> str:
    """Write a time as people say it: 0.4 s, 12 s, 31 min, 20 h 10 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def _one_by_one(plan: Plan) -> str:
    alone = plan.one_request_per_symbol
    text = f"{count_of(alone, 'request')} if each symbol were asked alone"
    if plan.http_requests and alone > plan.http_requests:
        text += f", {alone / plan.http_requests:,.1f} times as many"
    return text


def _time(plan: Plan, rate: float | None) -> str:
    if rate is None or plan.seconds_at_rate_limit is None:
        return "no rate limit is documented"
    requests = agree(rate, "request", "requests")
    return f"{duration(plan.seconds_at_rate_limit)} at {rate:,g} {requests} a minute"


def label(name: str, style: str) -> Text:
    """The name of a line, so wide that lines stand under each other."""
    return Text(f"{name:<12}", style)


def row(name: str, text: str, style: str = "") -> Text:
    """One line: its name and what is to be said."""
    return Text.assemble(label(name, "bold" if not style else f"bold {style}"), " ", text)
