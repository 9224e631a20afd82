"""Scans and studies whose universe is the kept directory: each day has the file kept last by it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from support.made_up_market import NOW, SESSIONS
from technic import ScanConfig, run_scan
from technic.data_engine.kept_listings import directory_folder
from technic.settings import Settings
from technic.study.replay.replay import open_replay
from technic.study.replay.replay_part import WholeReplay
from technic.testing import FakeProvider, make_bars

NAMES = ("AAPL", "GONE", "NEWS")
KEPT = (SESSIONS[-9], SESSIONS[-4])
"""The two days whose files are kept: GONE is in the first alone, NEWS in the second."""
NASDAQ = (
    "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares"
)
OTHER = "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol"
APPLE = "AAPL|Apple Inc. - Common Stock|N|AAPL|N|100|N|AAPL"
FOOTER = "File Creation Time: 0629202618:00|||||||"
DAYS = {
    SESSIONS[-12]: {"AAPL", "GONE"},  # before the first: what that brought
    SESSIONS[-9]: {"AAPL", "GONE"},
    SESSIONS[-5]: {"AAPL", "GONE"},
    SESSIONS[-4]: {"AAPL", "NEWS"},
    SESSIONS[-1]: {"AAPL", "NEWS"},
}
EARLY = f"the listings kept begin with {KEPT[0]}"


def keep(settings: Settings, day: object, *stocks: str, simulated: bool = False) -> Path:
    """Keep a day's two files; return the universe file of all days."""
    rows = [f"{name}|{name} Inc. - Common Stock|Q|N|N|100|N|N" for name in stocks]
    files = {"nasdaqlisted": (NASDAQ, *rows, FOOTER), "otherlisted": (OTHER, APPLE, FOOTER)}
    folder = directory_folder(settings.home, simulated=simulated)
    bodies = {name: "\n".join(lines).encode() for name, lines in files.items()}
    return folder.keep(str(day), bodies).universe


@pytest.fixture(params=[False, True], ids=["real", "simulated"])
def config(tmp_path: Path, request: pytest.FixtureRequest) -> ScanConfig:
    """A scan of all that the kept directory lists."""
    settings = Settings(home=tmp_path)
    keep(settings, KEPT[0], "GONE", simulated=request.param)
    universe = keep(settings, KEPT[1], "NEWS", simulated=request.param)
    return ScanConfig(universe=str(universe), where="close > 0")


@pytest.fixture(scope="module")
def provider() -> FakeProvider:
    """All three have bars on all days: another company's, or of before the listing."""
    return FakeProvider(make_bars(NAMES, SESSIONS))


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_scan_has_the_listings_of_its_day(config, provider, tmp_path, day):
    """One symbol is listed later, one delisted; before the first file that is said, once."""
    settings = Settings(home=tmp_path)
    asked = replace(config, as_of=str(day))
    result = run_scan(asked, provider=provider, settings=settings, now=NOW)
    assert set(result.ledger.symbols) == DAYS[day]
    said = [one for one in result.warnings if "listings kept" in one]
    assert [one.startswith(EARLY) for one in said] == [True] * int(day < KEPT[0])


def test_the_file_is_known_by_any_way_to_it(config, provider, tmp_path, monkeypatch):
    """A path that is relative is said of as well as the whole one; another's file is not."""
    monkeypatch.chdir(Path(config.universe).parent)
    asked = replace(config, universe=os.path.basename(config.universe), as_of=str(SESSIONS[-12]))
    settings = Settings(home=tmp_path)
    result = run_scan(asked, provider=provider, settings=settings, now=NOW)
    assert sum(one.startswith(EARLY) for one in result.warnings) == 1
    elsewhere = Settings(home=tmp_path / "other")
    result = run_scan(asked, provider=provider, settings=elsewhere, now=NOW)
    assert not [one for one in result.warnings if "listings kept" in one]


def test_each_day_of_a_study_has_its_own(config, provider, tmp_path):
    """As the scans of the days have them; that days lie before the first file is said once."""
    days = SESSIONS[[list(SESSIONS).index(day) for day in DAYS]]
    settings = Settings(home=tmp_path)
    replay = open_replay(config, days=days, provider=provider, settings=settings, now=NOW)
    ranked = WholeReplay.of(replay.parts(), ()).ranked
    for at, day in enumerate(days):
        assert {replay.symbols[i] for i in ranked[at].nonzero()[0]} == DAYS[day]
    assert sum(one.startswith(EARLY) for one in replay.warnings) == 1
    later = open_replay(config, days=days[1:], provider=provider, settings=settings, now=NOW)
    assert not [one for one in later.warnings if "listings kept" in one]
