"""Scans by the universes, watchlists and benchmarks that people have, from end to end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cases(real_data: Path) -> Path:
    """Folder of small cases beside the real market data; never committed."""
    folder = real_data.parent / "cases"
    if not folder.is_dir():
        pytest.skip(f"the cases of files that people have are not at {folder}")
    return folder


def case(cases: Path, name: str) -> Path:
    """The folder of one case."""
    folder = cases / name
    if not folder.is_dir():
        pytest.skip(f"there is no case {folder}")
    return folder


def ledger(ran) -> dict[str, int]:
    """What became of the symbols of a scan that worked."""
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["ledger"]


def test_market_caps_in_millions(cases: Path, technic: Callable[..., object]):
    """A range of dollars keeps the companies that are in it, and the scaling is said."""
    folder = case(cases, "11-market-cap-in-millions")
    given = ["scan", "--data", folder / "prices.csv", "--universe", folder / "finviz.csv",
             "--format", "json"]  # fmt: skip
    ran = technic(*given, "--min-market-cap", "300M")
    assert "prescreen.market_cap" not in ledger(ran)
    assert "in millions of dollars" in ran.err
    ran = technic(*given, "--min-market-cap", "10B")
    assert ledger(ran)["prescreen.market_cap"] == 1
    ran = technic(*given, "--min-market-cap", "300M", "--market-cap-unit", "dollars")
    assert json.loads(ran.out)["ledger"] == {"prescreen.market_cap": 3}


@pytest.mark.parametrize(
    ("name", "size"),
    [("finviz.csv", 2), ("thinkorswim.csv", 2), ("cashtags.txt", 2), ("spaces.txt", 3)],
)
def test_watchlists(cases: Path, technic: Callable[..., object], name: str, size: int):
    """Every symbol of the list is scanned, and nothing else."""
    folder = case(cases, "18-watchlist-symbol-not-first")
    ran = technic(
        "scan", "--data", folder / "prices.csv", "--watchlist", folder / name, "--format", "json"
    )
    assert ledger(ran) == {"kept": size}


@pytest.mark.parametrize(
    ("name", "symbols"),
    [
        ("ishares_holdings", {"AAA", "BBB"}),
        ("eodhd_symbols", {"AAA", "BBB"}),
        ("alphavantage_listing_status", {"AAA"}),
    ],
)
def test_universes(cases: Path, technic: Callable[..., object], name: str, symbols: set[str]):
    """Holdings, lists of codes, and a list with what is delisted."""
    folder = case(cases, "19-universe-files")
    given = ("--universe", folder / f"{name}.csv", "--format", "json")
    ran = technic("scan", "--data", folder / "prices.csv", *given)
    assert {row["symbol"] for row in json.loads(ran.out)["rows"]} == symbols
    assert ledger(ran) == {"kept": len(symbols)}


def test_a_plain_list_for_a_universe(cases: Path, technic: Callable[..., object]):
    """The message names the option that reads it."""
    folder = case(cases, "19-universe-files")
    given = ("--universe", folder / "plain_list.csv")
    ran = technic("scan", "--data", folder / "prices.csv", *given)
    assert ran.code == 2
    assert "--watchlist" in ran.err


def test_benchmarks(cases: Path, technic: Callable[..., object]):
    """The closes of an index as an exchange publishes them."""
    folder = case(cases, "20-benchmark-files")
    given = ("--benchmark", folder / "nasdaq_index.csv", "--format", "json")
    ran = technic("scan", "--data", folder / "prices.csv", *given)
    assert ledger(ran)
    assert "not used" not in ran.err


def test_a_screeners_export_as_universe_and_watchlist(
    technic: Callable[..., object], prices: Path, tmp_path: Path
):
    """One file serves both: companies in millions, the column of symbols not the first."""
    path = tmp_path / "screen.csv"
    path.write_text(
        "No.,Ticker,Company,Market Cap\n1,ALFA,Alfa Inc,512.35\n2,BRAV,Bravo Inc,45.10\n"
    )
    given = ("--universe", path, "--watchlist", path, "--min-market-cap", "300M")
    ran = technic("scan", "--data", prices, *given, "--format", "json")
    assert ledger(ran) == {"kept": 1, "prescreen.market_cap": 1}
    assert "in millions of dollars" in ran.err


def test_a_series_of_an_index_is_a_benchmark(
    technic: Callable[..., object], prices: Path, tmp_path: Path
):
    """Two columns, of days and of values that are called after the index."""
    closes = prices.read_text().splitlines()[1:]
    days = [line.split(",")[1] for line in closes if line.startswith("ALFA,")]
    rows = [f"{day},{100 + row}" for row, day in enumerate(days)]
    path = tmp_path / "index.csv"
    path.write_text("\n".join(["observation_date,SP500", *rows]) + "\n")
    ran = technic("scan", "--data", prices, "--benchmark", path, "--format", "json")
    assert ledger(ran)["kept"]
    assert "not used" not in ran.err
