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

__all__ = ["saved_line", "verify_lines"]

_STYLES = {"same": "green", "changed": "yellow", "unknown": "yellow"}


def verify_lines(found: Verification, limit: int | None, width: int) -> Iterator[RenderableType]:
    """Yield the whole report; ``limit``: most entries of each list."""
    saved = found.saved
    yield Text.assemble(("Technic verify ", "bold"), str(saved.folder), overflow="fold")
    yield saved_line(headline_of(saved))
    yield _verdict(found)
    yield Text()
    yield _checks(found)
    yield from _pair_lines("config", "table made with", "in scan.json", found.config)
    yield from _table_lines("table", found.table, limit, width)
    yield from _table_lines("filtered", found.filtered, limit, width)
    yield from _ledger_lines(found.ledger, limit)
    yield from _pair_lines("regime", "saved", "now", found.regime)


def saved_line(headline: Headline) -> Text:
    """The headline of a saved result, SIMULATED marked as everywhere."""
    line = Text()
    if headline.data.simulated:
        line.append("SIMULATED", "bold reverse yellow")
        line.append(" ")
    return line.append(headline.unlabelled)


def _verdict(found: Verification) -> Text:
    table = found.table
    if found.identical:
        text = (
            f"identical: {table.rows_saved:,} rows and "
            f"{len(found.saved.ledger):,} ledger entries, bit for bit"
        )
        return Text(text, "bold green")
    rows = len({cell.symbol for cell in table.cells})
    parts = (
        (len(found.config), "key of the config", "keys of the config"),
        (len(table.missing) + len(table.added), "row", "rows"),
        (len(table.columns_missing) + len(table.columns_added), "column", "columns"),
        (len(table.moved), "place", "places"),
        (len(table.cells), "cell", f"cells in {rows:,} row{'s' if rows > 1 else ''}"),
        (_filtered(found.filtered), "value of a filtered symbol", "values of filtered symbols"),
        (len(found.ledger), "ledger entry", "ledger entries"),
        (len(found.regime), "part of the regime", "parts of the regime"),
    )
    said = [f"{count:,} {one if count == 1 else many}" for count, one, many in parts if count]
    return Text(f"differs: {', '.join(said)}", "bold red")


def _filtered(found: TableDifferences) -> int:
    lists = (found.missing, found.added, found.columns_missing, found.columns_added, found.moved)
    return len(found.cells) + sum(map(len, lists))


def _checks(found: Verification) -> Table:
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for check in found.checks:
        status = Text(check.status, _STYLES[check.status])
        grid.add_row(Text(check.what, "bold"), status, check.detail)
    grid.add_row(Text("runner", "bold"), Text(), found.runner.ran)
    return grid


def _table_lines(
    name: str, found: TableDifferences, limit: int | None, width: int
) -> Iterator[RenderableType]:
    lists = (
        ("only saved", found.missing),
        ("only now", found.added),
        ("columns only saved", found.columns_missing),
        ("columns only now", found.columns_added),
        ("moved", [f"{one.symbol} {one.saved:,}→{one.now:,}" for one in found.moved]),
    )
    for what, names in lists:
        if names:
            yield Text()
            items = [f"{len(names):,}", *names[:limit], *_rest(len(names), limit)]
            yield from listed(Text(f"{name}: {what}", "bold"), list(items), width)
    if found.cells:
        grid = _grid(f"{name}: cells", len(found.cells), limit, "symbol", "column")
        for cell in found.cells[:limit]:
            grid.add_row(cell.symbol, cell.column, _value(cell.saved), _value(cell.now))
        yield Text()
        yield grid


def _ledger_lines(found: Sequence[LedgerDifference], limit: int | None) -> Iterator[RenderableType]:
    if not found:
        return
    grid = _grid("ledger", len(found), limit, "symbol")
    for one in found[:limit]:
        grid.add_row(one.symbol, _outcome(one.saved), _outcome(one.now))
    yield Text()
    yield grid


def _pair_lines(
    name: str, then: str, now: str, pairs: Mapping[str, tuple[object, object]]
) -> Iterator[RenderableType]:
    if pairs:
        grid = _grid(name, len(pairs), None, "key", last=(then, now))
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
