"""ScanConfig: what it accepts it keeps in one form; anything else is named when it is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from technic import FilterRules, ScanConfig
from technic.errors import ParameterError


def test_symbols_are_kept_in_their_canonical_form():
    """Any vendor's spelling, any case, each once; a list will do."""
    asked = ["brk-b", "BRK/B", "nasdaq:AAPL", " aapl "]
    assert ScanConfig(symbols=asked).symbols == ("BRK.B", "AAPL")
    assert ScanConfig().symbols == ()


def test_a_path_is_kept_as_text():
    """So that the config can be written into a saved result."""
    config = ScanConfig(provider="files", data=Path("prices.csv"), universe=Path("a") / "b.csv")
    assert (config.data, config.universe) == ("prices.csv", str(Path("a") / "b.csv"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"symbols": "AAPL"}, "symbols is 'AAPL', allowed: a tuple"),
        ({"symbols": (1.5,)}, "symbols is"),
        ({"symbols": (" ", "")}, "symbols is"),
        ({"data": 5}, "data is 5, allowed: text, or a path"),
        ({"sort": None}, "sort is None"),
        ({"sort": "close:up"}, "sort is 'close:up'"),
        ({"bars": 0}, "bars is 0"),
        ({"bars": 1.5}, "bars is 1.5"),
        ({"block_size": True}, "block_size is True"),
        ({"min_success_pct": float("nan")}, "min_success_pct is nan"),
        ({"gate": None}, r"gate is None, allowed: GateRules\(...\)"),
        ({"weights": 1}, "weights is 1"),
    ],
    ids=str,
)
def test_a_value_that_means_nothing_is_named(values: dict[str, object], message: str):
    """At once, not in the middle of a scan; text is not taken apart into letters."""
    with pytest.raises(ParameterError, match=message):
        ScanConfig(**values)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("min_rating", 100.5, "a number from 0 to 100"),
        ("min_rs_rating", 100, "a number from 0 to 99"),
        ("min_price", -1, "a number of at least 0"),
        ("max_price", float("inf"), "at least 0"),
        ("min_dollar_volume", float("nan"), "at least 0"),
        ("min_price", "10", "at least 0"),
    ],
)
def test_a_filter_that_nothing_can_pass_or_fail_is_refused(name: str, value: object, allowed: str):
    """Each filter has the range of what it looks at."""
    with pytest.raises(ParameterError, match=f"{name} is .*{allowed}"):
        FilterRules(**{name: value})
