"""The store holds exactly what was written last, and says exactly what was asked."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from technic.data_engine.interfaces.coverage import Coverage
from technic.data_engine.interfaces.records import Dividends, Splits
from technic.data_engine.store import BarStore, CommitRetry
from technic.data_engine.store._writer_lock import WriterLock
from technic.errors import ParameterError, StoreError
from technic.panel import FIELDS, LongBars
from technic.testing import make_bars

ASKED = dt.datetime(2024, 6, 3, 22, 0, tzinfo=dt.UTC)
DAYS = np.busday_offset("2024-01-30", np.arange(8))
"""Two sessions of January and six of February."""


def day(text: str) -> np.datetime64:
    """A day."""
    return np.datetime64(text, "D")


def cells(bars: LongBars) -> dict[tuple[str, str], tuple[float, ...]]:
    """Each bar under its symbol and time."""
    rows = zip(bars.column, bars.session, *(getattr(bars, name) for name in FIELDS), strict=True)
    return {(bars.symbols[c], str(s)): tuple(map(float, values)) for c, s, *values in rows}


def everything(store: BarStore) -> dict[tuple[str, str], tuple[float, ...]]:
    """All daily bars in a store."""
    return cells(store.read(None, day("1900-01-01"), day("2100-01-01")))


def no_bars() -> LongBars:
    """An answer without a bar."""
    return make_bars(["A"], DAYS[:0])


@pytest.fixture
def store(tmp_path: Path) -> BarStore:
    """An empty store."""
    return BarStore.open(str(tmp_path / "store"))


def test_what_is_written_is_read_back_bit_for_bit(store: BarStore):
    """Whole-market days over two months come back, sorted by symbol and session."""
    bars = make_bars(["MSFT", "AAPL", "BRK.B"], DAYS)
    store.write_days(bars, DAYS, ASKED)
    again = store.read(None, DAYS[0], DAYS[-1])
    assert cells(again) == cells(bars)
    assert again.symbols == ("AAPL", "BRK.B", "MSFT")
    assert again.column.tolist() == [0] * 8 + [1] * 8 + [2] * 8
    assert again.session.tolist() == [*DAYS.tolist()] * 3
    assert again.session.dtype == np.dtype("datetime64[D]")
    assert again.column.dtype == np.int32


def test_symbols_come_in_the_order_they_were_asked_for_and_missing_ones_are_left_out(
    store: BarStore,
):
    """A reader that names symbols gets those columns, in its order."""
    bars = make_bars(["A", "B", "C"], DAYS)
    store.write_days(bars, DAYS, ASKED)
    again = store.read(["C", "NONE", "C", "A"], DAYS[2], DAYS[3])
    assert again.symbols == ("C", "A")
    assert again.column.tolist() == [0, 0, 1, 1]
    expected = {k: v for k, v in cells(bars).items() if k[0] != "B"}
    assert cells(again) == {k: v for k, v in expected.items() if k[1] in map(str, DAYS[2:4])}


def test_missing_and_infinite_values_survive(store: BarStore):
    """The store judges nothing: what came is what is kept."""
    bars = make_bars(["A"], DAYS[:3])
    close = bars.close.copy()
    close[:] = np.nan, np.inf, -0.0
    store.write_days(replace(bars, close=close), DAYS[:3], ASKED)
    again = store.read(None, DAYS[0], DAYS[2])
    assert again.close.tobytes() == close.tobytes()


def test_writing_a_day_again_replaces_it(store: BarStore):
    """A second answer for a day is all there is of it; other days stay."""
    store.write_days(make_bars(["A", "B"], DAYS), DAYS, ASKED)
    newer = make_bars(["B", "C"], DAYS[3:4], seed=5)
    store.write_days(newer, DAYS[3:4], ASKED)
    expected = cells(make_bars(["A", "B"], DAYS))
    expected = {k: v for k, v in expected.items() if k[1] != str(DAYS[3])} | cells(newer)
    assert everything(store) == expected


def test_a_day_answered_without_bars_is_emptied(store: BarStore):
    """Replacing with nothing removes what was there."""
    store.write_days(make_bars(["A"], DAYS), DAYS, ASKED)
    store.write_days(no_bars(), DAYS[2:3], ASKED)
    assert (("A", str(DAYS[2])) in everything(store)) is False
    assert len(everything(store)) == 7


def test_a_range_replaces_its_cells_and_no_others(store: BarStore):
    """Symbols not asked, and days outside the range, keep their bars; a bar gone is gone."""
    old = make_bars(["A", "B", "C"], DAYS)
    store.write_days(old, DAYS, ASKED)
    newer = make_bars(["A"], DAYS[2:4], seed=9)
    store.write_ranges(newer, ["A", "B"], DAYS[2], DAYS[5], ASKED)
    inside = {(s, str(d)) for s in "AB" for d in DAYS[2:6]}
    expected = {k: v for k, v in cells(old).items() if k not in inside} | cells(newer)
    assert everything(store) == expected


def test_bars_outside_what_was_asked_are_refused(store: BarStore):
    """A bar on another day or of another symbol would change cells nobody asked for."""
    bars = make_bars(["A", "B"], DAYS)
    with pytest.raises(ParameterError, match="A 2024-01-31"):
        store.write_days(bars, DAYS[:1], ASKED)
    with pytest.raises(ParameterError, match="B 2024-01-30"):
        store.write_ranges(bars, ["A"], DAYS[0], DAYS[-1], ASKED)
    with pytest.raises(ParameterError, match="first"):
        store.write_ranges(no_bars(), ["A"], DAYS[1], DAYS[0], ASKED)
    assert everything(store) == {}
    assert store.coverage() == Coverage.none()


def test_two_bars_of_one_symbol_on_one_day_are_refused(store: BarStore):
    """Which one is right is not for the store to say."""
    one = make_bars(["A"], DAYS[:1])
    twice = one.rows(np.array([0, 0]))
    with pytest.raises(ParameterError, match="A 2024-01-30 twice"):
        store.write_days(twice, DAYS[:1], ASKED)


operations = st.lists(
    st.one_of(
        st.tuples(
            st.just("days"),
            st.lists(st.integers(0, 7), min_size=1, max_size=3, unique=True),
            st.sets(st.sampled_from("ABCD")),
        ),
        st.tuples(
            st.just("range"),
            st.tuples(st.integers(0, 7), st.integers(0, 7)).map(sorted),
            st.sets(st.sampled_from("ABCD"), min_size=1),
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=max(settings.default.max_examples // 12, 8),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(operations)
def test_any_sequence_of_writes_equals_the_same_on_a_dict(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, list[int], set[str]]]
):
    """Store round trip: replaced cells, kept cells and coverage, against a plain dict."""
    store = BarStore.open(str(tmp_path_factory.mktemp("store")))
    held: dict[tuple[str, str], tuple[float, ...]] = {}
    answered = Coverage.none()
    for seed, (kind, where, symbols) in enumerate(steps):
        days = DAYS[sorted(where)] if kind == "days" else DAYS[where[0] : where[1] + 1]
        bars = make_bars(sorted(symbols), days, seed)
        if kind == "days":
            store.write_days(bars, days, ASKED)
            gone = {key for key in held if key[1] in map(str, days)}
        else:
            # One symbol of the range has no bar: it is asked all the same.
            asked = [*sorted(symbols), "E"]
            store.write_ranges(bars, asked, days[0], days[-1], ASKED)
            gone = {key for key in held if key[1] in map(str, days) and key[0] in asked}
            answered = answered.with_ranges(asked, days[0], days[-1])
        held = {key: value for key, value in held.items() if key not in gone} | cells(bars)
    before = everything(store)
    store.compact()
    assert before == everything(store) == held
    assert store.verify() == []
    assert store.coverage().ranges == answered.ranges


def test_coverage_says_what_was_asked(store: BarStore):
    """Whole-market days and ranges, a symbol without a bar included."""
    store.write_days(make_bars(["A", "B"], DAYS[:3]), DAYS[:3], ASKED)
    store.write_ranges(make_bars(["C"], DAYS[4:6]), ["C", "D"], DAYS[4], DAYS[5], ASKED)
    expected = Coverage.none().with_market_days(DAYS[:3]).with_ranges(["C", "D"], DAYS[4], DAYS[5])
    assert store.coverage() == expected
    store.compact()
    assert store.coverage() == expected


def test_a_session_asked_before_its_close_is_not_covered(store: BarStore):
    """At noon in New York today's bar is not final; after the close it is."""
    noon = dt.datetime(2024, 2, 1, 17, 0, tzinfo=dt.UTC)
    bars = make_bars(["A"], DAYS[:3])
    store.write_days(bars, DAYS[:3], noon)
    store.write_ranges(bars, ["A"], DAYS[0], DAYS[2], noon)
    assert store.coverage().sessions.tolist() == DAYS[:2].tolist()
    assert store.coverage().ranges == {"A": ((DAYS[0], DAYS[1]),)}
    store.write_days(bars, DAYS[:3], dt.datetime(2024, 2, 1, 21, 0, tzinfo=dt.UTC))
    assert store.coverage().sessions.tolist() == DAYS[:3].tolist()


def test_a_caller_with_a_calendar_says_which_session_was_final(store: BarStore):
    """A half day is over at 13:00, which only a calendar knows."""
    early = dt.datetime(2024, 2, 1, 19, 0, tzinfo=dt.UTC)
    store.write_days(make_bars(["A"], DAYS[:3]), DAYS[:3], early, final=DAYS[2])
    assert store.coverage().sessions.tolist() == DAYS[:3].tolist()


def test_a_time_without_a_zone_is_refused(store: BarStore):
    """Whose clock it was decides whether a session was over."""
    with pytest.raises(ParameterError, match="zone"):
        store.write_days(make_bars(["A"], DAYS[:1]), DAYS[:1], ASKED.replace(tzinfo=None))


def test_a_market_day_with_far_too_few_rows_is_not_covered(store: BarStore):
    """Half an answer is asked again, an empty one too."""
    many = [f"S{i}" for i in range(20)]
    store.write_days(make_bars(many, DAYS), DAYS, ASKED)
    store.write_days(make_bars(many[:5], DAYS[3:4]), DAYS[3:4], ASKED + dt.timedelta(hours=1))
    store.write_days(no_bars(), DAYS[5:6], ASKED + dt.timedelta(hours=1))
    left = np.delete(DAYS, [3, 5])
    assert store.coverage().sessions.tolist() == left.tolist()
    store.write_days(make_bars(many[:11], DAYS[3:4]), DAYS[3:4], ASKED + dt.timedelta(hours=2))
    assert DAYS[3] in store.coverage().sessions


def test_the_coverage_log_stays_small(store: BarStore):
    """Many writes leave few files and the same coverage."""
    days = np.busday_offset("2024-01-01", np.arange(40))
    for each in days:
        store.write_days(make_bars(["A"], np.array([each])), np.array([each]), ASKED)
    assert store.coverage().sessions.tolist() == days.tolist()
    assert len(list(Path(store.url, "coverage").glob("*.parquet"))) > 30
    assert store.stats().coverage_files <= 30


def test_months_with_many_files_are_compacted_and_nothing_changes(store: BarStore):
    """Daily appends pile up files; above 30 loose ones they become one a month."""
    days = np.busday_offset("2024-01-01", np.arange(36))
    for each in days:
        store.write_days(make_bars(["B", "A"], np.array([each])), np.array([each]), ASKED)
    expected = {}
    for each in days:
        expected |= cells(make_bars(["A", "B"], np.array([each])))
    assert store.stats().bar_files < 10
    assert everything(store) == expected
    store.compact()
    assert store.stats().bar_files == 2
    assert everything(store) == expected
    assert store.verify() == []


def test_splits_and_dividends_are_replaced_by_range(store: BarStore):
    """A corrected feed takes back a split; two dividends on one day are two."""

    def splits(*rows: tuple[str, str, float]) -> Splits:
        names, days, ratios = zip(*rows, strict=True)
        return Splits(np.array(names, object), np.array(days, "datetime64[D]"), np.array(ratios))

    first, last = day("2024-01-01"), day("2024-12-31")
    store.write_splits(
        splits(("B", "2024-02-01", 4.0), ("A", "2024-03-01", 0.1)), first, last, ASKED
    )
    store.write_splits(Splits.none(), day("2024-02-01"), day("2024-02-28"), ASKED)
    store.write_splits(splits(("A", "2023-05-05", 2.0)), day("2023-01-01"), first, ASKED, ["A"])
    held = store.splits()
    assert list(zip(held.symbol, held.session.astype(str), held.ratio, strict=True)) == [
        ("A", "2023-05-05", 2.0),
        ("A", "2024-03-01", 0.1),
    ]
    with pytest.raises(ParameterError, match="A 2024-05-05 twice"):
        store.write_splits(
            splits(("A", "2024-05-05", 2.0), ("A", "2024-05-05", 3.0)), first, last, ASKED
        )
    paid = Dividends(np.array(["A", "A"], object), np.array([DAYS[0]] * 2), np.array([0.2, 1.0]))
    store.write_dividends(paid, first, last, ASKED)
    assert store.dividends().amount.tolist() == [0.2, 1.0]


def test_it_is_known_for_which_days_splits_were_asked(store: BarStore):
    """No split and not asked are two things."""
    store.write_splits(Splits.none(), day("2024-01-29"), day("2024-02-02"), ASKED)
    known = store.actions_coverage("splits")
    assert known.missing(["A"], DAYS).sessions[4:].tolist() == DAYS[4:].tolist()
    assert known.missing(["A"], DAYS).missing.tolist() == [[False] * 4 + [True] * 4]
    assert store.coverage() == Coverage.none()


def test_a_symbol_that_keeps_failing_is_left_alone_for_longer_and_longer(store: BarStore):
    """One day, then two, four …, never more than 64; success clears it."""
    pauses = []
    for _ in range(9):
        store.record_problem("BAD", "no_data", ASKED)
        pauses.append((store.quarantined(ASKED)["BAD"].until - ASKED).days)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 64, 64]
    assert store.quarantined(ASKED + dt.timedelta(days=64)) == {}
    assert store.quarantined(ASKED)["BAD"].reason == "no_data"
    store.clear("BAD", "NEVER")
    assert store.quarantined(ASKED) == {}


def test_bars_within_the_day_have_a_table_of_their_own(store: BarStore):
    """Times are UTC; the day is New York's, so evening trade belongs to the day that began it."""
    times = np.array(
        ["2024-01-30T14:30", "2024-01-31T00:30", "2024-01-31T14:30", "2024-07-01T23:30"],
        "datetime64[s]",
    )
    ones = np.arange(1.0, 5.0)
    bars = LongBars(("A",), np.zeros(4, np.int32), times, ones, ones, ones, ones, ones)
    early, late = day("2024-01-30"), day("2024-07-01")
    store.write_intraday("5min", bars, ["A"], early, late, ASKED + dt.timedelta(days=60))
    first_day = store.read_intraday("5min", ["A"], early, early)
    assert first_day.session.astype("datetime64[s]").tolist() == times[:2].tolist()
    store.write_intraday("5min", bars.rows(np.array([0])), ["A"], early, early, ASKED)
    left = store.read_intraday("5min", None, early, late)
    assert left.close.tolist() == [1.0, 3.0, 4.0]
    assert store.intraday_coverage("5min").ranges == {"A": ((early, late),)}
    assert store.read_intraday("1min", None, early, late).symbols == ()
    assert everything(store) == {}
    with pytest.raises(ParameterError, match="freq"):
        store.read_intraday("daily", None, early, late)
    with pytest.raises(ParameterError, match="UTC"):
        store.write_intraday("5min", make_bars(["A"], DAYS), ["A"], DAYS[0], DAYS[-1], ASKED)


def test_equal_bars_have_equal_hashes_however_they_came(tmp_path: Path):
    """One store was filled at once, the other day by day in another order."""
    bars = make_bars(["A", "B"], DAYS)
    one, other = (BarStore.open(str(tmp_path / name)) for name in ("one", "other"))
    one.write_days(bars, DAYS, ASKED)
    for each in DAYS[::-1]:
        other.write_days(bars.rows(bars.session == each), np.array([each]), ASKED)
    hashes = one.content_hash(None, DAYS[0], DAYS[-1])
    assert hashes == other.content_hash(None, DAYS[0], DAYS[-1])
    assert hashes["A"] == one.content_hash(["A"], DAYS[0], DAYS[-1])["A"] != hashes["B"]
    one.write_ranges(make_bars(["A"], DAYS, seed=1), ["A"], DAYS[0], DAYS[-1], ASKED)
    changed = one.content_hash(None, DAYS[0], DAYS[-1])
    assert changed["A"] != hashes["A"]
    assert changed["B"] == hashes["B"]


def test_an_earlier_data_version_can_be_read_until_it_is_vacuumed(store: BarStore):
    """A saved result names its data version; after a vacuum the store says that it is gone."""
    old = make_bars(["A"], DAYS)
    store.write_days(old, DAYS, ASKED)
    versions = store.versions()
    store.write_days(make_bars(["A"], DAYS, seed=3), DAYS, ASKED)
    then = store.at_versions(versions)
    assert everything(then) == cells(old) != everything(store)
    assert then.splits().symbol.tolist() == []
    with pytest.raises(StoreError, match="read-only"):
        then.write_days(old, DAYS, ASKED)
    assert store.vacuum(keep_days=0).files > 0
    with pytest.raises(StoreError, match="table bars"):
        everything(then)
    assert len(everything(store)) == 8


def test_a_store_of_another_schema_version_is_refused_in_one_sentence(tmp_path: Path):
    """It was written by another version of Technic: nothing is guessed."""
    url = str(tmp_path / "store")
    BarStore.open(url)
    log = tmp_path / "store" / "bars" / "_delta_log" / "00000000000000000000.json"
    text = log.read_text()
    assert '"technic.schema_version":"2"' in text
    log.write_text(text.replace('"technic.schema_version":"2"', '"technic.schema_version":"7"'))
    with pytest.raises(StoreError, match="schema version 7.*reads schema version 2") as caught:
        BarStore.open(url)
    assert "\n" not in str(caught.value)


def test_a_file_in_the_place_of_the_store_is_refused(tmp_path: Path):
    """One sentence instead of an error from below."""
    path = tmp_path / "bars.csv"
    path.write_text("x")
    with pytest.raises(StoreError, match="is a file"):
        BarStore.open(str(path))


@pytest.mark.parametrize("name", ["100%", "a b", "ü#?", "[x]", "x:y", "q?x=1", "s;t&u", "~t", "*"])
def test_a_folder_may_have_any_name_that_delta_lake_can_read(tmp_path: Path, name: str):
    """Written, read, compacted and vacuumed where it says, nowhere else."""
    made = BarStore.open(str(tmp_path / name / "store"))
    for day in DAYS[:3]:
        made.write_days(make_bars(["A"], np.array([day])), np.array([day]), ASKED)
    made.compact()
    assert made.vacuum(keep_days=0).files > 0
    assert made.verify() == []
    assert len(everything(BarStore.open(made.url))) == 3
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a%20b", "a%2Fb", "new\nline", "back\\slash"])
def test_a_folder_whose_name_would_be_read_as_another_is_refused(tmp_path: Path, name: str):
    """Before anything is written, with what to do."""
    with pytest.raises(StoreError, match="which Delta Lake reads as another; rename it"):
        BarStore.open(str(tmp_path / name / "store"))
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_a_store_error(store: BarStore):
    """What the libraries raise never reaches the caller raw."""
    store.write_days(make_bars(["A"], DAYS[:1]), DAYS[:1], ASKED)
    for path in Path(store.url, "bars").rglob("*.parquet"):
        path.write_bytes(b"no parquet")
    with pytest.raises(StoreError, match="table bars"):
        everything(store)


def test_a_commit_that_comes_second_is_computed_anew(store: BarStore, tmp_path: Path):
    """Another writer changes the month between reading and committing: both changes are kept."""
    store.write_days(make_bars(["A", "B"], DAYS), DAYS, ASKED)
    other = replace(BarStore.open(store.url), lock=_NoLock())
    slow = BarStore.open(store.url)
    calls = []

    def meanwhile(original: Callable[..., int]) -> Callable[..., int]:
        def commit(spec: object, change: Callable[[object], object]) -> int:
            def raced(table: object) -> object:
                made = change(table)
                if not calls:
                    calls.append(spec)
                    other.write_ranges(
                        make_bars(["A"], DAYS, seed=1), ["A"], DAYS[0], DAYS[-1], ASKED
                    )
                return made

            return original(spec, raced)

        return commit

    folder = _Raced(slow.folder, meanwhile)
    replace(slow, folder=folder).write_ranges(
        make_bars(["B"], DAYS, seed=2), ["B"], DAYS[0], DAYS[-1], ASKED
    )
    expected = cells(make_bars(["A"], DAYS, seed=1)) | cells(make_bars(["B"], DAYS, seed=2))
    assert calls
    assert everything(store) == expected


class _NoLock(WriterLock):
    """What a writer has whose lease was taken over without its knowing."""

    def _take(self) -> bool:
        return True

    def _give_back(self) -> None:
        pass


class _Raced:
    """A folder whose commits let another writer go first."""

    def __init__(self, folder: object, meanwhile: Callable[..., Callable[..., int]]) -> None:
        self._folder = folder
        self.commit = meanwhile(folder.commit)

    def __getattr__(self, name: str) -> object:
        return getattr(self._folder, name)


def test_a_writer_that_always_comes_second_gives_up_in_words(store: BarStore):
    """Tries are bounded, and the waits between them come from the injected clock."""
    waits: list[float] = []
    retry = CommitRetry(attempts=4, sleep=waits.append, jitter=lambda: 1.0)
    slow = BarStore.open(store.url, retry=retry)
    other = replace(BarStore.open(store.url), lock=_NoLock())

    def meanwhile(original: Callable[..., int]) -> Callable[..., int]:
        def commit(spec: object, change: Callable[[object], object]) -> int:
            def raced(table: object) -> object:
                made = change(table)
                other.write_days(make_bars(["A"], DAYS[:1]), DAYS[:1], ASKED)
                return made

            return original(spec, raced)

        return commit

    raced = replace(slow, folder=_Raced(slow.folder, meanwhile))
    with pytest.raises(StoreError, match="changed by others during 4 tries"):
        raced.write_days(make_bars(["B"], DAYS[1:2]), DAYS[1:2], ASKED)
    assert waits == [0.02, 0.04, 0.08, 0.16]


def test_a_folder_whose_name_is_no_text_is_refused_in_a_sentence(tmp_path):
    """Linux lets any bytes stand in names."""
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    with pytest.raises(StoreError, match=r"is no text \(UTF-8\), which Delta Lake cannot open"):
        BarStore.open(str(folder))
    assert not folder.exists()


def test_a_file_that_is_not_whole_yet_is_not_called_one(tmp_path, monkeypatch):
    """A process that is killed while it writes leaves nothing that counts as damage."""
    store = BarStore.open(str(tmp_path / "store"))
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append([*tmp_path.rglob("month=*/*")]))
    store.write_days(make_bars(["A"], DAYS[:1]), DAYS[:1], ASKED)
    first = [path.name for path in seen[0]]
    assert len(first) == 1
    assert first[0].endswith(".parquet.part")
    assert not [*tmp_path.rglob("*.part")]
