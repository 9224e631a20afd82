from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from technic.marketsim.names import company_names, describe
from technic.marketsim.sectors import KINDS, SLOTS
from technic.marketsim.securities import MAX_SIZE, Securities, list_securities
from technic.universe.symbols import canonical


@pytest.fixture(scope="module")
def securities() -> Securities:
    """Return the whole default market."""
    return list_securities(86, 6_000)


def test_no_symbol_is_given_twice_in_the_largest_market():
    """Symbols are unique up to the largest size."""
    symbols = list_securities(1, MAX_SIZE).symbol
    assert len(set(symbols)) == MAX_SIZE


def test_symbols_are_canonical(securities):
    """Each symbol is in the one form that the rest of the project uses."""
    assert [canonical(symbol) for symbol in securities.symbol] == list(securities.symbol)


def test_no_symbol_and_no_name_is_real(securities, real_data: Path):
    """Neither five years of listings nor their companies share a symbol or a first word."""
    lifecycle = pd.read_parquet(real_data / "listing_lifecycle.parquet")
    by_date = pd.read_parquet(real_data / "universe_by_date.parquet")
    real = set(lifecycle["symbol"]) | set(by_date["symbol"])
    listed = pd.read_parquet(real_data / "universe_2024-03-08.parquet")
    real_words = {name.split()[0].lower() for name in listed["name"].dropna()}
    words = {name.split()[0].lower() for name in company_names(86, securities)}
    assert len(real) > 10_000
    assert not real & set(securities.symbol)
    assert words - {"simulated"} == words - real_words - {"simulated"}


def test_a_company_comes_before_what_belongs_to_it(securities):
    """Warrants and the like have the root of an earlier company, on the same exchange."""
    at = np.arange(len(securities.symbol))
    children = np.flatnonzero(securities.parent != at)
    assert np.all(securities.parent <= at)
    assert len(children) > 600
    for child in children.tolist():
        parent = int(securities.parent[child])
        assert securities.exchange[child] == securities.exchange[parent]
        if KINDS[securities.kind[child]].name != "note":
            assert securities.symbol[child][:4] == securities.symbol[parent][:4]


def test_every_hundred_has_the_same_make_up(securities):
    """Kinds are spread evenly, so that a small market has all of them but test issues."""
    kinds = securities.kind.reshape(-1, 100)
    assert np.all(kinds[1] == SLOTS)
    assert np.all(kinds[1::2] == kinds[1])
    assert np.all(kinds[::2] == kinds[0])
    assert np.count_nonzero(kinds[0] != kinds[1]) == 1


def test_descriptions_have_one_entry_per_symbol(securities):
    """All columns are as long as the market; funds and test issues have no sector."""
    columns = describe(86, securities)
    assert {len(values) for values in columns.values()} == {6_000}
    assert all(columns["company"])
    for kind, sector in zip(columns["type"], columns["sector"], strict=True):
        assert (sector is None) == (kind in ("etf", "closed_end_fund", "test_issue"))
