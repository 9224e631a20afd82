"""The page of peers: who is on it, what its ratios are, and what is said where one is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks.peers import __main__ as peers
from benchmarks.peers.environments import HERE, InstallError
from benchmarks.peers.page import ALL_BARS, LAST_ROW, Line, floors, indicators, page
from benchmarks.peers.workers.measure import check_last, columns_of, last_of

import technic

OURS = {ALL_BARS: {"processor": 0.5, "wall": 9.0}, LAST_ROW: {"processor": 0.1, "wall": 9.0}}


def line(theirs: dict[str, float], share: float = 1.0) -> Line:
    """A peer that took so long."""
    timings = {way: {"processor": seconds, "wall": 9.0} for way, seconds in theirs.items()}
    return Line.of("peer", peers.NAMES, OURS, timings, share)


def test_a_ratio_is_of_processor_time_and_of_all_symbols():
    """Half the symbols in 0.2 s are all of them in 0.4 s."""
    found = line({ALL_BARS: 0.2, LAST_ROW: 0.06}, share=0.5)
    assert found.ratio(ALL_BARS) == pytest.approx(0.8)
    assert found.ratio(LAST_ROW) == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("theirs", "ratio"), [({ALL_BARS: 0.3, LAST_ROW: 0.4}, 3.0), ({ALL_BARS: 0.3}, 3.0)]
)
def test_a_last_row_is_the_quicker_of_two_ways(theirs, ratio):
    """Nobody is made slower than it is: a whole history has the last row, too."""
    assert line(theirs).ratio(LAST_ROW) == pytest.approx(ratio)


def test_a_day_is_no_whole_history():
    """Pipeline goes day by day; nothing stands under all bars."""
    found = line({LAST_ROW: 0.2})
    assert found.ratio(ALL_BARS) is None
    (row,) = [text for text in page([found], floors(2, 2, 2), 11) if text.startswith("peer")]
    assert row.split() == ["peer", "11", "-", "500.0", "-", "200.0", "100.0", "2.00", "x"]


def test_the_floor_stands_beside_the_best_of_technic():
    """Of the lines with all indicators: others compute less."""
    lines = [line({ALL_BARS: 0.3})]
    lines.append(Line("few", 3, {ALL_BARS: 0.01, LAST_ROW: 0.01}, {ALL_BARS: 0.1}))
    *_, last = page(lines, {ALL_BARS: 0.05, LAST_ROW: 0.001}, 11)
    assert last.split() == [
        "floor",
        "11",
        "50.0",
        "500.0",
        "0.10",
        "x",
        "1.0",
        "100.0",
        "0.01",
        "x",
    ]


def test_a_floor_of_all_bars_writes_and_reads():
    """Reading alone is that of a last row."""
    found = floors(200, 300, 15)
    assert 0 <= found[LAST_ROW] <= found[ALL_BARS]


@pytest.mark.parametrize(("name", "count"), [("talib", 11), ("vectorbt", 9), ("zipline", 8)])
def test_an_indicator_of_several_values_counts_once(name, count):
    """Three values of a MACD are one indicator."""
    assert len(indicators(peers.PEERS[name].names or peers.NAMES)) == count


@pytest.mark.parametrize("name", peers.PEERS)
def test_every_peer_is_pinned_and_has_a_worker(name):
    """Also those that compiled peers stand for: a loop over TA-Lib's and kand's functions."""
    peer = peers.PEERS[name]
    pinned = (HERE / f"requirements-{peer.environment}.txt").read_text().split()
    assert all("==" in line for line in pinned)
    assert (HERE / "workers" / f"{peer.worker}.py").is_file()


def test_the_strongest_peers_are_among_them():
    """TA-Lib alone, in polars, and in Rust."""
    assert {"talib", "kand", "polars-talib", "polars-talib-threads"} <= set(peers.PEERS)


def test_a_peer_that_cannot_be_installed_is_said_to_be_missing(monkeypatch, capsys):
    """In one sentence, with what to do; the others go on."""

    def missing(name: str) -> None:
        raise InstallError("ERROR: No matching distribution found for kand==0.2.2")

    monkeypatch.setattr(peers, "python_of", missing)
    monkeypatch.setattr("sys.argv", ["peers", "--only", "kand"])
    peers.main()
    assert capsys.readouterr().out.splitlines()[-1] == (
        "kand, symbol by symbol: not installed (ERROR: No matching distribution found for "
        "kand==0.2.2); begin again where pip can install benchmarks/peers/requirements-kand.txt"
    )


def test_last_rows_have_to_be_those_of_all_bars():
    """A way that is quick and wrong is no peer."""
    series = [{"a": np.array([1.0, 2.0])}, {"a": np.array([3.0, 4.0])}]
    values = columns_of(series)
    assert values["a"].tolist() == [[1.0, 3.0], [2.0, 4.0]]
    check_last([last_of(each) for each in series], values)
    with pytest.raises(SystemExit, match="a: the last row differs"):
        check_last([{"a": 2.0}, {"a": 4.1}], values)


def test_what_is_timed_is_the_code_that_asks_for_it(tmp_path, monkeypatch):
    """Technic's worker runs this very checkout, installed or not; a peer's sees none of it."""
    found = []

    def done(command, env, **_):
        found.append(env.get("PYTHONPATH"))
        (tmp_path / "worker.json").write_text("{}")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", done)
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    for python in (sys.executable, tmp_path / "python"):
        peers.run(python, "worker", tmp_path, [])
    assert found == [str(Path(technic.__file__).parents[1]), None]
