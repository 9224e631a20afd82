"""Lists of JSON: what is too much is refused before it is decoded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.filings import companyfacts, concept_of, fact, submissions
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.sources import lists
from technic.facts.sources.company_tickers import read_company_tickers
from technic.facts.sources.companyfacts import SOURCE, add_companyfacts
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.massive_page import read_page
from technic.facts.sources.massive_shares import FloatRow
from technic.facts.sources.short_interest import read_short_interest
from technic.facts.sources.submissions import read_older_page, read_submissions

SOME_FACTS = companyfacts(
    7, us_gaap__Assets__USD=[fact("2024-03-31", 5, "a-1", "2024-05-01") for _ in range(30)]
)
TICKERS = b'{"fields": ["cik", "name", "ticker", "exchange"], "data": [%s[5, "x", "A", "N"]]}'
MANY: dict[str, tuple[Callable[[], object], str]] = {
    "vendor rows": (lambda: read_page(b'{"results": [%s{}]}' % (b"{}," * 30), FloatRow), "rows"),
    "numbers": (lambda: read_page(b'{"results": [%s0]}' % (b"0," * 30), FloatRow), "values"),
    "companies": (lambda: read_company_tickers(TICKERS % (b"[]," * 30)), "rows"),
    "short interest": (
        lambda: read_short_interest(
            b'[%s{"symbolCode": "A", "settlementDate": "2024-02-15"}]' % (b"{}," * 30)
        ),
        "rows",
    ),
    "facts": (lambda: add_companyfacts(FactBlocks(SOURCE), SOME_FACTS, concept_of), "values"),
    "filings": (lambda: read_submissions(submissions(7, *([("",) * 6] * 30))), "values"),
    "older filings": (
        lambda: read_older_page(
            b'{"accessionNumber": [], "filingDate": [], "reportDate": [], "form": [],'
            b'"acceptanceDateTime": [], "items": [], "x": [%s0]}' % (b"0," * 30)
        ),
        "values",
    ),
}


@pytest.mark.parametrize("name", MANY)
def test_what_is_too_much_is_not_decoded(name: str, monkeypatch: pytest.MonkeyPatch):
    """The very same is read where the ceilings are as they are."""
    read, what = MANY[name]
    read()
    monkeypatch.setattr(lists, "COUNTED_BYTES", 10)
    monkeypatch.setattr(lists, "MAX_ROWS_A_PAGE", 29 if what == "rows" else 10**6)
    monkeypatch.setattr(lists, "MOST_VALUES", 29)
    with pytest.raises(BadAnswerError, match=f"more than 29 {what} in one answer"):
        read()
