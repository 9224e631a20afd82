"""Which rules lie between two versions, and which of them a result can show."""

from __future__ import annotations

import pytest

from technic import ScanConfig
from technic.result.rule_changes import RULE_CHANGES, release, rules_between
from technic.setups.setup import Setup, SetupCondition
from technic.version import __version__


@pytest.mark.parametrize(
    ("older", "newer", "some"),
    [
        ("0.1.0", "0.2.0", True),
        ("0.1.9", "0.10.0", True),  # numbers, not letters
        ("0.1", "0.2.0.dev3", True),
        ("0.1.0", "0.1.0", False),
        ("0.2.0", "0.2.0", False),
        ("0.2.0", "0.1.0", False),
        (None, "0.2.0", False),
        ("0.1.0", "unknown", False),
    ],
)
def test_rules_lie_between_an_older_and_a_newer_version(older, newer, some):
    """The newer one's own changes are among them, the older one's are not."""
    versions = {change.version for change in rules_between(older, newer)}
    assert ("0.2.0" in versions) == some
    assert some or not versions


def test_a_change_is_of_a_version_that_there_is():
    """Oldest first, each topic once for a version, each said in one sentence."""
    versions = [release(change.version) for change in RULE_CHANGES]
    assert versions == sorted(versions)
    assert versions[-1] <= release(__version__)
    assert len({(change.version, change.topic) for change in RULE_CHANGES}) == len(RULE_CHANGES)
    for change in RULE_CHANGES:
        assert change.sentence.strip() == change.sentence
        assert not change.sentence.endswith(".")
        assert "\n" not in change.sentence


PATTERN = "flat_base(min_base=40)"
A_SETUP = Setup(
    name="own",
    title="My own",
    meaning="A flat base.",
    source="me",
    conditions=(SetupCondition(name="base", where=PATTERN),),
)


@pytest.mark.parametrize(
    ("config", "shown"),
    [
        (ScanConfig(provider="demo"), set()),
        (ScanConfig(provider="polygon"), {"special dividends"}),
        (ScanConfig(provider="demo", benchmark="SPY"), {"benchmark"}),
        (ScanConfig(provider="files", as_of="2024-03-08"), {"rows", "special dividends"}),
        (
            ScanConfig(provider="files", as_of="1991-06-03"),
            {"rows", "calendar", "special dividends"},
        ),
        (ScanConfig(provider="demo", where="close > 5"), {"windows"}),
        (ScanConfig(provider="demo", where=PATTERN), {"windows", "chart patterns"}),
        (
            ScanConfig(provider="demo", columns=("pivot = vcp_pivot ()",)),
            {"windows", "chart patterns"},
        ),
        (ScanConfig(provider="demo", columns=("vcp = close",)), {"windows"}),  # a name, not a call
        (ScanConfig(provider="demo", sort="cup_depth():asc"), {"windows", "chart patterns"}),
        (ScanConfig(provider="demo", setups=(A_SETUP,)), {"windows", "chart patterns"}),
    ],
    ids=range(11),
)
def test_a_rule_is_named_where_it_can_show(config: ScanConfig, shown: set[str]):
    """What a scan did not ask for has not changed for it."""
    topics = ("windows", "chart patterns", "benchmark", "special dividends", "rows", "calendar")
    found = {one.topic for one in RULE_CHANGES if one.topic in topics and one.concerns(config)}
    assert found == shown
