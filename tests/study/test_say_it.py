"""Every line of docs/say-it.md runs: on the simulated market, and on real bars if there are any."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from technic import ScanConfig
from technic.data_engine.providers.demo import DemoProvider
from technic.language import read
from technic.scan.expressions.vocabulary import vocabulary
from technic.sessions import build_calendar
from technic.setups import Setup, SetupCondition
from technic.study import open_replay
from technic.study.replay.hits import Hits

PAGE = Path(__file__).resolve().parents[2] / "docs" / "say-it.md"
ROW = re.compile(r"^\| (?P<wish>[^|`]+) \| `(?P<line>[^`]+)` \|$", re.MULTILINE)
BEGIN, END = "<!-- wishes:", "<!-- end of wishes -->"
SIMULATED = ("2026-06-01", "2026-06-30")
"""A month of the simulated market."""


def wishes() -> dict[str, str]:
    """Return what is said and what is written for it."""
    text = PAGE.read_text(encoding="utf-8")
    _, _, rest = text.partition(BEGIN)
    return {row["wish"]: row["line"] for row in ROW.finditer(rest.partition(END)[0])}


WISHES = wishes()
NAMES = {wish: re.sub(r"[^a-z0-9]+", "_", f"wish {wish}".casefold()) for wish in WISHES}


def as_setups() -> tuple[Setup, ...]:
    """Return each line as a setup of one condition."""
    return tuple(
        Setup(
            name=NAMES[wish],
            title=wish,
            meaning=wish,
            source="docs/say-it.md",
            conditions=(SetupCondition(name="line", where=line),),
        )
        for wish, line in WISHES.items()
    )


def hits_by_wish(hits: Hits) -> Counter[str]:
    """Count hits by what was said."""
    own = np.bincount(hits.owner, minlength=len(hits.owners))
    counts = dict(zip(hits.owners, own.tolist(), strict=True))
    return Counter({wish: counts[name] for wish, name in NAMES.items()})


def test_the_page_has_every_wish():
    """Fifteen, one of them in both of its meanings."""
    assert len(WISHES) == 16


@pytest.mark.parametrize("wish", WISHES)
def test_a_line_is_a_condition(wish):
    """Of the words that come with Technic alone."""
    assert read(WISHES[wish], vocabulary(), wants="condition").kind == "condition"


def test_the_simulated_market_answers_every_line():
    """A month of 150 symbols, one of them in the place of SPY: every line finds something."""
    listed = DemoProvider(build_calendar(2026)).listings().symbols
    some = tuple(sorted(listed)[::40])
    config = ScanConfig(
        provider="demo",
        symbols=some,
        rank_among="shown",
        benchmark=some[0],
        setups=as_setups(),
    )
    counts = hits_by_wish(Hits.joined(open_replay(config, *SIMULATED).hits()))
    assert min(counts.values()) > 0, counts


def test_real_bars_answer_every_line(real_data: Path):
    """Five weeks of 411 symbols with SPY beside them: every line finds something."""
    config = ScanConfig(
        provider="files",
        data=str(real_data / "us_daily_sample.parquet"),
        universe=str(real_data / "universe_by_date.parquet"),
        benchmark=f"{real_data / 'benchmarks_close.parquet'}:SPY",
        rank_among="shown",
        setups=as_setups(),
    )
    now = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
    replay = open_replay(config, "2024-02-01", "2024-03-07", now=now)
    counts = hits_by_wish(Hits.joined(replay.hits()))
    assert min(counts.values()) > 0, counts
