"""Yahoo lists nothing: the directory that is kept is its universe, on each day that day's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from technic.data_engine.kept_listings import directory_folder
from technic.errors import ParameterError
from technic.scan.config import ScanConfig
from technic.scan.context import open_context, settled_universe
from technic.scan.request_plan import open_scope
from technic.settings import Settings

NOW = dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)
NASDAQ = (
    "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares"
)
OTHER = "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol"
FOOTER = "File Creation Time: 0629202618:00|||||||"
ODD = (
    "BRK.B|Berkshire Hathaway Inc. Class B|N|BRK.B|N|1|N|BRK.B",
    "ACME.W|Acme Corp. Warrants|N|ACME.WS|N|100|N|ACME+",
    "SPY|SPDR S&P 500|P|SPY|Y|100|N|SPY",
)


def keep(settings: Settings, day: str, *stocks: str) -> None:
    """Keep a day's directory: these stocks, a class share, a warrant, an ETF, a test issue."""
    rows = [f"{name}|{name} Inc. - Common Stock|Q|N|N|100|N|N" for name in stocks]
    rows.append("ZVZZT|NASDAQ TEST STOCK|G|Y|N|100|N|N")
    files = {"nasdaqlisted": (NASDAQ, *rows, FOOTER), "otherlisted": (OTHER, *ODD, FOOTER)}
    bodies = {name: "\n".join(lines).encode() for name, lines in files.items()}
    directory_folder(settings.home).keep(day, bodies)


@pytest.fixture
def settings(tmp_path):
    """A home of its own; no store, no key."""
    return Settings(home=tmp_path, provider="yahoo")


def scope(settings: Settings, **config):
    """What a sync of three sessions would be about."""
    return open_scope(ScanConfig(**config), settings=settings, days=3, now=NOW)


def test_without_a_directory_the_command_that_brings_one_is_named(settings):
    """No listings, no store: the sentence has the way out."""
    with pytest.raises(ParameterError, match="technic universe fetch brings one without a key"):
        scope(settings)


def test_companies_of_the_day_are_what_would_be_asked(settings):
    """Warrants, funds and test issues are left out unasked; each day has its own companies."""
    keep(settings, "2026-06-26", "AAPL", "GONE")
    keep(settings, "2026-06-29", "AAPL", "NEWS")
    today = scope(settings)
    assert today.universe.source == "nasdaq-trader-listings.parquet"
    assert sorted(today.symbols) == ["AAPL", "BRK.B", "NEWS"]
    assert {rule: found for rule, found in today.removed.items() if found} == {
        "warrant": ["ACME.WS"],
        "fund": ["SPY"],
        "test_issue": ["ZVZZT"],
    }
    assert sorted(scope(settings, as_of="2026-06-26").symbols) == ["AAPL", "BRK.B", "GONE"]
    assert sorted(scope(settings, symbols=("AAPL", "NONE")).symbols) == ["AAPL", "NONE"]


def test_a_universe_that_is_named_and_a_vendor_that_lists_stay(settings):
    """The directory stands in for what is not there, and for nothing else."""
    keep(settings, "2026-06-29", "AAPL")
    mine = ScanConfig(universe="mine.csv")
    assert settled_universe(mine, settings) is mine
    for provider in ("polygon", "loopback", "demo"):
        config = ScanConfig(provider=provider)
        assert settled_universe(config, settings) is config
    files = ScanConfig(data="prices.csv")
    assert settled_universe(files, settings) is files


def test_listings_that_are_old_or_begin_later_are_said(settings):
    """The latest day is a week and more behind the data; the scan is of before the first day."""
    keep(settings, "2026-06-19", "AAPL")
    config = settled_universe(ScanConfig(), settings)

    def warnings(as_of: str | None) -> str:
        return " ".join(open_context(replace(config, as_of=as_of), settings, NOW).warnings)

    assert "the listings kept are of 2026-06-19, 11 days before the data's end" in warnings(None)
    assert "listings kept" not in warnings("2026-06-22")
    assert "the listings kept begin with 2026-06-19: as of 2026-06-18" in warnings("2026-06-18")
    keep(settings, "2026-06-29", "AAPL")
    assert "listings kept" not in warnings(None)


def test_a_first_day_that_is_damaged_is_no_day_of_the_listings(settings):
    """Then those of the second are taken before it, and that is said; so is one that is behind."""
    for day in ("2026-06-18", "2026-06-22", "2026-06-29"):
        keep(settings, day, "AAPL", f"N{day[-2:]}")
    folder = directory_folder(settings.home)
    config = settled_universe(ScanConfig(), settings)

    def warnings(as_of: str | None) -> str:
        return " ".join(open_context(replace(config, as_of=as_of), settings, NOW).warnings)

    assert "listings kept" not in warnings("2026-06-18")
    for day in ("2026-06-18", "2026-06-29"):
        (folder.folder / f"nasdaqlisted-{day}.txt.gz").write_bytes(b"\x1f\x8b damaged")
    folder.universe.unlink()
    keep(settings, "2026-06-22", "AAPL", "N22")  # makes the file again
    assert "N22" in scope(settings, as_of="2026-06-18").symbols
    assert "the listings kept begin with 2026-06-22: as of 2026-06-18" in warnings("2026-06-18")
    assert "the listings kept are of 2026-06-22, 8 days before the data's end" in warnings(None)
    assert "listings kept" not in warnings("2026-06-22")
