"""Massive's statements, with a key: what a vendor makes of filings.

A statement has the day of its filing and counts when that day is over. A row may be replaced in
place: a number that is another one than before under no later filing counts from when it was seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec
import numpy as np

from technic.facts.concepts import catalog
from technic.facts.rows import end_of_day
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.forms import NO_DAY
from technic.facts.sources.massive_page import day_of, number_of, read_page, symbol_of
from technic.typing import DateArray

__all__ = ["STATEMENTS", "HeldRows", "StatementRow", "add_statements", "read_statements"]

STATEMENTS: Mapping[str, Mapping[str, str]] = {
    "income-statements": {
        "revenue": "revenue",
        "cost_of_revenue": "cost_of_revenue",
        "gross_profit": "gross_profit",
        "research_development": "research_and_development",
        "selling_general_administrative": "selling_and_administration",
        "operating_income": "operating_income",
        "interest_expense": "interest_expense",
        "income_before_income_taxes": "pretax_income",
        "income_taxes": "income_tax",
        "net_income_loss_attributable_common_shareholders": "net_income",
        "diluted_earnings_per_share": "eps",
        "diluted_shares_outstanding": "shares_diluted",
    },
    "balance-sheets": {
        "total_assets": "total_assets",
        "total_liabilities": "total_liabilities",
        "total_equity": "total_equity",
        "total_equity_attributable_to_parent": "equity",
        "cash_and_equivalents": "cash",
        "receivables": "receivables",
        "inventories": "inventory",
        "total_current_assets": "current_assets",
        "total_current_liabilities": "current_liabilities",
        "debt_current": "short_term_debt",
        "long_term_debt_and_capital_lease_obligations": "long_term_debt",
        "retained_earnings_deficit": "retained_earnings",
        "goodwill": "goodwill",
    },
    "cash-flow-statements": {
        "net_cash_from_operating_activities": "operating_cash_flow",
        "purchase_of_property_plant_and_equipment": "capital_expenditure",
        "depreciation_depletion_and_amortization": "depreciation",
        "dividends": "dividends_paid",
    },
}
"""Fields of each statement, and the concepts they are."""
OUTFLOWS = frozenset({"capital_expenditure", "dividends_paid"})
"""The vendor counts what is paid as negative, filings as positive."""
SPANS = {"quarterly": (1, 13 * 7), "annual": (4, 52 * 7)}
"""Quarters and days of a period; the vendor does not say when it begins."""
CIK_DIGITS = 10


class StatementRow(msgspec.Struct):
    """A period of a company; its amounts are fields of the statement's own type."""

    cik: str | None = None
    tickers: list[str] | None = None
    period_end: str | None = None
    filing_date: str | None = None
    timeframe: str | None = None


ROWS: Mapping[str, type[StatementRow]] = {
    name: cast(
        "type[StatementRow]",
        msgspec.defstruct(
            name.title().replace("-", ""),
            [(field, float | None, None) for field in amounts],
            bases=(StatementRow,),
        ),
    )
    for name, amounts in STATEMENTS.items()
}


@dataclass(frozen=True, slots=True)
class HeldRows:
    """What is stored of the vendor: by company, concept, period end and span.

    ``latest``: the value that became known last, and when. ``now``: the time it is (UTC).
    """

    latest: Mapping[tuple[int, str, np.datetime64, int], tuple[float, np.datetime64]]
    now: np.datetime64


def read_statements(name: str, body: bytes) -> tuple[list[StatementRow | None], str | None]:
    """Read a page of a statement, as `read_page` does."""
    return read_page(body, ROWS[name])


def add_statements(
    rows: FactBlocks,
    name: str,
    page: Sequence[StatementRow],
    held: HeldRows,
    symbols: Mapping[int, str],
) -> int:
    """Add a page of a statement; returns how many rows have no company, period or filing day.

    ``symbols``: SEC's first symbol of a company; the vendor's where SEC lists none.
    """
    known = [one for one in map(_statement, page) if one is not None]
    for field, concept in STATEMENTS[name].items():
        instant = catalog().concepts[concept].kind != "duration"
        found = []
        for one in known:
            value = number_of(getattr(one.row, field))
            if value is None or (instant and one.quarters != 1):
                continue
            value = abs(value) if concept in OUTFLOWS else value
            seen = _when(one, concept, 0 if instant else one.quarters, value, held)
            if seen is not None:
                found.append((one, value, *seen))
        _add(rows, name, field, found, symbols, instant=instant)
    return len(page) - len(known)


@dataclass(frozen=True, slots=True)
class _Statement:
    cik: int
    end: np.datetime64
    filed: np.datetime64
    quarters: int
    days: int
    row: StatementRow


def _statement(row: StatementRow) -> _Statement | None:
    span = SPANS.get(row.timeframe or "")
    end, filed = day_of(row.period_end), day_of(row.filing_date)
    digits = row.cik or ""
    if span is None or end is None or filed is None or not 0 < len(digits) <= CIK_DIGITS:
        return None
    if not (digits.isascii() and digits.isdigit()) or not int(digits):
        return None
    return _Statement(int(digits), end, filed, *span, row)


def _when(
    one: _Statement, concept: str, quarters: int, value: float, held: HeldRows
) -> tuple[np.datetime64, str | None] | None:
    """Return when a value became known and what names its row; None where it is stored."""
    filed = end_of_day(np.array([one.filed], "datetime64[D]"))[0]
    before = held.latest.get((one.cik, concept, one.end, quarters))
    if before is None:
        return filed, None
    if before[0] == value:
        return None
    if filed > before[1]:
        return filed, f"filed {one.filed}"
    return held.now, f"seen {held.now.astype('datetime64[s]')}"


def _add(
    rows: FactBlocks,
    name: str,
    field: str,
    found: Sequence[tuple[_Statement, float, np.datetime64, str | None]],
    symbols: Mapping[int, str],
    *,
    instant: bool,
) -> None:
    concept = STATEMENTS[name][field]
    end = np.array([one.end for one, *_ in found], "datetime64[D]")
    days = np.array([one.days for one, *_ in found], np.int64)
    start: DateArray = np.full(len(end), NO_DAY) if instant else (end - days + 1).astype("M8[D]")
    rows.add(
        cik=np.array([one.cik for one, *_ in found], np.int64),
        symbol=[
            symbols.get(one.cik) or symbol_of((one.row.tickers or [""])[0]) for one, *_ in found
        ],
        concept=concept,
        tag=f"massive:{field}",
        unit=catalog().concepts[concept].unit,
        start=start,
        end=end,
        value=np.array([value for _, value, _, _ in found], np.float64),
        form=None,
        accn=[accn for *_, accn in found],
        known_at=np.array([known for _, _, known, _ in found], "datetime64[us]"),
    )
