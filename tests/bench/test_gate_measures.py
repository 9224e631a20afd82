"""What the gate measures of faults, memory and the study: both sides do the same, or it stops."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from benchmarks import faults, peaks, study_replay
from benchmarks.timing import Spent

from technic.engine.blocks import BlockOutcome, PoisonedSymbol
from technic.scan.block_rows import BlockRows
from technic.testing import make_panel


def rows(closes: dict[str, float]) -> BlockRows:
    """Rows of one column."""
    values, days = np.array([*closes.values()]), np.zeros(len(closes), "datetime64[D]")
    return BlockRows(tuple(closes), {"close": values}, days, ())


def outcome(closes: dict[str, float], *raised: str) -> BlockOutcome:
    """An outcome with these closes, and symbols that raised."""
    return BlockOutcome([rows(closes)], [PoisonedSymbol(name, "Error", "") for name in raised])


CLEAN = {"A": 1.0, "B": 2.0, "C": 3.0}


@pytest.mark.parametrize(
    "faulty",
    [
        outcome({"A": 1.0, "C": 3.5}, "B"),
        outcome({"A": 1.0}, "B"),
        outcome({"A": 1.0, "C": 3.0}),
        outcome({"A": 1.0, "C": 3.0}, "B", "A"),
        outcome(CLEAN, "B"),
    ],
    ids=["another value", "one lost", "not said", "said of another", "still there"],
)
def test_a_symbol_that_raises_may_change_no_other(faulty):
    """No time is worth something where the values differ."""
    at_fault = frozenset({"B"})
    faults.check_rows(outcome(CLEAN), outcome({"A": 1.0, "C": 3.0}, "B"), at_fault)
    with pytest.raises(SystemExit, match="changed others"):
        faults.check_rows(outcome(CLEAN), faulty, at_fault)


def test_finding_symbols_that_raise_takes_longer_than_a_clean_scan():
    """Two of eight symbols: the block, its halves, and so on down to each."""
    clean, faulty = faults.symbols_that_raise(8, 60, 2, rounds=1)
    assert 0 < clean < faulty


def test_one_file_of_twenty_is_broken(tmp_path):
    """In turn empty and no text; all others are whole."""
    names = faults.write_folder(tmp_path / "broken", make_panel(41, 5), every=20)
    written = {path.stem: path.read_bytes() for path in (tmp_path / "broken").iterdir()}
    assert len(written) == 41
    assert [written[name] for name in sorted(names)] == [*faults.BROKEN, faults.BROKEN[0]]
    assert {name for name, text in written.items() if not text.startswith(b"Date,")} == names


def test_broken_files_are_scanned_around():
    """Both sides are timed, and nothing differs but who is missing."""
    clean, faulty = faults.broken_files(21, 60, rounds=1)
    assert min(clean, faulty) > 0


def test_a_peak_stands_beside_the_bytes_of_its_bars(monkeypatch):
    """Five numbers of eight bytes a bar; a replay needs 300 sessions before its first day."""
    asked = []
    monkeypatch.setattr(peaks, "_held_by", lambda *work: asked.append(work) or 960_000)
    scan, replay = peaks.scan_peak(30, 200), peaks.replay_peak(10, 100)
    assert (scan.floor, scan.times) == (240_000, 4.0)
    assert (replay.floor, replay.times) == (160_000, 6.0)
    assert [work[0] for work in asked] == ["scan", "replay"]


def test_a_peak_of_what_ran_before_is_none(monkeypatch, capsys):
    """It would be the same whatever the scan does."""
    monkeypatch.setattr(peaks, "run_scan", lambda *_, **__: None)
    monkeypatch.setattr(peaks, "status", lambda _: 60)
    monkeypatch.setattr(peaks.os, "cpu_count", peaks.os.cpu_count)
    monkeypatch.setattr(peaks, "peak_memory", iter([100, 100, 100, 170, 170]).__next__)
    with pytest.raises(SystemExit, match="ask for more symbols"):
        peaks._work("scan", "a.parquet", "b.parquet")
    peaks._work("scan", "a.parquet", "b.parquet")
    assert json.loads(capsys.readouterr().out) == 110


def test_a_study_and_the_scans_take_turns(monkeypatch):
    """The least of each counts, and of each clock."""
    first = study_replay.Compared(Spent(3.0, 5.0), {"replay": 1.0}, Spent(60.0, 80.0), 7, 6, 1)
    turns = [first, replace(first, study=Spent(4.0, 4.0), scans=Spent(50.0, 90.0))]
    monkeypatch.setattr(study_replay, "_turn", lambda *_: turns.pop(0))
    found = study_replay.measure(None, None, 3, rounds=2)
    assert (found.study, found.scans) == (Spent(3.0, 4.0), Spent(50.0, 80.0))
    assert found.hits == 7
    assert not turns
