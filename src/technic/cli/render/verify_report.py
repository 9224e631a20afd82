"""A verification for a terminal: the verdict, what it was made from, every difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from technic.cli.render.report import listed
from technic.result.headline import Headline, headline_of
from technic.verification import Verification
from technic.verification.table_differences import LedgerDifference, TableDifferences
from technic.wording.counts import count_of

__all__ = ["saved_line", "verify_lines"]

_STYLES = {"same": "green", "changed": "yellow", "unknown": "yellow"}


def verify_lines(
    verification: Verification, limit: int | None, width: int
) -> Iterator[RenderableType]:
    """Yield the whole report; ``limit``: most entries of each list."""
    saved = verification.saved
    yield Text.assemble(("Technic verify ", "bold"), str(saved.folder), overflow="fold")
    yield saved_line(headline_of(saved))
    yield _verdict(verification)
    yield Text()
    yield _checks(verification)
    yield from _rule_lines(verification)
    yield from _pair_lines("config", "table made with", "in scan.json", verification.config)
    yield from _table_lines("table", verification.table, limit, width)
    yield from _table_lines("filtered", verification.filtered, limit, width)
    yield from _ledger_lines(verification.ledger, limit)
    yield from _pair_lines("regime", "saved", "now", verification.regime)


def saved_line(headline: Headline) -> Text:
    """The headline of a saved result, SIMULATED marked as everywhere."""
    line = Text()
    if headline.data.simulated:
        line.append("SIMULATED", "bold reverse yellow")
        line.append(" ")
    return line.append(headline.unlabelled)


def _verdict(verification: Verification) -> Text:
    table = verification.table
    if verification.identical:
        text = (
            f"identical: {count_of(table.rows_saved, 'row')} and "
            f"{count_of(len(verification.saved.ledger), 'ledger entry', 'ledger entries')}, "
            "bit for bit"
        )
        return Text(text, "bold green")
    rows = len({cell.symbol for cell in table.cells})
    parts = (
        (len(verification.config), "key of the config", "keys of the config"),
        (len(table.missing) + len(table.added), "row", "rows"),
        (len(table.columns_missing) + len(table.columns_added), "column", "columns"),
        (len(table.moved), "place", "places"),
        (len(table.cells), "cell", f"cells in {rows:,} row{'s' if rows > 1 else ''}"),
        (
            _filtered(verification.filtered),
            "value of a filtered symbol",
            "values of filtered symbols",
        ),
        (len(verification.ledger), "ledger entry", "ledger entries"),
        (len(verification.regime), "part of the regime", "parts of the regime"),
    )
    said = [f"{count:,} {one if count == 1 else many}" for count, one, many in parts if count]
    return Text(f"differs: {', '.join(said)}", "bold red")


def _rule_lines(verification: Verification) -> Iterator[RenderableType]:
    """Say which rules are others; that they explain what differs only where nothing else does."""
    if verification.identical or not verification.rules:
        return
    by_version: dict[str, list[str]] = {}
    for rule in verification.rules:
        by_version.setdefault(rule.version, []).append(f"{rule.topic}: {rule.sentence}")
    for version, sentences in by_version.items():
        title = f"explained by rule changes of {version}"
        if not verification.explained:
            title = f"rule changes of {version}, beside what else has changed"
        yield Text()
        yield Text(title, "bold")
        grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for sentence in sentences:
            grid.add_row("·", sentence)
        yield grid


def _filtered(differences: TableDifferences) -> int:
    lists = (
        differences.missing,
        differences.added,
        differences.columns_missing,
        differences.columns_added,
        differences.moved,
    )
    return len(differences.cells) + sum(map(len, lists))


def _checks(verification: Verification) -> Table:
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for check in verification.checks:
        status = Text(check.status, _STYLES[check.status])
        grid.add_row(Text(check.name, "bold"), status, check.detail)
    grid.add_row(Text("runner", "bold"), Text(), verification.runner.ran)
    return grid


def _table_lines(
    name: str, differences: TableDifferences, limit: int | None, width: int
) -> Iterator[RenderableType]:
    lists = (
        ("only saved", differences.missing),
        ("only now", differences.added),
        ("columns only saved", differences.columns_missing),
        ("columns only now", differences.columns_added),
        ("moved", [f"{place.symbol} {place.saved:,}→{place.now:,}" for place in differences.moved]),
    )
    for what, names in lists:
        if names:
            yield Text()
            items = [f"{len(names):,}", *names[:limit], *_rest(len(names), limit)]
            yield from listed(Text(f"{name}: {what}", "bold"), list(items), width)
    if differences.cells:
        grid = _grid(f"{name}: cells", len(differences.cells), limit, "symbol", "column")
        for cell in differences.cells[:limit]:
            grid.add_row(cell.symbol, cell.column, _value(cell.saved), _value(cell.now))
        yield Text()
        yield grid


def _ledger_lines(
    differences: Sequence[LedgerDifference], limit: int | None
) -> Iterator[RenderableType]:
    if not differences:
        return
    grid = _grid("ledger", len(differences), limit, "symbol")
    for difference in differences[:limit]:
        grid.add_row(difference.symbol, _outcome(difference.saved), _outcome(difference.now))
    yield Text()
    yield grid


def _pair_lines(
    name: str, first_heading: str, second_heading: str, pairs: Mapping[str, tuple[object, object]]
) -> Iterator[RenderableType]:
    if pairs:
        grid = _grid(name, len(pairs), None, "key", last=(first_heading, second_heading))
        for key, (first, second) in pairs.items():
            grid.add_row(key, _value(first), _value(second))
        yield Text()
        yield grid


def _grid(
    title: str, count: int, limit: int | None, *names: str, last: tuple[str, str] = ("saved", "now")
) -> Table:
    shown = f"first {limit:,} of {count:,}" if limit is not None and limit < count else f"{count:,}"
    grid = Table(
        title=Text.assemble((title, "bold"), f" {shown}"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
        header_style="bold",
    )
    for name in names:
        grid.add_column(name, no_wrap=True)
    for name in last:
        grid.add_column(name, overflow="fold")
    return grid


def _rest(count: int, limit: int | None) -> list[str]:
    return [f"… and {count - limit:,} more"] if limit is not None and count > limit else []


def _outcome(pair: tuple[str, str] | None) -> str:
    if pair is None:
        return "not in the universe"
    outcome, detail = pair
    return f"{outcome}: {detail}" if detail else outcome


def _value(value: object) -> str:
    """Every digit of a number: two that differ in the last bit must not look alike."""
    return "-" if value is None else repr(value) if isinstance(value, float) else str(value)
