"""The ledger's file says which rules of a chart pattern a symbol kept and which it broke."""

from __future__ import annotations

import pandas as pd
import pytest

from support.packed_panel import packed_panel
from support.shaped_bars import changed, golden, side_by_side, straight
from technic import ScanConfig, run_scan
from technic.export import write_ledger
from technic.result.pattern_rules import ledger_with_rules
from technic.result.symbol_report import symbol_report

CUP = golden("cup_with_handle")
PATTERN = f"cup_with_handle({', '.join(f'{k}={v}' for k, v in CUP['parameters'].items())})"


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    """A cup with handle, one whose handle is 14 % deep, and one at a tenth of the price."""
    shapes = {
        "CUP": (CUP["legs"], 1.0),
        "DEEP": (changed(CUP["legs"], {"drift": {"to": 84.28}}), 1.0),  # (98 - 84.28) / 98
        "LOW": (CUP["legs"], 0.1),
    }
    prices = ["Open", "High", "Low", "Close"]
    made = {}
    for name, (legs, scale) in shapes.items():
        frame = packed_panel(side_by_side([straight(legs)])).frame("S000")
        made[name] = frame.assign(**{field: frame[field] * scale for field in prices})
    return made


def scanned(frames, where: str):
    """The three symbols under one condition."""
    return run_scan(ScanConfig(symbols=(*frames,), where=where, bars=60), price_cache=frames)


def test_the_pattern_that_kept_a_symbol_out_says_its_rules(frames):
    """Each with its number, limit and outcome, as in the report of the symbol alone."""
    result = scanned(frames, f"close > 50 and {PATTERN}")
    assert result.table["symbol"].tolist() == ["CUP"]
    rules = ledger_with_rules(result).set_index("symbol")["rules"]
    assert (rules["CUP"], rules["LOW"]) == ("", "")  # kept, and kept out by its price
    written = rules["DEEP"].split("; ")
    assert "no handle 14 % deep, at most 12" in written
    checks = symbol_report(result, "DEEP").conditions[1].checks
    assert written == [f"{'ok' if check.held else 'no'} {check}" for check in checks]
    assert len(checks) > 5


def test_a_scan_without_patterns_has_no_such_column(frames):
    """The ledger is symbol, outcome and detail."""
    frame = ledger_with_rules(scanned(frames, "close > 50"))
    assert [*frame.columns] == ["symbol", "outcome", "detail"]


def test_the_file_has_the_rules(frames, tmp_path):
    """Before the scan's day; the details are those of the result."""
    result = scanned(frames, f"close > 50 and {PATTERN}")
    write_ledger(result, tmp_path / "ledger.csv")
    ledger = pd.read_csv(tmp_path / "ledger.csv", keep_default_na=False)
    assert [*ledger.columns] == ["symbol", "outcome", "detail", "rules", "as_of"]
    assert ledger["detail"].tolist() == result.ledger.detail.tolist()
    assert ledger["rules"].tolist() == ledger_with_rules(result)["rules"].tolist()


def test_bars_before_a_split_are_not_judged(frames):
    """A cup of which the advance is in old units is judged by what follows, like the scan does."""
    whole = frames["CUP"]
    split = len(whole) - 40
    prices = ["Open", "High", "Low", "Close"]
    broken = whole.copy()
    broken.iloc[:split, [broken.columns.get_loc(name) for name in prices]] *= 4.0
    broken.iloc[:split, broken.columns.get_loc("Volume")] /= 4.0
    given = {"CUP": broken, "PART": whole.iloc[split:]}
    result = run_scan(
        ScanConfig(symbols=("CUP", "PART"), where=PATTERN, bars=60), price_cache=given
    )
    assert "unadjusted 4:1 split" in result.ledger.of("CUP")[1]
    rules = ledger_with_rules(result).set_index("symbol")["rules"]
    assert rules["CUP"] == rules["PART"]
