"""``technic study``: what people read, what programs read, and the ledger of trials."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from support.made_up_market import CALENDAR, SYMBOLS
from technic.testing import make_bars

SESSIONS = CALENDAR.last(560, np.datetime64("2024-03-08"))


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long file of a made-up market."""
    bars = make_bars(SYMBOLS, SESSIONS)
    path = tmp_path_factory.mktemp("prices") / "prices.csv"
    names = np.array(bars.symbols)[bars.column]
    columns = (names, bars.session, bars.open, bars.high, bars.low, bars.close, bars.volume)
    lines = (",".join(map(str, row)) for row in zip(*columns, strict=True))
    path.write_text("symbol,date,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture
def study(technic, prices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Study sixty days of it, with a home of its own."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))

    def call(*arguments: object):
        days = ("--from", "2023-10-02", "--to", "2023-12-29")
        return technic("study", "--data", prices, *days, "--quiet", *arguments)

    return call


def test_one_setup_begins_with_the_verdict(study):
    """In words, then by horizon, year and costs; the trials last."""
    ran = study("--where", "close > sma(close, 50)")
    assert (ran.code, ran.err) == (0, "")
    lines = [line for line in ran.out.splitlines() if line]
    assert lines[0].startswith("Technic study 2023-10-02 to 2023-12-29 · 30 symbols")
    assert "warning: " in lines[1]
    assert "survivors" in ran.out
    verdict = next(at for at, line in enumerate(lines) if line.startswith("where: "))
    assert not any("%" in line for line in lines[2:verdict] if "──" in line)
    for text in (
        "63 sessions",
        "entered 1 session later",
        "by year",
        "5 + 10 bp",
        "Plans ended:",
        "turnover",
    ):
        assert text in ran.out
    assert "5 trials on these data so far, 5 of them now" in ran.out.replace("\n", " ")


def test_several_setups_are_a_line_each(study):
    """Those with enough hits are compared as one family."""
    ran = study("--setup", "golden_cross,weinstein_stage_2,trend_template")
    assert ran.code == 0
    for name in ("golden_cross", "weinstein_stage", "trend_template"):
        assert name[:10] in ran.out
    assert "15 trials" in ran.out


def test_ratings_are_judged_by_what_they_rate_high(study, tmp_path: Path):
    """A verdict, the rank correlation and the deciles of each; there are no hits to write."""
    ran = study("--rating", "tech_rating", "--rating", "fast = roc(close, 20)", "--horizon", 5)
    assert (ran.code, ran.err) == (0, "")
    for text in ("tech_rating: ", "fast: ", "rank correlation", "highest decile", "2 trials"):
        assert text in ran.out
    assert "plans, R" not in ran.out
    assert "decile 9" in ran.out
    three = [part for n in (5, 20, 60) for part in ("--rating", f"r{n} = roc(close, {n})")]
    ran = study(*three, "--horizon", 5)
    lines = ran.out.split("highest less lowest")[1].splitlines()
    assert [line.split()[0] for line in lines[2:5]] == ["r5", "r20", "r60"]
    assert "decile 9" not in ran.out
    ran = study("--rating", "rs_rating", "--out", tmp_path / "hits.parquet")
    assert (ran.code, ran.out) == (2, "")
    assert "a study of ratings alone has no hits to write" in ran.err
    ran = study("--rating", "total = obv()", "--check", "--check-days", 1)
    assert "total changes when history begins a year earlier" in ran.out


def test_programs_read_json_and_hits_are_parquet(study, tmp_path: Path):
    """The same numbers; the verdict is printed where the hits are written."""
    ran = study("--where", "close > sma(close, 50)", "--format", "json", "--horizon", 10)
    found = json.loads(ran.out)
    (one,) = found["studies"]
    assert found["horizon"] == 10
    assert found["trials"]["total"] == 5
    assert one["verdict"] in ("too_few", "none", "luck", "better", "worse")
    out = tmp_path / "hits.parquet"
    ran = study("--where", "close > sma(close, 50)", "--out", out)
    assert "where: " in ran.out
    table = pq.read_table(out)
    assert table.num_rows == one["hits"]
    assert {"session", "symbol", "rank", "tech_rating", "return_21", "outcome", "r"} <= set(
        table.column_names
    )


def test_trials_are_listed_and_checked(study, technic, tmp_path: Path):
    """A changed line is named, and the exit code is 1."""
    ran = technic("study", "--trials")
    assert (ran.code, "no study has been run yet" in ran.out) == (0, True)
    study("--where", "close > 10")
    study("--where", "close > 20")
    ran = technic("study", "--trials")
    assert ran.code == 0
    assert "whole: 10 trials" in ran.out
    assert "close > 10" in ran.out
    assert "close > 20" in ran.out
    assert json.loads(technic("study", "--trials", "--format", "json").out)["ledgers"][0]["sound"]
    (ledger,) = (tmp_path / "home" / "trials").glob("*.jsonl")
    ledger.write_text(ledger.read_text().replace('"trials":5', '"trials":1', 1))
    ran = technic("study", "--trials")
    assert ran.code == 1
    assert "BROKEN at line 1" in ran.out


def test_the_past_is_checked(study, tmp_path: Path):
    """What depends on where history begins is named; nothing looks ahead; no trial is counted."""
    ran = study("--where", "obv() > 0 and close > sma(close, 20)", "--check", "--check-days", 1)
    assert ran.code == 0
    assert "values checked on 1 day:" in ran.out
    assert "obv() > 0 changes when history begins a year earlier" in ran.out
    assert "looks ahead" not in ran.out
    ran = study("--where", "close > sma(close, 20)", "--check", "--format", "json")
    found = json.loads(ran.out)
    assert (found["looks_ahead"], len(found["days"])) == (False, 3)
    out = tmp_path / "check.json"
    changed = study("--where", "obv() > 0", "--check", "--out", out)
    assert (changed.code, changed.out) == (0, "")
    assert json.loads(out.read_text())["changes"][0]["name"] == "obv() > 0"
    assert not (tmp_path / "home" / "trials").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--from", "2023-12-30"), "--from is '2023-12-30'"),
        (("--from", "2026-13-01"), "--from is '2026-13-01'"),
        (("--from", "2030-01-02"), "--from is '2030-01-02', allowed: at most 2024-03-08, the data"),
        (("--from", "2024-06-01"), "allowed: at most 2024-03-08, the data's last session"),
        (("--to", "soon"), "--to is 'soon'"),
        (("--to", "2024-06-28"), "--to is '2024-06-28', allowed: at most 2024-03-08"),
        (("--to", "2030-01-02"), "--to is '2030-01-02', allowed: at most 2024-03-08"),
        (("--horizon", "0"), "horizon"),
        (("--hold", "0"), "hold"),
        (("--setup", "nothing_of_the_kind"), "technic setups lists them"),
        (("--rating", "sector"), "a number that differs between symbols"),
        (("--as-of", "2024-03-08"), "--as-of"),
        (
            ("--format", "parquet"),
            "allowed: parquet with --out FILE.parquet",
        ),
        (("--format", "json", "--out", "x.csv"), "--format is 'json'"),
        (("--out", "x.xlsx"), "--out is 'x.xlsx', allowed: a file ending .parquet or .csv"),
        (("--format", "json", "--out", "x.parquet"), "format"),
        (("--delisting-return", "2"), "--delisting-return"),
        (("--check", "--check-days", "0"), "--check-days"),
        (("--check-days", "3"), "--check-days is 3, allowed: nothing without --check"),
        (("--check", "--out", "x.csv"), "--out is 'x.csv'"),
        (("--check", "--out", "x.parquet", "--format", "parquet"), "no hits to write"),
        (("--trials",), "nothing with --trials, which lists all that was tried"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_studied_is_one_sentence(study, arguments, text, tmp_path, monkeypatch):
    """Exit code 2, nothing printed, no trial counted."""
    monkeypatch.chdir(tmp_path)
    ran = study("--where", "close > 10", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert text in ran.err
    assert not (tmp_path / "home" / "trials").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--setup", "vcp"), "--setup is 'vcp', allowed: nothing with --trials"),
        (("--from", "2024-01-02"), "--from is '2024-01-02', allowed: nothing with --trials"),
        (("--sweep", "n=1,2"), "--sweep is 'n=1,2', allowed: nothing with --trials"),
        (("--data", "prices.csv"), "--data is 'prices.csv', allowed: nothing with --trials"),
        (("--check",), "--check is True, allowed: nothing with --trials"),
        (("--format", "parquet"), "no hits to write"),
        (("--out", "x.csv"), "a file ending .json or .txt: there are no hits to write"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_decides_nothing_beside_the_trials_is_refused(technic, arguments, text):
    """As options of a sweep are without one."""
    ran = technic("study", "--trials", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert text in ran.err


def test_hits_are_written_as_csv(study, tmp_path: Path):
    """The rows of the Parquet file, for a spreadsheet; the verdict is printed."""
    table, rows = tmp_path / "hits.parquet", tmp_path / "hits.csv"
    for out in (table, rows):
        ran = study("--where", "close > sma(close, 50)", "--out", out)
        assert (ran.code, "where: " in ran.out) == (0, True)
    written = pd.read_csv(rows, parse_dates=["session", "entered", "left", "last_bar"])
    known = pq.read_table(table).to_pandas()
    assert list(written.columns) == list(known.columns)
    assert len(written) == len(known) > 100
    for name in ("symbol", "rank", "return_21", "r", "outcome"):
        there = known[name].notna()
        assert (written[name].notna() == there).all()
        assert written[name][there].tolist() == known[name][there].tolist()


def test_the_course_around_hits_is_in_the_parquet_file(study, tmp_path: Path):
    """And in the JSON object, without a report, too."""
    out = tmp_path / "hits.parquet"
    study("--where", "close > sma(close, 50)", "--out", out)
    (said,) = json.loads(pq.read_schema(out).metadata[b"technic.study"])["studies"]
    ran = study("--where", "close > sma(close, 50)", "--format", "json")
    (printed,) = json.loads(ran.out)["studies"]
    assert said["curve"] == printed["curve"]
    assert said["curve"]["offsets"][0] == -10


def test_a_bare_study_is_of_all_setups(technic, prices: Path, tmp_path: Path, monkeypatch):
    """And of both ratings, over a year up to the data's end, whatever is there."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    small = tmp_path / "small.csv"
    lines = prices.read_text().splitlines(keepends=True)
    kept = ("AK,", "BL,", "CM,", "DN,")
    small.write_text(lines[0] + "".join(line for line in lines if line.startswith(kept)))
    ran = technic("study", "--data", small, "--format", "json", "--quiet")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert len(found["studies"]) >= 26
    assert [one["name"] for one in found["ratings"]] == ["tech_rating", "rs_rating"]
    first = dt.date.fromisoformat(found["first"])
    assert (dt.date.fromisoformat(found["last"]) - first).days in range(355, 370)


def test_the_report_is_a_page_beside_the_hits(study, tmp_path: Path):
    """Both are written, what is printed still begins with the verdict, and the note says where."""
    page, hits = tmp_path / "out.html", tmp_path / "hits.parquet"
    ran = study("--where", "close > sma(close, 50)", "--report", page, "--out", hits)
    assert ran.code == 0
    assert "where: " in ran.out
    html = page.read_text(encoding="utf-8")
    said = json.loads(pq.read_schema(hits).metadata[b"technic.study"])["studies"][0]
    assert said["says"] in html
    assert f"<td>{said['curve']['excess'][0]['hits']:,}<td>" in html


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--report", "out.txt"), "--report is 'out.txt', allowed: a file that ends in .html"),
        (("--report", "no/out.html"), "a file in a folder that is there"),
        (("--report", "a.html", "--out", "a.html"), "another file than --out"),
        (("--report", "a.html", "--check"), "--check, --trials and --sweep write none"),
        (("--report", "a.html", "--trials"), "--check, --trials and --sweep write none"),
        (("--report", "a.html", "--sweep", "n=1,2"), "--check, --trials and --sweep write none"),
    ],
    ids=["ending", "folder", "same", "check", "trials", "sweep"],
)
def test_a_report_that_cannot_be_is_refused_before_anything_runs(
    study, options: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """No trial is written for it."""
    monkeypatch.chdir(tmp_path)
    ran = study("--where", "close > 0", *options)
    assert ran.code == 2
    assert message in ran.err.replace("\n", " ")
    assert not (tmp_path / "home" / "trials").exists()
