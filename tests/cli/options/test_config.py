"""From options and settings to a config: what wins, and that the help names the real defaults."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import get_args

import pytest

from technic.cli.app import command_line
from technic.cli.options.config import Choices, scan_config
from technic.cli.options.gate_options import GateOptions
from technic.cli.options.options import (
    DataOptions,
    FilterOptions,
    PlanOptions,
    UniverseOptions,
)
from technic.cli.options.values import amount, split
from technic.engine.open import DEFAULT_RUNNER
from technic.errors import ParameterError
from technic.scan.config import ScanConfig
from technic.settings import Settings

HOME = Path("home")
RENAMED = {"min_success": "min_success_pct", "min_rs": "min_rs_rating"}


def config(given=None, plan=None, listed=None, **settings: str) -> ScanConfig:
    """The config of some options over some settings."""
    choices = Choices(
        given or DataOptions(),
        listed or UniverseOptions(),
        FilterOptions(),
        GateOptions(),
        plan or PlanOptions(),
    )
    return scan_config(choices, Settings(home=HOME, **settings))


def test_no_option_and_no_setting_is_the_default_config():
    """The command line has no defaults of its own."""
    assert config() == ScanConfig(provider="demo")


def test_a_path_without_a_provider_means_files():
    """Options win over settings, as ``Settings.source`` says."""
    made = config(DataOptions(data="a.csv"), provider="demo", data="b.csv")
    assert (made.provider, made.data) == ("files", "a.csv")


def test_settings_stand_in_for_options_that_are_not_given():
    """Universe, benchmark, account and risk come from the settings unless an option says."""
    settings = {"universe": "u.csv", "benchmark": "SPY", "account_size": "5000", "risk_pct": "2"}
    made = config(**settings)
    assert (made.universe, made.benchmark) == ("u.csv", "SPY")
    assert (made.plan.account_size, made.plan.risk_pct) == (5000.0, 2.0)
    made = config(DataOptions(benchmark="QQQ"), PlanOptions(account_size=9.0), **settings)
    assert (made.benchmark, made.plan.account_size, made.plan.risk_pct) == ("QQQ", 9.0, 2.0)
    with pytest.raises(ParameterError, match="setting risk_pct is 'much'"):
        config(risk_pct="much")


def test_kinds_are_kept_or_insisted_on():
    """--include keeps a kind, --exclude insists, nothing leaves the default."""
    made = config(listed=UniverseOptions(include=["fund,note"], exclude=["warrant"]))
    rules = made.prescreen
    assert (rules.fund, rules.note, rules.warrant, rules.unit) == (False, False, True, None)


LISTS = ("symbols", "exchange", "sector", "exclude_sector", "include", "exclude")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("values", [[","], [" , ", ""], [""]])
def test_a_list_that_names_nothing_is_refused(name: str, values: list[str]):
    """It is neither everything nor nothing; the option is named with what it takes."""
    with pytest.raises(ParameterError, match=f"^{name.replace('_', '-')} is '.*', allowed: "):
        config(listed=UniverseOptions(**{name: values}))


@pytest.mark.parametrize("values", [[","], ["", " "]])
@pytest.mark.parametrize("name", ["signal", "skip_gate"])
def test_a_list_of_rules_that_names_nothing_is_refused(name: str, values: list[str]):
    """As those of the universe are."""
    filters = FilterOptions(signal=values) if name == "signal" else FilterOptions()
    gate = GateOptions(skip_gate=values) if name == "skip_gate" else GateOptions()
    choices = Choices(DataOptions(), UniverseOptions(), filters, gate, PlanOptions())
    with pytest.raises(ParameterError, match="^(signal|skip-gate) is '.*', allowed: one or more"):
        scan_config(choices, Settings(home=HOME))


@pytest.mark.parametrize("group", [GateOptions, PlanOptions])
def test_every_rule_option_is_a_parameter_of_its_rules(group):
    """An option's name is the name of the rule it sets."""
    default = ScanConfig()
    rules = default.gate if group is GateOptions else default.plan
    known = {field.name for field in dataclasses.fields(rules)} | {"skip_gate"}
    assert {field.name for field in dataclasses.fields(group)} <= known


def test_defaults_named_in_the_help_are_the_defaults_in_force():
    """Where a help text names a default, the config has it."""
    made = config()
    seen = 0
    scan = next(command for command in command_line().registered_commands if command.name == "scan")
    for parameter in inspect.signature(scan.callback).parameters.values():
        named = re.search(r"\(default: ([^ )]+)\)", get_args(parameter.annotation)[1].help)
        if named is None or parameter.name == "format_":
            continue
        name = RENAMED.get(parameter.name, parameter.name)
        values = [
            getattr(part, name) for part in (made, made.gate, made.plan) if hasattr(part, name)
        ]
        assert len(values) == 1, name
        # no runner in the config is the settings' runner, and without that the default one
        value = DEFAULT_RUNNER if name == "runner" and values[0] is None else values[0]
        assert value == (named[1] if isinstance(value, str) else float(named[1])), name
        seen += 1
    assert seen >= 20


@pytest.mark.parametrize(
    ("text", "dollars"),
    [
        ("250000", 250e3),
        ("250_000", 250e3),
        ("250k", 250e3),
        ("2.5B", 2.5e9),
        ("$1T", 1e12),
        ("1,500", 1500),
    ],
)
def test_amounts_are_read_as_people_write_them(text, dollars):
    """Units in either case, a dollar sign, separators."""
    assert amount(text) == dollars


def test_lists_are_split_at_commas():
    """Repeating an option and writing commas are the same."""
    assert split("symbols", ["A, B", "C", ","]) == ("A", "B", "C")
    assert split("symbols", None) == ()
