"""``technic study --sweep``: what people read, what programs read, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from support.made_up_market import CALENDAR, SYMBOLS
from technic.testing import make_bars

SESSIONS = CALENDAR.last(560, np.datetime64("2024-03-08"))
WHERE = ("--where", "close > k * sma(close, n)")
N, K = ("--sweep", "n=10,20,30"), ("--sweep", "k=0.98..1.02:0.02")


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long file of a made-up market of fifteen symbols."""
    bars = make_bars(SYMBOLS[::2], SESSIONS)
    path = tmp_path_factory.mktemp("prices") / "prices.csv"
    names = np.array(bars.symbols)[bars.column]
    columns = (names, bars.session, bars.open, bars.high, bars.low, bars.close, bars.volume)
    lines = (",".join(map(str, row)) for row in zip(*columns, strict=True))
    path.write_text("symbol,date,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture
def sweep(technic, prices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Sweep half a year of it, with a home of its own."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))

    def call(*arguments: object):
        days = ("--from", "2023-09-01", "--to", "2024-02-29", "--horizon", 5, "--folds", 2)
        return technic("study", "--data", prices, *days, "--quiet", *arguments)

    return call


def test_what_was_held_out_comes_first(sweep):
    """Then what was tuned, the neighbours, folds, the map, and how many trials there are."""
    ran = sweep(*WHERE, *N, *K)
    assert (ran.code, ran.err) == (0, "")
    text = " ".join(ran.out.split())
    assert text.startswith("Technic sweep 2023-09-01 to 2024-02-29 · 15 symbols · close > k *")
    at = [
        text.index(part)
        for part in (
            "Held out: ", "The points chosen had", "Tuned: ", "it flatters", "neighbours",
            "chosen before", "mean excess, 5 sessions, %", "Together: on all days",
            "10 trials on these data so far, 10 of them now",
        )
    ]  # fmt: skip
    assert at == sorted(at)
    assert sum("n=20" in line and "k=" not in line for line in ran.out.splitlines()) == 1
    assert ran.out.count("*") >= 2  # the best is marked, and the mark explained


def test_one_axis_is_a_line_for_each_value(sweep):
    """With hits, interval and t; chosen by t where that is asked for."""
    ran = sweep("--where", "close > sma(close, n)", *N, "--choose-by", "t")
    assert ran.code == 0
    lines = [line for line in ran.out.splitlines() if line.strip().startswith("n=")]
    assert [line.split()[0] for line in lines[-3:]] == ["n=10", "n=20", "n=30"]
    assert all(" to " in line for line in lines[-3:])


def test_programs_read_json_and_points_are_parquet(sweep, tmp_path: Path):
    """The same numbers in both; of a setup with a parameter that is held."""
    asked = ("--setup", "gap_and_go", "--set", "min_rvol=0.5", "--sweep", "min_gap=0.2,0.5,1")
    ran = sweep(*asked, "--format", "json")
    found = json.loads(ran.out)
    assert (found["sweep"], found["axes"]) == ("gap_and_go", {"min_gap": [0.2, 0.5, 1.0]})
    assert len(found["held_out"]["folds"]) == 2
    assert found["trials"]["of_this_study"] == 4
    out = tmp_path / "points.parquet"
    ran = sweep(*asked, "--out", out)
    assert "Held out: " in ran.out
    table = pq.read_table(out).to_pylist()
    assert [row["min_gap"] for row in table] == [0.2, 0.5, 1.0]
    assert [row["hits"] for row in table] == [point["hits"] for point in found["points"]]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((*WHERE, *N), "'k' is no name"),
        ((*WHERE, *N, *K, "--sweep", "m=1,2"), "--sweep is 'm', allowed: a name that stands in"),
        ((*WHERE, "--sweep", "n=5..1:1"), "LOW..HIGH:STEP"),
        ((*WHERE, "--sweep", "n=1..900:1", "--sweep", "k=1,2"), "at most 1,000 points"),
        ((*WHERE, *N, *N), "each parameter once"),
        (("--setup", "vcp", *N), "the parameters of setup vcp"),
        (("--setup", "nr4,nr7", *N), "one setup"),
        (N, "a setup or a condition whose parameters are swept"),
        (
            ("--setup", "gap_and_go", "--set", "min_gap=2", "--sweep", "min_gap=1,3"),
            "a parameter that --set leaves open",
        ),
        ((*WHERE, *N, *K, "--folds", "5"), "--folds is 5, allowed: at most 3 for 124"),
        ((*WHERE, *N, *K, "--folds", "0"), "--folds is 0"),
        ((*WHERE, *N, *K, "--hold", "5"), "grades no plans"),
        ((*WHERE, *N, *K, "--check"), "nothing with --check"),
        ((*WHERE, *N, *K, "--rating", "rs_rating"), "nothing with --sweep, which judges hits"),
        (("--where", "close > 5", "--folds", "3"), "nothing without --sweep"),
        (("--where", "close > 5", "--choose-by", "t"), "nothing without --sweep"),
        ((*WHERE, *N, *K, "--out", "x.parquet", "--format", "json"), "format"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_swept_is_one_sentence(sweep, arguments, text, tmp_path, monkeypatch):
    """Exit code 2, nothing printed, no trial counted."""
    monkeypatch.chdir(tmp_path)
    ran = sweep(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert text in ran.err
    assert ran.err.startswith("technic: ")
    assert not (tmp_path / "home" / "trials").exists()
