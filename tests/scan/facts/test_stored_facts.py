"""Facts of the store in the home, and of a table: the same whoever holds them, as of any day."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.facts import filing, table_of
from support.made_up_market import NOW, SESSIONS, SYMBOLS, assert_same, scan
from technic import ScanConfig, run_scan
from technic.facts.place import fact_home
from technic.facts.store import FactStore
from technic.panel import LongBars
from technic.settings import Settings
from technic.testing import FakeProvider, make_bars

CONFIG = ScanConfig(
    where="revenue_growth_yoy > 5",
    columns=("revenue", "fq(revenue, 4)", "age(revenue)", "ps", "highest(revenue, 30)"),
    block_size=7,
)
ENDS = ("2022-09-30", "2022-12-31", "2023-03-31", "2023-06-30", "2023-09-30")
STARTS = ("2022-07-01", "2022-10-01", "2023-01-01", "2023-04-01", "2023-07-01")
KNOWN = ("2022-11-01", "2023-02-01", "2023-05-01", "2023-08-01", "2023-11-01")


def filings(upto: str = "9999"):
    """Five quarters of every second symbol, of which some grow; what was known by a day."""
    for cik, symbol in enumerate(SYMBOLS[::2], start=1):
        for at, (start, end, day) in enumerate(zip(STARTS, ENDS, KNOWN, strict=True)):
            if day <= upto:
                value = 100.0 * cik + at * cik * (-1.0) ** cik
                fact = ("revenue", "Revenues", start, end, value)
                yield filing((cik, symbol), "10-Q", f"{day}T12:00:00", fact)


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols."""
    return make_bars(SYMBOLS, SESSIONS)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a store of facts."""
    home = tmp_path_factory.mktemp("home")
    FactStore(fact_home(home, simulated=True)).append(table_of(*filings()))
    return home


def test_the_store_of_the_home_is_read(bars: LongBars, home: Path):
    """As is the same table that is given, and by hand: from 100 c to (100 + 4) c in a year."""
    config = replace(CONFIG, where="revenue_growth_yoy > 3")
    stored = run_scan(config, provider=FakeProvider(bars), now=NOW, settings=Settings(home=home))
    assert_same(stored, scan(bars, config, facts=table_of(*filings())))
    grow = [symbol for cik, symbol in enumerate(SYMBOLS[::2], start=1) if cik % 2 == 0]
    assert set(stored.table["symbol"]) == set(grow)  # by 4 %, the others fall by as much
    table = stored.table.set_index("symbol")
    assert table.loc[grow[0], "revenue"] == 208.0
    assert table.loc[grow[0], "fq(revenue, 4)"] == 200.0
    outcomes = dict(zip(stored.ledger.symbols, stored.ledger.outcome, strict=True))
    assert {outcomes[symbol] for symbol in SYMBOLS[1::2]} == {"filter.unknown"}


@pytest.mark.parametrize("day", ["2023-10-31", "2023-11-01", "2024-03-08"])
def test_what_is_filed_later_changes_no_earlier_scan(bars: LongBars, day: str):
    """The scan of a day from all filings is that from those known by then, bit for bit."""
    config = replace(CONFIG, as_of=day, where="revenue > 0 or is_missing(revenue)")
    every = scan(bars, config, facts=table_of(*filings()))
    assert_same(every, scan(bars, config, facts=table_of(*filings(upto=day))))
    assert np.isfinite(every.table["revenue"]).sum() == len(SYMBOLS[::2])
