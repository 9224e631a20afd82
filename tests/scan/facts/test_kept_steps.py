"""Steps that are kept are those that would be made, where nothing they follow from has moved."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from support.facts import filing, table_of
from support.made_up_market import CALENDAR, NOW, SESSIONS, SYMBOLS, assert_same, scan
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.interfaces.records import Splits
from technic.facts.place import fact_home
from technic.facts.reader import FactSteps
from technic.facts.store import FactStore
from technic.facts.terms import FactTerm
from technic.panel import LongBars
from technic.result.saved import load_saved
from technic.scan.facts import kept_steps
from technic.scan.facts.kept_steps import KeptSteps
from technic.scan.facts.stored_facts import StoredFacts
from technic.settings import Settings
from technic.testing import FakeProvider, make_bars

CONFIG = ScanConfig(
    where="revenue > 0 or is_missing(revenue)",
    columns=("revenue", "age(revenue)", "fq(revenue, 1)", "shares_outstanding"),
)
SHARES = "dei:EntityCommonStockSharesOutstanding"


def quarter(symbol: str, start: str, end: str, known: str, value: float):
    """A report of revenue and shares."""
    return filing(
        (SYMBOLS.index(symbol) + 1, symbol),
        "10-Q",
        f"{known}T13:00:00",
        ("revenue", "Revenues", start, end, value),
        ("shares_outstanding", SHARES, None, end, 1e6 + value),
    )


FIRST = [
    quarter(symbol, start, end, known, value + 10.0 * at)
    for at, symbol in enumerate(SYMBOLS[:12])
    for start, end, known, value in (
        ("2023-04-01", "2023-06-30", "2023-08-01", 100.0),
        ("2023-07-01", "2023-09-30", "2023-11-01", 103.0),
    )
]
NO_SPLITS = Splits.none()
LATER = [quarter("AK", "2023-10-01", "2023-12-31", "2024-02-01", 999.0)]


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols."""
    return make_bars(SYMBOLS, SESSIONS)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with facts."""
    FactStore(fact_home(tmp_path, simulated=True)).append(table_of(*FIRST))
    return tmp_path


def stored(bars: LongBars, home: Path, config: ScanConfig = CONFIG) -> ScanResult:
    """Scan with the facts of the home."""
    return run_scan(config, provider=FakeProvider(bars), now=NOW, settings=Settings(home=home))


def refuse(*_: object, **__: object) -> None:
    """Stand where rows would be read."""
    raise AssertionError("rows of facts were read")


def test_a_second_scan_reads_no_row_and_says_the_same(bars, home, monkeypatch):
    """Of another day and with other questions about the same facts, too."""
    first = stored(bars, home)
    assert_same(first, scan(bars, CONFIG, facts=table_of(*FIRST)))
    monkeypatch.setattr(FactStore, "rows", refuse)
    assert_same(first, stored(bars, home))
    earlier = ScanConfig(where="sma(revenue, 5) > 0", as_of="2023-10-02")
    found = stored(bars, home, earlier)
    monkeypatch.undo()
    assert_same(found, scan(bars, earlier, facts=table_of(*FIRST)))


def test_rows_that_are_added_are_seen(bars, home):
    """As soon as they are there."""
    before = stored(bars, home).table.set_index("symbol")
    FactStore(fact_home(home, simulated=True)).append(table_of(*LATER))
    after = stored(bars, home)
    assert_same(after, scan(bars, CONFIG, facts=table_of(*FIRST, *LATER)))
    assert before.loc["AK", "revenue"] == 103.0
    assert after.table.set_index("symbol").loc["AK", "revenue"] == 999.0


def test_a_store_that_was_made_anew_is_another_one(bars, home):
    """It has as many versions as the one that was deleted, and other rows."""
    stored(bars, home)
    place = fact_home(home, simulated=True)
    shutil.rmtree(place / "facts")
    FactStore(place).append(table_of(*LATER))
    assert_same(stored(bars, home), scan(bars, CONFIG, facts=table_of(*LATER)))


def test_what_is_added_while_a_scan_reads_is_for_the_next_one(home):
    """One scan has one state of the store, and keeps nothing else under its name."""
    place = fact_home(home, simulated=True)

    def opened() -> StoredFacts:
        return StoredFacts(place, ["revenue", "shares_outstanding"], ["AK"], CALENDAR, NO_SPLITS)

    def values(facts: StoredFacts, field: str) -> list[float]:
        return facts.steps(FactTerm(field), ["AK"]).value.tolist()

    first = opened()
    FactStore(place).append(table_of(*LATER))
    assert values(first, "revenue") == [100.0, 103.0]
    assert values(opened(), "revenue") == [100.0, 103.0, 999.0]
    assert values(first, "shares_outstanding") == [1e6 + 100.0, 1e6 + 103.0]


def test_a_saved_result_names_the_facts_and_their_version(bars, home, tmp_path):
    """Terms, and the state of the store; null where no fact is named."""
    before = FactStore(fact_home(home, simulated=True)).version()
    folder = stored(bars, home).save(tmp_path / "with")
    said = json.loads((folder / "scan.json").read_text())["facts"]
    terms = ["revenue", "age(revenue)", "fq(revenue, 1)", "shares_outstanding"]
    assert said == {"terms": terms, "store_version": before}
    assert load_saved(folder).as_of == "2024-03-08"
    plain = stored(bars, home, ScanConfig()).save(tmp_path / "without")
    assert json.loads((plain / "scan.json").read_text())["facts"] is None


@pytest.mark.parametrize("cut", [0, 10, 700], ids=["empty", "short", "cut off"])
def test_what_cannot_be_read_is_made_anew(bars, home, cut):
    """A file that is cut off, or none at all, changes nothing."""
    first = stored(bars, home)
    for file in (home / "cache" / "facts").glob("*.npz"):
        file.write_bytes(file.read_bytes()[:cut])
    assert_same(first, stored(bars, home))


def test_a_folder_that_cannot_be_written_only_costs_time(bars, home):
    """A file stands where the folder should be."""
    (home / "cache").write_text("in the way")
    assert_same(stored(bars, home), scan(bars, CONFIG, facts=table_of(*FIRST)))


def steps_of(*values: float) -> FactSteps:
    """One symbol's steps, each known a day after the other."""
    days = np.datetime64("2023-01-02") + np.arange(len(values))
    none = np.full(len(values), np.datetime64("NaT"))
    return FactSteps(
        days, np.array(values), none, 0, np.array([0, len(values)]), none, np.arange(len(values))
    )


SPLIT = Splits(np.array(["AA"], object), np.array(["2023-06-01"], "datetime64[D]"), np.array([2.0]))


def test_other_rows_splits_symbols_or_terms_are_kept_apart(tmp_path):
    """Whatever differs, the steps are made for it."""
    made: list[float] = []

    def value(rows: str, splits: Splits, term: str, symbol: str) -> float:
        def make() -> FactSteps:
            made.append(float(len(made)))
            return steps_of(made[-1])

        kept = KeptSteps(tmp_path, rows, CALENDAR, splits)
        return float(kept.steps(term, (symbol,), make).value[0])

    asked = [
        ("a 1", Splits.none(), "eps", "AA"),
        ("a 2", Splits.none(), "eps", "AA"),
        ("a 1", SPLIT, "eps", "AA"),
        ("a 1", Splits.none(), "age(eps)", "AA"),
        ("a 1", Splits.none(), "eps", "BB"),
    ]
    assert [value(*one) for one in asked] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert [value(*one) for one in asked] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_bytes_that_flipped_are_never_more_than_steps_made_anew(tmp_path):
    """Wherever they are."""
    kept = KeptSteps(tmp_path, "a 1", CALENDAR, Splits.none())
    kept.steps("eps", ("AA",), lambda: steps_of(1.0, 2.0))
    (path,) = tmp_path.glob("*.npz")
    whole = path.read_bytes()
    for at in range(0, len(whole), 9):
        path.write_bytes(whole[:at] + b"\xff" * 9 + whole[at + 9 :])
        found = kept.steps("eps", ("AA",), lambda: steps_of(1.0, 2.0))
        assert found.value.tolist() == [1.0, 2.0]


def test_the_oldest_go_where_all_are_too_large(tmp_path, monkeypatch):
    """As many stay as there is room for."""
    kept = KeptSteps(tmp_path, "a 1", CALENDAR, Splits.none())
    kept.steps("t0", ("AA",), lambda: steps_of(1.0, 2.0))
    (one,) = tmp_path.glob("*.npz")
    monkeypatch.setattr(kept_steps, "MOST_BYTES", int(2.5 * one.stat().st_size))
    for at in range(1, 5):
        kept.steps(f"t{at}", ("AA",), lambda: steps_of(1.0, 2.0))
    assert len(list(tmp_path.glob("*.npz"))) == 2
    assert not list(tmp_path.glob("*.part"))
