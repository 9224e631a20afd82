"""The ledger of trials: what is written stays, and what was changed is found."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import multiprocessing
from pathlib import Path

import pytest

from technic.errors import InputFileError, ParameterError
from technic.study.trials import Earlier, Lineage, StudyEntry, TrialLedger, ledgers
from technic.study.trials.file_lock import held

NOW = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
LINEAGE = Lineage("polygon", "all US listings")


def entry(name: str = "pullback", trials: int = 1) -> StudyEntry:
    """What one study tried."""
    return StudyEntry(
        names=(name,), horizons=(21,), first="2014-01-02", last="2023-12-29", trials=trials
    )


def filled(home: Path, n: int = 4) -> tuple[TrialLedger, Path]:
    """A ledger of some studies of one, two, three ... trials, and its file."""
    ledger = TrialLedger(home, LINEAGE)
    for i in range(n):
        ledger.append(entry(f"setup {i}", i + 1), NOW)
    return ledger, home / "trials" / f"{LINEAGE.key}.jsonl"


def test_every_study_counts(tmp_path: Path):
    """The same study twice counts twice; the number of trials is told with each."""
    ledger = TrialLedger(tmp_path, LINEAGE)
    assert ledger.trials == 0
    assert ledger.verify().sound
    totals = [ledger.append(entry(trials=trials), NOW).record.total for trials in (3, 3, 27)]
    assert totals == [3, 6, 33]
    again = TrialLedger(tmp_path, Lineage("polygon", "all US listings"))
    assert again.trials == 33
    assert [record.entry for record in again.records()] == [entry(trials=t) for t in (3, 3, 27)]
    assert (again.verify().studies, again.verify().trials) == (3, 33)


def test_a_lineage_is_provider_and_universe(tmp_path: Path):
    """Other data have a ledger of their own; both are listed."""
    filled(tmp_path, 2)
    other = TrialLedger(tmp_path, Lineage("polygon", "watchlist.txt"))
    assert other.trials == 0
    other.append(entry(), NOW)
    assert sorted(found.lineage.universe for found in ledgers(tmp_path)) == [
        "all US listings",
        "watchlist.txt",
    ]
    assert [found.trials for found in ledgers(tmp_path / "empty")] == []


def test_a_line_is_hashed_as_documented(tmp_path: Path):
    """SHA-256 of the record without its hash, keys sorted, no spaces; linked to the one before."""
    _, path = filled(tmp_path, 2)
    records = [json.loads(line) for line in path.read_text().splitlines()]
    previous = hashlib.sha256(json.dumps(["polygon", "all US listings"]).encode()).hexdigest()[:16]
    for record in records:
        assert record["previous"] == previous
        previous = record.pop("hash")
        text = json.dumps(record, sort_keys=True, separators=(",", ":"))
        assert previous == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (
            lambda lines: [lines[0], lines[1].replace("setup 1", "setup 9"), *lines[2:]],
            2,
            "changed",
        ),
        (lambda lines: [lines[0], *lines[2:]], 2, "taken out"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1, "follow"),
        (lambda lines: [lines[0], lines[0], *lines[1:]], 2, "follow"),
        (lambda lines: [*lines[:2], "nonsense", *lines[2:]], 3, "no record"),
        (lambda lines: [*lines[:2], '{"entry":{"names":3}}', *lines[2:]], 3, "no record"),
        (lambda lines: lines[:2], 3, "4 studies were written"),
        (lambda lines: lines[:0], 1, "4 studies were written"),
    ],
)
def test_the_first_broken_link_is_named(tmp_path: Path, change, line, reason):
    """Whatever was changed, added, swapped, taken out of the middle or cut off at the end."""
    ledger, path = filled(tmp_path)
    assert ledger.verify().sound
    path.write_text("".join(f"{text}\n" for text in change(path.read_text().splitlines())))
    found = ledger.verify()
    assert found.broken == line
    assert reason in found.reason
    # later studies do not hide it
    ledger.append(entry(), NOW)
    assert ledger.verify().broken == line


def test_a_forged_record_of_fewer_trials_is_found(tmp_path: Path):
    """Even with its own hash made anew: the next one holds the old one."""
    ledger, path = filled(tmp_path)
    lines = path.read_text().splitlines()
    record = json.loads(lines[1])
    record["total"] = 1
    del record["hash"]
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    record["hash"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text("\n".join([lines[0], json.dumps(record), *lines[2:]]) + "\n")
    assert ledger.verify().broken == 2
    assert ledger.verify().reason == "counts wrongly"


def test_what_was_cut_off_still_counts(tmp_path: Path):
    """The next study goes on from where the ledger had come."""
    ledger, path = filled(tmp_path)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:1]))
    assert ledger.trials == 10
    assert ledger.append(entry(), NOW).record.total == 11


@pytest.mark.parametrize("left", [1, 40, -2])
@pytest.mark.parametrize("end", ["", "\x00\x00", "\x07\n"], ids=["cut", "nul", "garbage"])
def test_a_torn_last_line_is_told_and_put_aside(tmp_path: Path, left, end):
    """However much of it was written: the study it was of never answered, so it is not counted."""
    ledger, path = filled(tmp_path)
    whole = path.read_bytes()
    ledger.append(entry("torn"), NOW)
    last = path.read_bytes()[len(whole) :]
    head = path.with_suffix(".head")
    head.write_text(json.dumps([4, 10, json.loads(whole.splitlines()[-1])["hash"]]))
    path.write_bytes(whole + last[:left] + end.encode())

    found = ledger.verify()
    assert found.sound
    assert found.torn is not None
    assert ledger.trials == 10
    appended = ledger.append(entry("after"), NOW)
    assert appended.put_aside == found.torn
    assert appended.record.total == 11
    assert path.with_suffix(".torn").read_text(encoding="utf-8") == found.torn + "\n"
    assert ledger.verify().sound
    assert ledger.verify().torn is None
    assert ledger.append(entry(), NOW).put_aside is None


def test_a_line_that_lacks_only_its_end_counts(tmp_path: Path):
    """All of the record is there; it is finished, not put aside."""
    ledger, path = filled(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    assert ledger.append(entry(), NOW).put_aside is None
    assert ledger.verify().sound
    assert ledger.trials == 11


def test_a_head_that_was_not_written_is_no_break(tmp_path: Path):
    """A crash between the line and the head leaves the head behind by one; it may be gone too."""
    ledger, path = filled(tmp_path)
    head = path.with_suffix(".head")
    first = json.loads(path.read_text().splitlines()[2])
    head.write_text(json.dumps([3, 6, first["hash"]]))
    assert ledger.verify().sound
    head.write_text("")
    assert ledger.verify().sound
    assert ledger.append(entry(), NOW).record.number == 5


def _append_some(home: str, name: str) -> None:
    ledger = TrialLedger(Path(home), LINEAGE)
    for i in range(15):
        ledger.append(entry(f"{name} {i}"), NOW)


def test_two_processes_write_one_chain(tmp_path: Path):
    """No line is lost, none is mixed with another, every link holds."""
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_append_some, args=(str(tmp_path), name)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    ledger = TrialLedger(tmp_path, LINEAGE)
    assert ledger.verify().sound
    assert sorted(record.entry.names[0] for record in ledger.records()) == sorted(
        f"{name} {i}" for name in "ab" for i in range(15)
    )


def test_a_lock_is_not_waited_for_without_end(tmp_path: Path):
    """After half a minute of pauses the message says what to do."""
    path = tmp_path / "x.lock"
    pauses: list[float] = []
    locked = pytest.raises(InputFileError, match="locked by another process; wait")
    with held(path), locked, held(path, pauses.append):
        pass
    assert sum(pauses) == pytest.approx(30)
    with held(path, pauses.append):
        pass


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path):
    """The setting to change is in the message."""
    (tmp_path / "home").write_text("a file")
    with pytest.raises(InputFileError, match="TECHNIC_HOME"):
        TrialLedger(tmp_path / "home", LINEAGE).append(entry(), NOW)


@pytest.mark.parametrize("trials", [0, 1, 2.0, True])
def test_a_study_counts_each_of_its_names(trials):
    """Two setups are at least two trials."""
    with pytest.raises(ParameterError, match="trials"):
        StudyEntry(names=("a", "b"), horizons=(5,), first="", last="", trials=trials)


def test_a_study_on_a_broken_chain_says_so(tmp_path: Path):
    """The study is written down all the same; a sound chain says nothing."""
    ledger, path = filled(tmp_path)
    assert ledger.append(entry(), NOW).warnings == ()
    path.write_text(path.read_text().replace("setup 1", "setup 9"))
    (warning,) = ledger.append(entry(), NOW).warnings
    assert warning.startswith("the ledger of trials of these data is broken at line 2 (was changed")
    assert ledger.trials == 12


def test_trials_of_another_ledger_are_taken_over_once(tmp_path: Path):
    """As a record of its own in the chain; later on only what was added to the other."""
    ledger, _ = filled(tmp_path, 2)
    other = Lineage("polygon", "./all.csv")

    def append(trials: int) -> tuple[int, int]:
        earlier = [Earlier(other, trials, "2014-01-02", "2014-12-31")]
        done = ledger.append(entry(), NOW, earlier)
        return done.carried, done.record.total

    assert [append(7), append(7), append(9)] == [(7, 11), (0, 12), (2, 15)]
    assert ledger.verify().sound
    texts = [record.entry.names[0] for record in ledger.records() if record.entry.carried]
    assert texts == [f"counted in ledger {other.key}: polygon, ./all.csv"] * 2
