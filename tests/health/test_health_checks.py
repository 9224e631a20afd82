"""Health checks as a library: values that say what was looked at, nothing printed."""

from __future__ import annotations

import datetime as dt
from typing import get_args

from technic.data_engine.providers.vendors.polygon import FREE, PAID
from technic.data_engine.sync.key_check import Finding, Topic
from technic.health import Check, installation, installation_checks, run_checks, settings_checks
from technic.health.vendor import settings_advice
from technic.settings import Settings
from technic.wording.install import install_command

TOPICS = get_args(Topic)
NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


def test_all_checks_of_the_demo_market_are_values(tmp_path, capsys):
    """Each with a state, in the order in which one rests on another; nothing is printed."""
    checks = list(run_checks("demo", settings=Settings(home=tmp_path), now=NOW))
    names = [check.name for check in checks]
    assert names[:2] == ["python", "technic"]
    assert names[-4:] == ["home", "settings", "calendar", "provider demo"]
    assert not [check for check in checks if check.state == "fail"]
    assert checks[-2].detail.endswith("last completed 2026-06-30")
    assert checks[-1].detail.startswith("SIMULATED, data to 2026-06-30, scored ")
    assert capsys.readouterr() == ("", "")


def test_settings_are_shown_and_secrets_are_not(tmp_path):
    """A key is named as set; a file that is not there fails."""
    settings = Settings(
        home=tmp_path, tiingo_key="must-not-show", polygon_s3_secret="nor-this", universe="no.csv"
    )
    checks = list(settings_checks(settings))
    shown = "universe=no.csv, polygon_s3_secret=(set), tiingo_key=(set)"
    assert Check("settings", "ok", shown) in checks
    assert "must-not-show" not in str(checks)
    assert "nor-this" not in str(checks)
    assert checks[-1] == Check("setting universe", "fail", "there is no no.csv")


def test_missing_packages_name_the_command_that_installs_them(monkeypatch):
    """A missing extra warns, a missing dependency fails."""
    known = installation.version

    def version(package: str) -> str:
        if package in ("polars", "numpy"):
            raise installation.PackageNotFoundError(package)
        return known(package)

    def requires(distribution: str) -> list[str]:
        assert distribution == "technic-scanner"
        return [
            "numpy>=2.2",
            "pandas>=2.3",
            "polars>=1.30; extra == 'polars'",
            "polars>=1.30; extra == 'all'",
            "technic-scanner[polars]; extra == 'all'",
        ]

    monkeypatch.setattr(installation, "version", version)
    monkeypatch.setattr(installation, "requires", requires)
    checks = {check.name: check for check in installation_checks()}
    extra = f"extra polars not installed: {install_command(['polars'])}"
    assert checks["polars"] == Check("polars", "warn", extra)
    missing = f"not installed: {install_command(['numpy'])}"
    assert checks["numpy"] == Check("numpy", "fail", missing)
    assert checks["pandas"].state == "ok"
    assert "technic-scanner" not in checks


def test_settings_that_promise_what_a_key_does_not_give_are_found():
    """And settings that leave unused what it gives; the variable is named with its value."""
    less = {topic: Finding(topic, "yes", "") for topic in TOPICS}
    less["snapshot"] = Finding("snapshot", "no", "not in your plan")
    (found,) = settings_advice("polygon", PAID, less)
    assert (found.state, found.name) == ("warn", "polygon: settings")
    assert found.detail == "the settings count on snapshot: set TECHNIC_POLYGON_PLAN=free"
    (found,) = settings_advice(
        "polygon", FREE, {topic: Finding(topic, "yes", "") for topic in TOPICS}
    )
    assert found.detail.endswith("set TECHNIC_POLYGON_PLAN=paid")


def test_defaults_of_scans_and_studies_are_shown(tmp_path):
    """Whatever a file says can be the reason that somebody looks for."""
    settings = Settings(home=tmp_path, scan=(("min_price", 10),), study=(("horizon", 5),))
    (shown,) = (one.detail for one in settings_checks(settings) if one.name == "settings")
    assert shown == "min_price=10, study.horizon=5"
