"""What functions share is computed apart from them, and gives what their own kernels give."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

import technic.indicators
from reference.bars import random_bars
from support.function_calls import OF_BARS, call_of
from support.packed_panel import packed_panel
from technic.indicators.arithmetic import finite
from technic.language import BASE, read
from technic.language.evaluation.bar_values import newest_bars
from technic.language.evaluation.column_tails import Fields
from technic.language.evaluation.evaluate import evaluate_bars, evaluate_day
from technic.language.evaluation.program import Program, needs
from technic.language.functions import FUNCTIONS
from technic.language.functions.operators import split
from technic.language.functions.shared import PARTS

BENCHMARK = random_bars(140, 3, seed=9)["close"][:, 2]
REACHED_BY = {
    "bbands": ("bb_upper", "bb_middle", "bb_lower"),
    "donchian": ("donchian_high", "donchian_middle", "donchian_low"),
    "ha": ("ha_open", "ha_high", "ha_low", "ha_close"),
    "ichimoku": ("ichimoku_conversion", "ichimoku_base", "ichimoku_lead1", "ichimoku_lead2"),
    "kc": ("kc_upper", "kc_middle", "kc_lower"),
    "keltner": ("kc_upper", "kc_middle", "kc_lower"),
    "ma": ("sma", "ema", "wma"),
    "macd": ("macd_line", "macd_signal", "macd_histogram"),
    "returns_pct": ("pct_change",),
    "stoch": ("stoch_k", "stoch_d"),
    "stochf": ("stochf_k", "stochf_d"),
    "stochrsi": ("stochrsi_k", "stochrsi_d"),
    "zigzag": ("zigzag_direction", "zigzag_pivot", "zigzag_extreme"),
}


@pytest.fixture(scope="module")
def panel():
    """Nine columns, one short, some flat for a while."""
    made = packed_panel(random_bars(140, 9, seed=8))
    return replace(made, sessions=np.busday_offset("2000-09-04", np.arange(140)))


@pytest.mark.parametrize("name", OF_BARS)
def test_parts_give_what_the_kernel_gives(name, panel):
    """Bit for bit, at every bar."""
    function, node = FUNCTIONS[name], call_of(name)
    arguments = split(node, function)
    fields = Fields(panel, BENCHMARK)
    arrays = [np.array(fields.all(field, panel.n_bars)) for field in function.fields]
    operands = evaluate_bars(arguments.series, panel, BASE, benchmark=BENCHMARK)
    arrays += [operands[operand] for operand in arguments.series]
    with np.errstate(all="ignore"):
        wanted = finite(np.array(arguments.bound(function)(*arrays)))
    wanted[panel.session < 0] = np.nan
    found = evaluate_bars([node], panel, BASE, benchmark=BENCHMARK)[node]
    np.testing.assert_array_equal(found, wanted)
    assert np.isfinite(wanted).any()


@pytest.mark.parametrize("name", OF_BARS)
def test_the_first_value_comes_after_the_bars_a_function_says_it_needs(name, panel):
    """Counted from the first bar on which its operands have values; never later."""
    function, node = FUNCTIONS[name], call_of(name)
    begins = 6 if "x" in (p.name for p in function.parameters) else 1
    begins = (
        max(begins, 3)
        if {"a", "base", "whole", "condition"} & {p.name for p in function.parameters}
        else begins
    )
    if name == "ytd_change":  # a year ends on bar 86 of 140, and it looks for one in 263
        assert not np.isfinite(evaluate_bars([node], panel, BASE)[node][:85, 2]).any()
        assert np.isfinite(evaluate_bars([node], panel, BASE)[node][85:, 2]).all()
        return
    first = begins - 1 + function.lookback(*split(node, function).constants) - 1
    found = evaluate_bars([node], panel, BASE, benchmark=BENCHMARK)[node][:, 2]
    kleene = {"ever", "always", "rising", "falling", "crosses_above", "crosses_below"}
    may_be_earlier = kleene | {"is_missing", "is_unknown", "if_missing", "between"}
    may_be_earlier |= {"bars_since", "value_when", "sum_since", "anchored_vwap", "ytd_change"}
    may_be_later = {"zigzag_direction", "zigzag_pivot", "zigzag_extreme"}
    if name not in may_be_earlier | may_be_later:
        assert np.isnan(found[:first]).all()
        assert np.isfinite(found[first])
    else:
        assert np.isfinite(found[first:]).any()


def test_every_indicator_can_be_said():
    """Those with several results by their parts."""
    for name in technic.indicators.__all__:
        for said in REACHED_BY.get(name, (name,)):
            assert said in FUNCTIONS


def test_functions_travel_between_processes():
    """Kernels are plain functions or partial ones."""
    for one in (*FUNCTIONS.values(), *PARTS.values()):
        assert pickle.loads(pickle.dumps(one)) == one or one.kernel is not None


def test_every_function_says_what_it_is_and_where_it_is_from():
    """For the table of the documentation."""
    for one in FUNCTIONS.values():
        assert one.description.endswith(".")
        assert one.source


def program_of(*texts):
    """The steps of some expressions, and the numbers of the last ones."""
    program = Program(BASE.functions)
    return program, [program.add(read(text, BASE).node) for text in texts]


def kernels(program):
    """How often each kind of step stands in a program."""
    return [step.kind for step in program.steps]


def test_equal_parts_of_several_expressions_are_one_step():
    """One recursion for the six that smooth the true range or the movement, one for all MACDs."""
    program, _ = program_of("atr(14) > 1", "natr(14)", "close > atr(14)")
    assert kernels(program).count("recursive") == 1
    program, _ = program_of("plus_di(9) > minus_di(9)", "macd_line(close) > macd_signal(close)")
    assert kernels(program).count("recursive") == 2
    program, _ = program_of("sma(close, 20) > 2", "close > mean(close, 20)", "bb_middle(close, 20)")
    assert kernels(program).count("window") == 1


def test_only_the_bars_that_are_needed_are_asked_for():
    """A mean under a count of ten needs ten bars, the close under it as many more as its window."""
    program, results = program_of("count(close > sma(close, 20), 10)", "sma(close, 20)[100]")
    needed = needs(program.steps, results)
    of = {
        (step.kind, step.reach): need.spans
        for step, need in zip(program.steps, needed, strict=True)
    }
    assert of["window", 19] == [(0, 10), (100, 1)]
    assert of["field", 0] == [(0, 29), (100, 20)]
    assert not any(need.everything for need in needed)


def test_under_a_recursion_everything_is_needed():
    """The mean below an ema is asked for from the first bar on, the one beside it is not."""
    program, results = program_of("ema(sma(close, 20), 5)", "sma(close, 10)")
    needed = dict(zip(program.steps, needs(program.steps, results), strict=True))
    whole = {step.reach: need.everything for step, need in needed.items() if step.kind == "window"}
    assert whole == {19: True, 9: False}


class Counting:
    """A kernel that counts the cells it is given."""

    def __init__(self, kernel):
        self.kernel, self.cells = kernel, 0

    def __call__(self, *arguments):
        """Pass on what came in."""
        self.cells += arguments[0].size
        return self.kernel(*arguments)


def test_windows_see_no_more_cells_than_they_need(panel, monkeypatch):
    """Ten rows of twenty bars: twenty-nine rows, of all columns once and of the odd one again."""
    counting = Counting(FUNCTIONS["sma"].kernel)
    program = Program({**FUNCTIONS, "sma": type(FUNCTIONS["sma"])(
        "sma", FUNCTIONS["sma"].parameters, "number", "window", counting, "", "",
        lookback=FUNCTIONS["sma"].lookback)})  # fmt: skip
    results = [program.add(read("count(close > sma(close, 20), 10)", BASE).node)]
    newest_bars(program, results, panel, panel.rows_at(panel.sessions[-1]))
    assert counting.cells == 29 * (9 + 1)


DEEP = "pct_change(" * 25 + "close" + ", 1)" * 25


def test_what_stands_twice_in_a_rule_is_worked_out_once(panel):
    """Each pct_change reads its operand twice: 25 inside each other must not take 2 ** 25 steps."""
    node = read(DEEP, BASE).node
    program = Program(BASE.functions)
    program.add(node)
    assert len(program.steps) < 60
    assert evaluate_day([node], panel, panel.rows_at(panel.sessions[-1]), BASE)[node].shape == (9,)


def test_a_column_without_a_row_has_no_values(panel):
    """Whatever its bars are."""
    program, results = program_of("close", "ema(close, 3)", "is_missing(close[2])")
    rows = panel.rows_at(panel.sessions[-1])
    rows[4] = -1
    for values in newest_bars(program, results, panel, rows):
        np.testing.assert_array_equal(np.isnan(values), rows < 0)
