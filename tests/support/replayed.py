"""What a replayed day has beside what the scan as of that day has: every bit of both."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from technic import ScanResult, run_scan
from technic.study.replay.hits import HitPlaces, Hits
from technic.study.replay.replay import Replay
from technic.study.replay.replayed_day import ReplayedDay
from technic.typing import DateArray

__all__ = ["assert_is_the_scan", "assert_replays", "assert_same_hits", "scan_of"]


def scan_of(replay: Replay, day: np.datetime64, **options: object) -> ScanResult:
    """Run the scan as of a day; the provider is the one that the replay reads."""
    config = dataclasses.replace(replay.config, as_of=str(day))
    return run_scan(config, provider=replay.context.provider, **options)


def assert_replays(replay: Replay, days: DateArray | None = None, **options: object) -> int:
    """Hold the days of a replay, or some of them, against their scans.

    Return how many rows were compared.
    """
    rows = 0
    for day in replay.replayed():
        if days is not None and day.day not in days:
            continue
        result = scan_of(replay, day.day, **options)
        assert_is_the_scan(day, result)
        rows += len(result.scored)
    return rows


def assert_is_the_scan(day: ReplayedDay, result: ScanResult) -> None:
    """Outcomes, who is scored, every value of each, conditions, plans, order of the ranks."""
    where = str(day.day)
    assert dict(day.outcomes) == dict(
        zip(result.ledger.symbols, result.ledger.outcome, strict=True)
    ), where
    shown = [name for name, own in zip(day.market.symbols, day.shown, strict=True) if own]
    assert sorted(shown) == sorted(result.scored), where
    place = {name: at for at, name in enumerate(day.market.symbols)}
    at = np.array([place[name] for name in result.scored], dtype=np.intp)
    assert day.market.columns.keys() == result.columns.keys(), where
    for name, values in result.columns.items():
        assert_same(day.market.columns[name][at], values, f"{where} {name}")
    for mine, its in zip(day.values.conditions, result.conditions, strict=True):
        assert (mine.owner, mine.name) == (its.owner, its.name)
        assert_same(mine.values[at], its.values, f"{where} {its.owner}.{its.name}")
    assert int(np.count_nonzero(day.market.ranked)) == result.ranks.size
    assert day.market.regime == result.regime, where
    _assert_table(day, result, place)


def _assert_table(day: ReplayedDay, result: ScanResult, place: dict[str, int]) -> None:
    """The kept symbols are the table's, and every column of it has the same values."""
    table = result.table
    kept = {name for name, own in zip(day.market.symbols, day.kept, strict=True) if own}
    assert kept == set(table["symbol"]), day.day
    at = np.array([place[name] for name in table["symbol"]], dtype=np.intp)
    columns = {
        **day.market.columns,
        **day.market.text_columns(),
        **day.market.plans.columns(),
        **day.values.table_columns,
    }
    for name, values in columns.items():
        assert_same(values[at], table[name].to_numpy(), f"{day.day} {name}")


def assert_same(mine: NDArray[np.generic], its: NDArray[np.generic], what: str) -> None:
    """The same bits; of texts and objects the same values, nothing beside nothing."""
    if mine.dtype.kind == "f" and its.dtype.kind == "f":
        assert mine.tobytes() == np.ascontiguousarray(its).tobytes(), what
        return
    pairs = zip(mine.tolist(), its.tolist(), strict=True)
    wrong = [pair for pair in pairs if pair[0] != pair[1] and not all(map(_nothing, pair))]
    assert not wrong, f"{what}: {wrong[:3]}"


def _nothing(value: object) -> bool:
    return value is None or value != value


def assert_same_hits(mine: Hits, its: Hits) -> None:
    """The same hits in the same order, of the same axes, every column with the same bits."""
    assert (mine.owners, mine.symbols) == (its.owners, its.symbols)
    assert_same(mine.sessions, its.sessions, "sessions")
    assert_same(mine.owner, its.owner, "owner")
    for name in HitPlaces.columns():
        assert_same(mine.column(name), its.column(name), name)
