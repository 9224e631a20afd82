"""`technic site` as it is typed, with tables and studies of files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from support.sites import Market
from technic.cli.entry import run

STUDY = ["--where", "close > sma(close, 20)", "--horizon", "5", "--format", "json", "--quiet"]


@pytest.fixture
def data(market: Market, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that name the market; the home is its own."""
    monkeypatch.setenv("TECHNIC_HOME", str(market.home))
    return ["--data", str(market.prices), "--universe", str(market.listings)]


def test_a_site_with_tables_and_verdicts(
    market: Market,
    data: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One sentence says what was written; the second time nothing is."""
    study, scans, folder = tmp_path / "study.json", tmp_path / "more.toml", tmp_path / "site"
    days = ["--from", "2023-12-04", "--to", "2024-02-01"]
    monkeypatch.setattr(sys, "argv", ["technic", "study", *data, *STUDY])
    assert run(["study", *data, *STUDY, *days, "--out", str(study)]) == 0
    scans.write_text('[scans."Low RSI"]\nwhere = "rsi(close, 14) < 45"\n')
    asked = [
        "site", str(folder), *data, "--scans", str(scans), "--study", str(study), "--top", "2",
    ]  # fmt: skip
    assert run(asked) == 0
    assert "site of 2024-03-08" in capsys.readouterr().err
    page = (folder / "study.html").read_text(encoding="utf-8")
    verdict = json.loads(study.read_text())["studies"][0]
    assert f"{verdict['hits']:,}" in page
    assert "close &gt; sma(close, 20)" in page
    for path in folder.rglob("*.*"):
        assert str(market.home.parent).encode() not in path.read_bytes(), path
    assert (folder / "scan-low-rsi.html").is_file()
    assert run(asked) == 0
    assert "wrote 0 of" in capsys.readouterr().err


def test_what_cannot_be_done_is_said_before_a_scan(
    data: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of others, a file that is no study, a study of later data, --out."""
    folder, other = tmp_path / "site", tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text("mine")
    (tmp_path / "no.json").write_text("{}")
    study = tmp_path / "study.json"
    days = ["--from", "2023-12-04", "--to", "2024-02-01"]
    assert run(["study", *data, *STUDY, *days, "--out", str(study)]) == 0
    for asked, said in (
        (["site", str(other)], "not of technic site"),
        (["site", str(folder), "--study", str(tmp_path / "no.json")], "no document of a study"),
        (["site", str(folder), "--study", str(study), "--as-of", "2024-02-05"], "end 2024-03-08"),
        (["site", str(folder), "--out", "x.html"], "DIR is where the site goes"),
        (["site", str(folder), "--scans", str(tmp_path / "none.toml")], "is not there"),
    ):
        capsys.readouterr()
        assert run([*asked, *data]) == 2
        assert said in capsys.readouterr().err
    assert not folder.exists()
