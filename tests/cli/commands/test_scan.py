"""``technic scan``: what programs read, what people read, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from technic.sessions import build_calendar
from technic.testing import make_bars

KEYS = {"as_of", "universe", "data", "stats", "runner", "sort", "ledger", "rows"}
ROW_KEYS = {
    "symbol", "close", "tech_rating", "signal", "rs_rating", "entry", "stop", "target", "shares",
}  # fmt: skip


def refuse_constant(name: str) -> float:
    """NaN and Infinity are no JSON."""
    raise ValueError(name)


def document(ran) -> dict:
    """The one object on stdout; anything else there is an error."""
    assert ran.code == 0, ran.err
    return json.loads(ran.out, parse_constant=refuse_constant)


def test_json_has_the_keys_that_programs_rely_on(scan):
    """The documented keys are there, the parts have theirs, numbers are plain."""
    result = document(scan("--format", "json"))
    assert result.keys() >= KEYS
    assert result["as_of"] == "2024-03-08"
    assert result["universe"] == {"size": 10, "source": "listings.csv"}
    assert result["data"] == {
        "provider": "files",
        "last_session": "2024-03-08",
        "simulated": False,
        "price_basis": "unknown",
        "price_floor_basis": "as_given",
        "market_caps_of": None,
    }
    assert result["runner"].keys() == {"asked", "ran", "reason"}
    assert result["rows"]
    assert all(row.keys() >= ROW_KEYS for row in result["rows"])


def test_the_ledger_of_the_json_adds_up_to_the_universe(scan):
    """Each of the ten symbols is counted once, under the outcome it met first."""
    ledger = document(scan("--format", "json"))["ledger"]
    assert sum(ledger.values()) == 10
    assert ledger == {"kept": 7, "prescreen.warrant": 1, "fetch.no_data": 1, "gate.stale": 1}


@pytest.mark.parametrize(
    ("sort", "column", "reverse"),
    [
        (None, "tech_rating", True),
        ("close", "close", True),
        ("close:asc", "close", False),
        ("symbol", "symbol", False),
        ("symbol:desc", "symbol", True),
    ],
)
def test_rows_come_in_the_order_of_sort(scan, sort, column, reverse):
    """The first row is the best by the column asked for, and ``sort`` names it."""
    result = document(scan("--format", "json", *(["--sort", sort] if sort else [])))
    values = [row[column] for row in result["rows"]]
    assert values == sorted(values, reverse=reverse)
    assert result["sort"].startswith(column)


def test_limit_cuts_the_rows_and_not_the_count_of_kept(scan):
    """Three rows are shown, seven are kept; 0 shows all."""
    few, every = scan("--format", "json", "--limit", 3), scan("--format", "json", "--limit", 0)
    assert len(document(few)["rows"]) == 3
    assert document(few)["ledger"]["kept"] == 7
    assert len(document(every)["rows"]) == 7
    assert document(every)["rows"][:3] == document(few)["rows"]


def test_the_table_shows_ranking_ledger_and_times(scan):
    """A person sees the day, the source, each kept symbol, every outcome and what it took."""
    shown = scan().out
    for text in ("as of 2024-03-08", "10 symbols", "files data to 2024-03-08", "market trend"):
        assert text in shown
    for symbol in ("ALFA", "GOLF"):
        assert symbol in shown
    assert "10 symbols = 7 kept + 1 prescreen + 1 fetch + 1 gate" in shown
    for text in ("warrant 1", "no_data 1", "stale 1", "symbols/s", "requests"):
        assert text in shown
    assert "SIMULATED" not in shown


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_no_line_is_wider_than_the_terminal(scan, monkeypatch, width):
    """Columns leave before lines break; the plan stays from 80 columns on."""
    monkeypatch.setenv("COLUMNS", str(width))
    lines = scan().out.splitlines()
    assert max(map(len, lines)) <= width
    header = next(line for line in lines if "symbol" in line and "volume" in line)
    assert ("company" in header) == (width >= 140)
    words = ("price", "change", "rating", "RS", "rel", "entry", "stop", "shares")
    assert any(all(word in line for word in words) for line in lines)


def test_nothing_that_qualifies_is_no_failure_and_says_why(scan):
    """An impossible filter gives exit code 0, no table, and the largest reasons."""
    ran = scan("--min-rating", 100, "--min-price", "1B")
    assert ran.code == 0
    assert "Nothing qualifies" in ran.out
    assert "filter.min_price 7" in ran.out
    assert document(scan("--min-price", "1B", "--format", "json"))["rows"] == []


def test_a_scan_in_which_no_symbol_has_bars_fails(scan):
    """Exit code 1 and the reason; an empty table would look as if nothing had qualified."""
    ran = scan("--symbols", "NONE")
    assert (ran.code, ran.out) == (1, "")
    assert "no symbol could be scanned (fetch.no_data 1)" in ran.err


def test_demo_data_is_marked_as_simulated(technic):
    """Headline, JSON and Markdown of a scan of the demo market say that it is made up."""
    some = _demo_symbols()
    assert "SIMULATED" in technic("scan", "--symbols", some).out.splitlines()[0]
    assert "· SIMULATED**" in technic("scan", "--symbols", some, "--format", "md").out
    result = json.loads(technic("scan", "--symbols", some, "--format", "json").out)
    assert result["data"]["simulated"] is True
    assert result["universe"]["size"] == 8


def _demo_symbols() -> str:
    from technic.data_engine.providers.demo import DemoProvider
    from technic.sessions import build_calendar

    return ",".join(DemoProvider(build_calendar(2027)).listings().symbols[:8])


def test_too_few_symbols_with_bars_is_exit_code_1_with_the_table(scan):
    """Eight of nine have bars: enough by default, not for --min-success 95."""
    ran = scan("--min-success", 95)
    assert ran.code == 1
    assert "--min-success is 95" in ran.err
    assert "7 kept" in ran.out


def test_ledger_file_has_a_row_for_each_symbol(scan, tmp_path):
    """CSV and Parquet hold the same: symbol, outcome, detail, and the scan's day."""
    assert scan("--ledger", tmp_path / "l.csv").code == 0
    assert scan("--ledger", tmp_path / "l.parquet").code == 0
    written = pd.read_csv(tmp_path / "l.csv", keep_default_na=False)
    assert list(written.columns) == ["symbol", "outcome", "detail", "as_of"]
    assert set(written["as_of"]) == {"2024-03-08"}
    assert len(written) == 10
    assert written.set_index("symbol").loc["HOTE", "outcome"] == "gate.stale"
    stored = pd.read_parquet(tmp_path / "l.parquet")
    assert stored["outcome"].tolist() == written["outcome"].tolist()


def test_save_keeps_the_whole_result(scan, tmp_path):
    """The folder holds the table, the ledger and the scan with its config."""
    assert scan("--save", tmp_path / "kept", "--limit", 1).code == 0
    assert len(pd.read_parquet(tmp_path / "kept" / "table.parquet")) == 7
    assert (
        json.loads((tmp_path / "kept" / "scan.json").read_text())["config"]["provider"] == "files"
    )


@pytest.mark.parametrize("ending", ["csv", "json", "parquet", "xlsx", "md", "txt"])
def test_the_ending_of_out_names_the_format(scan, tmp_path, ending):
    """The file is written, stdout stays empty, nothing else is left in the folder."""
    out = tmp_path / f"scan.{ending}"
    ran = scan("--out", out)
    assert (ran.code, ran.out) == (0, "")
    assert out.stat().st_size > 100
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    assert "wrote 7 rows" in ran.err


def test_quiet_leaves_stderr_empty(scan, tmp_path):
    """No notes, no progress."""
    assert scan("--quiet", "--format", "json").err == ""
    assert scan("--quiet", "--out", tmp_path / "a.csv").err == ""


def test_prescreen_filters_and_gate_options_reach_the_scan(scan):
    """Each group of options takes symbols out under its own name."""
    counts = document(scan("--format", "json", "--sector", "Energy"))["ledger"]
    assert counts["prescreen.sector"] == 4
    counts = document(scan("--format", "json", "--min-market-cap", "3.5B"))["ledger"]
    assert counts["prescreen.market_cap"] == 4
    counts = document(scan("--format", "json", "--price-floor", "1M"))["ledger"]
    assert counts["gate.price_floor"] == 7
    counts = document(scan("--format", "json", "--skip-gate", "stale"))["ledger"]
    assert counts["kept"] == 8
    counts = document(scan("--format", "json", "--include", "warrant"))["ledger"]
    assert counts["fetch.no_data"] == 2
    counts = document(scan("--format", "json", "--symbols", "alfa, BRAV", "--symbols", "CHAR"))
    assert counts["ledger"] == {"kept": 3}


def test_account_and_risk_scale_the_plan(scan):
    """Twice the risk buys twice the shares, up to rounding; prices stay."""
    options = ("--format", "json", "--max-position-pct", 100, "--max-pct-of-adv", 100)
    one = document(scan(*options, "--account-size", "100K"))["rows"]
    two = document(scan(*options, "--account-size", "100K", "--risk-pct", 2))["rows"]
    planned = [(a, b) for a, b in zip(one, two, strict=True) if a["has_plan"]]
    assert planned
    for a, b in planned:
        assert (a["entry"], a["stop"]) == (b["entry"], b["stop"])
        assert abs(b["shares"] - 2 * a["shares"]) <= 1


def test_as_of_scans_a_past_day(scan):
    """The day asked for is the day answered."""
    assert document(scan("--format", "json", "--as-of", "2024-02-15"))["as_of"] == "2024-02-15"


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        ("split_adjusted", "split adjusted"),
        ("total_return_adjusted", "total return adjusted"),
        ("raw", "raw prices"),
        ("unknown", "price basis unknown"),
    ],
)
def test_price_basis_labels_the_data(scan, tmp_path: Path, basis: str, words: str):
    """What the user knows about the prices is in the result; raw ones of a file stay raw."""
    ran = scan("--format", "json", "--price-basis", basis)
    assert document(ran)["data"]["price_basis"] == basis
    scan("--format", "md", "--out", tmp_path / "rows.md", "--price-basis", basis)
    text = (tmp_path / "rows.md").read_text(encoding="utf-8")
    assert words in text
    assert ("split adjusted" in text) == (basis == "split_adjusted")


def test_a_watchlist_restricts_the_universe(scan, tmp_path: Path):
    """Symbols of the file only, also one that nobody lists."""
    watch = tmp_path / "watch.txt"
    watch.write_text("ALFA\nNASDAQ:BRAV\n# comment\nZZZZ\n", encoding="utf-8")
    result = document(scan("--format", "json", "--watchlist", watch))
    assert result["universe"]["size"] == 3
    assert {row["symbol"] for row in result["rows"]} == {"ALFA", "BRAV"}


def many_symbols(folder: Path) -> Path:
    """Prices of thirty symbols, more than a screen of a table has."""
    symbols = tuple(f"M{i:02d}" for i in range(30))
    bars = make_bars(symbols, build_calendar(2024).last(320, np.datetime64("2024-03-08")), seed=5)
    frame = pd.DataFrame({"symbol": np.array(bars.symbols)[bars.column], "date": bars.session})
    for name in ("open", "high", "low", "close"):
        frame[name] = getattr(bars, name) + 50
    frame["volume"] = 1e6
    path = folder / "many.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["scan.csv", "scan.json", "scan.md", "scan.txt"])
def test_a_file_has_every_row_unless_a_limit_is_given(technic, tmp_path, name):
    """And says how many it has of how many."""
    path = many_symbols(tmp_path)
    whole = technic("scan", "--data", path, "--out", tmp_path / name)
    assert f"technic: wrote 30 rows to {tmp_path / name}" in whole.err
    cut = technic("scan", "--data", path, "--out", tmp_path / name, "--limit", 4)
    assert f"technic: wrote 4 of 30 rows to {tmp_path / name}" in cut.err


def test_a_setups_limit_is_one_of_the_screen_alone(technic, tmp_path):
    """A file has every hit; the screen the ones that the scan file wants."""
    path, mine = many_symbols(tmp_path), tmp_path / "mine.toml"
    mine.write_text('meaning = "All."\nlimit = 2\nwhere = "close > 0"\n', encoding="utf-8")
    given = ("scan", "--data", path, "--setup", mine)
    assert " … and 28 more (--limit 0 shows all)" in technic(*given).out
    assert len(technic(*given, "--format", "csv").out.splitlines()) == 31


def test_what_is_printed_for_programs_is_whole_or_said_to_be_cut(technic, tmp_path):
    """The table of a screen ends after 25 rows and says so."""
    path = many_symbols(tmp_path)
    assert " … and 5 more (--limit 0 shows all)" in technic("scan", "--data", path).out
    whole = technic("scan", "--data", path, "--format", "json")
    assert len(json.loads(whole.out)["rows"]) == 30
    assert "printed" not in whole.err
    cut = technic("scan", "--data", path, "--format", "csv", "--limit", 3)
    assert "technic: printed 3 of 30 rows (--limit 3)" in cut.err
