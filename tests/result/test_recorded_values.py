"""Who changes a rule enters it in rule_changes: recorded values tell whoever forgets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import recorded_values
from support.recorded_values import DRIFTS, RECORD, differences, record, rules, values

WHAT_TO_DO = (
    "values of a small fixed market are others than recorded: add an entry to "
    "src/technic/result/rule_changes.py that says which rule has changed, then record them again "
    "with .venv/bin/python scripts/record-values"
)


def test_values_are_those_recorded_or_a_rule_change_says_why():
    """Columns, ratings, plans, outcomes, regime, conditions of setups, rules of patterns."""
    held = json.loads(RECORD.read_text(encoding="utf-8"))
    found = [*differences(held["values"], json.loads(json.dumps(values())))]
    assert not found, "\n".join([WHAT_TO_DO, *found[:10]])
    assert set(held["rules"]) <= set(rules()), "entries of rule_changes are kept for ever"


def test_the_market_has_something_of_everything():
    """Kept symbols with plans and ratings, and those that the gate takes out or cuts."""
    held = json.loads(RECORD.read_text(encoding="utf-8"))["values"]
    assert set(held["ledger"]) == set(DRIFTS)
    assert {"kept", "gate.stale", "gate.price_floor"} < set(held["ledger"].values())
    table = held["table"].values()
    assert len({row["signal"] for row in table}) >= 4
    assert any(row["has_plan"] for row in table)
    assert any(row["usable_since"] for row in table)
    answers = {value for one in held["conditions"].values() for value in one.values()}
    assert {0.0, 1.0} <= answers


@pytest.mark.parametrize(
    ("recorded", "found", "differs"),
    [
        ({"a": 1.0}, {"a": 1.0 + 1e-12}, 0),
        ({"a": 1.0}, {"a": 1.0 + 1e-8}, 1),
        ({"a": "kept"}, {"a": "gate.stale"}, 1),
        ({"a": 1.0}, {"b": 1.0}, 2),
        ({"a": [1, 2]}, {"a": [1]}, 1),
        ({"a": "nan"}, {"a": 1.0}, 1),
        ({"a": True}, {"a": True}, 0),
    ],
)
def test_what_differs_is_named(recorded: object, found: object, differs: int):
    """Bits that another processor rounds otherwise do not."""
    assert len([*differences(recorded, found)]) == differs


def test_other_values_are_not_recorded_without_an_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """An entry that was not there at the last record lets them be recorded."""
    path = tmp_path / "recorded.json"
    answers = iter([1.0, 2.0, 2.0])
    monkeypatch.setattr(
        recorded_values, "values", lambda: {"table": {"A": {"close": next(answers)}}}
    )
    record(path)
    before = path.read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match=r"1 values? differs?.*no new entry"):
        record(path)
    assert path.read_text(encoding="utf-8") == before
    monkeypatch.setattr(recorded_values, "rules", lambda: [*rules(), "0.3.0 topic: sentence"])
    record(path)
    assert json.loads(path.read_text(encoding="utf-8"))["values"]["table"]["A"] == {"close": 2.0}
