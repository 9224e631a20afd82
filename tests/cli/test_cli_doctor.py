"""``technic doctor``: a healthy machine passes, a broken one names what is broken."""

from __future__ import annotations

import json

import pytest

from technic.cli import checks


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


def test_missing_packages_name_the_command_that_installs_them(report, monkeypatch, prices):
    """A missing extra warns, a missing dependency fails."""
    known = checks.version

    def version(package: str) -> str:
        if package in ("polars", "numpy"):
            raise checks.PackageNotFoundError(package)
        return known(package)

    monkeypatch.setattr(checks, "version", version)
    code, found = report("--data", prices)
    assert code == 1
    assert found["polars"] == ("warn", "extra not installed: pip install 'technic[polars]'")
    assert found["numpy"][0] == "fail"
