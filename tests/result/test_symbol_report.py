"""The report of one symbol, taken from a result without the command line."""

from __future__ import annotations

import json

import pytest

from support.packed_panel import packed_panel
from support.shaped_bars import changed, golden, side_by_side, straight
from technic import FilterRules, ScanConfig, run_scan
from technic.errors import ParameterError
from technic.result.symbol_report import symbol_report
from technic.testing import make_panel


@pytest.fixture(scope="module")
def result():
    """Five symbols, of which the two best are kept, and one that has no bars."""
    panel = make_panel(n_symbols=5)
    frames = {symbol: panel.frame(symbol) for symbol in panel.symbols}
    everybody = run_scan(ScanConfig(symbols=panel.symbols), price_cache=frames)
    second = everybody.table["tech_rating"].iloc[1]
    config = ScanConfig(
        symbols=(*panel.symbols, "GONE"),
        filters=FilterRules(min_rating=float(second)),
        where="close > 0",
    )
    return run_scan(config, price_cache=frames)


def test_a_kept_symbol_has_its_row_and_its_place(result):
    """The second row of the table is place 2; its rating is explained."""
    row = result.table.iloc[1]
    report = symbol_report(result, row["symbol"].lower())
    assert (report.symbol, report.place, report.outcome) == (row["symbol"], 2, "kept")
    assert report.values is not None
    assert report.values["tech_rating"] == row["tech_rating"]
    assert report.explanation == result.explain(row["symbol"])
    assert [one.verdict for one in report.conditions] == ["true"]


def test_a_filtered_symbol_has_figures_and_no_place(result):
    """Its ledger entry says which rule took it out."""
    name = next(s for s in result.scored if s not in set(result.table["symbol"]))
    report = symbol_report(result, name)
    assert report.place is None
    assert report.outcome == "filter.min_rating"
    assert report.values is not None
    assert report.values["close"] == result.prices[name]["Close"].iloc[-1]


def test_a_symbol_without_bars_says_why(result):
    """No values and no explanation, but a sentence with the ledger's words."""
    report = symbol_report(result, "GONE")
    assert (report.values, report.explanation, report.prices) == (None, None, None)
    assert report.not_scored.startswith(
        "GONE was not scored, its ledger entry is fetch.not_in_cache: "
    )


@pytest.mark.parametrize("with_row", [True, False])
def test_its_document_is_json(result, with_row):
    """Values that are not there are null; the row is left out where it is not asked for."""
    for name in ("GONE", *result.scored):
        document = symbol_report(result, name).document(with_row=with_row)
        text = json.dumps(document, allow_nan=False)
        assert json.loads(text)["symbol"] == name
        assert ("row" in document) is with_row


def test_a_stranger_is_refused(result):
    """The message says how many symbols there are."""
    with pytest.raises(ParameterError, match="one of the 6 symbols of the universe"):
        symbol_report(result, "ZZZZ")


def test_a_pattern_in_a_condition_says_each_of_its_rules():
    """With its number, its limit and whether it held; other conditions have none."""
    legs = golden("cup_with_handle")["legs"]
    deep = changed(legs, {"drift": {"to": 84.28}})  # (98 - 84.28) / 98 = 14 %
    frames = {
        name: packed_panel(side_by_side([straight(given)])).frame("S000")
        for name, given in (("CUP", legs), ("DEEP", deep))
    }
    limits = golden("cup_with_handle")["parameters"]
    given = ", ".join(f"{name}={value}" for name, value in limits.items())
    config = ScanConfig(
        symbols=("CUP", "DEEP"), where=f"close > 0 or cup_with_handle({given})", bars=60
    )
    result = run_scan(config, price_cache=frames)
    cup, deep_cup = (symbol_report(result, name).conditions[0].checks for name in ("CUP", "DEEP"))
    assert cup
    assert all(check.held for check in cup)
    missed = [str(check) for check in deep_cup if not check.held]
    assert "handle 14 % deep, at most 12" in missed
    rules = symbol_report(result, "DEEP").document()["conditions"][0]["rules"]
    assert {"rule": "max_handle_depth", "says": missed[0], "held": False} in [
        {key: rule[key] for key in ("rule", "says", "held")} for rule in rules
    ]


def test_a_condition_of_several_comparisons_says_the_numbers_of_each():
    """Each number once, in the order in which they are written; the ledger has them too."""
    panel = make_panel(n_symbols=1)
    name = panel.symbols[0]
    frame = panel.frame(name)
    config = ScanConfig(symbols=(name,), where="close < 0 or (volume < 0 and close > 0)")
    result = run_scan(config, price_cache={name: frame})
    numbers = symbol_report(result, name).conditions[0].numbers
    last = frame.iloc[-1]
    assert [text for text, _ in numbers] == ["close", "volume"]
    for (_, text), column in zip(numbers, ("Close", "Volume"), strict=True):
        assert float(text.replace(",", "")) == pytest.approx(last[column], rel=1e-5)
    assert f"(close {numbers[0][1]}, volume {numbers[1][1]})" in result.ledger.of(name)[1]
