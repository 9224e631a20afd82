"""Two studies of a market in which everything hard happens, with what their reports say."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.hard_market import NOW, hard_market
from support.pages import Element, read_page
from technic import ScanConfig
from technic.settings import Settings
from technic.setups import load_setups
from technic.study.config import StudyConfig
from technic.study.report.page import report_page
from technic.study.run import StudyResult, run_study


def studied(home: Path, scan: ScanConfig) -> StudyResult:
    """Study ten months of it, the end of its data near."""
    config = StudyConfig(
        scan=scan, first="2023-09-01", last="2024-06-20", horizons=(5, 21), event_curve=True
    )
    settings = Settings(home=home)
    return run_study(
        config, provider=hard_market(), settings=settings, now=NOW, command="technic study <all>"
    )


@pytest.fixture(scope="package")
def single(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """Of one condition that most meet on most days, so that some of its symbols are gone later."""
    scan = ScanConfig(where="rsi(close, 14) < 60", benchmark="AK")
    return studied(tmp_path_factory.mktemp("home"), scan)


@pytest.fixture(scope="package")
def several(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """Of three setups, one of which never hits."""
    setups = load_setups("trend_template", "weinstein_stage_2", "high_tight_flag")
    return studied(tmp_path_factory.mktemp("home"), ScanConfig(setups=setups))


@pytest.fixture(scope="package")
def single_page(single: StudyResult) -> Element:
    """The report of the one."""
    return read_page(report_page(single))


@pytest.fixture(scope="package")
def several_page(several: StudyResult) -> Element:
    """The report of the three."""
    return read_page(report_page(several))
