"""The gate of the benchmarks: what passes, what fails; measuring nothing is no way to pass."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from benchmarks import gate
from benchmarks.gate import MEASURES, RECORDED, TRIES, judged


def ratios(*values: float) -> tuple[str, Callable[[], float], list[float]]:
    """A measure that gives these, one after the other, and the list of those it has left."""
    left = list(values)
    return "made up", lambda: left.pop(0), left


def verdict(recorded: float, *values: float) -> tuple[gate.Verdict, list[float]]:
    """Judge one made-up ratio."""
    title, ratio, left = ratios(*values)
    (found,) = judged({"one": recorded}, {"one": (title, ratio)})
    return found, left


@pytest.mark.parametrize("measured", [30.0, 24.0, 20.0, 300.0])
def test_a_ratio_may_fall_by_a_third(measured):
    """Two thirds of what was recorded is enough, and one measurement is."""
    found, left = verdict(30.0, measured, 0.0)
    assert found.passed
    assert found.measured == measured
    assert left == [0.0]


def test_a_ratio_that_fell_by_more_fails_after_all_tries():
    """The best of them is shown."""
    found, left = verdict(30.0, 19.0, 19.9, 12.0, 99.0)
    assert not found.passed
    assert found.measured == 19.9
    assert left == [99.0]
    assert TRIES == 3


def test_a_busy_machine_gets_another_try():
    """Others can only slow a run down."""
    found, left = verdict(30.0, 11.0, 29.0, 0.0)
    assert found.passed
    assert left == [0.0]


def test_a_count_may_not_fall_at_all():
    """One request more is found out, whatever its share."""
    counted = {"update_requests": ("a count", lambda: 99.0)}
    (found,) = judged({"update_requests": 100.0}, counted)
    assert not found.passed


@pytest.mark.parametrize("recorded", [{}, {"other": 1.0}, {"one": 1.0, "other": 1.0}])
def test_what_is_recorded_and_what_is_measured_have_to_be_the_same(recorded):
    """A ratio that nobody measures would never fail."""
    with pytest.raises(SystemExit, match="recorded and measured ratios differ in: (other|one)"):
        list(judged(recorded, {"one": ("made up", lambda: 1.0)}))


def test_every_measure_has_a_recorded_ratio():
    """And every one is a number that something can fall below."""
    found = json.loads(RECORDED.read_text())["ratios"]
    assert found.keys() == MEASURES.keys()
    assert all(ratio > 0 for ratio in found.values())


def test_what_is_recorded_can_be_reached_again(monkeypatch, tmp_path):
    """Ratios are rounded, counts are not: the gate lets none of a count fall."""
    file = tmp_path / "recorded.json"
    measures = {"update_requests": ("a count", lambda: 732.6), "one": ("a ratio", lambda: 1.23456)}
    monkeypatch.setattr(gate, "RECORDED", file)
    monkeypatch.setattr(gate, "MEASURES", measures)
    gate.record()
    recorded = json.loads(file.read_text())["ratios"]
    assert recorded == {"update_requests": 732.6, "one": 1.23}
    assert all(found.passed for found in judged(recorded, measures))


@pytest.mark.parametrize(("measured", "code"), [(2.0, 0), (0.5, 1)])
def test_the_exit_code_is_what_a_build_goes_by(measured, code, monkeypatch, tmp_path, capsys):
    """1 where a ratio fell, and the table says which."""
    file = tmp_path / "recorded.json"
    file.write_text(json.dumps({"machine": "another", "ratios": {"one": 2.0}}))
    monkeypatch.setattr(gate, "RECORDED", file)
    monkeypatch.setattr(gate, "MEASURES", {"one": ("a made-up ratio", lambda: measured)})
    monkeypatch.setattr("sys.argv", ["gate"])
    assert gate.main() == code
    shown = capsys.readouterr().out
    assert "a made-up ratio" in shown
    assert ("FELL BELOW THE LEAST" in shown) == bool(code)
