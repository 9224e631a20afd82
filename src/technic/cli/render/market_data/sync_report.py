"""What a sync came to, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.text import Text

from technic.cli.render.console import console_for
from technic.cli.render.market_data.plan_report import (
    counted,
    duration,
    label,
    request_lines,
    row,
    scope_lines,
)
from technic.cli.render.report import listed
from technic.data_engine.interfaces.records import Failure
from technic.data_engine.sync.store_provider import StoredProvider
from technic.data_engine.sync.syncer import SyncReport
from technic.scan.request_plan import RequestScope, plan_scope
from technic.wording.counts import agree, count_of

__all__ = ["SyncOutcome", "print_outcome", "print_plan"]

NAMES_SHOWN = 10


@dataclass(frozen=True, slots=True, eq=False)
class SyncOutcome:
    """A finished sync: every symbol is complete or in ``failures``, sorted, with its reason.

    Complete means that each session is answered and that there is a bar.
    """

    scope: RequestScope
    report: SyncReport
    failures: Mapping[str, Failure]
    store: str
    min_success_pct: float

    @classmethod
    def of(
        cls,
        scope: RequestScope,
        provider: StoredProvider,
        report: SyncReport,
        min_success_pct: float,
    ) -> SyncOutcome:
        """Add the symbols that are answered and have no bar to those that failed."""
        store, sessions = provider.syncer.store, scope.sessions
        failures = dict(report.failures)
        answered = [symbol for symbol in scope.symbols if symbol not in failures]
        there = set(store.read(answered, sessions[0], sessions[-1]).symbols)
        none = Failure("no_data", f"{provider.name} has no bars from {sessions[0]} on")
        failures |= dict.fromkeys((name for name in answered if name not in there), none)
        return cls(scope, report, dict(sorted(failures.items())), store.url, min_success_pct)

    @property
    def success_pct(self) -> float:
        """Complete symbols, in percent of those asked."""
        asked = len(self.scope.symbols)
        return 100.0 * (asked - len(self.failures)) / asked if asked else 100.0

    @property
    def succeeded(self) -> bool:
        """Whether enough symbols are complete, and the vendor did not refuse the account."""
        return self.report.stopped is None and self.success_pct >= self.min_success_pct

    @property
    def complaint(self) -> str:
        """Why the sync counts as failed, in one sentence."""
        asked = len(self.scope.symbols)
        if self.report.stopped is not None:
            return f"{self.report.stopped.detail}; what is stored is kept"
        done = asked - len(self.failures)
        return (
            f"only {done:,} of {count_of(asked, 'symbol')} {agree(done, 'is', 'are')} complete "
            f"({self.success_pct:.1f} %), --min-success is {self.min_success_pct:g}"
        )

    def by_reason(self) -> dict[str, list[str]]:
        """Symbols under the reason they are missing for, the most frequent first."""
        reasons: dict[str, list[str]] = {}
        for symbol, failure in self.failures.items():
            reasons.setdefault(failure.reason, []).append(symbol)
        return dict(sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0])))

    def document(self) -> dict[str, object]:
        """The object that ``technic sync --format json`` prints."""
        report, asked = self.report, len(self.scope.symbols)
        return {
            **self.scope.document(),
            "complete": asked - len(self.failures),
            "failed": len(self.failures),
            "success_pct": self.success_pct,
            "min_success_pct": self.min_success_pct,
            "from_store": report.from_store,
            "plan": report.plan.summary(),
            "requests": report.stats.requests,
            "requests_by_kind": report.requests_by_kind,
            "retries": report.stats.retries,
            "errors": dict(report.stats.errors),
            "bytes": report.stats.bytes,
            "bars": report.bars,
            "dividends": report.dividends,
            "restated": list(report.restated),
            "feeds": {
                topic: {"reason": one.reason, "detail": one.detail}
                for topic, one in report.feeds.items()
            },
            "seconds": report.seconds,
            "store": self.store,
            "failures": [
                {"symbol": symbol, "reason": one.reason, "detail": one.detail}
                for symbol, one in self.failures.items()
            ],
        }


def print_plan(scope: RequestScope) -> None:
    """Print what will be asked, before it is."""
    console = console_for(sys.stdout)
    for line in scope_lines("Technic sync", scope):
        console.print(line)
    for line in request_lines(plan_scope(scope), scope.rate, console.width):
        console.print(line)
    sys.stdout.flush()


def print_outcome(outcome: SyncOutcome, format_: str) -> None:
    """Print the result: JSON is one object and nothing else."""
    if format_ == "json":
        text = json.dumps(outcome.document(), allow_nan=False, ensure_ascii=False)
        sys.stdout.write(text + "\n")
        return
    console = console_for(sys.stdout)
    for line in _lines(outcome, console.width):
        console.print(line)


def _lines(outcome: SyncOutcome, width: int) -> Iterator[Text]:
    report, asked = outcome.report, len(outcome.scope.symbols)
    complete = asked - len(outcome.failures)
    yield Text()
    style = "green" if outcome.succeeded else "red"
    text = f"{complete:,} of {count_of(asked, 'symbol')} ({outcome.success_pct:.1f} %)"
    yield row("complete", f"{text}, {report.from_store:,} of them before", style)
    stats = report.stats
    items = [f"{stats.requests:,}", *counted(report.requests_by_kind.items())]
    items.append(f"{stats.retries:,} retries")
    items += [f"{reason} {count:,}" for reason, count in stats.errors.items()]
    yield from listed(label("asked", "bold"), items, width)
    size = f"{stats.bytes / 1e6:,.1f} MB"
    yield row("received", f"{count_of(report.bars, 'bar')}, {size} in {duration(report.seconds)}")
    if report.dividends is not None:
        yield row("dividends", f"{report.dividends:,} in the days asked")
    if report.restated:
        yield row("restated", f"{count_of(len(report.restated), 'symbol')}, asked anew as a whole")
    yield from _missing(outcome, width)


def _missing(outcome: SyncOutcome, width: int) -> Iterator[Text]:
    """Name the symbols that are missing: all of them where the sync counts as failed."""
    stopped = outcome.report.stopped
    for reason, symbols in outcome.by_reason().items():
        everybody = stopped is not None and reason == stopped.reason  # said once, for them all
        shown = symbols[:NAMES_SHOWN] if outcome.succeeded or everybody else symbols
        items = [f"{reason} {len(symbols):,}", *shown]
        if len(shown) < len(symbols):
            items.append(f"and {len(symbols) - len(shown):,} more (--failures FILE has all)")
        yield from listed(label("missing", "bold yellow"), items, width)
