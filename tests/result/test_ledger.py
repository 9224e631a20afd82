"""The ledger gives every symbol exactly one outcome, and the counts add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.result.ledger import KEPT, LedgerBook
from technic.scan.block_rows import GatedSymbol, TrimmedHistory

SYMBOLS = [f"S{i}" for i in range(12)]
entries = st.lists(
    st.tuples(
        st.sampled_from(SYMBOLS),
        st.sampled_from(["prescreen.warrant", "fetch.no_data", "gate.stale", "filter.sector"]),
    )
)


@given(entries=entries)
def test_the_first_outcome_stands_and_the_counts_add_up(entries: list[tuple[str, str]]):
    """Whatever is recorded in whatever order, each symbol is counted once."""
    book = LedgerBook(SYMBOLS)
    first: dict[str, str] = {}
    for symbol, outcome in entries:
        book.record(symbol, outcome, f"because of {outcome}")
        first.setdefault(symbol, outcome)
    assert book.open_symbols() == [s for s in SYMBOLS if s not in first]
    ledger = book.close()
    assert sum(ledger.counts.values()) == len(SYMBOLS)
    for symbol in SYMBOLS:
        assert ledger.of(symbol)[0] == first.get(symbol, KEPT)
    assert ledger.frame()["symbol"].tolist() == SYMBOLS


def test_counts_come_in_the_order_of_the_pipeline():
    """Kept first, then as a symbol travels."""
    book = LedgerBook(["A", "B", "C", "D"])
    book.record("A", "filter.min_price")
    book.record("B", "prescreen.warrant")
    book.record("C", "gate.stale")
    assert list(book.close().counts) == [
        KEPT,
        "prescreen.warrant",
        "gate.stale",
        "filter.min_price",
    ]


def test_a_symbol_named_twice_is_refused():
    """Two rows for one symbol would break the sum."""
    with pytest.raises(ValueError, match="twice"):
        LedgerBook(["A", "A"])


def test_what_is_not_used_of_a_history_stands_in_the_detail_whatever_comes():
    """Alone where the symbol is kept, after the reason where it is not."""
    book = LedgerBook(["A", "B", "C", "D"])
    trimmed = [TrimmedHistory(name, "2024-01-02", "usable since 2024-01-02") for name in "AB"]
    book.record_scans([], [GatedSymbol("C", "stale", "old")], trimmed)
    assert book.open_symbols() == ["A", "B", "D"]
    book.record("B", "filter.min_price", "close 3")
    ledger = book.close()
    assert ledger.of("A") == (KEPT, "usable since 2024-01-02")
    assert ledger.of("B") == ("filter.min_price", "close 3; usable since 2024-01-02")
    assert ledger.of("C") == ("gate.stale", "old")
    assert ledger.of("D") == (KEPT, "")
