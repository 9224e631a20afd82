"""``technic doctor``: a healthy machine passes, a broken one names what is broken."""

from __future__ import annotations

import contextlib
import json

import pytest

from support.loopback import small
from technic.loopback import LoopbackServer


@pytest.fixture
def report(technic):
    """Run doctor with --format json: exit code and state by check."""

    def call(*arguments):
        ran = technic("doctor", "--format", "json", *arguments)
        found = json.loads(ran.out)["checks"]
        return ran.code, {one["check"]: (one["state"], one["detail"]) for one in found}

    return call


def test_a_healthy_installation_passes(technic, prices):
    """Every line begins with its state, and none is a failure."""
    ran = technic("doctor", "--data", prices)
    assert ran.code == 0
    assert all(line.split()[0] in ("ok", "warn") for line in ran.out.splitlines())
    for text in ("python", "numpy", "home", "calendar", "last completed", "provider files"):
        assert text in ran.out


def test_the_provider_check_scans_a_few_symbols(report, prices):
    """The demo market is scanned by default, a file when it is named."""
    code, found = report()
    assert code == 0
    assert found["provider demo"][1].startswith("SIMULATED")
    _, found = report("--data", prices)
    assert "scored 7 of 8 symbols" in found["provider files"][1]


def test_a_provider_without_data_fails(report):
    """Exit code 1, the reason in the line."""
    code, found = report("--data", "missing.csv")
    assert code == 1
    assert found["provider files"][0] == "fail"
    assert "missing.csv" in found["provider files"][1]


def test_a_home_that_cannot_be_written_fails(report, prices, monkeypatch, tmp_path):
    """A file where the folder should be."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "file"))
    code, found = report("--data", prices)
    assert code == 1
    assert found["home"][0] == "fail"


def test_settings_in_force_are_shown_and_checked(report, monkeypatch, prices):
    """A universe file that is not there is found before a scan needs it."""
    monkeypatch.setenv("TECHNIC_RISK_PCT", "2")
    monkeypatch.setenv("TECHNIC_UNIVERSE", "missing.csv")
    code, found = report("--data", prices)
    assert code == 1
    assert "risk_pct=2" in found["settings"][1]
    assert found["setting universe"][0] == "fail"


def test_a_broken_settings_file_is_a_failed_check(report, monkeypatch, tmp_path):
    """Doctor reports it instead of stopping at it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "technic.toml").write_text("nonsense", encoding="utf-8")
    code, found = report()
    assert code == 1
    assert found["settings"][0] == "fail"


@pytest.fixture
def market(monkeypatch):
    """A running market that the settings point to, with the plan that is asked for."""
    with contextlib.ExitStack() as stack:

        def start(**options):
            server = stack.enter_context(
                LoopbackServer(small(n_sessions=1000, options=options)),
            )
            monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
            return server

        yield start


def test_a_vendor_is_tried_with_a_request_of_each_kind(report, market):
    """The simulated vendor answers everything, and says SIMULATED."""
    server = market()
    code, found = report("--provider", "loopback")
    assert code == 0
    assert found["provider loopback"][0] == "ok"
    assert found["provider loopback"][1].startswith("SIMULATED, answers listings")
    assert {state for state, _ in found.values()} <= {"ok", "warn"}
    assert found["loopback: snapshot"][1].startswith("2026-06-30: ")
    assert server.stats.requests == 8


def test_a_missing_key_is_one_sentence_that_names_the_variable(report):
    """Nothing is asked without it."""
    code, found = report("--provider", "polygon")
    assert code == 1
    assert found["provider polygon"][0] == "fail"
    assert "TECHNIC_POLYGON_KEY" in found["provider polygon"][1]


def test_a_key_that_is_refused_fails_and_is_not_shown(technic, monkeypatch, market):
    """A wrong key is a failed check; neither stream has it."""
    server = market(key="the-right-one")
    monkeypatch.setenv("TECHNIC_POLYGON_URL", server.url)
    monkeypatch.setenv("TECHNIC_POLYGON_KEY", "a-key-that-must-not-show")
    ran = technic("doctor", "--provider", "polygon")
    assert ran.code == 1
    assert "fail provider polygon" in ran.out
    assert "must-not-show" not in ran.out + ran.err
