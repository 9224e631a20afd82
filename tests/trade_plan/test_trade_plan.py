"""Trade plans: hand-worked examples, guard rails, sizes, and what holds for any input."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic.errors import ParameterError
from technic.trade_plan import PLAN_COLUMNS, STYLES, PlanRules, trade_plans

STOCK = {
    "close": 50.0,
    "high": 50.5,
    "low": 49.0,
    "atr_14": 1.0,
    "high_20": 52.0,
    "low_10": 48.25,
    "low_20": 47.0,
    "prior_high_20": 52.0,
    "prior_low_20": 47.0,
    "avg_dollar_volume_20": 50e6,
    "natr_14": 2.0,
    "max_return_252_pct": 8.0,
}


def plan_of(rules=None, signal="long", **changes):
    """The one row of the plan of one stock, as a dictionary."""
    columns = {name: np.array([float(v)]) for name, v in (STOCK | changes).items()}
    table = trade_plans(columns, np.array([signal]), rules or PlanRules())
    return {field.name: getattr(table, field.name)[0] for field in fields(table)}


def test_a_swing_plan_worked_by_hand():
    """Stop 48.25 − 0.25 ATR = 48.00, risk 2.00, target 54.00; 1,000 / 2 = 500 but 20,000 / 50."""
    plan = plan_of()
    assert plan["has_plan"]
    assert (plan["side"], plan["entry_type"]) == ("long", "close")
    assert (plan["entry"], plan["stop"], plan["target"]) == (50.0, 48.0, 54.0)
    assert plan["reward_risk"] == 2.0
    assert (plan["shares"], plan["size_basis"]) == (400, "position")
    assert (plan["position_value"], plan["risk_amount"]) == (20_000.0, 800.0)
    assert plan["stop_basis"] == "structure"
    assert plan["note"] == "shares capped at 20 % of the account"
    assert plan["reason"] is None


def test_a_short_swing_plan_worked_by_hand():
    """Stop 52.00 + 0.25 ATR = 52.25, risk 2.25, target 45.50, 400 shares for 20,000."""
    plan = plan_of(PlanRules(allow_shorts=True), "short")
    assert (plan["side"], plan["entry_type"], plan["stop_basis"]) == ("short", "close", "structure")
    assert (plan["entry"], plan["stop"], plan["target"]) == (50.0, 52.25, 45.5)
    assert (plan["shares"], plan["risk_amount"], plan["reward_risk"]) == (400, 900.0, 2.0)


def test_a_short_breakout_enters_a_tick_below_the_low():
    """Half an ATR above the 20-bar low: a stop order under it."""
    rules = PlanRules(allow_shorts=True)
    plan = plan_of(rules, "short", low_20=49.5, prior_low_20=49.5)
    assert (plan["entry_type"], plan["entry"]) == ("breakout", 49.49)


@pytest.mark.parametrize(
    ("style", "stop"),
    [("day", 49.0), ("swing", 48.0), ("position", 46.5)],
)
def test_each_style_takes_its_own_structure(style, stop):
    """Day: low 49 − 0.1 ATR is 1.1 away, held at 1 ATR; swing: low of 10; position: low of 20."""
    assert plan_of(PlanRules(style=style))["stop"] == stop


def test_a_close_just_below_the_pivot_enters_a_tick_above_it():
    """Half an ATR under the 20-bar high: a stop order beyond it, stop still under the low."""
    plan = plan_of(high_20=50.5, prior_high_20=50.5)
    assert (plan["entry_type"], plan["entry"]) == ("breakout", 50.51)
    assert plan["stop"] == 48.0
    assert plan["target"] == pytest.approx(50.51 + 2 * 2.51)


def test_a_close_above_the_pivot_enters_at_the_close():
    """Today broke out: the trigger has been pulled."""
    assert plan_of(high_20=50.5, prior_high_20=49.9)["entry_type"] == "close"


@pytest.mark.parametrize(
    ("entry", "pivot", "expected"),
    [("close", 50.5, "close"), ("breakout", 50.5, "breakout"), ("breakout", 52.0, None)],
)
def test_the_entry_can_be_chosen(entry, pivot, expected):
    """Close always, or the pivot only: out of reach there is no plan, and the reason says so."""
    plan = plan_of(PlanRules(entry=entry), high_20=pivot, prior_high_20=pivot)
    assert plan["entry_type"] == expected
    assert plan["reason"] == (None if expected else "no breakout pivot within 1 ATR")


@pytest.mark.parametrize(
    ("changes", "stop", "basis", "note"),
    [
        ({"low_10": 49.5}, 49.0, "min_atr", "stop widened to 1 ATR"),
        ({"low_10": 40.0}, 47.0, "max_atr", "stop tightened to 3 ATR"),
        ({"low_10": 49.9, "atr_14": 0.1}, 49.5, "min_pct", "stop widened to 1 % of the entry"),
        ({"atr_14": 4.0, "low_10": 40.0}, 44.0, "max_pct", "stop tightened to 12 % of the entry"),
    ],
)
def test_guard_rails_hold_the_stop(changes, stop, basis, note):
    """Too near or too far by ATR or percent: the rail decides and the note names it."""
    plan = plan_of(PlanRules(max_position_pct=100, entry="close"), **changes)
    assert (plan["stop"], plan["stop_basis"], plan["note"]) == (stop, basis, note)


def test_a_stop_that_the_percent_rail_puts_within_an_atr_is_refused():
    """12 % of 50 is 6.00: room for an ATR of 6, none for one of 6.01, and the reason says so."""
    rules = PlanRules(entry="close")
    assert plan_of(rules, atr_14=6.0, low_10=40)["stop"] == 44.0
    plan = plan_of(rules, atr_14=6.01, low_10=40)
    assert not plan["has_plan"]
    assert plan["reason"] == "a stop at most 12 % away would be nearer than 1 ATR"
    wide = replace(STYLES["swing"], max_pct=15.0)
    assert plan_of(replace(rules, stop=wide), atr_14=6.01, low_10=40)["shares"] == 133


@pytest.mark.parametrize(
    ("natr", "jump", "planned"),
    [(0.69, 10.0, False), (0.7, 10.0, True), (0.69, 9.99, True), (0.69, math.nan, True)],
)
def test_what_awaits_a_takeover_gets_no_plan(natr, jump, planned):
    """Quiet after a jump is the price of an offer; quiet alone, as a bond fund is, is not."""
    plan = plan_of(natr_14=natr, max_return_252_pct=jump)
    assert plan["has_plan"] == planned
    text = "stands still (ATR under 0.7 %) after a day of +10 % or more: the price of an offer"
    assert plan["reason"] == (None if planned else text)
    anyway = PlanRules(takeover_natr_pct=0)
    assert plan_of(anyway, natr_14=natr, max_return_252_pct=jump)["has_plan"]


def test_risk_alone_sizes_the_position_where_nothing_caps_it():
    """1 % of 100,000 over 2.00 a share, and nothing to note."""
    plan = plan_of(PlanRules(max_position_pct=100))
    assert (plan["shares"], plan["size_basis"], plan["note"]) == (500, "risk", None)
    assert plan["risk_amount"] == 1000.0


def test_liquidity_caps_the_size():
    """1 % of 300,000 average dollar volume buys 60 shares at 50."""
    plan = plan_of(avg_dollar_volume_20=300_000)
    assert (plan["shares"], plan["size_basis"]) == (60, "liquidity")
    assert plan["note"] == "shares capped at 1 % of the average dollar volume"


@pytest.mark.parametrize(
    ("rules", "changes", "note"),
    [
        (PlanRules(account_size=100), {}, "one risks more than 1 % of the account"),
        (PlanRules(account_size=200, risk_pct=50), {}, "one costs more than 20 % of the account"),
        (
            PlanRules(),
            {"avg_dollar_volume_20": 4_999},
            "one costs more than 1 % of the average dollar volume",
        ),
    ],
)
def test_an_account_too_small_for_one_share_says_why(rules, changes, note):
    """Zero shares are an answer, with its reason; never a fraction, never one share too many."""
    plan = plan_of(rules, **changes)
    assert plan["shares"] == 0
    assert plan["note"] == f"no share fits: {note}"


@pytest.mark.parametrize(
    ("close", "entry"), [(1.004, 1.0), (1.006, 1.01), (0.99994, 0.9999), (0.99996, 1.0)]
)
def test_prices_lie_on_the_tick(close, entry):
    """Cents from one dollar up, hundredths of a cent below."""
    assert plan_of(close=close, atr_14=0.02, low_10=0.95)["entry"] == entry


@pytest.mark.parametrize("close", [0.0000001, 0.0001, 0.0002, 0.00099])
def test_a_price_below_ten_ticks_has_no_plan(close):
    """A stop or a target there would be a tick, half of the price away."""
    plan = plan_of(close=close, atr_14=close / 10, low_10=close, low_20=close)
    assert not plan["has_plan"]
    assert plan["reason"] == "the price is below ten ticks"


def test_ten_ticks_are_room_enough():
    """0.001 with an ATR of a tick: the stop is a tick away, the target two."""
    plan = plan_of(PlanRules(entry="close"), close=0.001, atr_14=0.0001, low_10=0.00099)
    assert (plan["entry"], plan["stop"], plan["target"]) == (0.001, 0.0009, 0.0012)


@pytest.mark.parametrize("signal", ["neutral", "avoid", "unrated"])
def test_signals_that_are_no_buy_get_no_plan(signal):
    """The reason names the signal; prices are NaN, shares 0, texts None."""
    plan = plan_of(signal=signal)
    assert plan["reason"] == f"signal {signal} gets no plan"
    assert not plan["has_plan"]
    assert plan["shares"] == 0
    assert math.isnan(plan["entry"])
    assert plan["side"] is None


def test_which_signals_are_planned_is_a_rule():
    """Only strong longs, or neutral ones as well."""
    assert not plan_of(PlanRules(signals=("strong_long",)))["has_plan"]
    assert plan_of(PlanRules(signals=("neutral",)), signal="neutral")["has_plan"]


def test_a_short_needs_permission():
    """Without it the row says so."""
    assert plan_of(signal="short")["reason"] == "shorts are not allowed"
    assert plan_of(PlanRules(allow_shorts=True), signal="short")["side"] == "short"


def test_a_short_target_below_zero_is_no_plan():
    """Nine times a risk of 12 % is more than the whole price."""
    rules = PlanRules(allow_shorts=True, target_r=9)
    plan = plan_of(rules, "short", atr_14=10, low_20=20, prior_low_20=20)
    assert plan["reason"] == "entry, stop or target would not be above zero"


@pytest.mark.parametrize("name", ["close", "atr_14", "low_10", "avg_dollar_volume_20"])
def test_a_value_that_is_missing_is_named(name):
    """A short history has no plan rather than a NaN in one."""
    plan = plan_of(**{name: math.nan})
    assert not plan["has_plan"]
    assert plan["reason"].endswith("is not known")


def test_a_pivot_that_is_missing_leaves_the_close():
    """Twenty bars have no prior 20-bar high yet; the plan enters at the close."""
    assert plan_of(prior_high_20=math.nan)["entry_type"] == "close"


price = st.floats(0.0001, 2e4)
wild = st.one_of(price, st.sampled_from([math.nan, math.inf, -1.0, 0.0, 1e300, 5e-324]))
RULES = st.builds(
    PlanRules,
    account_size=st.floats(1, 1e12),
    risk_pct=st.floats(0.001, 100),
    target_r=st.floats(0.1, 10),
    style=st.sampled_from(sorted(STYLES)),
    entry=st.sampled_from(["auto", "close", "breakout"]),
    max_pct_of_adv=st.floats(0.0001, 100),
    max_position_pct=st.floats(0.01, 100),
    allow_shorts=st.booleans(),
)


@st.composite
def stocks(draw):
    """Columns of one stock: mostly a coherent bar history, sometimes anything at all."""
    if draw(st.integers(0, 3)) == 0:
        return {name: draw(wild) for name in PLAN_COLUMNS}
    low_20, *rest = sorted(draw(st.lists(price, min_size=6, max_size=6)))
    low_10, low, close, high, high_20 = rest
    return {
        "low_20": low_20,
        "low_10": low_10,
        "low": low,
        "close": close,
        "high": high,
        "high_20": high_20,
        "prior_high_20": draw(st.sampled_from([high_20, close])),
        "prior_low_20": draw(st.sampled_from([low_20, close])),
        "atr_14": close * draw(st.floats(0, 0.5)),
        "natr_14": draw(st.floats(0, 5)),
        "max_return_252_pct": draw(st.floats(0, 50)),
        "avg_dollar_volume_20": draw(st.floats(0, 1e11)),
    }


@settings(deadline=None)
@given(stocks(), RULES, st.sampled_from(["strong_long", "long", "short", "avoid"]))
def test_what_holds_for_every_plan(stock, rules, signal):
    """Finite, ordered, whole shares, the budget kept; or no plan and a reason."""
    plan = plan_of(rules, signal, **stock)
    numbers = ("entry", "stop", "target", "reward_risk", "position_value", "risk_amount")
    assert isinstance(plan["shares"], np.int64)
    if not plan["has_plan"]:
        assert plan["reason"]
        assert plan["shares"] == 0
        assert all(math.isnan(plan[name]) for name in numbers)
        return
    assert plan["reason"] is None
    assert all(math.isfinite(plan[name]) for name in numbers)
    entry, stop, target = (Fraction(repr(float(plan[n]))) for n in ("entry", "stop", "target"))
    assert min(entry, stop, target) > 0
    if plan["side"] == "long":
        assert stop < entry < target
    else:
        assert (plan["side"], rules.allow_shorts) == ("short", True)
        assert target < entry < stop
    shares = int(plan["shares"])
    assert shares >= 0
    slack = 1 + Fraction(1, 10**9)
    assert shares * abs(entry - stop) <= Fraction(rules.account_size * rules.risk_pct / 100) * slack
    cap = Fraction(rules.account_size * rules.max_position_pct / 100)
    assert shares * entry <= cap * slack
    volume = Fraction(min(stock["avg_dollar_volume_20"], 1e300)) * Fraction(rules.max_pct_of_adv)
    assert shares * entry <= volume / 100 * slack
    assert abs(target - entry) >= Fraction(rules.target_r) * abs(entry - stop) * (2 - slack) - (
        Fraction(1, 10**6)
    )


@settings(deadline=None)
@given(stocks(), RULES)
def test_the_stop_stays_between_the_rails(stock, rules):
    """Whatever is rounded: a tick at least, not within the least ATR, not beyond the percent."""
    plan = plan_of(rules, "long", **stock)
    if plan["has_plan"]:
        entry, distance = plan["entry"], plan["entry"] - plan["stop"]
        tick = 0.01 if entry >= 1 else 0.0001
        rails = rules.stop_rules
        assert distance >= rails.min_pct / 100 * entry - 1e-6
        assert distance >= rails.min_atr * stock["atr_14"] - 1e-6
        assert distance <= max(rails.max_pct / 100 * entry, tick) + 1e-6


cents = st.integers(100, 2_000_000)


@settings(deadline=None)
@given(
    st.lists(cents, min_size=4, max_size=4, unique=True).map(sorted),
    st.floats(0.5, 500),
    st.floats(0.5, 5),
    st.sampled_from(["close", "auto"]),
)
def test_a_short_is_a_long_in_the_mirror(levels, atr, target_r, entry):
    """Prices p and M − p swap sides, cent for cent, where only structure and ATR set the stop."""
    stop = replace(STYLES["position"], max_pct=90.0, min_pct=0.0, min_atr=0.1)
    rules = PlanRules(allow_shorts=True, stop=stop, target_r=target_r, entry=entry)
    mirror = 100_000.0
    low, close, high, before = (level / 100 for level in levels)
    stock = STOCK | {"atr_14": atr, "low_20": low, "close": close}
    long = plan_of(rules, **stock | {"high_20": before, "prior_high_20": high})
    turned = {"low_20": mirror - before, "prior_low_20": mirror - high, "high_20": mirror - low}
    short = plan_of(rules, "short", **stock | turned | {"close": mirror - close})
    assert short["has_plan"]
    if long["has_plan"] and long["stop_basis"] != "max_pct" and long["stop"] >= 1:
        assert long["entry_type"] == short["entry_type"]
        for name in ("entry", "stop", "target"):
            assert long[name] == pytest.approx(mirror - short[name], abs=1e-6)


@pytest.mark.parametrize("width", [1, 2, 7])
def test_plans_do_not_depend_on_the_block(width):
    """A block of any width gives the plans of the whole universe."""
    rng = np.random.default_rng(4)
    close = rng.uniform(0.5, 500, 60)
    columns = {name: close * rng.uniform(0.9, 1.1, 60) for name in PLAN_COLUMNS}
    columns |= {"natr_14": np.full(60, 3.0), "max_return_252_pct": np.full(60, 20.0)}
    columns |= {"atr_14": close * 0.03, "avg_dollar_volume_20": rng.uniform(1e4, 1e8, 60)}
    signal = rng.choice(["strong_long", "long", "watch", "neutral", "short"], 60)
    rules = PlanRules(allow_shorts=True)
    whole = trade_plans(columns, signal, rules).columns()
    for start in range(0, 60, width):
        block = slice(start, start + width)
        part = trade_plans({k: v[block] for k, v in columns.items()}, signal[block], rules)
        for name, values in part.columns().items():
            np.testing.assert_array_equal(values, whole[name][block])


def test_an_empty_universe_has_an_empty_table():
    """No symbols, every column of length 0."""
    table = trade_plans({n: np.empty(0) for n in PLAN_COLUMNS}, np.empty(0, "<U11"))
    assert all(len(values) == 0 for values in table.columns().values())


def test_table_columns_have_one_note():
    """``plan_note`` is the note of a plan, or why there is none."""
    columns = {name: np.array([v, v]) for name, v in STOCK.items()}
    found = trade_plans(columns, np.array(["long", "avoid"])).columns()
    assert found["plan_note"].tolist() == [
        "shares capped at 20 % of the account",
        "signal avoid gets no plan",
    ]
    assert found["plan_side"].tolist() == ["long", None]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"account_size": 0}, "account_size"),
        ({"risk_pct": 101}, "risk_pct"),
        ({"target_r": math.nan}, "target_r"),
        ({"style": "scalp"}, "style"),
        ({"entry": "limit"}, "entry"),
        ({"max_pct_of_adv": -1}, "max_pct_of_adv"),
        ({"max_position_pct": True}, "max_position_pct"),
        ({"signals": ("short",)}, "signals"),
        ({"takeover_natr_pct": -1}, "takeover_natr_pct"),
        ({"takeover_jump_pct": math.inf}, "takeover_jump_pct"),
    ],
)
def test_rules_out_of_range_are_refused(change, named):
    """The message names the rule and what is allowed."""
    with pytest.raises(ParameterError, match=named):
        PlanRules(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"long_below": "close_10"},
        {"min_atr": 4},
        {"max_pct": 95},
        {"min_pct": 13},
        {"buffer_atr": -1},
    ],
)
def test_stop_rules_out_of_range_are_refused(change):
    """Rails that contradict each other, and columns that plans do not read."""
    with pytest.raises(ParameterError, match="stop"):
        replace(STYLES["swing"], **change)
