"""A result that Technic 0.1.0 has saved: it loads, diffs and verifies, and rules are named.

``saved_0.1.0`` was written by commit 6050787 on the simulated market, symbols of every outcome:
``technic scan --watchlist FILE --where 'close > sma(close, 200) or rsi(close, 14) < 60' --columns
'symbol, close, high_in_400 = highest(high, 400), ema_200, obv, ad, rank(return_5_pct)' --setup
trend_template,flat_base,vcp --save DIR``. What is expected of it here is what that version printed.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from support.made_up_market import NOW
from support.saved_scans import edit_document, edit_frame
from technic import ScanResult, run_scan
from technic.cli.render.verify_report import verify_lines
from technic.result.diff import diff
from technic.result.saved import SavedScan, load_saved
from technic.settings import Settings
from technic.verification import Verification, verify

FOLDER = Path(__file__).parent / "saved_0.1.0"
LATER = NOW.replace(2026, 7, 1)
KEPT = ["BJUT", "GJUM", "QJYB", "QZEK", "HQIS", "XVYV", "VKYK", "WZAG"]
CHANGED = {
    "windows",
    "breaks",
    "bad bars",
    "splits",
    "known splits",
    "older bars",
    "columns",
    "rules of patterns",
    "security types",
    "plans",
    "chart patterns",
    "ledger",
}


@pytest.fixture(scope="module")
def saved() -> SavedScan:
    """The result, read back."""
    return load_saved(FOLDER)


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    """Settings of a home without anything in it."""
    return Settings(home=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def found(settings: Settings) -> Verification:
    """The result, run again."""
    return verify(FOLDER, settings=settings, now=LATER)


def status(found: Verification) -> dict[str, str]:
    """Status of each check."""
    return {check.name: check.status for check in found.checks}


def printed(found: Verification) -> str:
    """The report as one line of text."""
    console = Console(width=100, record=True, file=None, quiet=False)
    with console.capture() as capture:
        for line in verify_lines(found, 3, 100):
            console.print(line)
    return " ".join(capture.get().split())


def test_it_loads(saved: SavedScan):
    """Table, ledger and headline are those that were printed when it was saved."""
    assert saved.table["symbol"].tolist() == KEPT
    assert saved.table["ema_200"].round(2).tolist()[:3] == [26.32, 31.96, 206.71]
    stages = Counter(str(outcome).partition(".")[0] for outcome in saved.ledger.outcome)
    assert stages == {"kept": 8, "prescreen": 7, "fetch": 1, "gate": 32, "filter": 14}
    assert saved.headline() == (
        "as of 2026-06-30 · 8 of 62 symbols kept · demo data to 2026-06-30 (split adjusted) · "
        "RS among 22 symbols · SIMULATED"
    )
    assert saved.altered == ()


def test_its_config_means_what_it_meant(saved: SavedScan):
    """A key that came later has the meaning of then, a rule that is gone is read over."""
    assert saved.config.rank_among == "shown"
    assert (saved.config.gate.max_stale_sessions, saved.config.gate.split_factor) == (5, 1.8)
    assert "split_turnover" in saved.config_json["gate"]
    assert [setup.name for setup in saved.config.setups] == ["trend_template", "flat_base", "vcp"]


def test_verify_names_the_rules_that_changed(found: Verification):
    """It differs, and as bars, config and files are those of then, the rules explain it."""
    assert not found.identical
    assert found.explained
    assert {(rule.version, rule.topic) for rule in found.rules} == {
        ("0.2.0", topic) for topic in CHANGED
    }
    assert status(found) == {
        "files": "same",
        "config": "same",
        "code": "changed",
        "rules": "changed",
        "packages": "changed",  # it names one that is required no more
        "data": "changed",  # the simulation's code moved; its bars did not
        "bars": "same",
        "universe": "unknown",  # its watchlist is not here
    }


def test_what_differs_is_what_those_rules_are_about(found: Verification):
    """Columns, symbols whose bad bars and breaks took them out, one that is used again."""
    assert set(found.table.columns_added) >= {
        "last_bar",
        "usable_since",
        "special_dividends_pct",
        "max_return_252_pct",
    }
    assert found.table.columns_missing == ()  # they were asked for
    assert set(found.filtered.columns_missing) >= {"ema_200", "obv", "ad"}
    moved = {entry.symbol: (entry.saved[0], entry.now[0]) for entry in found.ledger}
    assert moved["LJUG"] == ("gate.unadjusted_split", "filter.setup")
    assert moved["BVYM"] == ("gate.price_x100", "filter.setup")
    assert moved.keys().isdisjoint({"HVAS", "NZAT"})  # no split on record where HVAS falls


def test_the_report_says_what_explains_it(found: Verification):
    """In words, under the verdict, and for programs."""
    text = printed(found)
    assert "differs: " in text
    assert "rules changed 0.2.0 changed windows, breaks, bad bars, splits" in text
    assert "explained by rule changes of 0.2.0 · windows: each expression reads a window" in text
    summary = json.loads(json.dumps(found.summary(1), allow_nan=False))
    assert (summary["identical"], summary["explained"]) == (False, True)
    assert {rule["topic"] for rule in summary["rules"]} == CHANGED
    assert set(summary["rules"][0]) == {"version", "topic", "sentence"}


def test_rules_do_not_explain_a_file_that_was_changed(tmp_path: Path, settings: Settings):
    """They are named, beside what else is not as it was."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "copy"))
    edit_frame(folder, "table", "QJYB", close=1.0)
    found = verify(folder, settings=settings, now=LATER)
    assert not found.explained
    assert {rule.topic for rule in found.rules} == CHANGED
    assert "rule changes of 0.2.0, beside what else has changed" in printed(found)


@pytest.mark.parametrize(
    ("version", "detail"),
    [
        ("99.1", "those of Technic 99.1 are not known to Technic "),
        ("mine", "'mine' is no version of Technic"),
        (None, "None is no version of Technic"),
    ],
)
def test_rules_of_a_version_that_nobody_here_knows(tmp_path, settings, version, detail):
    """They cannot be compared, and explain nothing."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "copy"))
    edit_document(folder, code={"technic": version, "fingerprint": "f"})
    found = verify(folder, settings=settings, now=LATER)
    (check,) = [one for one in found.checks if one.name == "rules"]
    assert check.status == "unknown"
    assert check.detail.startswith(detail)
    assert (found.rules, found.explained) == ((), False)


@pytest.fixture(scope="module")
def fresh(saved: SavedScan, settings: Settings) -> ScanResult:
    """The same question asked today: its symbols, condition, columns and one setup of today."""
    config = replace(
        saved.config, watchlist=None, symbols=saved.universe.symbols, rank_among="market"
    )
    return run_scan(config, settings=settings, now=LATER)


def test_it_is_compared_with_a_result_of_today(saved, fresh, tmp_path: Path):
    """Who entered and moved, with the warning that rules and meaning are others."""
    after = load_saved(fresh.save(tmp_path / "fresh"))
    found = diff(saved, after)
    assert [one.symbol for one in found.left] == [
        symbol for symbol in KEPT if symbol not in set(fresh.table["symbol"])
    ]
    changes = {one.symbol: one for one in (*found.entered, *found.moved, *found.left)}
    assert changes["QJYB"].before.place == 3
    assert changes["QJYB"].before.tech_rating == pytest.approx(80.3969, abs=5e-5)
    assert found.components("QJYB")
    warnings = list(found.warnings)
    assert "another config: rank_among was 'shown', is 'market'" in warnings
    assert not [one for one in warnings if "split_turnover" in one or "split_abnormal" in one]
    (rules,) = [one for one in warnings if one.startswith("other rules since Technic 0.2.0: ")]
    assert "windows" in rules
    assert "ranks" in rules
    assert diff(after, saved).warnings[-1] == rules
    assert not [one for one in diff(saved, saved).warnings if "rules" in one]
