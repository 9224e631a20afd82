"""diff: who entered, left and moved between two saved results, and what made them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.made_up_market import NOW, SESSIONS, SYMBOLS
from support.saved_scans import edit_frame, edited_bar
from technic import FilterRules, ScanConfig, ScanResult, run_scan
from technic.panel import LongBars
from technic.result import diff as comparison
from technic.result.diff import Diff, diff
from technic.result.saved import SavedScan, load_saved
from technic.testing import FakeProvider, make_bars
from technic.universe import universe_of

BEFORE, AFTER = str(SESSIONS[-6]), str(SESSIONS[-1])
RULES = FilterRules(min_rating=50)


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols; EP has no bar in the last five sessions but one."""
    whole = make_bars(SYMBOLS, SESSIONS)
    gone = (whole.column == SYMBOLS.index("EP")) & (whole.session > SESSIONS[-12])
    return whole.rows(~gone)


def result_of(market: LongBars, as_of: str, symbols: list[str], /, **config: object) -> ScanResult:
    """A scan as of a day."""
    provider = FakeProvider(market, universe=universe_of(symbols, "listings"))
    settings = ScanConfig(as_of=as_of, **({"filters": RULES} | config))
    return run_scan(settings, provider=provider, now=NOW)


@pytest.fixture(scope="module")
def results(bars: LongBars) -> tuple[ScanResult, ScanResult]:
    """The same scan on two days; AK is listed only before, AL only after."""
    before = result_of(bars, BEFORE, [symbol for symbol in SYMBOLS if symbol != "AL"])
    after = result_of(bars, AFTER, [symbol for symbol in SYMBOLS if symbol != "AK"])
    return before, after


@pytest.fixture(scope="module")
def found(results: tuple[ScanResult, ScanResult], tmp_path_factory) -> Diff:
    """Their comparison."""
    folder = tmp_path_factory.mktemp("diff")
    saved = [one.save(folder / name) for name, one in zip("ab", results, strict=True)]
    return diff(*map(load_saved, saved))


def load(result: ScanResult, folder: Path) -> SavedScan:
    """Save and load."""
    return load_saved(result.save(folder))


def test_entered_and_left_are_what_the_tables_say(found: Diff, results):
    """Against the two lists of symbols, in the order of their places."""
    kept = [list(one.table["symbol"]) for one in results]
    assert [one.symbol for one in found.entered] == [s for s in kept[1] if s not in kept[0]] != []
    assert [one.symbol for one in found.left] == [s for s in kept[0] if s not in kept[1]] != []
    both = set(kept[0]) & set(kept[1])
    assert len(found.moved) + found.unchanged == len(both) > 0
    for one in found.moved:
        assert one.before.place == kept[0].index(one.symbol) + 1
        assert one.after.place == kept[1].index(one.symbol) + 1


def test_the_condition_is_the_ledgers_own(found: Diff, results):
    """What a symbol that left fails now, and what one that entered failed then."""
    for one in found.left:
        if one.symbol != "AK":
            assert (one.after.outcome, one.after.detail) == results[1].ledger.of(one.symbol)
        assert (one.before.outcome, one.after.place) == ("kept", None)
    for one in found.entered:
        if one.symbol != "AL":
            assert (one.before.outcome, one.before.detail) == results[0].ledger.of(one.symbol)
    reasons = {one.after.outcome for one in found.left}
    assert "filter.min_rating" in reasons


def test_a_symbol_that_only_one_universe_has_says_so(bars, tmp_path: Path):
    """It has no entry on the other side."""
    sides = [
        load(result_of(bars, AFTER, symbols, filters=FilterRules()), tmp_path / name)
        for name, symbols in (("a", SYMBOLS[:5]), ("b", SYMBOLS[1:6]))
    ]
    found = diff(*sides)
    assert [(one.symbol, one.after.outcome) for one in found.left] == [
        ("AK", "not in the universe")
    ]
    assert [(one.symbol, one.before.outcome) for one in found.entered] == [
        ("AP", "not in the universe")
    ]
    assert "another universe: 1 new (AP), 1 gone (AK)" in found.warnings


def test_ratings_and_signals_are_those_of_both_days(found: Diff, results):
    """Also of symbols that a filter took: their values are saved."""
    for one in (*found.entered, *found.left, *found.moved):
        for side, result in zip((one.before, one.after), results, strict=True):
            if side.outcome in ("not in the universe", "gate.stale"):
                assert (side.tech_rating, side.signal) == (None, None)
                continue
            explained = result.explain(one.symbol)
            assert side.tech_rating == explained.tech_rating
            assert side.signal == explained.signal


def test_the_components_add_up_to_the_change_of_the_rating(found: Diff, results):
    """Every one that changed, the largest effect first, against both explanations."""
    changes = [one for one in (*found.left, *found.entered, *found.moved) if one.rating_change]
    assert len(changes) > 10
    for one in changes:
        parts = found.components(one.symbol)
        points = [part.points for part in parts]
        assert sum(points) == pytest.approx(one.rating_change, abs=1e-9)
        assert [abs(value) for value in points] == sorted(map(abs, points), reverse=True)
        lines = [
            {line.component: line for line in result.explain(one.symbol).contributions}
            for result in results
        ]
        first = parts[0]
        assert first.before == lines[0][first.component].value_text
        assert first.after == lines[1][first.component].value_text


def test_moved_are_in_the_order_of_the_change_of_their_ratings(found: Diff):
    """The largest first, whatever its direction."""
    sizes = [abs(one.rating_change) for one in found.moved]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) > 2


def test_a_result_has_no_difference_to_itself(results, tmp_path: Path):
    """Nothing entered, left or moved, and nothing to warn of."""
    saved = load(results[0], tmp_path / "a")
    found = diff(saved, saved)
    assert (found.entered, found.left, found.moved, found.warnings) == ((), (), (), ())
    assert found.unchanged == len(results[0].table)


def test_a_stale_symbol_left_for_that_reason(bars: LongBars, tmp_path: Path):
    """EP's last bar is twelve sessions old on the second day."""
    day = str(SESSIONS[-12])
    sides = [
        load(result_of(bars, as_of, SYMBOLS, filters=FilterRules()), tmp_path / as_of)
        for as_of in (day, AFTER)
    ]
    found = diff(*sides)
    (left,) = found.left
    assert (left.symbol, left.after.outcome) == ("EP", "gate.stale")
    assert left.after.tech_rating is None
    assert left.rating_change is None
    assert found.components("EP") == ()
    assert found.components("NOBODY") == ()


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        (
            {"filters": FilterRules(min_rating=60)},
            "another config: filters.min_rating was 50, is 60",
        ),
        (
            {"filters": FilterRules(min_rating=50, signals=("long",))},
            "another config: filters.signals was not set, is ['long']",
        ),
        ({"bars": 250}, "another config: bars was 300, is 250"),
        ({"sort": "close"}, "another config: sort was 'tech_rating:desc', is 'close'"),
        ({"block_size": 4, "runner": "threads"}, None),
    ],
    ids=["filter", "signals", "bars", "sort", "speed"],
)
def test_another_config_is_named_key_by_key(bars, results, tmp_path: Path, change, warning):
    """But not the day, nor what only changes the speed."""
    symbols = [symbol for symbol in SYMBOLS if symbol != "AL"]
    other = load(result_of(bars, AFTER, symbols, **change), tmp_path / "b")
    found = diff(load(results[0], tmp_path / "a"), other)
    assert found.warnings == (() if warning is None else (warning,))


def test_other_data_other_code_and_another_order_are_warned_of(results, tmp_path: Path):
    """Provider, price basis, simulation, code, edited files, the days the wrong way round."""
    first, second = (load(one, tmp_path / name) for name, one in zip("ab", results, strict=True))
    real = replace(
        second.data, provider="polygon", price_basis="total_return_adjusted", simulated=False
    )
    second = replace(
        second, data=real, code={"technic": "9.9", "fingerprint": "f"}, universe=first.universe
    )
    warnings = " | ".join(diff(first, second).warnings)
    assert "another provider: was fake, is polygon" in warnings
    assert "another price basis: was split_adjusted, is total_return_adjusted" in warnings
    assert "one of the two is SIMULATED, the other is not" in warnings
    assert "scanned by different code" in warnings
    assert "Technic 9.9 (f)" in warnings
    (early,) = [one for one in diff(second, first).warnings if "later one" in one]
    assert early == f"the first result is the later one ({AFTER}, {BEFORE})"
    edit_frame(tmp_path / "a", "table", first.table["symbol"].iloc[0], close=1.0)
    edited = load_saved(tmp_path / "a")
    assert "table.parquet of" in diff(edited, edited).warnings[0]


def test_columns_that_are_not_there_are_no_reason_to_fail(results, tmp_path: Path):
    """As in a result of code that computed fewer: the rating, but no components."""
    first, second = (load(one, tmp_path / name) for name, one in zip("ab", results, strict=True))
    first = replace(first, table=first.table.drop(columns=["rsi_14"]))
    found = diff(first, second)
    one = found.moved[0]
    assert one.rating_change is not None
    assert found.components(one.symbol) == ()
    bare = replace(first, table=first.table[["symbol"]], filtered=first.filtered[["symbol"]])
    assert diff(bare, second).moved[0].before.tech_rating is None


def test_the_summary_is_plain_and_limited(found: Diff):
    """What programs get: counts are whole, lists are cut."""
    summary = json.loads(json.dumps(found.summary(1), allow_nan=False))
    assert summary["counts"]["left"] == len(found.left) > 1
    assert [len(summary[name]) for name in ("entered", "left", "moved")] == [1, 1, 1]
    one = summary["moved"][0]
    assert one["before"].keys() == {"outcome", "detail", "place", "tech_rating", "signal"}
    assert one["components"][0].keys() == {"component", "before", "after", "points"}
    assert summary["before"]["as_of"] == BEFORE
    assert summary["after"]["data"]["simulated"] is True


def test_what_a_bar_changed_shows_in_the_components(bars: LongBars, tmp_path: Path):
    """One close ten percent up: the rating moves by what the components say."""
    sides = [
        load(result_of(some, AFTER, SYMBOLS, filters=FilterRules()), tmp_path / name)
        for name, some in (("a", bars), ("b", edited_bar(bars, "BN", back=0, factor=1.1)))
    ]
    found = diff(*sides)
    one = next(one for one in found.moved if one.symbol == "BN")
    changed = {part.component for part in found.components("BN")}
    assert {"close_vs_ema_20", "rsi_14", "position_in_day"} <= changed
    assert one.rating_change
    assert one.rating_change > 0
    assert np.isclose(sum(part.points for part in found.components("BN")), one.rating_change)


def test_no_rating_is_taken_apart_that_is_the_same_on_both_sides(
    bars: LongBars, results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Two conditions on one day: thousands enter, and none of their ratings is another one."""
    _, after = results
    whole = result_of(bars, AFTER, [s for s in SYMBOLS if s != "AK"], filters=FilterRules())
    taken: list[int] = []
    monkeypatch.setattr(comparison, "explain", lambda *_, **__: taken.append(1))
    found = diff(load(after, tmp_path / "a"), load(whole, tmp_path / "b"))
    assert len(found.entered) > 3
    assert all(one["components"] == [] for one in found.summary()["entered"])
    assert taken == []
    heavier = replace(whole.config, weights=replace(whole.config.weights, trend=30.0))
    other = run_scan(
        heavier, provider=FakeProvider(bars, universe=universe_of(SYMBOLS, "x")), now=NOW
    )
    other_found = diff(load(after, tmp_path / "c"), load(other, tmp_path / "d"))
    other_found.components(other_found.entered[0].symbol)
    assert taken


def test_the_summary_goes_on_after_an_offset(found: Diff):
    """Parts are the whole."""
    whole = found.summary()["moved"]
    parts = [found.summary(2, offset)["moved"] for offset in range(0, len(whole), 2)]
    assert [one for part in parts for one in part] == whole
