"""A config goes through JSON and comes back equal; what is no config is named in one sentence."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from typing import Any

import pytest

from technic import FilterRules, ScanConfig
from technic.data_engine.gate.rules import GateRules
from technic.errors import InputFileError, UsageError
from technic.scan.config_json import config_differences, config_from_json, config_to_json
from technic.scan.expressions.scan_expressions import scan_expressions
from technic.scoring import ScoreWeights, SignalThresholds
from technic.setups.setup import Setup, SetupCondition, SetupParameter
from technic.trade_plan import PlanRules
from technic.trade_plan.rules import StopRules
from technic.universe import PrescreenRules

STOP = StopRules(
    long_below="low_20", short_above="high_20", buffer_atr=0.5, min_atr=1, max_atr=4.5,
    min_pct=1.5, max_pct=20,
)  # fmt: skip
SETUP = Setup(
    name="pullback",
    title="Pullback",
    meaning="m",
    source="s",
    conditions=(SetupCondition(name="dip", where="rsi(close, n) < 40"),),
    parameters=(SetupParameter(name="n", value=14, meaning="bars", least=2),),
    path="scans/pullback.toml",
)
FULL = ScanConfig(
    provider="files",
    data="prices.csv",
    price_basis="split_adjusted",
    adjust_by="Adj Close",
    columns_map="date=Datum,close=Schluss",
    date_format="%d.%m.%Y",
    symbol_from="^prices_(.+)$",
    market_cap_unit="millions",
    no_volume=True,
    universe="listings.csv",
    symbols=("BRK.B", "AAPL"),
    watchlist="watch.txt",
    as_of="2024-03-08",
    benchmark="SPY",
    bars=260,
    prescreen=PrescreenRules(
        test_issue=True,
        fund=False,
        symbol_patterns=(r"Z.*\d",),
        problem_symbols=("XX",),
        sectors=("Energy", "Technology"),
        min_market_cap=3e8,
        keep_unknown_market_cap=True,
    ),
    gate=GateRules(
        min_bars=60, price_floor=2.5, price_floor_basis="off", skip=("stale", "volatility")
    ),
    weights=ScoreWeights(trend=10, momentum=0.1),
    signals=SignalThresholds(strong_long=85.5),
    plan=PlanRules(account_size=1e6, style="position", allow_shorts=True, stop=STOP),
    filters=FilterRules(min_price=5, min_rating=50.25, signals=("long", "watch")),
    where="close > sma(close, 50)",
    setups=(SETUP,),
    columns=("rsi_14", "gap = open / close[1] - 1"),
    max_history=2000,
    min_success_pct=90.0,
    sort="rs_rating:asc",
    rank_among="shown",
    block_size=256,
    runner="threads",
)


def through_json(config: ScanConfig) -> ScanConfig:
    """Write and read."""
    return config_from_json(json.loads(json.dumps(config_to_json(config))), "scan.json")


@pytest.mark.parametrize("config", [ScanConfig(), FULL], ids=["defaults", "everything"])
def test_a_config_comes_back_equal(config):
    """Nested rules, tuples, None and numbers alike."""
    assert through_json(config) == config


def test_every_field_has_a_value_of_its_own_in_these_tests():
    """A field that keeps its default here would not be tested."""
    fields = [field.name for field in dataclasses.fields(ScanConfig)]
    default = ScanConfig()
    assert [name for name in fields if getattr(FULL, name) == getattr(default, name)] == []


def test_an_infinity_goes_as_text():
    """JSON has none."""
    content = json.loads(json.dumps(config_to_json(FULL), allow_nan=False))
    assert content["setups"][0]["parameters"][0]["most"] == "inf"


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(ScanConfig)])
def test_a_field_that_is_missing_has_its_default(name):
    """As in a result that was saved before the field was there."""
    content = config_to_json(FULL)
    del content[name]
    found = config_from_json(content, "scan.json")
    assert found == replace(FULL, **{name: getattr(ScanConfig(), name)})


def test_a_key_that_is_missing_has_its_default():
    """As in a result that was saved before the key was there."""
    content = config_to_json(FULL)
    del content["gate"]["price_floor"]
    assert config_from_json(content, "scan.json").gate == replace(FULL.gate, price_floor=1.0)


def edited(path: str, value: Any) -> dict[str, Any]:
    """The full config as JSON with one value replaced."""
    content = json.loads(json.dumps(config_to_json(FULL)))
    *groups, name = path.split(".")
    place = content
    for group in groups:
        place = place[group]
    place[name] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("colour", "red", r"scan.json: config has an unknown key 'colour'; it was edited"),
        ("gate.colour", 1, "config.gate has an unknown key 'colour'"),
        ("plan.stop.colour", 1, "config.plan.stop has an unknown key 'colour'"),
        ("plan.stop", {"buffer_atr": 1}, "config.plan.stop is not complete: .*'long_below'"),
        ("gate", None, "config.gate is None, allowed: an object"),
        ("gate", [], r"config.gate is \[\], allowed: an object"),
        ("bars", 300.5, "config.bars is 300.5, allowed: a whole number"),
        ("bars", True, "config.bars is True, allowed: a whole number"),
        ("bars", -5, "config: bars is -5, allowed: a whole number from 1"),
        ("filters.min_price", "5", "config.filters.min_price is '5', allowed: a number"),
        ("filters.min_rating", 500, "config.filters: min_rating is 500, allowed"),
        ("filters.signals", "long", "config.filters.signals is 'long', allowed: a list"),
        ("filters.signals", ["long", 3], r"config.filters.signals\[1\] is 3, allowed: text"),
        ("filters.signals", ["up"], "config.filters: signals is 'up'"),
        ("prescreen.fund", "yes", "config.prescreen.fund is 'yes', allowed: true or false"),
        ("price_basis", "adjusted", "config.price_basis is 'adjusted', allowed: raw, "),
        ("plan.allow_shorts", 1, "config.plan.allow_shorts is 1, allowed: true or false"),
        ("data", "x" * 50_000 + "!", "ok"),
        ("sort", None, "config.sort is None, allowed: text"),
    ],
)
def test_what_is_no_config_is_named(path, value, message):
    """One sentence with the file and the key; long values are cut."""
    if message == "ok":
        assert config_from_json(edited(path, value), "scan.json").data == value
        return
    with pytest.raises(InputFileError, match=message) as caught:
        config_from_json(edited(path, value), "scan.json")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("value", [1, -3, 0.5, "Infinity"])
def test_a_saved_setup_with_a_parameter_out_of_its_range_is_refused(value: object):
    """The file, the setup's place and the range are named; the bounds it was saved with count."""
    content = json.loads(json.dumps(config_to_json(FULL)))
    content["setups"][0]["parameters"][0] |= {"most": 50, "value": value}
    with pytest.raises(InputFileError) as caught:
        config_from_json(content, "scan.json")
    message = str(caught.value)
    assert message.startswith("scan.json: config.setups[0].parameters[0]")
    assert "2 to 50" in message or "allowed: a number" in message


@pytest.mark.parametrize(
    ("call", "named"),
    [
        ("flat_base(min_base=1)", "min_base of flat_base is 1, allowed: "),
        ("sma(close, 0) > 1", "timeperiod of sma is 0, allowed: a whole number from 1 to "),
        ("vcp(min_base=90, max_base=40)", "min_base is 90, allowed: at most max_base, which is 40"),
    ],
)
def test_a_saved_setup_that_calls_with_a_value_out_of_range_is_refused(call: str, named: str):
    """When it is scanned: the sentence names the setup, the parameter and what is allowed."""
    content = json.loads(json.dumps(config_to_json(FULL)))
    condition = {"name": "wrong", "where": call}
    content["setups"][0] |= {"conditions": [condition], "parameters": [], "columns": []}
    content["setups"][0]["rank_by"] = None
    config = config_from_json(content, "scan.json")
    with pytest.raises(UsageError, match=named) as caught:
        scan_expressions(config)
    assert "pullback.toml" in str(caught.value)


@pytest.mark.parametrize("content", [None, [], "x", 5])
def test_a_config_that_is_no_object_is_refused(content):
    """It is not taken for an empty one."""
    with pytest.raises(InputFileError, match="allowed: an object"):
        config_from_json(content, "scan.json")


def test_differences_name_the_key_with_its_groups():
    """What only changes the speed, and what the caller does not ask about, is no difference."""
    other = replace(
        FULL,
        runner=None,
        block_size=1,
        as_of="2024-03-07",
        plan=replace(FULL.plan, stop=None),
        filters=replace(FULL.filters, min_rating=60.0),
    )
    pairs = config_differences(config_to_json(FULL), config_to_json(other), without=("as_of",))
    assert pairs["filters.min_rating"] == (50.25, 60.0)
    assert {name for name in pairs if not name.startswith("plan.stop")} == {"filters.min_rating"}
    assert pairs["plan.stop.max_atr"] == (4.5, None)
    assert config_differences(config_to_json(FULL), config_to_json(FULL)) == {}


def test_differences_of_setups_are_told_by_their_names():
    """Not by their places; where a setup's file lies is no difference."""
    other = replace(SETUP.with_parameters({"n": 21}), path="elsewhere/pullback.toml")
    pairs = config_differences(
        config_to_json(FULL), config_to_json(replace(FULL, setups=(other,), where=None))
    )
    assert pairs == {
        "where": ("close > sma(close, 50)", None),
        "setups[pullback].parameters[n].value": (14, 21.0),
    }


def test_rules_that_were_replaced_are_read_over():
    """A result that an earlier version saved loads; elsewhere the same keys are unknown."""
    content = json.loads(json.dumps(config_to_json(FULL)))
    content["gate"] |= {
        "split_share_volume": 4.0,
        "split_turnover": 2.0,
        "split_turnover_per_factor": 0.7,
    }
    assert config_from_json(content, "scan.json") == FULL
    content["plan"]["split_turnover"] = 2.0
    with pytest.raises(InputFileError, match="config.plan has an unknown key 'split_turnover'"):
        config_from_json(content, "scan.json")
