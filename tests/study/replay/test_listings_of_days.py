"""Who is scanned on each day of a replay is whom the scan of the day has, as its file says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from support.hard_market import NOW
from support.made_up_market import SESSIONS, SYMBOLS
from support.replayed import assert_replays, assert_same_hits
from technic import ScanConfig
from technic.errors import InputFileError
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay, open_replay
from technic.study.replay.replay_part import WholeReplay
from technic.testing import FakeProvider, make_bars
from technic.universe import PrescreenRules

DAYS = SESSIONS[[-120, -90, -89, -60, -59, -30]]
CUTS = [str(SESSIONS[at]) for at in (-100, -89, -60, -45)]


def spans() -> Iterable[str]:
    """Symbols that come on one of the days, go on one, or are used for another company."""
    yield "symbol,name,sector,first_seen,last_seen"
    for at, name in enumerate(SYMBOLS):
        first, last = "2021-01-30", "2026-08-21"
        if at % 5 == 1:
            first = CUTS[at % 4]
        if at % 5 == 3:
            last = CUTS[at % 4]
        yield f"{name},{name} Inc,Tech,{first},{last}"
    yield f"AK9,AK9 Warrants,Tech,2021-01-30,{CUTS[1]}"


def complete() -> Iterable[str]:
    """All listings of some days; who changes the sector, who comes and goes."""
    yield "symbol,name,sector,market_cap,as_of"
    for number, day in enumerate(("2021-01-04", *CUTS)):
        sector = "Tech" if number < 2 else "Energy"
        for at, name in enumerate(SYMBOLS):
            if at % 6 != number:
                yield f"{name},{name} Inc,{sector},{at + number}e9,{day}"


def changes() -> Iterable[str]:
    """Rows of the days on which something was new; market caps of later days are not known."""
    yield "symbol,name,sector,market_cap,as_of"
    for at, name in enumerate(SYMBOLS):
        yield f"{name},{name} Inc,Tech,{at + 1}e9,{CUTS[at % 4]}"
    for at, name in enumerate(SYMBOLS[::3]):
        yield f"{name},{name} Inc,Energy,{at + 3}e9,{SESSIONS[-40]}"
    yield f"AK,AK Inc,Tech,5e9,{SESSIONS[0]}"


ASKED = {
    "spans": (spans, ScanConfig(where="close > 0")),
    "those named": (
        spans,
        ScanConfig(where="rs_rating > 0 or sector == 'Tech'", symbols=("AL", "AN", "BK", "QQ")),
    ),
    "complete": (
        complete,
        ScanConfig(
            where="rank(close, sector) <= 9", prescreen=PrescreenRules(sectors=("Tech", "Energy"))
        ),
    ),
    "changes": (
        changes,
        ScanConfig(where="market_cap > 2e9", prescreen=PrescreenRules(min_market_cap=4e9)),
    ),
}


def opened(path: Path, rows: Iterable[str], config: ScanConfig, days=DAYS) -> Replay:
    """Replay some days with a universe file."""
    file = path / "listings.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    provider = FakeProvider(make_bars((*SYMBOLS, "AK9"), SESSIONS))
    config = replace(config, universe=str(file))
    return open_replay(config, days=days, provider=provider, now=NOW)


@pytest.mark.parametrize(("rows", "config"), ASKED.values(), ids=ASKED)
def test_days_and_hits_are_those_of_the_scans(tmp_path: Path, rows, config: ScanConfig):
    """Ledger, ranks and all of every day; and hits as the days have them."""
    replay = opened(tmp_path, rows(), config)
    assert assert_replays(replay, now=NOW) > 0
    by_day, members = [], set()
    for day in replay.replayed():
        by_day.append(day.hits(replay.days, replay.symbols))
        members.add(frozenset(day.outcomes))
    assert len(members) > 1 or config.symbols or rows is changes
    found, its = Hits.joined(replay.hits()), Hits.joined(by_day)
    assert len(found) > 10
    assert_same_hits(found, its)


def test_who_is_ranked_is_told_of_each_day(tmp_path: Path):
    """Whoever is not listed yet, or not any more, is no part of the day."""
    replay = opened(tmp_path, spans(), ScanConfig(where="close > 0"))
    ranked = WholeReplay.of(replay.parts(), ()).ranked
    place = {name: at for at, name in enumerate(replay.symbols)}
    for row, day in enumerate(DAYS.astype(str)):
        for at, name in enumerate(SYMBOLS):
            begun = at % 5 != 1 or CUTS[at % 4] <= day
            gone = at % 5 == 3 and day > CUTS[at % 4]
            there = name in place and ranked[row, place[name]]
            assert there == (begun and not gone), (day, name)


def test_an_error_of_a_day_is_that_of_its_scan(tmp_path: Path):
    """A file in which nobody is listed on a day ends the replay, as it ends the scan."""
    rows = ["symbol,ipoDate", f"AK,{DAYS[2]}", f"AL,{DAYS[2]}"]
    with pytest.raises(InputFileError, match=f"not listed yet on {DAYS[0]}"):
        opened(tmp_path, rows, ScanConfig())


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (spans(), None),
        (complete(), None),
        (changes(), "listings.csv does not say who was delisted and when"),
        (["symbol", *SYMBOLS], "listings.csv does not say who was delisted and when"),
        (
            ["symbol,delistingDate", "AK,", f"AL,{DAYS[-1]}"],
            f"listings.csv says who was delisted from {DAYS[-1]} on, not before",
        ),
    ],
    ids=["spans", "complete", "changes", "survivors", "late"],
)
def test_survivorship_is_warned_of_where_nobody_says_who_left(tmp_path: Path, rows, says):
    """Plainly, with what would help."""
    warnings = [one for one in opened(tmp_path, rows, ScanConfig()).warnings if "survivors" in one]
    assert len(warnings) == (says is not None)
    if says:
        assert warnings[0].startswith(says)
        assert "who is missing did worse than who is there" in warnings[0]
