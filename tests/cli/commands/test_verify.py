"""``technic verify`` and ``technic diff``: exit codes, what people read, what programs read."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from support.saved_scans import edit_document, edit_frame


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where scans lie that are made once, and copied for each test."""
    return tmp_path_factory.mktemp("once")


@pytest.fixture
def saved(scan, once: Path, tmp_path: Path) -> Path:
    """A scan of the small market, saved."""
    made = once / "saved"
    if not made.exists():
        assert scan("--save", made, "--quiet").code == 0
    return Path(shutil.copytree(made, tmp_path / "saved"))


@pytest.fixture
def earlier(scan, once: Path, tmp_path: Path) -> Path:
    """The same scan some sessions before, without one of the symbols."""
    made = once / "earlier"
    if not made.exists():
        ran = scan("--save", made, "--quiet", "--as-of", "2024-02-15", "--min-rating", 45)
        assert ran.code == 0
    return Path(shutil.copytree(made, tmp_path / "earlier"))


def test_an_identical_result_ends_with_0(technic, saved: Path):
    """And says what is the same, without a word on standard error."""
    ran = technic("verify", saved, "--quiet")
    assert (ran.code, ran.err) == (0, "")
    assert "identical: 7 rows and 10 ledger entries, bit for bit" in ran.out
    for what in ("files", "config", "code", "packages", "data", "bars", "universe"):
        assert re.search(rf"^{what} +same ", ran.out, re.MULTILINE), what
    assert "as of 2024-03-08" in ran.out
    assert "SIMULATED" not in ran.out


@pytest.mark.parametrize("runner", ["local", "threads"])
def test_every_runner_gives_the_same(technic, saved: Path, runner: str):
    """The one that ran is named."""
    ran = technic("verify", saved, "--runner", runner, "--format", "json")
    assert ran.code == 0
    document = json.loads(ran.out)
    assert document["identical"] is True
    assert document["runner"]["ran"] == runner


def test_a_tampered_cell_ends_with_1_and_is_shown(technic, saved: Path):
    """Symbol, column, both values with every digit."""
    edit_frame(saved, "table", "ALFA", close=12.300000000000002, company="Other Inc.")
    ran = technic("verify", saved)
    assert ran.code == 1
    assert "differs: 2 cells in 1 row\n" in ran.out
    assert re.search(r"ALFA +close +12\.300000000000002 +[\d.]+", ran.out)
    assert re.search(r"ALFA +company +Other Inc\. +Alfa Industries Inc\.", ran.out)
    assert "table.parquet" in ran.out
    document = json.loads(technic("verify", saved, "--format", "json").out)
    assert document["identical"] is False
    assert [cell["column"] for cell in document["table"]["cells"]] == ["company", "close"]


def test_every_kind_of_difference_is_shown(technic, saved: Path):
    """Rows, places, ledger, config, regime; one thing is not called several."""
    edit_frame(saved, "table", "BRAV", symbol="ZZTOP")
    edit_frame(saved, "ledger", "HOTE", outcome="kept", detail="")
    content = json.loads((saved / "scan.json").read_text(encoding="utf-8"))
    content["config"]["filters"]["min_price"] = 0.5
    edit_document(saved, config=content["config"], regime=content["regime"] | {"trend": "moon"})
    ran = technic("verify", saved)
    assert ran.code == 1
    assert "differs: 1 key of the config, 2 rows, 1 ledger entry, 1 part of the" in ran.out
    assert "table: only saved 1 · ZZTOP" in ran.out
    assert "table: only now 1 · BRAV" in ran.out
    assert re.search(r"HOTE +kept +gate\.stale: ", ran.out)
    assert re.search(r"filters\.min_price +- +0\.5", ran.out)
    assert re.search(r"trend +moon +(up|down|sideways|unknown)", ran.out)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(technic, saved, earlier, monkeypatch, width):
    """Long details break inside their column."""
    edit_frame(saved, "ledger", "HOTE", outcome="gate.stale", detail="x" * 200)
    monkeypatch.setenv("COLUMNS", str(width))
    for arguments in (("verify", saved), ("diff", earlier, saved)):
        lines = technic(*arguments).out.splitlines()
        assert max(map(len, lines)) <= width


def test_limit_cuts_lists_and_says_so(technic, saved: Path):
    """The counts stay whole."""
    for symbol in ("ALFA", "BRAV", "CHAR"):
        edit_frame(saved, "table", symbol, close=1.0)
    out = technic("verify", saved, "--limit", 2).out
    assert "first 2 of 3" in out
    assert out.count(" close ") == 2
    document = json.loads(technic("verify", saved, "--limit", 1, "--format", "json").out)
    assert (document["table"]["cells_differing"], len(document["table"]["cells"])) == (3, 1)


def test_the_report_can_be_written_to_a_file(technic, saved: Path, tmp_path: Path):
    """JSON by its ending; the exit code is the same."""
    ran = technic("verify", saved, "--out", tmp_path / "v.json")
    assert (ran.code, ran.out) == (0, "")
    assert json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))["identical"] is True


def test_simulated_results_say_so(technic, tmp_path: Path):
    """On verify and on diff."""
    folder = tmp_path / "demo"
    assert technic("scan", "--symbols", "JXYN,ZZAM", "--save", folder, "--quiet").code == 0
    for arguments in (("verify", folder), ("diff", folder, folder)):
        ran = technic(*arguments)
        assert ran.code == 0
        assert "SIMULATED" in ran.out


@pytest.mark.parametrize("command", ["verify", "diff"])
@pytest.mark.parametrize("name", ["missing", "file", "other", "x" * 4000, "old", "cut", "edited"])
def test_what_is_no_saved_result_is_wrong_usage(technic, saved, tmp_path, command, name):
    """One sentence, exit code 2, nothing on standard output."""
    path = tmp_path / name
    if name == "file":
        path.write_text("x", encoding="utf-8")
    elif name == "other":
        path.mkdir()
    elif name in ("old", "cut", "edited"):
        path = saved
        if name == "old":
            edit_document(saved, format=0)
        elif name == "edited":
            edit_document(saved, config={"colour": "red"})
        else:
            table = saved / "table.parquet"
            table.write_bytes(table.read_bytes()[:1000])
    ran = technic(command, path) if command == "verify" else technic(command, saved, path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("technic: ")
    assert len(ran.err) < 4500
    assert "unexpected" not in ran.err


def test_diff_shows_who_left_and_why(technic, saved: Path, earlier: Path):
    """The ledger's reason, both ratings, and the config that is not the same."""
    ran = technic("diff", saved, earlier)
    assert ran.code == 0
    assert "warning: another config: filters.min_rating was not set, is 45" in ran.out
    assert "warning: the first result is the later one" in ran.out
    document = json.loads(technic("diff", saved, earlier, "--format", "json", "--limit", 0).out)
    left = document["left"]
    assert left
    reasons = [one["after"]["outcome"] for one in left]
    assert reasons == ["filter.min_rating"] * len(left)
    for one in left:
        assert one["symbol"] in ran.out
        assert f"{one['before']['tech_rating']:.1f} → {one['after']['tech_rating']:.1f}" in ran.out
    flat = " ".join(ran.out.split())
    assert f"now filter.min_rating: {left[0]['after']['detail']}" in flat
    counts = document["counts"]
    assert f"{counts['entered']} entered, {counts['left']} left" in ran.out


def test_diff_of_a_result_with_itself(technic, saved: Path):
    """Nothing happened, and no warning."""
    ran = technic("diff", saved, saved)
    assert "0 entered, 0 left, 0 moved, 7 unchanged" in ran.out
    assert "warning" not in ran.out


def test_a_watchlist_for_tradingview_goes_to_a_file(scan, tmp_path: Path):
    """These listings have no exchange: the symbols are named on standard error."""
    ran = scan("--format", "tradingview", "--out", tmp_path / "list.txt", "--sort", "symbol")
    assert (ran.code, ran.out) == (0, "")
    text = (tmp_path / "list.txt").read_text(encoding="utf-8")
    day = "###AS OF 2024-03-08 - DATA TO 2024-03-08"
    assert text == f"{day}\nALFA,BRAV,CHAR,DELT,ECHO,FOXT,GOLF\n"
    assert "warning: 7 symbols have no exchange that TradingView has a prefix for" in ran.err
    assert scan("--format", "tradingview", "--quiet", "--limit", 1).err == ""
