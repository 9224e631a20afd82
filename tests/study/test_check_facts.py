"""The check takes later filings away with the later bars: a fact known too early is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from support.facts import filing, table_of
from support.hard_market import NOW, SESSIONS, hard_market
from support.made_up_market import SYMBOLS
from technic import ScanConfig
from technic.facts import reader
from technic.facts.place import fact_home
from technic.facts.store import FactStore
from technic.scan.facts.access import GivenFacts
from technic.settings import Settings
from technic.study.check import PastCheck, check_past
from technic.study.replay.replay import open_replay

QUARTER = "2023-04-01", "2023-06-30"
DAYS = SESSIONS[780:880]
"""From 2024-01-09 to 2024-05-31: after the first filings, before they are restated."""
CONFIG = ScanConfig(columns=("revenue", "age(revenue)"), where="revenue > 0 or is_missing(revenue)")


def filings() -> Iterator[list[dict[str, object]]]:
    """A quarter of some symbols, what each is listed as, and the same quarter restated in June."""
    for cik, symbol in enumerate(SYMBOLS[:6], start=1):
        of = ("revenue", "Revenues", *QUARTER)
        yield filing((cik, None), "10-Q", "2023-08-01T13:00:00", (*of, 100.0 + cik))
        yield filing((cik, None), "10-Q/A", "2024-06-14T13:00:00", (*of, 300.0 + cik))
        listed = ("listed_as", "x:x", None, "2024-06-20", 1.0)
        yield filing((cik, symbol), "", "2024-06-20T13:00:00", listed, source="sec submissions")


@pytest.fixture(params=["given", "stored"])
def facts(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Settings, GivenFacts | None]:
    """The filings as a table, or in the store of a home."""
    table = table_of(*filings())
    if request.param == "given":
        return Settings(home=tmp_path), table
    FactStore(fact_home(tmp_path, simulated=hard_market().simulated)).append(table)
    return Settings(home=tmp_path), None


def checked(facts: tuple[Settings, GivenFacts | None]) -> PastCheck:
    """Check three of the days."""
    settings, given = facts
    provider = hard_market()
    replay = open_replay(
        CONFIG, days=DAYS, provider=provider, settings=settings, now=NOW, facts=given
    )
    day = next(replay.replayed())
    known = day.values.columns["revenue"]
    assert sorted(known[np.isfinite(known)]) == [100.0 + cik for cik in range(1, 7)]
    return check_past(replay, 3)


def test_what_is_known_by_its_day_stays(facts):
    """Values, ages and conditions of facts; who is listed as what is said by later rows as well."""
    found = checked(facts)
    assert {"revenue", "age(revenue)"} <= set(found.names)
    assert found.of("later bars") == ()


def test_a_fact_that_is_known_too_early_is_named(facts, monkeypatch: pytest.MonkeyPatch):
    """A reader that has restatements half a year before they were filed."""

    class Hindsight(reader.FactReader):
        def __init__(self, rows: pa.Table, *args: object, **options: object) -> None:
            at = rows.schema.get_field_index("known_at")
            known = rows["known_at"].to_numpy().copy()
            known[known > np.datetime64("2024-06-01")] -= np.timedelta64(200, "D")
            moved = pa.array(known).cast(rows.schema.field(at).type)
            super().__init__(rows.set_column(at, "known_at", moved), *args, **options)

    monkeypatch.setattr(reader, "FactReader", Hindsight)
    monkeypatch.setattr("technic.scan.facts.stored_facts.FactReader", Hindsight)
    settings, given = facts
    replay = open_replay(
        CONFIG, days=DAYS, provider=hard_market(), settings=settings, now=NOW, facts=given
    )
    ahead = {change.name: change for change in check_past(replay, 3).of("later bars")}
    assert set(ahead) == {"revenue", "age(revenue)"}
    change = ahead["revenue"]
    cik = 1 + SYMBOLS.index(change.symbol)
    assert (change.before, change.after) == (300.0 + cik, 100.0 + cik)
