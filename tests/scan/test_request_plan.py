"""Plans of a scan's requests, made from a config without the command line."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from technic.errors import ParameterError
from technic.scan.config import ScanConfig
from technic.scan.request_plan import open_scope, plan_requests
from technic.settings import Settings

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def settings(tmp_path):
    """A home with nothing in it, and keys that no request is made with."""
    return Settings(home=tmp_path / "home", polygon_key="key", store=str(tmp_path / "store"))


@pytest.fixture
def listings(tmp_path):
    """Two companies and the warrant of one of them."""
    rows = [
        ("AAAA", "Aaa Corp. Common Stock"),
        ("BBBB", "Bbb Corp. Common Stock"),
        ("AAAAW", "Aaa Corp. Warrant"),
    ]
    path = tmp_path / "listings.csv"
    pd.DataFrame(rows, columns=["symbol", "company"]).to_csv(path, index=False)
    return str(path)


def test_each_day_of_the_demo_market_is_one_request(settings):
    """Five sessions of thousands of symbols: five whole-market days and none fewer."""
    planned = plan_requests(ScanConfig(provider="demo"), settings=settings, days=5, now=NOW)
    assert (planned.plan.http_requests, planned.plan.lower_bound) == (5, 5)
    assert planned.scope is not None
    assert len(planned.scope.sessions) == 5
    assert planned.missing_cells == 5 * len(planned.scope.symbols)
    json.dumps(planned.document(), allow_nan=False)


def test_symbols_of_a_vendor_are_asked_alone_and_the_warrant_is_not(settings, listings):
    """Three listings, of which the pre-screen leaves two: a request each, one saved."""
    config = ScanConfig(provider="polygon", universe=listings)
    asked: list[str] = []
    planned = plan_requests(
        config, settings=settings, days=60, now=NOW, before_listings=asked.append
    )
    assert planned.plan.http_requests == 2
    assert (planned.savings.saved, planned.removed["warrant"]) == (1, ["AAAAW"])
    assert planned.store == f"{settings.store}/polygon"
    assert asked == []


def test_without_days_the_sessions_are_those_that_the_scan_loads(settings):
    """The anchor rule: 300 sessions before 2024-03-08 begin with the year 2022."""
    scope = open_scope(
        ScanConfig(provider="demo", as_of="2024-03-08", symbols=("NZAT",)),
        settings=settings,
        now=NOW,
    )
    assert (scope.sessions[0], scope.as_of) == (np.datetime64("2022-01-03"), "2024-03-08")


def test_files_take_no_request_and_are_not_opened(settings):
    """A path that is not there: reading it would raise."""
    planned = plan_requests(ScanConfig(data="nowhere.csv"), settings=settings, now=NOW)
    assert (planned.provider, planned.plan.http_requests, planned.scope) == ("files", 0, None)
    assert planned.document()["lower_bound"] == 0


@pytest.mark.parametrize("days", [0, -1, 2.5, True])
def test_days_that_are_no_count_are_refused(settings, days):
    """The message names the parameter and what it may be."""
    with pytest.raises(ParameterError, match="days is .*allowed: a whole number from 1"):
        plan_requests(ScanConfig(provider="demo"), settings=settings, days=days, now=NOW)
