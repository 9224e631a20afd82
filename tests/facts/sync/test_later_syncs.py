"""A later sync changes nothing of the days before an earlier one, for any field of any symbol."""

from __future__ import annotations

import numpy as np

from support.fact_sync import AskedMarket
from support.loopback import day, old_companies
from support.vendor import CALENDAR
from technic.data_engine.interfaces.records import Splits
from technic.facts.fields import FIELDS
from technic.facts.reader import FactReader
from technic.facts.store import FactStore
from technic.facts.terms import FactTerm

TERMS = (
    *map(FactTerm, FIELDS),
    FactTerm("eps", 4),
    FactTerm("eps_ttm", 0, "age"),
    FactTerm("short_interest", 0, "age"),
)


def test_a_later_sync_changes_no_bit_of_what_an_earlier_one_said(tmp_path):
    """Through a split and a new symbol: symbols that were listed by the first, sessions up to it.

    Settlement days come newest first; those before January come with the second.
    """
    market = AskedMarket(tmp_path, size=16, n_sessions=200)
    world = market.loopback.world
    types = world.descriptions["type"]
    common = [one for one in old_companies(world, 9) if types[world.row_of(one)] == "common"]
    first, other = common[:2]
    world.rename(first, "NEWNAME", day("2026-04-27"))
    world.split(other, day("2026-05-06"), 3.0)
    splits = Splits(np.array([other], object), np.array([day("2026-05-06")]), np.array([3.0]))

    def synced(today: str) -> tuple[FactReader, set[str]]:
        world.today = day(today)
        assert market.sync(("companies", "short-interest")).problems == []
        concepts = {concept for field in FIELDS.values() for concept in field.concepts}
        rows = FactStore(tmp_path).rows(concepts=concepts)
        listed = FactStore(tmp_path).rows(concepts=["listed_as"])["symbol"].to_pylist()
        return FactReader(rows, CALENDAR, splits), {symbol for symbol in listed if symbol}

    before, symbols = synced("2026-04-20")
    after, later = synced("2026-06-15")
    assert later - symbols == {"NEWNAME"}
    sessions = CALENDAR.between(day("2026-01-02"), day("2026-04-20"))
    names, said = sorted(symbols), 0
    for term in TERMS:
        early, late = (reader.values(term, names, sessions) for reader in (before, after))
        assert early.tobytes() == late.tobytes(), term
        said += not np.isnan(early[-1]).all()
    assert said > 0.6 * len(TERMS)
    eps = FactTerm("eps")
    of_old, of_new = (
        after.values(eps, [symbol], sessions).tobytes() for symbol in (first, "NEWNAME")
    )
    assert of_old == of_new  # a company keeps its past under a new symbol
