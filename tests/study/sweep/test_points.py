"""From a grid to setups: what is swept, what holds for all points, and what cannot be swept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from technic import ScanConfig
from technic.errors import ExpressionError, ParameterError
from technic.scan.expressions.scan_expressions import scan_expressions
from technic.setups import load_setups
from technic.setups.setup import SetupParameter
from technic.study.sweep.grid import Axis, Grid
from technic.study.sweep.points import subject_of, swept_scan

GAPS = load_setups("gap_and_go")
N = Axis("n", (20, 50))


def texts(scan: ScanConfig) -> list[list[str]]:
    """The conditions of each point, their numbers put in."""
    found = scan_expressions(scan).conditions
    return [[str(one.node) for one in found if one.owner == setup.name] for setup in scan.setups]


def test_a_condition_with_a_parameter_is_a_setup_for_each_value():
    """The text of the condition with the number in it; nothing else of the scan changes."""
    scan = ScanConfig(where="close > sma(close, n)", symbols=("AK",), columns=("high",))
    swept = swept_scan(scan, Grid((N,)))
    assert texts(swept) == [["close > sma(close, 20)"], ["close > sma(close, 50)"]]
    assert (swept.where, swept.columns, swept.symbols) == (None, (), ("AK",))
    assert subject_of(scan) == "close > sma(close, n)"


def test_parameters_of_a_setup_take_their_values_and_where_holds_for_all():
    """The others keep theirs; what is shown decides nothing and is left out."""
    scan = ScanConfig(setups=GAPS, where="close > 5")
    swept = swept_scan(scan, Grid((Axis("min_gap", (2, 4)), Axis("min_rvol", (1, 3)))))
    assert [(one.values["min_gap"], one.values["min_rvol"]) for one in swept.setups] == [
        (2, 1), (2, 3), (4, 1), (4, 3)
    ]  # fmt: skip
    assert swept.where == "close > 5"
    assert all(one.columns == () for one in swept.setups)
    assert subject_of(scan) == "gap_and_go"


def test_where_beside_a_setup_may_be_swept_too():
    """It is a condition of every point then, and may speak of the setup's parameters."""
    scan = ScanConfig(setups=GAPS, where="close > sma(close, n) and gap_pct() < 3 * min_gap")
    swept = swept_scan(scan, Grid((N, Axis("min_gap", (2, 4)))))
    assert swept.where is None
    points = [(20, 2), (20, 4), (50, 2), (50, 4)]
    for own, (n, gap) in zip(texts(swept), points, strict=True):
        assert f"sma(close, {n})" in own[-1]
        assert f"3 * {gap}" in own[-1]
        assert f"gap_pct() >= {gap}" in own


ONLY_SHOWN = replace(
    GAPS[0],
    parameters=(*GAPS[0].parameters, SetupParameter(name="bars", value=20, meaning="Shown.")),
    columns=("mean = sma(close, bars)",),
)


@pytest.mark.parametrize(
    ("scan", "axis", "text"),
    [
        (ScanConfig(where="close > sma(close, 20)"), N, "a name that stands in the condition"),
        (ScanConfig(where="n(close) > 5"), N, "a name that stands in the condition"),
        (ScanConfig(where="vcp(min_rs=5)"), Axis("min_rs", (1, 2)), "stands in the condition"),
        (ScanConfig(where="close > volume"), Axis("volume", (1, 2)), "means nothing else"),
        (ScanConfig(setups=GAPS), N, "min_gap, min_rvol: the parameters of setup gap_and_go"),
        (ScanConfig(setups=(ONLY_SHOWN,)), Axis("bars", (20, 50)), "that decide who hits"),
        (ScanConfig(setups=GAPS), Axis("min_gap", (-1, 5)), "min_gap is -1.0, allowed: 0 to"),
        (ScanConfig(setups=load_setups("nr4", "nr7")), N, "one setup: a sweep is of one"),
        (ScanConfig(), N, "a setup or a condition whose parameters are swept"),
    ],
    ids=[
        "nowhere", "a function", "an argument", "a column", "of no setup", "only shown",
        "out of range", "two", "none",
    ],
)  # fmt: skip
def test_what_cannot_be_swept_is_said(scan: ScanConfig, axis: Axis, text: str):
    """What would give every point the same hits is refused, and named."""
    with pytest.raises(ParameterError) as raised:
        swept_scan(scan, Grid((axis,)))
    assert text in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_error_in_an_expression_names_the_point():
    """Which values make it one that means nothing."""
    swept = swept_scan(ScanConfig(where="close > sma(close, n)"), Grid((Axis("n", (-5, 20)),)))
    with pytest.raises(ExpressionError, match=r"close > sma\(close, n\) with n=-5, .*sma is -5"):
        scan_expressions(swept)
