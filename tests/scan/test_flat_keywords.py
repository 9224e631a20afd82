"""Rules of a scan given without their group, and files without their provider."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import pytest

from technic import FilterRules, ScanConfig, run_scan
from technic.errors import ParameterError
from technic.settings import Settings
from technic.trade_plan import PlanRules
from technic.universe import PrescreenRules


def test_a_field_of_a_group_may_stand_alone():
    """It is the config that its group would make; what else the group says stays."""
    flat = ScanConfig(min_price=10, exchanges=("NYSE",), account_size=5_000.0, bars=200)
    grouped = ScanConfig(
        filters=FilterRules(min_price=10),
        prescreen=PrescreenRules(exchanges=("NYSE",)),
        plan=PlanRules(account_size=5_000.0),
        bars=200,
    )
    assert flat == grouped
    both = ScanConfig(filters=FilterRules(min_rating=60.0, min_price=1), min_price=10)
    assert both.filters == FilterRules(min_rating=60.0, min_price=10)


def test_the_config_is_copied_and_sent_as_before():
    """Replaced, pickled, and a keyword of its own stays one: signals are the thresholds."""
    config = ScanConfig(min_price=10)
    assert dataclasses.replace(config, max_price=20).filters == FilterRules(
        min_price=10, max_price=20
    )
    assert pickle.loads(pickle.dumps(config)) == config
    with pytest.raises(ParameterError, match=r"signals is .*, allowed: SignalThresholds\(\.\.\.\)"):
        ScanConfig(signals=("long",))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"min_prise": 10}, "min_prise is 10, .*did you mean min_price?"),
        ({"sector": "Energy"}, "sector is 'Energy', .*did you mean sectors?"),
        ({"quux": 1}, r"quux is 1, .*help\(ScanConfig\) lists them"),
        ({"min_price": -1}, "min_price is -1, allowed: a number of at least 0"),
        ({"filters": None, "min_price": 1}, "filters is None, allowed: FilterRules"),
    ],
    ids=str,
)
def test_what_is_no_field_is_named_with_what_is_near(given: dict[str, object], said: str):
    """In the words of the one who typed it."""
    with pytest.raises(ParameterError, match=said):
        ScanConfig(**given)


def test_values_without_a_name_are_refused():
    """With an example of how to write them."""
    with pytest.raises(ParameterError, match=r"config is 'prices.csv', allowed: keywords"):
        ScanConfig("prices.csv")  # type: ignore[misc]


def test_data_alone_means_files(tmp_path: Path):
    """As ``--data`` on the command line does, over a vendor that the settings name."""
    lines = ["symbol,date,open,high,low,close,volume"]
    lines += [f"AAA,2026-06-{day:02d},10,11,9,10,1000000" for day in (22, 23, 24, 25, 26)]
    path = tmp_path / "prices.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    config = ScanConfig(data=path, min_bars=5)
    result = run_scan(config, settings=Settings(home=tmp_path, provider="polygon"))
    assert (result.data.provider, result.as_of) == ("files", "2026-06-26")
