"""Facts on many days at once are those of the scan of each day, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.company_facts import company_facts
from support.facts import filing, table_of
from support.made_up_market import NOW, SYMBOLS
from support.replayed import assert_replays, assert_same_hits
from support.stored_market import IN_BLOCKS, Gathered, Listing, fill, stored
from technic import ScanConfig
from technic.errors import RuleUnavailableError
from technic.facts.place import fact_home
from technic.facts.store import FactStore
from technic.settings import Settings
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay, open_replay

WHERE = (
    "eps_growth_yoy > 25",
    "is_missing(pe_ttm) or pe_ttm < 60",
    "rank(eps_growth_yoy) <= 12",
    "sma(shares_outstanding, 30) > 0 or eps_ttm > eps_ttm[60]",
)
CONFIG = ScanConfig(
    where=f"({WHERE[0]} and {WHERE[1]}) or {WHERE[2]}",
    columns=("pe_ttm", "fq(eps, 4)", "ema(eps_ttm, 9)", "age(eps_growth_yoy)", "close[250]"),
    sort="eps_growth_yoy:desc",
    bars=200,  # so that the windows of the days begin in two years
)
AROUND_SPLITS = ("2023-04-28", "2023-05-01", "2024-01-12", "2024-01-16", "2024-02-20")
AROUND_FILINGS = ("2023-05-02", "2023-10-19", "2023-10-20", "2024-02-09", "2024-03-08")
DAYS = np.array(sorted((*AROUND_SPLITS, *AROUND_FILINGS)), "datetime64[D]")
"""Around splits (BN 2023-05-01 and 2024-01-16, DK 2024-02-20) and around what becomes known."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with splits, holes, late and early listings."""
    with pytest.MonkeyPatch.context() as patch:
        return fill(tmp_path_factory.mktemp("facts") / "store", patch)


def opened(folder: Path, config: ScanConfig, *, gathered: bool = False) -> Replay:
    """Replay the store by blocks, or with all bars at once."""
    provider = Listing(stored(folder).syncer)
    held = Gathered(provider, ()) if gathered else provider
    settings = Settings(home=folder / "home", panel_memory=IN_BLOCKS)
    return open_replay(
        config, days=DAYS, provider=held, settings=settings, now=NOW, facts=company_facts()
    )


@pytest.mark.parametrize("gathered", [False, True], ids=["in blocks", "gathered"])
def test_days_have_the_facts_of_their_scans(folder: Path, gathered):
    """Values, outcomes (unknown apart from false), conditions, order and ranks."""
    replay = opened(folder, CONFIG, gathered=gathered)
    assert assert_replays(replay, facts=company_facts()) > 100
    outcomes = {one for day in replay.replayed() for one in day.outcomes.values()}
    assert {"kept", "filter.where", "filter.unknown"} <= outcomes


@pytest.mark.parametrize("where", [*WHERE, " and ".join(WHERE)])
def test_hits_are_those_of_the_days(folder: Path, where):
    """Both passes over the bars know the facts, also where symbols are compared by them."""
    replay = opened(folder, replace(CONFIG, where=where))
    found = Hits.joined(replay.hits())
    by_day = Hits.joined(day.hits(replay.days, replay.symbols) for day in replay.replayed())
    assert len(found) > 3
    assert_same_hits(found, by_day)


def test_narrow_blocks_of_symbols_change_nothing(folder: Path):
    """A symbol has its facts in any company."""
    replay = opened(folder, CONFIG)
    narrow = replace(replay, block_symbols=5)
    assert_same_hits(Hits.joined(replay.hits()), Hits.joined(narrow.hits()))


def test_a_store_is_asked_once_for_all_blocks_of_days(folder: Path):
    """Its splits are known at once, so that no block asks anew."""
    facts = company_facts()
    provider = Listing(stored(folder).syncer)
    settings = Settings(home=folder / "home", panel_memory=IN_BLOCKS)
    replay = open_replay(
        CONFIG, days=DAYS, provider=provider, settings=settings, now=NOW, facts=facts
    )
    assert len(list(replay.hits())) > 1
    asked = [text for text, _ in facts.asked]
    assert len(asked) == len(set(asked)) == 4


def test_a_replay_without_facts_says_so_before_it_begins(folder: Path, tmp_path):
    """As a scan does."""
    settings = Settings(home=tmp_path)
    with pytest.raises(RuleUnavailableError, match="eps_growth_yoy.*technic facts sync"):
        open_replay(
            CONFIG, days=DAYS, provider=Listing(stored(folder).syncer), settings=settings, now=NOW
        )


ENDS = ("2022-03-31", "2022-06-30", "2022-09-30", "2022-12-31", "2023-03-31", "2023-06-30")
STARTS = ("2022-01-01", "2022-04-01", "2022-07-01", "2022-10-01", "2023-01-01", "2023-04-01")
KNOWN = ("2022-05-03", "2022-08-02", "2022-11-01", "2023-02-01", "2023-05-02", "2023-10-20")


def filings() -> Iterator[list[dict[str, object]]]:
    """Six quarters of every third symbol, and a restatement that changes who grows."""
    for cik, symbol in enumerate(SYMBOLS[::3], start=1):
        for at, (start, end, known) in enumerate(zip(STARTS, ENDS, KNOWN, strict=True)):
            revenue = ("revenue", "Revenues", start, end, 100.0 + cik * at * (-1.0) ** (cik + at))
            eps = ("eps", "EarningsPerShareDiluted", start, end, 1.0 + 0.01 * cik * at)
            yield filing((cik, symbol), "10-Q", f"{known}T13:00:00", revenue, eps)
        restated = ("revenue", "Revenues", STARTS[4], ENDS[4], 104.0 + cik)
        yield filing((cik, symbol), "10-Q/A", "2024-01-12T13:00:00", restated)


def test_filings_of_a_store_on_many_days_are_those_of_each(folder: Path, tmp_path: Path):
    """Quarters, growth, twelve months and ages by the reader, over splits and restatements."""
    config = replace(
        CONFIG,
        where="revenue_growth_yoy > 1 or age(revenue) < 30 or is_missing(fq(revenue, 5))",
        columns=("pe_ttm", "fq(eps, 1)", "eps_growth_yoy", "age(eps_ttm)", "sma(revenue, 9)"),
        sort="revenue_growth_yoy:desc",
    )
    FactStore(fact_home(tmp_path, simulated=True)).append(table_of(*filings()))
    settings = Settings(home=tmp_path, panel_memory=IN_BLOCKS)
    provider = Listing(stored(folder).syncer)
    replay = open_replay(config, days=DAYS, provider=provider, settings=settings, now=NOW)
    assert assert_replays(replay, settings=settings) > 100
    by_day = Hits.joined(day.hits(replay.days, replay.symbols) for day in replay.replayed())
    assert_same_hits(Hits.joined(replay.hits()), by_day)
    growing = {
        day.day: int(np.nansum(day.values.columns["pe_ttm"] > 0)) for day in replay.replayed()
    }
    assert max(growing.values()) > 3
