"""Sums of all owners at once are those of a plain loop over their hits, however these are cut."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from technic.study.replay.hits import HitPlaces, Hits
from technic.study.statistics import DaySums
from technic.study.summary import owner_days
from technic.study.summary.owner_days import OwnerDays

SESSIONS = np.arange("2024-01-01", "2024-02-10", dtype="datetime64[D]")
SYMBOLS = tuple(f"S{number:02}" for number in range(23))
OWNERS = ("first", "nobody", "second", "third")
GROUPS = 5


def hits_of(place: np.ndarray, owner: np.ndarray, session: np.ndarray, symbol: np.ndarray) -> Hits:
    """Hits of which only places and owners matter."""
    n = len(session)
    texts = pd.Categorical.from_codes(np.zeros(n, np.int8), pd.Index(["x"]))
    number, whole = np.full(n, 7.0), np.full(n, 7, np.int32)
    places = HitPlaces(
        sessions=SESSIONS,
        symbols=SYMBOLS,
        session=session.astype(np.int32),
        symbol=symbol.astype(np.int32),
        rank=whole,
        ranked=whole,
        tech_rating=number,
        rs_rating=number,
        signal=texts,
        has_plan=np.ones(n, np.bool_),
        side=texts,
        entry_type=texts,
        entry=number,
        stop=number,
        target=number,
        shares=np.full(n, 7),
        close=number,
        dollar_volume=number,
        sector=texts,
    )
    return Hits(
        owners=OWNERS,
        places=places,
        place=place.astype(np.int32),
        owner=owner.astype(np.int16),
    )


def some_hits(seed: int, *, ordered: bool) -> Hits:
    """Most places of most sessions, one in seven without any; each met by some of the owners."""
    random = np.random.default_rng(seed)
    day, symbol = np.nonzero(random.random((len(SESSIONS), len(SYMBOLS))) < 0.7)
    kept = day % 7 != 3
    day, symbol = day[kept], symbol[kept]
    place, owner = np.nonzero(random.random((len(day), len(OWNERS))) < [0.5, 0, 0.2, 0.05])
    hits = hits_of(place, owner, day, symbol)
    if ordered:
        return hits.ordered()
    order = random.permutation(len(hits))
    turned = random.permutation(len(day))  # places of a day no longer stand together
    there = np.argsort(turned)
    return hits_of(there[place[order]], owner[order], day[turned], symbol[turned])


def looped(hits: Hits, value: np.ndarray, code: np.ndarray) -> dict[tuple[int, int, int], list]:
    """The values of each owner, group and session, one hit after the other."""
    found = defaultdict(list)
    for place, owner in zip(hits.place.tolist(), hits.owner.tolist(), strict=True):
        if np.isfinite(value[place]) and code[place] >= 0:
            session = int(hits.places.session[place])
            found[owner, int(code[place]), session].append(float(value[place]))
    return found


def assert_is(sums: DaySums, wanted: dict, owner: int, code: int) -> None:
    """Exact totals of whole units, and counts, of every session."""
    for session in range(len(SESSIONS)):
        values = wanted.get((owner, code, session), [])
        units = [int(np.rint(np.clip(one, -(2.0**17), 2.0**17) * 2.0**32)) for one in values]
        assert (sums.total[session], sums.count[session]) == (sum(units), len(units))


@pytest.mark.parametrize("chunk", [1, 100, 1 << 18])
@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("picked", [False, True])
def test_sums_are_those_of_a_loop(
    picked: bool, ordered: bool, chunk: int, monkeypatch: pytest.MonkeyPatch
):
    """Values that are not known, infinite and too large; groups of which some are empty or none."""
    monkeypatch.setattr(owner_days, "CHUNK", chunk)
    hits = some_hits(5, ordered=ordered)
    random = np.random.default_rng(6)
    value = random.normal(0, 1, len(hits.places))
    value[::9], value[4], value[5], value[6] = np.nan, np.inf, -np.inf, -3e5
    code = random.choice([-1, 0, 1, 2, 4], len(hits.places))
    own = random.random(len(hits)) < 0.4 if picked else None
    some = hits if own is None else hits.take(own)
    days = OwnerDays.of(hits, own)
    sums = days.sums(lambda at: value[at])
    grouped = days.grouped(lambda at: value[at], code, GROUPS)
    assert len(sums) == len(grouped) == len(OWNERS)
    whole = looped(some, value, np.zeros(len(value), np.int64))
    parts = looped(some, value, code)
    assert len(parts) > 50
    for owner in range(len(OWNERS)):
        assert_is(sums[owner], whole, owner, 0)
        assert len(grouped[owner]) == GROUPS
        for group in range(GROUPS):
            assert_is(grouped[owner][group], parts, owner, group)


def test_more_groups_than_a_small_number_holds():
    """Sorted another way from 65,536 groups of owners and sessions on."""
    hits = some_hits(7, ordered=True)
    value, code = np.ones(len(hits.places)), np.arange(len(hits.places)) % 1_000
    grouped = OwnerDays.of(hits).grouped(lambda at: value[at], code, 1_000)
    counts = np.array([[sums.hits for sums in own] for own in grouped])
    wanted = np.zeros_like(counts)
    np.add.at(wanted, (hits.owner, code[hits.place]), 1)
    np.testing.assert_array_equal(counts, wanted)


def test_a_stretch_of_days_without_any_group(monkeypatch: pytest.MonkeyPatch):
    """All its hits are in none."""
    monkeypatch.setattr(owner_days, "CHUNK", 50)
    hits = some_hits(5, ordered=True)
    code = np.where(hits.places.session < 20, -1, 0)
    (sums,) = OwnerDays.of(hits).grouped(lambda at: np.ones(len(code))[at], code, 1)[0]
    assert sums.count[:20].sum() == 0
    assert sums.hits == np.count_nonzero((hits.owner == 0) & (hits.session >= 20))


def test_no_hit_at_all():
    """Zeros, for every owner."""
    hits = some_hits(5, ordered=True)
    none = OwnerDays.of(hits, np.zeros(len(hits), np.bool_))
    for sums in none.sums(lambda at: np.ones(len(hits.places))[at]):
        assert sums.hits == sums.days == 0
        assert len(sums.total) == len(SESSIONS)
