"""Facts of a replay's blocks: opened once, and by the splits that each block knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.facts import calendar, day, days, filing, table_of
from technic.data_engine.interfaces.records import SplitRecord
from technic.facts.place import fact_home
from technic.facts.store import FactStore
from technic.language import parse
from technic.scan.facts.access import FactAccess
from technic.scan.facts.many_days import FactsOfBlocks
from technic.settings import Settings

SYMBOLS = ("AA", "BB", "CC")
LEAVES = tuple(parse(text) for text in ("eps_ttm", "revenue", "shares_outstanding"))
ENDS = ("2022-03-31", "2022-06-30", "2022-09-30", "2022-12-31")
STARTS = ("2022-01-01", "2022-04-01", "2022-07-01", "2022-10-01")
KNOWN = ("2022-05-02", "2022-08-01", "2022-11-01", "2023-02-01")
BLOCKS = (
    {},
    {"AA": (("2022-06-15", 4.0),)},
    {"AA": (("2022-06-15", 4.0), ("2022-12-05", 2.0)), "CC": (("2022-10-03", 0.1),)},
    {"CC": (("2022-10-03", 0.1),)},
    {"CC": (("2022-10-03", 0.1),)},
    {"AA": (("2022-06-15", 4.0), ("2022-12-05", 2.0)), "BB": (("2023-01-03", 3.0),)},
)
"""What some blocks know of splits: more, less, the same, and those of other symbols."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four quarters of three companies."""
    home = tmp_path_factory.mktemp("home")
    rows = [
        filing(
            (cik, symbol), "10-Q", f"{known}T12:00:00",
            ("eps", "EarningsPerShareDiluted", start, end, 1.7 * cik + at),
            ("revenue", "Revenues", start, end, 100.0 * cik + at),
            ("shares_outstanding", "dei:EntityCommonStockSharesOutstanding", None, end, 7e5 * cik),
        )
        for cik, symbol in enumerate(SYMBOLS, start=1)
        for at, (start, end, known) in enumerate(zip(STARTS, ENDS, KNOWN, strict=True))
    ]  # fmt: skip
    FactStore(fact_home(home)).append(table_of(*rows))
    return home


def records(splits):
    """Records of a feed."""
    return {
        symbol: SplitRecord(
            "feed", days(*(one for one, _ in own)), np.array([ratio for _, ratio in own]), True
        )
        for symbol, own in splits.items()
    }


def read(facts, window):
    """All values of a window's sessions, in the shares of its last day."""
    found = facts.on(SYMBOLS, window, window[-1])
    session = np.repeat(np.arange(len(window))[:, None], len(SYMBOLS), axis=1)
    return {str(leaf): found.at(str(leaf), session) for leaf in LEAVES}


def test_blocks_have_what_they_would_have_alone(home, monkeypatch):
    """Whatever the blocks before knew, bit for bit; rows of the store are read once."""
    asked, rows = [], FactStore.rows
    monkeypatch.setattr(FactStore, "rows", lambda *a, **b: asked.append(1) or rows(*a, **b))
    access = FactAccess(Settings(home=home), simulated=False)
    facts = FactsOfBlocks(access, LEAVES, SYMBOLS, calendar())
    window = calendar().between(day("2022-04-01"), day("2023-03-01"))
    shown = []
    for splits in BLOCKS:
        shown.append(read(facts.of_block(window, records(splits)), window))
    assert len(asked) == 1
    for splits, one in zip(BLOCKS, shown, strict=True):
        alone = FactsOfBlocks(access, LEAVES, SYMBOLS, calendar())
        other = read(alone.of_block(window, records(splits)), window)
        for name, values in other.items():
            np.testing.assert_array_equal(one[name], values, name)
    assert not np.array_equal(shown[0]["eps_ttm"], shown[1]["eps_ttm"], equal_nan=True)
    np.testing.assert_array_equal(shown[3]["eps_ttm"][:, 0], shown[0]["eps_ttm"][:, 0])
