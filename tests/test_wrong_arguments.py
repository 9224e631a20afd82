"""What a program hands over wrongly is refused in one sentence that names it and what to give."""

from __future__ import annotations

import datetime as dt

import pytest

import technic
from technic import ScanConfig
from technic.errors import ParameterError, UsageError
from technic.result.symbol_report import symbol_report

NAIVE = dt.datetime(2026, 7, 1, 12)  # noqa: DTZ001 - a time without a zone is what is refused
CALLS = {
    "config of run_scan": lambda: technic.run_scan({}),
    "provider of run_scan": lambda: technic.run_scan(provider="demo"),
    "runner of run_scan": lambda: technic.run_scan(ScanConfig(symbols=("NZAT",)), runner="local"),
    "now of run_scan": lambda: technic.run_scan(now=NAIVE),
    "config of run_ray_scans": lambda: technic.run_ray_scans(["NZAT"], "demo"),
    "symbols of run_ray_scans": lambda: technic.run_ray_scans("NZAT"),
    "config of plan_requests": lambda: technic.plan_requests({}),
    "now of plan_requests": lambda: technic.plan_requests(ScanConfig(), now="today"),
    "provider of history": lambda: technic.history("NZAT", provider=5),
    "now of history": lambda: technic.history("NZAT", now=NAIVE),
    "symbol of history": lambda: technic.history(["NZAT"]),
    "symbols of get_price_history_batch": lambda: technic.get_price_history_batch(None, 5),
    "symbols of get_price_history_batch, a number": lambda: technic.get_price_history_batch([1], 5),
    "provider of get_price_history": lambda: technic.get_price_history("NZAT", 5, provider=5),
    "now of get_price_history": lambda: technic.get_price_history("NZAT", 5, now=NAIVE),
    "folder of load_saved": lambda: technic.load_saved(None),
    "before of diff": lambda: technic.diff("yesterday", "today"),
    "provider of verify": lambda: technic.verify("saved", provider="demo"),
    "result of symbol_report": lambda: symbol_report("saved", "NZAT"),
}
"""Parameter and function → a call of that function with a wrong value for that parameter."""


@pytest.mark.parametrize("called", CALLS)
def test_a_wrong_argument_is_named_with_what_is_allowed(called, tmp_path, monkeypatch):
    """No attribute of a class is spoken of, whatever was given."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as raised:
        CALLS[called]()
    text = str(raised.value)
    assert text.startswith(f"{called.partition(' of ')[0]} is ")
    assert ", allowed: " in text
    assert "\n" not in text


def test_a_long_value_is_cut():
    """A result with its tables does not fill the screen, and takes one line."""
    text = str(ParameterError("before", ["line\n" * 2, *range(1000)], "a saved result"))
    assert text.startswith("before is [")
    assert text.endswith("…, allowed: a saved result")
    assert len(text) < 300
