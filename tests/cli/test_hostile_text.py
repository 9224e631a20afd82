"""Names that would obey, hide or compute: what is shown, written and logged is plain text."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

SIGNS = "\x1b[31m\x1b]0;owned\x07\x9b2J\u202e\u200b\ufeff"
NAMES = {
    "ALFA": f"{SIGNS}Alfa\r\ntechnic: all is well\u2028x",
    "BRAV": '=HYPERLINK("http://x","y")',
    "CHAR": "@SUM(1)|<script>alert(1)</script>[a](javascript:b)`c`",
    "DELT": "[red]not markup[/] :smile: [/nothing]",
    "ECHO": "\t+cmd",
    "FOXT": "-x",
    "GOLF": "Golf " * 200,
}
FORMATS = ("table", "csv", "json", "md", "tradingview")


def require_plain(text: str) -> None:
    """No character that a terminal obeys or nobody sees; lines are lines."""
    strange = {letter for letter in text if unicodedata.category(letter)[0] == "C"} - {"\n"}
    assert not strange, strange
    assert not {"\u2028", "\u2029"} & set(text)


@pytest.fixture
def hostile(prices: Path, tmp_path: Path) -> list[str]:
    """Options of a scan of eight symbols whose listings are hostile, from a file called so."""
    frame = pd.DataFrame({"symbol": list(NAMES), "company": list(NAMES.values())})
    frame["sector"] = ["=1+1", *["Energy"] * (len(frame) - 1)]
    listings = tmp_path / "list\x1b[31m\u202eings\n.csv"
    frame.to_csv(listings, index=False)
    return ["--data", str(prices), "--universe", str(listings), "--limit", "0"]


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_hostile_is_printed(format_: str, technic, hostile: list[str]):
    """In no format, on neither stream."""
    ran = technic("scan", *hostile, "--format", format_)
    assert ran.code == 0, ran.err
    require_plain(ran.out)
    require_plain(ran.err)
    assert "technic: all is well" not in [line[:20] for line in ran.err.splitlines()]


def test_a_spreadsheet_has_nothing_to_compute(technic, hostile: list[str], tmp_path: Path):
    """Table and ledger: texts that would be formulas have an apostrophe, numbers stay numbers."""
    ledger = tmp_path / "ledger.csv"
    ran = technic("scan", *hostile, "--format", "csv", "--ledger", str(ledger))
    tables = [ran.out, ledger.read_text("utf-8")]
    for text in tables:
        require_plain(text)
        for row in csv.DictReader(io.StringIO(text)):
            for cell in row.values():
                if cell[:1] in ("=", "+", "-", "@"):
                    float(cell)
    rows = {row["symbol"]: row for row in csv.DictReader(io.StringIO(ran.out))}
    assert rows["ALFA"]["company"] == "Alfa technic: all is well x"
    assert rows["ALFA"]["sector"] == "'=1+1"
    assert rows["BRAV"]["company"] == '\'=HYPERLINK("http://x","y")'
    assert rows["ECHO"]["company"] == "'+cmd"
    assert rows["FOXT"]["company"] == "'-x"
    assert len(rows["GOLF"]["company"]) == 200
    assert any(float(row["change_pct"] if "change_pct" in row else row["return_1_pct"]) < 0
               for row in rows.values())  # fmt: skip


def test_a_page_has_no_tag_link_or_code(technic, hostile: list[str]):
    """Markdown shows the signs as they are."""
    page = technic("scan", *hostile, "--format", "md").out
    (line,) = [line for line in page.splitlines() if "@SUM" in line]
    wanted = r"@SUM(1)\|&lt;script&gt;alert(1)&lt;/script&gt;\[a\](javascript:b)\`c\`"
    assert wanted in line


def test_a_terminal_shows_brackets_and_colons_as_they_are(technic, hostile: list[str]):
    """No markup and no pictures are made of a company's name."""
    for arguments in (("scan", "--columns", "symbol,company"), ("explain", "DELT")):
        ran = technic(*arguments, *hostile[:4])
        assert ran.code == 0, ran.err
        assert "[red]not" in ran.out, ran.out


def test_a_saved_result_that_was_changed_is_plain_when_shown(
    technic, hostile: list[str], tmp_path: Path
):
    """Whoever wrote the folder."""
    saved = tmp_path / "saved"
    assert technic("scan", *hostile, "--save", str(saved)).code == 0
    path = saved / "ledger.parquet"
    frame = pd.read_parquet(path)
    frame["detail"] = f"{SIGNS}owned"
    frame.to_parquet(path, index=False)
    for arguments in (("show", str(saved)), ("show", str(saved), "--format", "json")):
        ran = technic(*arguments)
        require_plain(ran.out)
        require_plain(ran.err)


def test_a_folder_of_hostile_file_names_is_named_plainly(technic, prices: Path, tmp_path: Path):
    """Symbols that files are called after, in table, ledger and errors."""
    frame = pd.read_csv(prices)
    folder = tmp_path / f"bars{SIGNS}".replace("\x9b", "")
    folder.mkdir()
    for name in ("ALFA", "BRAV"):
        own = frame[frame["symbol"] == name].drop(columns="symbol")
        own.to_csv(folder / f"{name}\x1b[31m\u200b.csv", index=False)
    (folder / "=BAD\u202e.csv").write_text("nothing\n")
    ledger = tmp_path / "ledger.csv"
    ran = technic("scan", "--data", str(folder), "--ledger", str(ledger), "--format", "json")
    for text in (ran.out, ran.err, ledger.read_text("utf-8")):
        require_plain(text)
    assert {"ALFA", "BRAV"} <= {row["symbol"] for row in json.loads(ran.out)["rows"]}
    ran = technic("scan", "--data", str(folder / "no\x1b[2Jsuch\n.csv"))
    assert ran.code == 2
    require_plain(ran.err)
    assert ran.err.count("\n") == 1


def test_settings_are_named_plainly(technic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A key of technic.toml, a value of the environment."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "technic.toml").write_text('"a\\u001b[31m\\u202e\\nb" = 1\n', encoding="utf-8")
    ran = technic("scan")
    assert ran.code == 2
    require_plain(ran.err)
    (tmp_path / "technic.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("TECHNIC_PROVIDER", "no\x1b[2J\u202esuch")
    ran = technic("scan")
    assert ran.code == 2
    require_plain(ran.err)


@pytest.mark.parametrize("debug", [False, True], ids=["plain", "debug"])
def test_a_key_is_in_no_line_of_stderr_and_no_log(
    debug: bool, technic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Also where an error that nobody expected holds it, in its causes too."""
    key = "Sekrit-Key-0123456789"
    monkeypatch.setenv("TECHNIC_POLYGON_KEY", key)
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))

    def fail(*_: object, **__: object) -> None:
        inner = ValueError(f"inner {key.lower()}\x1b[2J")
        raise RuntimeError(f"outer {key}\x1b[2J") from inner

    monkeypatch.setattr("technic.scanner_core.run_scan", fail)
    monkeypatch.setattr("technic.cli.run.run_scan", fail)
    ran = technic("scan", *["--debug"] * debug)
    assert ran.code == 1
    logs = "".join(path.read_text("utf-8") for path in tmp_path.rglob("error-*.log"))
    assert ("inner ***" in logs) is not debug
    for text in (ran.err, logs):
        assert key.lower() not in text.lower()
        assert "\x1b" not in text
    assert ("inner ***" in ran.err) is debug
